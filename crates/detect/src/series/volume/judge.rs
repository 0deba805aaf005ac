//! Step 7: when evidence is enough, how loudly it is told, and when it is over.

use super::{Volume, span};
use crate::series::alarm::Severity;
use crate::series::course::{Finding, Turn};
use crate::series::settings::{Bucket, Settings};
use countersign_model::Timestamp;
use countersign_model::class::Class;

/// Least evidence that opens an alarm, nats: silence, trickle, partial.
const LEAST: [f64; 3] = [25.0, 35.0, 30.0];
/// What a channel's own record is multiplied with.
const RECORD: [f64; 3] = [1.2, 2.0, 2.5];
/// Evidence at which a flow below the first tier pages alone, nats: silence, trickle.
pub(super) const PAGES_ALONE: [f64; 2] = [60.0, 75.0];
/// Below this share of every threshold it is calm.
const CALM: f64 = 1.0 / 3.0;
/// So long calm is over, seconds.
const CALM_S: u32 = 1800;
/// Days of history without any alarm.
pub(super) const SILENT_DAYS: f64 = 7.0;
/// Until this age alarms are lines in the watch list, days.
pub(super) const DIGEST_DAYS: f64 = 14.0;
/// From this age on thresholds are as they are, days.
const KNOWN_DAYS: f64 = 28.0;
/// Factors on the thresholds in the second week, in the third and fourth, and on days of clock change.
/// A standstill is asked for no more evidence from the third week on: it was measured so.
const SECOND_WEEK: [f64; 3] = [2.0; 3];
const FIRST_MONTH: [f64; 3] = [1.0, 1.4, 1.4];
const CLOCK_CHANGE: f64 = 1.4;

/// Evidence over threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::series) struct Ratios {
    pub(in crate::series) silence: f64,
    pub(in crate::series) trickle: f64,
    pub(in crate::series) partial: f64,
}

impl Ratios {
    fn stopped(&self) -> f64 {
        self.silence.max(self.trickle)
    }
}

impl Volume {
    /// What the newest bucket's evidence is, as shares of the thresholds.
    pub(in crate::series) fn ratios(&self, settings: &Settings) -> Ratios {
        let nats = self.evidence.nats(settings.interval_s);
        let at = self.newest.unwrap_or(Timestamp::UNIX_EPOCH);
        let ratio = |n: usize| nats[n] / self.threshold(n, at);
        Ratios {
            silence: ratio(0),
            trickle: ratio(1),
            partial: ratio(2),
        }
    }

    /// Evidence that channel `n` needs at `start`, nats.
    pub(super) fn threshold(&self, n: usize, start: Timestamp) -> f64 {
        self.caution(n, start) * LEAST[n].max(RECORD[n] * self.maxima[n].second())
    }

    /// Factor on a threshold: the shorter the history, the more evidence is asked for.
    fn caution(&self, n: usize, start: Timestamp) -> f64 {
        let age = self.age_days(start);
        let by_age = match age {
            _ if age < DIGEST_DAYS => SECOND_WEEK[n],
            _ if age < KNOWN_DAYS => FIRST_MONTH[n],
            _ => 1.0,
        };
        match self.day {
            Some(day) if day.changes => by_age * CLOCK_CHANGE,
            _ => by_age,
        }
    }

    /// Judges the newest bucket, after [`take`](Volume::take) said that it was tested or the flow is
    /// paused. `class` is what a standstill is called; it is over once something flows again, and what
    /// it did to the partial channel is explained by it.
    pub(in crate::series) fn judge(
        &mut self,
        settings: &Settings,
        bucket: &Bucket,
        ratios: Ratios,
        class: Class,
    ) -> Option<Turn> {
        for (record, nats) in self
            .maxima
            .iter_mut()
            .zip(self.evidence.nats(settings.interval_s))
        {
            record.take(nats);
        }
        let is_usual = bucket.planned.is_none();
        let stops = ratios.stopped() >= 1.0;
        let opens = self.age_days(bucket.start) >= SILENT_DAYS
            && (stops || (is_usual && ratios.partial >= 1.0));
        let was_stopped = self.course.class() == Some(class);
        let is_calm = ratios.stopped() < CALM && (was_stopped || ratios.partial < CALM);
        let finding = self.finding(settings, ratios, class);
        let turn = self
            .course
            .take(finding, opens, is_calm, settings.buckets(CALM_S));
        if was_stopped && !self.course.is_open() {
            self.evidence.forget_partial();
        }
        if let Some(day) = &mut self.day {
            day.had_alarm |= self.course.is_open();
        }
        turn
    }

    /// The strongest channel as a finding; `None` while all are at zero.
    fn finding(&self, settings: &Settings, ratios: Ratios, class: Class) -> Option<Finding> {
        let (n, class) = match ratios {
            _ if ratios.stopped() < 1.0 && ratios.partial > ratios.stopped() => (2, Class::Reduced),
            _ if ratios.silence >= ratios.trickle => (0, class),
            _ => (1, class),
        };
        let channel = self.evidence.channel(n);
        let since = channel.since?;
        Some(Finding {
            class,
            severity: self.severity(settings, since, class),
            since,
            strength: [ratios.silence, ratios.trickle, ratios.partial][n],
            expected: f64::from(channel.expected),
            seen: f64::from(channel.seen),
        })
    }

    /// What began in the second week stays a line in the watch list.
    fn severity(&self, settings: &Settings, since: Timestamp, class: Class) -> Severity {
        let nats = self.evidence.nats(settings.interval_s);
        match class {
            _ if self.age_days(since) < DIGEST_DAYS => Severity::Info,
            Class::Reduced => Severity::Warn,
            _ if settings.is_first_tier => Severity::Page,
            _ if nats[0] >= PAGES_ALONE[0] || nats[1] >= PAGES_ALONE[1] => Severity::Page,
            _ => Severity::Info,
        }
    }
}

/// How long a silence must be before it means anything.
pub(super) fn blip(settings: &Settings) -> countersign_model::SignedDuration {
    let buckets = crate::series::evidence::SILENCE_MIN_S.div_ceil(settings.interval_s);
    span(buckets.max(1) * settings.interval_s)
}
