//! What a series is told about itself: kind, name, rhythm, zone, limits.

use super::place::Week;
use countersign_model::Timestamp;
use countersign_model::estate::PlannedKind;
use countersign_model::schedule::Schedule;
use jiff::tz::TimeZone;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Contacts that entered a journey, per bucket.
    Enrolments,
    /// Messages sent, per bucket.
    Sends,
    /// Any other events, per bucket.
    Events,
    /// Rows in a table: a running total, of which differences are tested.
    Rows,
    /// Rows moved by each run of a job: one bucket is one run.
    Runs,
    /// When a table last changed, as Unix seconds.
    LastChange,
    /// Messages waiting.
    QueueDepth,
    /// Age of the oldest waiting message, seconds.
    QueueAge,
}

/// What a test is to know about its series.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What people call it: "Welcome journey".
    pub name: String,
    /// Length of a bucket, seconds; for runs, from one to the next.
    pub interval_s: u32,
    /// Zone in which its weeks repeat: the business unit's.
    pub zone: TimeZone,
    /// Whether it pages alone as soon as it stops (tiers T0 and T1).
    pub is_first_tier: bool,
    /// Freshness and runs: when it is to change, where that is known.
    pub schedule: Option<Schedule>,
    /// Freshness: minutes without change before a warning.
    pub warn_after_min: Option<u32>,
    /// Freshness: minutes without change before a page.
    pub critical_after_min: Option<u32>,
    /// Queue age: minutes for which a message is still useful.
    pub useful_min: Option<u32>,
}

impl Settings {
    /// Settings without limits or schedule, of a flow that pages alone.
    #[must_use]
    pub fn new(name: &str, interval_s: u32, zone: TimeZone) -> Settings {
        Settings {
            name: name.to_owned(),
            interval_s: interval_s.max(1),
            zone,
            is_first_tier: true,
            schedule: None,
            warn_after_min: None,
            critical_after_min: None,
            useful_min: None,
        }
    }

    pub(super) fn week(&self) -> Week {
        Week::of(self.interval_s)
    }

    /// Buckets in `seconds`, at least one.
    pub(super) fn buckets(&self, seconds: u32) -> u16 {
        let buckets = (seconds + self.interval_s / 2) / self.interval_s;
        u16::try_from(buckets).unwrap_or(u16::MAX).max(1)
    }
}

/// One value of a series, or the knowledge that there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    /// A value, zero included: the poll succeeded and this is what it said.
    Value(f64),
    /// Nobody knows: the poll failed, or there was none. Never the same as zero.
    Missing,
}

/// One bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Its start; it ends an interval later. For gauges and runs, the time of the value.
    pub start: Timestamp,
    /// What was read.
    pub reading: Reading,
    /// What people planned for this time.
    pub planned: Option<PlannedKind>,
}

impl Bucket {
    /// A value at a time for which nothing is planned.
    #[must_use]
    pub fn value(start: Timestamp, value: f64) -> Bucket {
        Bucket {
            start,
            reading: Reading::Value(value),
            planned: None,
        }
    }

    /// A bucket of which nothing is known.
    #[must_use]
    pub fn missing(start: Timestamp) -> Bucket {
        Bucket {
            start,
            reading: Reading::Missing,
            planned: None,
        }
    }

    /// The value, if there is one that can be one.
    pub(super) fn number(&self) -> Option<f64> {
        match self.reading {
            Reading::Value(value) if value.is_finite() && value >= 0.0 => Some(value),
            Reading::Value(_) | Reading::Missing => None,
        }
    }

    /// Whether nothing is expected to flow.
    pub(super) fn is_paused(&self) -> bool {
        matches!(
            self.planned,
            Some(PlannedKind::Pause | PlannedKind::Maintenance)
        )
    }
}
