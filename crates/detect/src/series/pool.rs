//! Partial losses that no flow can tell alone: all flows of one credential, taken together.

use super::alarm::{Alarm, Change, Severity};
use super::course::{Course, Finding, Turn};
use super::maxima::Maxima;
use super::place::{place, span};
use super::settings::Settings;
use super::volume::Share;
use super::words;
use countersign_model::class::Class;
use countersign_model::{Timestamp, civil};
use serde::{Deserialize, Serialize};

/// Most that one member adds or takes in five minutes, nats.
const CLIP: f64 = 3.0;
/// For which length that is, seconds.
const CLIP_S: f64 = 300.0;
/// Least evidence that opens an alarm, nats.
const LEAST: f64 = 20.0;
/// What the pool's own record is multiplied with.
const RECORD: f64 = 1.5;
const RECORD_DAYS: u16 = 42;
/// Evidence that must be there without the strongest member; our choice: a quarter.
const LEAST_REST: f64 = LEAST / 4.0;
/// Most evidence, nats.
const MOST: f64 = 80.0;
/// Below this share of the threshold it is calm, and after so long over, seconds.
const CALM: f64 = 1.0 / 3.0;
const CALM_S: u32 = 1800;
/// Days of history without alarm.
const SILENT_DAYS: i64 = 7;

/// One sum over the members of a group, and its course.
///
/// Source: detection 5, "Pooled evidence", and 2 (measured: half of ten flows lost is found in two
/// hours, of one alone hardly ever).
#[derive(Debug, Clone)]
pub struct Pool {
    settings: Settings,
    state: PoolState,
}

/// What a pool remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PoolState {
    first: Option<Timestamp>,
    newest: Option<Timestamp>,
    nats: f64,
    /// The same without each time's strongest member: one flow that falls alone is no loss of the group.
    #[serde(default)]
    rest: f64,
    since: Option<Timestamp>,
    expected: f64,
    seen: f64,
    maxima: Maxima,
    date: Option<civil::Date>,
    had_alarm: bool,
    course: Course,
}

impl Pool {
    /// A pool that has seen nothing. `settings.name` is what the group is called, `interval_s` how
    /// often it is asked; it pages where `is_first_tier` says so, and warns elsewhere.
    #[must_use]
    pub fn new(settings: Settings) -> Pool {
        let state = PoolState {
            first: None,
            newest: None,
            nats: 0.0,
            rest: 0.0,
            since: None,
            expected: 0.0,
            seen: 0.0,
            maxima: Maxima::new(RECORD_DAYS),
            date: None,
            had_alarm: false,
            course: Course::default(),
        };
        Pool { settings, state }
    }

    /// Takes up what [`snapshot`](Self::snapshot) gave.
    #[must_use]
    pub fn restore(settings: Settings, state: PoolState) -> Pool {
        Pool { settings, state }
    }

    /// What to keep until the next start.
    #[must_use]
    pub fn snapshot(&self) -> &PoolState {
        &self.state
    }

    /// Takes what the members' newest buckets say ([`Series::share`](super::Series::share)), each
    /// with the length of its bucket in seconds, once per interval. Only members whose bucket ended
    /// since the last time belong in it.
    pub fn observe(&mut self, now: Timestamp, members: &[(u32, Share)]) -> Option<Change> {
        let state = &mut self.state;
        if members.is_empty() || state.newest.is_some_and(|newest| now <= newest) {
            return None;
        }
        state.newest = Some(now);
        state.first.get_or_insert(now);
        state.turn_day(&self.settings, now);
        state.add(&self.settings, now, members);
        let turn = state.judge(&self.settings, now)?;
        Some(self.told(now, turn))
    }

    fn told(&self, now: Timestamp, turn: Turn) -> Change {
        words::told(now, turn, |found, is_over| match is_over {
            true => words::flows_again(&self.settings, "events", found, now),
            false => words::pooled(&self.settings, found),
        })
    }

    /// What it is told about itself.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The open alarm as it stands by `now`.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Option<Alarm> {
        let found = self.state.course.worst()?;
        Some(words::alarm(
            now,
            &found,
            words::pooled(&self.settings, &found),
        ))
    }

    /// Whether an alarm is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state.course.is_open()
    }

    /// Evidence now over its threshold.
    #[must_use]
    pub fn strength(&self) -> f64 {
        self.state.nats / self.state.threshold()
    }
}

impl PoolState {
    fn turn_day(&mut self, settings: &Settings, now: Timestamp) {
        let date = place(now, &settings.zone, settings.week()).date;
        if self.date.replace(date).is_some_and(|before| before != date) {
            let counts = self.is_known(now) && !self.had_alarm;
            self.maxima.end_day(counts);
            self.had_alarm = self.course.is_open();
        }
    }

    fn is_known(&self, now: Timestamp) -> bool {
        self.first
            .is_some_and(|first| now.duration_since(first) >= span(SILENT_DAYS * 86_400))
    }

    fn add(&mut self, settings: &Settings, now: Timestamp, members: &[(u32, Share)]) {
        let each = members.iter().map(|(interval_s, share)| {
            let clip = CLIP * (f64::from(*interval_s) / CLIP_S).max(1.0);
            share.nats.clamp(-clip, clip)
        });
        let (nats, most) = each.fold((0.0, 0.0_f64), |(sum, most), nats| {
            (sum + nats, most.max(nats))
        });
        self.nats = (self.nats + nats).clamp(0.0, MOST);
        self.rest = (self.rest + nats - most).clamp(0.0, MOST);
        if self.nats == 0.0 {
            (self.since, self.expected, self.seen) = (None, 0.0, 0.0);
        } else {
            let start = now - span(settings.interval_s);
            self.since.get_or_insert(start);
            self.expected += members.iter().map(|(_, share)| share.expected).sum::<f64>();
            self.seen += members.iter().map(|(_, share)| share.seen).sum::<f64>();
        }
        self.maxima.take(self.nats);
    }

    fn threshold(&self) -> f64 {
        LEAST.max(RECORD * self.maxima.second())
    }

    fn judge(&mut self, settings: &Settings, now: Timestamp) -> Option<Turn> {
        let strength = self.nats / self.threshold();
        let found = self.since.map(|since| Finding {
            class: Class::Reduced,
            severity: match settings.is_first_tier {
                true => Severity::Page,
                false => Severity::Warn,
            },
            since,
            strength,
            expected: self.expected,
            seen: self.seen,
        });
        let opens = strength >= 1.0 && self.rest >= LEAST_REST && self.is_known(now);
        let turn = self
            .course
            .take(found, opens, strength < CALM, settings.buckets(CALM_S));
        self.had_alarm |= self.course.is_open();
        turn
    }
}

#[cfg(test)]
mod tests;
