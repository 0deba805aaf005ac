//! What is usual at an hour of the week: the last six weeks of each slot.

use super::packed::{self, Packed};
use super::place::{Week, is_weekend};
use serde::{Deserialize, Serialize};

/// Weeks that are remembered.
const WEEKS: usize = 6;
/// The quantile that is expected: low, so that bursts raise nobody's hopes.
const LOW: f64 = 0.3;
/// The upper end of the usual range.
const HIGH: f64 = 0.7;
/// Neighbouring slots and their weights.
const NEIGHBOURS: [(isize, f64); 3] = [(-1, 0.25), (0, 0.5), (1, 0.25)];
/// Events in a slot's past that weigh as much as the other days of its kind.
const SHRINK_EVENTS: f64 = 10.0;

/// Mean events per bucket of each slot of the week in the last six weeks that it was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Baseline {
    /// Slot by slot, newest week first.
    #[serde(with = "packed")]
    weeks: Vec<Packed>,
}

impl Baseline {
    /// One that knows nothing.
    pub(super) fn new(week: Week) -> Baseline {
        Baseline {
            weeks: vec![Packed::NONE; week.slots() * WEEKS],
        }
    }

    /// Whether it has a place for each slot of `week`: it was kept for the same bucket length.
    pub(super) fn fits(&self, week: Week) -> bool {
        self.weeks.len() == week.slots() * WEEKS
    }

    /// Bytes on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        self.weeks.capacity() * size_of::<Packed>()
    }

    fn slot(&self, slot: usize) -> &[Packed] {
        &self.weeks[slot * WEEKS..(slot + 1) * WEEKS]
    }

    fn newest(&self, slot: usize) -> Option<f64> {
        self.slot(slot)[0].get()
    }

    /// Remembers a slot that has passed.
    pub(super) fn push(&mut self, slot: usize, mean: f64) {
        let weeks = &mut self.weeks[slot * WEEKS..(slot + 1) * WEEKS];
        weeks.rotate_right(1);
        weeks[0] = Packed::of(mean);
    }

    /// Corrects the newest week of a slot.
    pub(super) fn amend(&mut self, slot: usize, mean: f64) {
        let newest = &mut self.weeks[slot * WEEKS];
        if *newest != Packed::NONE {
            *newest = Packed::of(mean);
        }
    }

    /// The values of a slot in order, and how many there are.
    fn sorted(&self, slot: usize) -> ([f64; WEEKS], usize) {
        let mut values = [f64::INFINITY; WEEKS];
        let mut n_values = 0;
        for value in self.slot(slot).iter().filter_map(|packed| packed.get()) {
            values[n_values] = value;
            n_values += 1;
        }
        values[..n_values].sort_by(f64::total_cmp);
        (values, n_values)
    }

    /// The range of the middle of a slot's past, and in how many weeks it was seen.
    pub(super) fn range(&self, slot: usize) -> Option<(f64, f64, usize)> {
        let (values, n_values) = self.sorted(slot);
        let values = &values[..n_values];
        Some((quantile(values, LOW)?, quantile(values, HIGH)?, n_values))
    }

    /// Events per bucket to expect in a slot; `None` where nothing like it was ever seen.
    /// `buckets` is how many buckets a slot has.
    pub(super) fn expected(&self, slot: usize, week: Week, buckets: f64) -> Option<f64> {
        let (mut sum, mut weight, mut events) = (0.0, 0.0, 0.0);
        for (offset, share) in NEIGHBOURS {
            let near = (slot + week.slots()).saturating_add_signed(offset) % week.slots();
            let (values, n_values) = self.sorted(near);
            if let Some(low) = quantile(&values[..n_values], LOW) {
                sum += share * low;
                weight += share;
                events += share * low * n_values as f64 * buckets;
            }
        }
        let alike = self.days_alike(slot, week);
        if weight == 0.0 {
            return alike;
        }
        let own = match self.most(slot) {
            Some(most) if events >= SHRINK_EVENTS => (2.0 * most).min(sum / weight),
            _ => sum / weight,
        };
        Some(alike.map_or(own, |alike| {
            let trust = events / (events + SHRINK_EVENTS);
            trust * own + (1.0 - trust) * alike.min(2.0 * own + 0.1)
        }))
    }

    /// The most that a slot ever brought. Its neighbours do not raise it above twice that: where a flow
    /// closes for the night, the first hour of the night expects nothing. Where few events are known
    /// that could be chance, and is left alone.
    fn most(&self, slot: usize) -> Option<f64> {
        let (values, n_values) = self.sorted(slot);
        values[..n_values].last().copied()
    }

    /// Mean of the newest weeks at this time of day, over days of the same kind (weekdays, weekends),
    /// or over all days where none of that kind was seen.
    fn days_alike(&self, slot: usize, week: Week) -> Option<f64> {
        let (day, time) = (slot / week.per_day, slot % week.per_day);
        let mean = |days: &dyn Fn(usize) -> bool| {
            let seen = (0..7)
                .filter(|day| days(*day))
                .filter_map(|day| self.newest(day * week.per_day + time));
            let (sum, n) = seen.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
            (n > 0.0).then(|| sum / n)
        };
        mean(&|other| is_weekend(other) == is_weekend(day)).or_else(|| mean(&|_| true))
    }
}

/// Quantile of sorted values, interpolated; `None` of no values.
pub(super) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = share * last as f64;
    let below = at.floor() as usize;
    let part = at - at.floor();
    Some(match below < last {
        true => sorted[below] * (1.0 - part) + sorted[below + 1] * part,
        false => sorted[last],
    })
}

#[cfg(test)]
mod tests;
