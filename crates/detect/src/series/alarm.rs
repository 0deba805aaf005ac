//! What a series tells: that something is wrong with its flow, graver than thought, or over.

use countersign_model::Timestamp;
use countersign_model::class::Class;
use serde::{Deserialize, Serialize};

/// How loudly an alarm is told (detection 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A line in the watch list; wakes nobody.
    Info,
    /// To be looked at in working hours.
    Warn,
    /// To be told at once.
    Page,
}

impl Severity {
    /// The name as written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warn => "warn",
            Severity::Page => "page",
        }
    }
}

/// One alarm of one series, as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// What kind of failure: stopped, reduced, frozen, zero rows or queue growth.
    pub class: Class,
    /// How loudly to tell it.
    pub severity: Severity,
    /// About when it began.
    pub since: Timestamp,
    /// When this was judged.
    pub at: Timestamp,
    /// Evidence over threshold; 1 is just enough.
    pub strength: f64,
    /// What was to be expected since then: events, rows; for a queue, the depth that is still usual;
    /// for freshness, the usual age in minutes.
    pub expected: f64,
    /// What was seen instead.
    pub seen: f64,
    /// How much is missing: expected less seen, never negative; zero for queues and freshness.
    pub lost: f64,
    /// The evidence in words for people.
    pub words: String,
}

/// What changed with one bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Something is wrong.
    Opened(Alarm),
    /// It is graver than told, or stopped where it was reduced.
    Raised(Alarm),
    /// It is over; the alarm says how much was lost in all.
    Closed(Alarm),
}

impl Change {
    /// The alarm as it stands.
    #[must_use]
    pub fn alarm(&self) -> &Alarm {
        match self {
            Change::Opened(alarm) | Change::Raised(alarm) | Change::Closed(alarm) => alarm,
        }
    }
}
