//! How the flow of these days compares with its baseline: growth, a campaign, a quiet week.

use super::packed::{self, Packed};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Memory, hours.
const MEMORY_H: f64 = 48.0;
/// Age of what it learns from, so that a fresh failure is not taken for the new level.
const LAG_S: u32 = 2 * 3600;
/// Least and greatest factor: a launch must not raise what is expected.
const BOUNDS: (f64, f64) = (0.5, 1.2);

/// The ratio of what came to what the baseline expected, over two days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Level {
    came: f64,
    expected: f64,
    /// Baselines of the last two hours, oldest first; none where nothing is learned.
    #[serde(with = "packed")]
    waiting: VecDeque<Packed>,
}

impl Level {
    /// One that knows nothing.
    pub(super) fn new(interval_s: u32) -> Level {
        Level {
            came: 0.0,
            expected: 0.0,
            waiting: VecDeque::with_capacity(lag(interval_s)),
        }
    }

    /// Bytes on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        self.waiting.capacity() * size_of::<Packed>()
    }

    /// The factor on the baseline.
    pub(super) fn factor(&self) -> f64 {
        let ratio = (self.came + 0.05 * self.expected + 1e-3) / (1.05 * self.expected + 1e-3);
        ratio.clamp(BOUNDS.0, BOUNDS.1)
    }

    /// Learns from the bucket of two hours ago, which `past` gives by its distance.
    pub(super) fn learn(&mut self, interval_s: u32, past: impl Fn(usize) -> Option<f64>) {
        let lag = lag(interval_s);
        if self.waiting.len() < lag {
            return;
        }
        let baseline = self.waiting[0].get();
        let (Some(baseline), Some(count)) = (baseline, past(lag)) else {
            return;
        };
        let count = count.min(2.0 * self.factor() * baseline + 3.0);
        let step = 1.0 - (-f64::from(interval_s) / 3600.0 / MEMORY_H).exp();
        self.came += step * (count - self.came);
        self.expected += step * (baseline - self.expected);
    }

    /// A bucket has passed: `baseline` is what it was compared with, if it may be learned.
    pub(super) fn pass(&mut self, interval_s: u32, baseline: Option<f64>) {
        if self.waiting.len() >= lag(interval_s) {
            self.waiting.pop_front();
        }
        self.waiting
            .push_back(baseline.map_or(Packed::NONE, Packed::of));
    }
}

/// Buckets in two hours, at least one.
pub(super) fn lag(interval_s: u32) -> usize {
    (LAG_S / interval_s.max(1)).max(1) as usize
}

#[cfg(test)]
mod tests;
