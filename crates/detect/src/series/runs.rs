//! The run rule: a job that finished and moved nothing, where it nearly always moves something.

use super::packed;
use super::place::CELLS;
use serde::{Deserialize, Serialize};

/// Runs that must be known before one of zero rows says something.
const KNOWN_MIN: u32 = 20;
/// Share of runs of zero rows below which the first is news.
const USUAL_SHARE: f64 = 0.02;
/// Runs of an hour that must be known before it may borrow from the whole job.
const OWN_MIN: u32 = 4;
/// Evidence that the run itself must bring, nats, by its hour's own past: one in 150. Where a run moves
/// three rows, none among twenty that moved nothing says little.
const OWN_NATS: f64 = 5.0;
/// And by the past of the whole job: one in three thousand.
const BORROWED_NATS: f64 = 8.0;

/// For each hour of the day, on weekdays and weekends: runs, and how many of them moved nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ZeroRuns {
    #[serde(with = "packed")]
    runs: Vec<u16>,
    #[serde(with = "packed")]
    zeros: Vec<u16>,
}

impl ZeroRuns {
    pub(super) fn new() -> ZeroRuns {
        ZeroRuns {
            runs: vec![0; CELLS],
            zeros: vec![0; CELLS],
        }
    }

    /// Whether what was kept is whole.
    pub(super) fn is_whole(&self) -> bool {
        self.runs.len() == CELLS && self.zeros.len() == CELLS
    }

    pub(super) fn heap_bytes(&self) -> usize {
        (self.runs.capacity() + self.zeros.capacity()) * size_of::<u16>()
    }

    /// Whether the first run of zero rows at this hour is news: at least 20 runs are known and under
    /// 2 % of them moved nothing. An hour with few runs of its own that all moved something borrows
    /// from the whole job. `nats`, the evidence of this run, must back it.
    pub(super) fn is_news(&self, cell: usize, nats: f64) -> bool {
        let known = |runs: u32, zeros: u32| {
            runs >= KNOWN_MIN && f64::from(zeros) < USUAL_SHARE * f64::from(runs)
        };
        let sum = |counts: &[u16]| counts.iter().map(|n| u32::from(*n)).sum();
        let (runs, zeros) = (u32::from(self.runs[cell]), u32::from(self.zeros[cell]));
        let borrows = runs >= OWN_MIN && zeros == 0 && nats >= BORROWED_NATS;
        (nats >= OWN_NATS && known(runs, zeros))
            || (borrows && known(sum(&self.runs), sum(&self.zeros)))
    }

    /// Learns from a run.
    pub(super) fn learn(&mut self, cell: usize, is_zero: bool) {
        if self.runs[cell] == u16::MAX {
            self.runs[cell] /= 2;
            self.zeros[cell] /= 2;
        }
        self.runs[cell] += 1;
        self.zeros[cell] += u16::from(is_zero);
    }
}

#[cfg(test)]
mod tests;
