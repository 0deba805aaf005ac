//! How many went well and how many did not: calls of the newest hour, token requests of seven days.

use super::Class;
use countersign_model::Timestamp;
use countersign_model::status::{Calls, Renewals};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Length of a slice of the hour, seconds.
const SLICE_S: i64 = 600;
/// Slices kept: an hour.
const SLICES_MAX: usize = 6;
/// Days kept: today and the seven before it.
const DAYS_MAX: usize = 8;
/// A bad week does not become what is usual: the baseline is at least this (R046's 98 %).
const BASELINE_MIN: f64 = 0.98;
/// Standard errors below the baseline that are still chance (R046).
const STANDARD_ERRORS: f64 = 3.0;

/// Calls of the newest hour with traffic, in slices of ten minutes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Hour {
    /// Number of the slice, answered, failed; oldest first.
    slices: VecDeque<(i64, u64, u64)>,
    first_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
}

impl Hour {
    pub(super) fn add(&mut self, at: Timestamp, ok: u64, failed: u64) {
        let number = at.as_second().div_euclid(SLICE_S);
        match self.slices.iter_mut().find(|slice| slice.0 == number) {
            Some(slice) => {
                slice.1 = slice.1.saturating_add(ok);
                slice.2 = slice.2.saturating_add(failed);
            }
            None => {
                let place = self.slices.partition_point(|slice| slice.0 < number);
                self.slices.insert(place, (number, ok, failed));
            }
        }
        self.last_at = self.last_at.max(Some(at));
        self.first_at = Some(self.first_at.map_or(at, |first| first.min(at)));
        let newest = self.slices.back().map_or(number, |slice| slice.0);
        self.slices
            .retain(|slice| newest - slice.0 < SLICES_MAX as i64);
    }

    /// The newest call of any result.
    pub(super) fn last_at(&self) -> Option<Timestamp> {
        self.last_at
    }

    pub(super) fn told(&self) -> Option<Calls> {
        let last_at = self.last_at?;
        let sum = |read: fn(&(i64, u64, u64)) -> u64| self.slices.iter().map(read).sum::<u64>();
        let (ok, failed) = (sum(|slice| slice.1), sum(|slice| slice.2));
        let oldest = self.slices.front().map_or(0, |slice| slice.0 * SLICE_S);
        let oldest = Timestamp::from_second(oldest).unwrap_or(last_at);
        let from = self.first_at.map_or(oldest, |first| first.max(oldest));
        let minutes = last_at.duration_since(from).as_secs_f64() / 60.0;
        Some(Calls {
            ok,
            failed,
            per_min: two_digits(real(ok.saturating_add(failed)) / minutes.max(1.0)),
            last_at: minute_of(last_at),
        })
    }
}

/// To the minute, so that a busy integration's status is not written with every call.
pub(super) fn minute_of(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(60)).unwrap_or(at)
}

fn two_digits(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let scale = 10_f64.powf(1.0 - value.log10().floor());
    (value * scale).round() / scale
}

#[expect(clippy::cast_precision_loss, reason = "counts of a week")]
fn real(count: u64) -> f64 {
    count as f64
}

/// Token requests, and failures by class, of today and the seven days before it, in UTC.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Week {
    days: VecDeque<Day>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Day {
    number: i64,
    ok: u64,
    failed: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    classes: BTreeMap<Class, u64>,
}

fn day_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(86_400)
}

impl Week {
    fn day(&mut self, at: Timestamp) -> &mut Day {
        let number = day_of(at);
        let place = self.days.partition_point(|day| day.number < number);
        if self.days.get(place).is_none_or(|day| day.number != number) {
            let day = Day {
                number,
                ..Day::default()
            };
            self.days.insert(place, day);
        }
        &mut self.days[place]
    }

    fn forget(&mut self) {
        let newest = self.days.back().map_or(0, |day| day.number);
        self.days
            .retain(|day| newest - day.number < DAYS_MAX as i64);
    }

    pub(super) fn mint(&mut self, at: Timestamp, ok: u64, failed: u64) {
        let day = self.day(at);
        day.ok = day.ok.saturating_add(ok);
        day.failed = day.failed.saturating_add(failed);
        self.forget();
    }

    pub(super) fn failure(&mut self, at: Timestamp, class: Class, n: u64) {
        let count = self.day(at).classes.entry(class).or_default();
        *count = count.saturating_add(n);
        self.forget();
    }

    fn kept(&self, now: Timestamp) -> impl Iterator<Item = &Day> {
        let today = day_of(now);
        self.days
            .iter()
            .filter(move |day| today - day.number < DAYS_MAX as i64)
    }

    /// Failures by class.
    pub(super) fn failures(&self, now: Timestamp) -> BTreeMap<Class, u64> {
        let mut failures = BTreeMap::new();
        for day in self.kept(now) {
            for (class, n) in &day.classes {
                *failures.entry(*class).or_default() += n;
            }
        }
        failures
    }

    /// Renewals of the seven days, and whether today is worse than chance allows.
    pub(super) fn renewals(&self, now: Timestamp) -> Renewals {
        let (mut earlier, mut today) = ((0, 0), (0, 0));
        for day in self.kept(now) {
            let sum = match day.number == day_of(now) {
                true => &mut today,
                false => &mut earlier,
            };
            sum.0 += day.ok;
            sum.1 += day.failed;
        }
        let expected_min = expected_min(earlier, today.0 + today.1);
        let rate_today = rate(today);
        Renewals {
            ok: earlier.0 + today.0,
            failed: earlier.1 + today.1,
            rate: rate((earlier.0 + today.0, earlier.1 + today.1)),
            expected_min,
            is_below: rate_today
                .zip(expected_min)
                .is_some_and(|(rate, least)| rate < least),
        }
    }

    /// The next instant at which a day leaves or becomes an earlier one.
    pub(super) fn changes_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.kept(now).next()?;
        Timestamp::from_second((day_of(now) + 1) * 86_400).ok()
    }
}

fn rate((ok, failed): (u64, u64)) -> Option<f64> {
    (ok + failed > 0).then(|| real(ok) / real(ok + failed))
}

/// The least share that chance explains: the baseline of the days before, at least 98 %, minus three
/// standard errors of today's count. A perfect week is taken for one that lacks half a failure, so that
/// one failure alone is not a signal.
fn expected_min(earlier: (u64, u64), n_today: u64) -> Option<f64> {
    let n_earlier = real(earlier.0 + earlier.1);
    let base = rate(earlier)?
        .max(BASELINE_MIN)
        .min(1.0 - 0.5 / n_earlier.max(25.0));
    let n = real(n_today.max(1));
    let least = base - STANDARD_ERRORS * (base * (1.0 - base) / n).sqrt();
    Some(four_places(least.max(0.0)))
}

fn four_places(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests;
