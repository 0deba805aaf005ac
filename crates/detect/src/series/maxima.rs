//! A channel's own record: the most it said on each of the last days without alarm.

use super::packed::{self, Packed};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Daily maxima of one channel, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Maxima {
    days_max: u16,
    #[serde(with = "packed")]
    days: VecDeque<Packed>,
    /// Today's so far.
    today: f32,
    /// The second greatest of the days.
    second: f32,
}

impl Maxima {
    /// An empty record of at most `days_max` days.
    pub(super) fn new(days_max: u16) -> Maxima {
        Maxima {
            days_max,
            days: VecDeque::with_capacity(usize::from(days_max)),
            today: 0.0,
            second: 0.0,
        }
    }

    /// Bytes on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        self.days.capacity() * size_of::<Packed>()
    }

    /// Takes what the channel says.
    pub(super) fn take(&mut self, value: f64) {
        self.today = self.today.max(value as f32);
    }

    /// The day is over; it counts unless there was an alarm in it.
    pub(super) fn end_day(&mut self, counts: bool) {
        let today = std::mem::take(&mut self.today);
        if !counts {
            return;
        }
        if self.days.len() >= usize::from(self.days_max) {
            self.days.pop_front();
        }
        self.days.push_back(Packed::of(f64::from(today)));
        self.second = self.find_second() as f32;
    }

    /// Takes out the days whose bits are set in `days`, the lowest for the oldest.
    pub(super) fn forget(&mut self, days: u16) {
        let mut n = 0;
        self.days.retain(|_| {
            n += 1;
            n > 16 || days >> (n - 1) & 1 == 0
        });
        self.second = self.find_second() as f32;
    }

    /// The second greatest, or the only one; zero of none.
    pub(super) fn second(&self) -> f64 {
        f64::from(self.second)
    }

    fn find_second(&self) -> f64 {
        let (mut first, mut second) = (0.0_f64, None);
        for value in self.days.iter().filter_map(|day| day.get()) {
            if value >= first {
                second = Some(first);
                first = value;
            } else if second.is_none_or(|second| value > second) {
                second = Some(value);
            }
        }
        match self.days.len() {
            0 | 1 => first,
            _ => second.unwrap_or(first),
        }
    }
}

#[cfg(test)]
mod tests;
