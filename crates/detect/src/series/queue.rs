//! Queues: one that grows and is never drained, and messages that grow too old.

use super::alarm::Severity;
use super::course::{Course, Finding, Turn};
use super::maxima::Maxima;
use super::packed;
use super::place::{place, span};
use super::settings::{Bucket, Settings};
use countersign_model::class::Class;
use countersign_model::{SignedDuration, Timestamp, civil};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Depth that is never worth an alarm.
const DEPTH_MIN: f64 = 20.0;
/// What the queue's own record is multiplied with.
const RECORD: f64 = 1.5;
/// Days whose maxima are remembered.
const RECORD_DAYS: u16 = 28;
/// A queue must have grown for so long, seconds, in at least three polls.
const GROWN_S: u32 = 900;
const POLLS_MIN: u16 = 3;
/// An alarm ends at this depth, or at this share of the record.
const DRAINED: (f64, f64) = (5.0, 0.25);
/// Growth alone pages once it is as old as this.
const PAGES_AFTER: SignedDuration = SignedDuration::from_mins(30);
/// Until this age it only warns, days: the record is not known.
const KNOWN_DAYS: f64 = 7.0;

/// Depth of one queue.
///
/// Source: detection 3, "Signals mapped to it", and 6.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Depth {
    first: Option<Timestamp>,
    newest: Option<Timestamp>,
    /// The polls of the last quarter of an hour, oldest first.
    #[serde(with = "packed")]
    recent: VecDeque<f32>,
    maxima: Maxima,
    date: Option<civil::Date>,
    had_alarm: bool,
    /// When it was last as good as empty.
    drained: Option<Timestamp>,
    course: Course,
}

impl Depth {
    pub(super) fn new(settings: &Settings) -> Depth {
        Depth {
            first: None,
            newest: None,
            recent: VecDeque::with_capacity(usize::from(polls(settings))),
            maxima: Maxima::new(RECORD_DAYS),
            date: None,
            had_alarm: false,
            drained: None,
            course: Course::default(),
        }
    }

    /// Whether an alarm is open.
    pub(super) fn is_alarmed(&self) -> bool {
        self.course.is_open()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.recent.capacity() * size_of::<f32>() + self.maxima.heap_bytes()
    }

    /// Takes a poll.
    pub(super) fn take(&mut self, settings: &Settings, bucket: &Bucket) -> Option<Turn> {
        if self.newest.is_some_and(|newest| bucket.start <= newest) {
            return None;
        }
        let gap = self.newest.is_some_and(|newest| {
            bucket.start.duration_since(newest) > span(2 * settings.interval_s)
        });
        self.newest = Some(bucket.start);
        let depth = bucket.number().filter(|_| !bucket.is_paused());
        if gap || depth.is_none() {
            self.recent.clear();
        }
        let depth = depth?;
        self.first.get_or_insert(bucket.start);
        self.turn_day(settings, bucket.start);
        if depth <= self.drained_at() || self.drained.is_none() {
            self.drained = Some(bucket.start);
        }
        if self.recent.len() >= usize::from(polls(settings)) {
            self.recent.pop_front();
        }
        self.recent.push_back(depth as f32);
        self.judge(settings, bucket.start, depth)
    }

    fn turn_day(&mut self, settings: &Settings, start: Timestamp) {
        let date = place(start, &settings.zone, settings.week()).date;
        if self.date.replace(date).is_some_and(|before| before != date) {
            let counts = !self.had_alarm || !self.is_known(start);
            self.maxima.end_day(counts);
            self.had_alarm = self.course.is_open();
        }
    }

    fn judge(&mut self, settings: &Settings, start: Timestamp, depth: f64) -> Option<Turn> {
        let most = DEPTH_MIN.max(RECORD * self.maxima.second());
        let since = self.drained.unwrap_or(start);
        let old_enough = start.duration_since(since) >= PAGES_AFTER;
        let severity = match old_enough && self.is_known(start) {
            true => Severity::Page,
            false => Severity::Warn,
        };
        let found = Finding {
            class: Class::QueueGrowth,
            severity,
            since,
            strength: depth / most,
            expected: most,
            seen: depth,
        };
        let opens = depth > most && (self.course.is_open() || self.grows(settings));
        let turn = self
            .course
            .take(Some(found), opens, depth <= self.drained_at(), 1);
        if self.course.is_open() {
            self.had_alarm = true;
        }
        if !self.course.is_open() || !self.is_known(start) {
            self.maxima.take(depth);
        }
        turn
    }

    /// Depth at which it counts as drained.
    fn drained_at(&self) -> f64 {
        DRAINED.0.max(DRAINED.1 * self.maxima.second())
    }

    /// Whether it was never empty in the last quarter of an hour, and has become longer.
    fn grows(&self, settings: &Settings) -> bool {
        let full = self.recent.len() >= usize::from(polls(settings));
        let never_empty = self.recent.iter().all(|depth| *depth > 0.0);
        full && never_empty && self.recent.back() > self.recent.front()
    }

    fn is_known(&self, start: Timestamp) -> bool {
        self.first
            .is_some_and(|first| start.duration_since(first).as_secs_f64() >= KNOWN_DAYS * 86_400.0)
    }
}

/// Polls in a quarter of an hour.
fn polls(settings: &Settings) -> u16 {
    settings.buckets(GROWN_S).max(POLLS_MIN)
}

/// Marketing Cloud drops what waited longer, seconds: a paused send's messages end in an error.
const DROPPED_S: f64 = 72.0 * 3600.0;
/// A day before that, somebody has to know.
const LAST_CALL_S: f64 = 48.0 * 3600.0;
/// Polls over a limit that say it is so.
const OVER_MIN: u8 = 2;

/// Age of the oldest message of one queue, against what it is still good for.
///
/// Source: provider's 72 hours (F6); warning at half of the useful time is our choice.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Age {
    newest: Option<Timestamp>,
    /// Polls over the warning in a row.
    over: u8,
    course: Course,
}

impl Age {
    /// Whether an alarm is open.
    pub(super) fn is_alarmed(&self) -> bool {
        self.course.is_open()
    }

    /// Takes a poll. What waits during a planned pause is measured against the provider's limit
    /// alone.
    pub(super) fn take(&mut self, settings: &Settings, bucket: &Bucket) -> Option<Turn> {
        if self.newest.is_some_and(|newest| bucket.start <= newest) {
            return None;
        }
        self.newest = Some(bucket.start);
        let age_s = bucket.number()?;
        let useful_s = settings
            .useful_min
            .filter(|_| !bucket.is_paused())
            .map_or(f64::INFINITY, |minutes| f64::from(minutes) * 60.0);
        let page_s = useful_s.min(LAST_CALL_S);
        let warn_s = useful_s.min(DROPPED_S) / 2.0;
        self.over = match age_s >= warn_s {
            true => self.over.saturating_add(1),
            false => 0,
        };
        let found = Finding {
            class: Class::QueueGrowth,
            severity: if age_s >= page_s {
                Severity::Page
            } else {
                Severity::Warn
            },
            since: bucket.start - SignedDuration::from_secs(age_s.min(1e9) as i64),
            strength: age_s / warn_s,
            expected: warn_s,
            seen: age_s,
        };
        let opens = self.over >= OVER_MIN;
        self.course
            .take(Some(found), opens, age_s < warn_s / 2.0, 1)
    }
}

#[cfg(test)]
mod tests;
