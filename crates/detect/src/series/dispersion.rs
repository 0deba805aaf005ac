//! How irregular the flow is below what is expected, and how much one bucket repeats the last.

use super::packed;
use super::place::CELLS;
use serde::{Deserialize, Serialize};

/// Memory of the whole flow, hours.
const MEMORY_H: f64 = 21.0 * 24.0;
/// Memory of one hour of the day, days.
const CELL_MEMORY_DAYS: f64 = 28.0;
/// Bounds of the dispersion.
const BOUNDS: (f64, f64) = (0.004, 3.0);
/// Dispersion of a flow that is not known yet.
const START: f64 = 0.3;
/// Weight at which an hour of the day speaks for itself as much as the whole flow does.
const CELL_TRUST: f64 = 0.3;
/// Bounds of a standardised deviation.
const DEVIATION: (f64, f64) = (-3.0, 2.0);
/// Most that one bucket can repeat the last.
const REPEAT_MAX: f64 = 0.85;
/// Below so many expected events a bucket teaches nothing.
const TAUGHT_MIN: f64 = 0.02;

/// Dispersion of counts below expectation, as a whole and for each hour of the day on weekdays and
/// weekends. The upper side is not looked at: bursts must not hide a drop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Dispersion {
    excess: f64,
    square: f64,
    /// For each cell: excess and square.
    #[serde(with = "packed")]
    cells: Vec<f32>,
    /// For each cell: buckets it learned from.
    #[serde(with = "packed")]
    learned: Vec<u16>,
    /// Variance and covariance with the bucket before.
    variance: f64,
    covariance: f64,
    last: Option<f64>,
}

impl Dispersion {
    /// One that knows nothing.
    pub(super) fn new() -> Dispersion {
        Dispersion {
            excess: 0.0,
            square: 0.0,
            cells: vec![0.0; CELLS * 2],
            learned: vec![0; CELLS],
            variance: 1.0,
            covariance: 0.0,
            last: None,
        }
    }

    /// Whether what was kept is whole.
    pub(super) fn is_whole(&self) -> bool {
        self.cells.len() == CELLS * 2 && self.learned.len() == CELLS
    }

    /// Bytes on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        self.cells.capacity() * size_of::<f32>() + self.learned.capacity() * size_of::<u16>()
    }

    fn whole(&self) -> f64 {
        match self.square > 0.0 {
            true => self.excess / self.square,
            false => START,
        }
    }

    /// The dispersion at an hour of the day.
    pub(super) fn at(&self, interval_s: u32, cell: usize) -> f64 {
        let [excess, square] = [0, 1].map(|n| f64::from(self.cells[cell * 2 + n]));
        let learned = f64::from(self.learned[cell]);
        let weight = 1.0 - (-learned * f64::from(interval_s) / 3600.0 / CELL_MEMORY_DAYS).exp();
        let whole = self.whole();
        let mixed = match square > 0.0 {
            true => {
                let trust = weight / (weight + CELL_TRUST);
                trust * excess / square + (1.0 - trust) * whole
            }
            false => whole,
        };
        mixed.clamp(BOUNDS.0, BOUNDS.1)
    }

    /// What one bucket's evidence is worth where buckets repeat each other: 1 where they do not.
    pub(super) fn temper(&self) -> f64 {
        let repeat = (self.covariance / self.variance).clamp(0.0, REPEAT_MAX);
        (1.0 - repeat) / (1.0 + repeat)
    }

    /// The chain of buckets is broken: the next one repeats nothing.
    pub(super) fn pause(&mut self) {
        self.last = None;
    }

    /// Learns from a bucket.
    pub(super) fn learn(&mut self, interval_s: u32, cell: usize, seen: f64, expected: f64) {
        if expected <= TAUGHT_MIN {
            return;
        }
        let hours = f64::from(interval_s) / 3600.0;
        let step = 1.0 - (-hours / MEMORY_H).exp();
        let cell_step = 1.0 - (-hours / CELL_MEMORY_DAYS).exp();
        let below = seen - expected;
        let cells = &mut self.cells[cell * 2..cell * 2 + 2];
        if below < 0.0 {
            let excess = (below * below - expected).max(-expected);
            let square = expected * expected;
            self.excess += step * (excess - self.excess);
            self.square += step * (square - self.square);
            approach(&mut cells[0], cell_step, excess);
            approach(&mut cells[1], cell_step, square);
        }
        self.learned[cell] = self.learned[cell].saturating_add(1);
        let spread = (expected + self.whole().max(0.0) * expected * expected + 1e-9).sqrt();
        let deviation = (below / spread).clamp(DEVIATION.0, DEVIATION.1);
        if let Some(last) = self.last {
            self.variance += step * (deviation * deviation - self.variance);
            self.covariance += step * (deviation * last - self.covariance);
        }
        self.last = Some(deviation);
    }
}

/// Moves `value` a share of the way to `target`.
fn approach(value: &mut f32, step: f64, target: f64) {
    let old = f64::from(*value);
    *value = (old + step * (target - old)) as f32;
}

#[cfg(test)]
mod tests;
