//! The volume test: is so little, or nothing at all, still usual for this hour of the week?
//!
//! Source: detection 3, steps 1 to 8, in this order for each bucket.

use super::baseline::Baseline;
use super::course::Course;
use super::dispersion::Dispersion;
use super::evidence::{Bin, Evidence};
use super::level::Level;
use super::maxima::Maxima;
use super::packed::{self, Packed};
use super::place::{Place, is_change_day, place, span};
use super::settings::{Bucket, Settings};
use countersign_model::estate::PlannedKind;
use countersign_model::{Timestamp, civil};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

mod judge;
mod look;
mod restate;

/// Share of the usual flow that is expected on a holiday.
const HOLIDAY: f64 = 0.3;
/// Days whose maxima are remembered.
const RECORD_DAYS: u16 = 42;
/// A restated bucket replays so much at most, seconds.
const LOG_S: u32 = 24 * 3600;
/// Buckets that are kept at most, for that and for the level's two hours: a day of five minutes.
const KEPT_MAX: usize = 288;

/// Everything the volume test remembers of one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Volume {
    /// Start of the first bucket with a value.
    first: Option<Timestamp>,
    /// Start of the newest bucket.
    newest: Option<Timestamp>,
    baseline: Baseline,
    level: Level,
    dispersion: Dispersion,
    evidence: Evidence,
    /// Of silence, trickle, partial.
    maxima: [Maxima; 3],
    /// Counts of the last hours, oldest first, the newest bucket last.
    #[serde(with = "packed")]
    log: VecDeque<Packed>,
    slot: Option<Slot>,
    day: Option<Day>,
    /// Newest bucket for which something was planned.
    planned_at: Option<Timestamp>,
    alarms: SecondWeek,
    /// Evidence for a partial loss in the newest bucket alone, for the pool.
    half: Option<Share>,
    course: Course,
}

/// The slot that is passing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Slot {
    index: usize,
    entered: Timestamp,
    /// Expected per bucket before the level.
    baseline: Option<f64>,
    sum: f64,
    buckets: u32,
    /// Buckets that may not be learned.
    held: u32,
}

/// The day that is passing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Day {
    date: civil::Date,
    /// Clocks change on it.
    changes: bool,
    had_alarm: bool,
}

/// Which days of the second week had an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct SecondWeek {
    days: u8,
    /// A bit for each, the lowest for the first.
    alarms: u16,
}

/// So many of them are a rhythm.
const RHYTHM_DAYS: u32 = 3;

impl SecondWeek {
    fn push(&mut self, had_alarm: bool) {
        self.alarms |= u16::from(had_alarm) << self.days.min(15);
        self.days = self.days.saturating_add(1);
    }

    /// The days that are no record after all; `None` where all are, or this was asked before.
    fn settle(&mut self) -> Option<u16> {
        let alarms = std::mem::take(&mut self.alarms);
        let is_rhythm = alarms.count_ones() >= RHYTHM_DAYS;
        (alarms != 0 && !is_rhythm).then_some(alarms)
    }
}

/// What one member of a pool knows of its newest bucket.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Evidence that half of the flow is gone, nats, tempered.
    pub nats: f64,
    /// Events expected.
    pub expected: f64,
    /// Events seen.
    pub seen: f64,
}

impl Volume {
    pub(super) fn new(settings: &Settings) -> Volume {
        let log = log_max(settings);
        Volume {
            first: None,
            newest: None,
            baseline: Baseline::new(settings.week()),
            level: Level::new(settings.interval_s),
            dispersion: Dispersion::new(),
            evidence: Evidence::default(),
            maxima: std::array::from_fn(|_| Maxima::new(RECORD_DAYS)),
            log: VecDeque::with_capacity(log),
            slot: None,
            day: None,
            planned_at: None,
            alarms: SecondWeek::default(),
            half: None,
            course: Course::default(),
        }
    }

    /// Whether what was kept is whole and was kept for buckets of this length.
    pub(super) fn fits(&self, settings: &Settings) -> bool {
        self.baseline.fits(settings.week()) && self.dispersion.is_whole()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let maxima: usize = self.maxima.iter().map(Maxima::heap_bytes).sum();
        self.baseline.heap_bytes()
            + self.level.heap_bytes()
            + self.dispersion.heap_bytes()
            + maxima
            + self.log.capacity() * size_of::<Packed>()
    }

    pub(super) fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    pub(super) fn half(&self) -> Option<Share> {
        self.half
    }

    /// Buckets of zero in a row.
    pub(super) fn zeros(&self) -> u32 {
        self.evidence.zeros()
    }

    /// Evidence of the zeros in a row, nats.
    pub(super) fn silence(&self) -> f64 {
        self.evidence.channel(0).nats
    }

    /// Whether an alarm is open.
    pub(super) fn is_alarmed(&self) -> bool {
        self.course.is_open()
    }

    /// The open alarm at its worst.
    pub(super) fn worst(&self) -> Option<super::course::Finding> {
        self.course.worst()
    }

    /// Takes the bucket that follows the newest one, at whatever distance. Returns whether it was
    /// tested: it had a value, and there is something to compare it with.
    pub(super) fn take(&mut self, settings: &Settings, bucket: &Bucket) -> bool {
        self.skip(settings, bucket.start);
        let here = place(bucket.start, &settings.zone, settings.week());
        self.enter(settings, here, bucket.start);
        if bucket.planned.is_some() {
            self.planned_at = Some(bucket.start);
        }
        let count = bucket.number().filter(|_| !bucket.is_paused());
        if bucket.is_paused() {
            self.evidence = Evidence::default();
        }
        if count.is_some() {
            self.first.get_or_insert(bucket.start);
        }
        let baseline = self.slot.and_then(|slot| slot.baseline);
        let learned = match (count, baseline) {
            (Some(count), Some(baseline)) => self.test(settings, bucket, here, count, baseline),
            _ => self.untested(count, here),
        };
        self.log(settings, count);
        self.level
            .pass(settings.interval_s, baseline.filter(|_| learned));
        self.newest = Some(bucket.start);
        count.is_some() && baseline.is_some()
    }

    /// Buckets between the newest and `start` are missing.
    fn skip(&mut self, settings: &Settings, start: Timestamp) {
        let missing = self.steps_to(settings, start).saturating_sub(1);
        for _ in 0..missing.min(KEPT_MAX as i64) {
            self.log(settings, None);
            self.level.pass(settings.interval_s, None);
        }
        if missing > 0 {
            self.dispersion.pause();
        }
    }

    /// Buckets from the newest to `start`.
    fn steps_to(&self, settings: &Settings, start: Timestamp) -> i64 {
        let Some(newest) = self.newest else {
            return 1;
        };
        let apart = start.as_second() - newest.as_second();
        apart.div_euclid(i64::from(settings.interval_s))
    }

    fn log(&mut self, settings: &Settings, count: Option<f64>) {
        if self.log.len() >= log_max(settings) {
            self.log.pop_front();
        }
        self.log.push_back(count.map_or(Packed::NONE, Packed::of));
    }

    /// A bucket that cannot be tested still belongs to its slot.
    fn untested(&mut self, count: Option<f64>, here: Place) -> bool {
        self.half = None;
        self.dispersion.pause();
        if let Some(count) = count {
            self.count(count, !here.is_doubled);
        }
        false
    }

    /// Steps 2 to 6 for one bucket. Returns whether it may be learned.
    fn test(
        &mut self,
        settings: &Settings,
        bucket: &Bucket,
        here: Place,
        count: f64,
        baseline: f64,
    ) -> bool {
        let log = &self.log;
        self.level.learn(settings.interval_s, |distance| {
            log.get(log.len().checked_sub(distance)?)?.get()
        });
        let bin = self.bin(settings, bucket, here, count, baseline);
        let is_silent = self.age_days(bucket.start) < judge::SILENT_DAYS;
        let is_open = self.evidence.take(&bin) || is_silent;
        self.half = bin.is_usual.then(|| Share {
            nats: bin.half(),
            expected: bin.expected,
            seen: count,
        });
        let learned = is_open && bucket.planned.is_none() && !here.is_doubled;
        self.count(count, learned);
        if learned {
            self.dispersion
                .learn(settings.interval_s, here.cell, count, bin.expected);
        }
        learned
    }

    fn bin(
        &self,
        settings: &Settings,
        bucket: &Bucket,
        here: Place,
        seen: f64,
        baseline: f64,
    ) -> Bin {
        let quiet = match bucket.planned {
            Some(PlannedKind::Holiday) => HOLIDAY,
            _ => 1.0,
        };
        Bin {
            start: bucket.start,
            interval_s: settings.interval_s,
            seen,
            expected: self.level.factor() * baseline * quiet,
            dispersion: self.dispersion.at(settings.interval_s, here.cell),
            temper: self.dispersion.temper(),
            is_usual: bucket.planned.is_none(),
        }
    }

    fn count(&mut self, count: f64, learned: bool) {
        if let Some(slot) = &mut self.slot {
            slot.sum += count;
            slot.buckets += 1;
            slot.held += u32::from(!learned);
        }
    }

    /// Step 1: leaves the old slot and enters that of a new bucket, where it is another.
    fn enter(&mut self, settings: &Settings, here: Place, start: Timestamp) {
        let week = settings.week();
        let stays = self.slot.is_some_and(|slot| {
            let away = start.duration_since(slot.entered);
            slot.index == here.slot && away < span(week.slot_s)
        });
        if !stays {
            self.leave();
            let buckets = (f64::from(week.slot_s) / f64::from(settings.interval_s)).max(1.0);
            self.slot = Some(Slot {
                index: here.slot,
                entered: start,
                baseline: self.baseline.expected(here.slot, week, buckets),
                sum: 0.0,
                buckets: 0,
                held: 0,
            });
        }
        if self.day.is_none_or(|day| day.date != here.date) {
            self.end_day(start);
            self.day = Some(Day {
                date: here.date,
                changes: is_change_day(here.date, &settings.zone),
                had_alarm: self.course.is_open(),
            });
        }
    }

    /// Stores the mean of the slot that has passed, unless most of it may not be learned.
    fn leave(&mut self) {
        if let Some(slot) = self.slot.take()
            && slot.buckets > 0
            && slot.held * 2 <= slot.buckets
        {
            let mean = slot.sum / f64::from(slot.buckets);
            self.baseline.push(slot.index, mean);
        }
    }

    /// A day with an alarm is no record. Those of the second week are one for the time being, and for
    /// good if there are three of them: what comes again and again then is how this flow is, and
    /// nobody was told.
    fn end_day(&mut self, start: Timestamp) {
        let Some(day) = self.day else {
            return;
        };
        let age = self.age_days(start);
        let is_second_week = age > judge::SILENT_DAYS && age <= judge::DIGEST_DAYS;
        if is_second_week {
            self.alarms.push(day.had_alarm);
        } else if age > judge::DIGEST_DAYS
            && let Some(days) = self.alarms.settle()
        {
            self.maxima
                .iter_mut()
                .for_each(|record| record.forget(days));
        }
        let counts = age > judge::SILENT_DAYS && (!day.had_alarm || is_second_week);
        self.maxima
            .iter_mut()
            .for_each(|record| record.end_day(counts));
    }

    /// Days of history before `start`.
    fn age_days(&self, start: Timestamp) -> f64 {
        self.first.map_or(0.0, |first| {
            start.duration_since(first).as_secs_f64() / 86_400.0
        })
    }
}

/// Buckets that are logged.
fn log_max(settings: &Settings) -> usize {
    let lag = super::level::lag(settings.interval_s);
    let day = (LOG_S / settings.interval_s) as usize;
    day.min(KEPT_MAX.saturating_sub(lag)).max(lag)
}

#[cfg(test)]
mod tests;
