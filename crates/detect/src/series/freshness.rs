//! Freshness: a table that has not changed for longer than it ever does at this hour.

use super::alarm::Severity;
use super::baseline::quantile;
use super::course::{Course, Finding, Turn};
use super::packed::{self, Packed};
use super::place::place;
use super::settings::{Bucket, Settings};
use countersign_model::class::Class;
use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Hours of a week.
const HOURS: usize = 168;
/// Gaps that are remembered of each.
const GAPS: usize = 6;
/// Gaps that must be known.
const KNOWN_MIN: usize = 8;
/// Gaps of the very hour of the week that speak for themselves.
const OWN_MIN: usize = 4;
/// The gap that is rarely exceeded.
const LONG: f64 = 0.99;
/// Days in which it is learned and nothing is told by habit.
const SILENT_DAYS: f64 = 7.0;
/// How much longer is stale: a factor, and at least so much.
const FACTOR: f64 = 1.5;
const LEAST_MIN: f64 = 15.0;

/// When a table changed, and how long it usually rests from each hour of the week on.
///
/// Source: detection 3, "data-extension freshness" (assumed there, not measured).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Freshness {
    /// Minutes between changes, by the hour of the week of the first: newest first.
    #[serde(with = "packed")]
    gaps: Vec<Packed>,
    /// The first change that was seen.
    first: Option<Timestamp>,
    changed: Option<Timestamp>,
    /// Learned or scheduled: from when on it is late.
    late: Option<Timestamp>,
    newest: Option<Timestamp>,
    /// Something was planned since it last changed.
    was_planned: bool,
    course: Course,
}

impl Freshness {
    pub(super) fn new() -> Freshness {
        Freshness {
            gaps: vec![Packed::NONE; HOURS * GAPS],
            first: None,
            changed: None,
            late: None,
            newest: None,
            was_planned: false,
            course: Course::default(),
        }
    }

    /// Whether what was kept is whole.
    pub(super) fn is_whole(&self) -> bool {
        self.gaps.len() == HOURS * GAPS
    }

    /// Whether an alarm is open.
    pub(super) fn is_alarmed(&self) -> bool {
        self.course.is_open()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.gaps.capacity() * size_of::<Packed>()
    }

    /// Takes a poll: the value is when the table last changed.
    pub(super) fn take(&mut self, settings: &Settings, bucket: &Bucket) -> Option<Turn> {
        if self.newest.is_some_and(|newest| bucket.start <= newest) {
            return None;
        }
        self.newest = Some(bucket.start);
        self.was_planned |= bucket.planned.is_some();
        let said = Timestamp::from_second(bucket.number()? as i64).ok()?;
        let changed = said.min(bucket.start);
        let is_new = self.changed.is_none_or(|before| changed > before);
        if is_new {
            self.change(settings, changed);
        }
        if bucket.is_paused() {
            return None;
        }
        self.judge(settings, bucket.start)
    }

    fn change(&mut self, settings: &Settings, changed: Timestamp) {
        let before = self.changed.replace(changed);
        self.first.get_or_insert(changed);
        if let Some(before) = before.filter(|_| !self.was_planned) {
            self.learn(settings, before, changed);
        }
        self.was_planned = false;
        self.late = due(settings, changed)
            .map(|(_, late)| late)
            .or_else(|| self.late_by_habit(settings, changed));
    }

    /// Learns a gap. One that was an alarm is learned up to where it was late: an outage stays one, and
    /// a new rhythm is followed step by step.
    fn learn(&mut self, settings: &Settings, before: Timestamp, changed: Timestamp) {
        let end = match self.late.filter(|_| self.course.is_open()) {
            Some(late) => late.min(changed),
            None => changed,
        };
        let minutes = end.duration_since(before).as_secs_f64() / 60.0;
        let hour = place(before, &settings.zone, settings.week()).hour;
        let gaps = &mut self.gaps[hour * GAPS..(hour + 1) * GAPS];
        gaps.rotate_right(1);
        gaps[0] = Packed::of(minutes);
    }

    fn late_by_habit(&self, settings: &Settings, changed: Timestamp) -> Option<Timestamp> {
        let hour = place(changed, &settings.zone, settings.week()).hour;
        let long = self.long_gap(hour)?;
        let minutes = (FACTOR * long).max(long + LEAST_MIN);
        Some(changed + SignedDuration::from_secs((minutes * 60.0).min(1e9) as i64))
    }

    /// The gap that is rarely exceeded after a change at this hour of the week, minutes: by its own
    /// past, else with the hours beside it, else by this hour on such days, else by all; never less
    /// than this very hour has rested before.
    fn long_gap(&self, hour: usize) -> Option<f64> {
        let (day, time) = (hour / 24, hour % 24);
        let is_weekend = super::place::is_weekend(day);
        let beside = |other: usize| (other + HOURS - hour + 1) % HOURS <= 2;
        let alike =
            |other: usize| other % 24 == time && super::place::is_weekend(other / 24) == is_weekend;
        let all = self.of_hours(|_| true);
        if all.len() < KNOWN_MIN {
            return None;
        }
        let own = self.of_hours(|other| other == hour);
        let longest = own.last().copied().unwrap_or(0.0);
        let choices = [
            (own, OWN_MIN),
            (self.of_hours(beside), KNOWN_MIN),
            (self.of_hours(alike), KNOWN_MIN),
            (all, KNOWN_MIN),
        ];
        let (gaps, _) = choices
            .into_iter()
            .find(|(gaps, least)| gaps.len() >= *least)?;
        Some(quantile(&gaps, LONG)?.max(longest))
    }

    fn of_hours(&self, is_wanted: impl Fn(usize) -> bool) -> Vec<f64> {
        let mut gaps: Vec<f64> = (0..HOURS)
            .filter(|hour| is_wanted(*hour))
            .flat_map(|hour| &self.gaps[hour * GAPS..(hour + 1) * GAPS])
            .filter_map(|packed| packed.get())
            .collect();
        gaps.sort_by(f64::total_cmp);
        gaps
    }

    fn judge(&mut self, settings: &Settings, now: Timestamp) -> Option<Turn> {
        let changed = self.changed?;
        let lag = now.duration_since(changed);
        let minutes = lag.as_secs_f64() / 60.0;
        let over = |limit: Option<u32>| limit.is_some_and(|limit| minutes > f64::from(limit));
        let is_declared = settings.warn_after_min.or(settings.critical_after_min);
        let late = self.late_at(settings).filter(|_| is_declared.is_none());
        let is_late = late.is_some_and(|late| now > late && !self.was_planned);
        let severity = match over(settings.critical_after_min) {
            true => Severity::Page,
            false => Severity::Warn,
        };
        let opens = severity == Severity::Page || over(settings.warn_after_min) || is_late;
        let usual = match (is_declared, late) {
            (Some(limit), _) => f64::from(limit),
            (None, Some(late)) => late.duration_since(changed).as_secs_f64() / 60.0,
            (None, None) => return self.course.take(None, false, true, 1),
        };
        let found = Finding {
            class: Class::Frozen,
            severity,
            since: changed,
            strength: minutes / usual.max(1.0),
            expected: usual,
            seen: minutes,
        };
        self.course.take(Some(found), opens, !opens, 1)
    }

    /// When it will be late if it does not change; by habit only once a week is known.
    pub(super) fn late_at(&self, settings: &Settings) -> Option<Timestamp> {
        if let Some(minutes) = settings.warn_after_min.or(settings.critical_after_min) {
            return Some(self.changed? + SignedDuration::from_mins(i64::from(minutes)));
        }
        let age = self.changed?.duration_since(self.first?).as_secs_f64() / 86_400.0;
        self.late
            .filter(|_| settings.schedule.is_some() || age >= SILENT_DAYS)
    }

    /// The middle and the long gaps after a change at this hour, minutes, and how many are known.
    pub(super) fn usual(&self, settings: &Settings, at: Timestamp) -> Option<(f64, f64, usize)> {
        let hour = place(at, &settings.zone, settings.week()).hour;
        let long = self.long_gap(hour)?;
        let all = self.of_hours(|_| true);
        Some((quantile(&all, 0.3)?.min(long), long, all.len()))
    }
}

/// The first scheduled start after `after`, and when it counts as missed: half the time to the next one
/// has gone by, at least 15 minutes, and a run of usual length would be over.
pub(super) fn due(settings: &Settings, after: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let schedule = settings.schedule.as_ref()?;
    let zone = settings.zone.iana_name().unwrap_or("UTC");
    let just_after = after + SignedDuration::from_nanos(1);
    let both = schedule.starts(just_after, Timestamp::MAX, zone, 2).ok()?;
    let [due, next] = both[..] else { return None };
    let usual = SignedDuration::from_mins(i64::from(schedule.usual_min.unwrap_or(0)));
    let half = next.duration_since(due) / 2;
    let grace = half.max(SignedDuration::from_mins(LEAST_MIN as i64));
    Some((due, due + grace + usual))
}

#[cfg(test)]
mod tests;
