//! The course of an alarm: it opens, may become graver, and closes after a calm.

use super::alarm::Severity;
use countersign_model::Timestamp;
use countersign_model::class::Class;
use serde::{Deserialize, Serialize};

/// What a test finds in one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Finding {
    pub(super) class: Class,
    pub(super) severity: Severity,
    pub(super) since: Timestamp,
    /// Evidence over threshold.
    pub(super) strength: f64,
    pub(super) expected: f64,
    pub(super) seen: f64,
}

impl Finding {
    /// How much is missing.
    pub(super) fn lost(&self) -> f64 {
        (self.expected - self.seen).max(0.0)
    }
}

/// What became of the alarm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Turn {
    Opened(Finding),
    Raised(Finding),
    /// With the worst that was found.
    Closed(Finding),
}

/// One series' alarm, open or not.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Course {
    open: Option<Open>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Open {
    worst: Finding,
    /// Buckets of calm in a row.
    calm: u16,
}

impl Course {
    /// Whether an alarm is open.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The open alarm at its worst.
    pub(super) fn worst(&self) -> Option<Finding> {
        self.open.map(|open| open.worst)
    }

    /// Class of the open alarm.
    pub(super) fn class(&self) -> Option<Class> {
        self.open.map(|open| open.worst.class)
    }

    /// Takes what a bucket shows. `finding` is what is wrong now, whether or not enough to open
    /// (`opens`); the alarm closes after `calm_min` calm buckets in a row.
    pub(super) fn take(
        &mut self,
        finding: Option<Finding>,
        opens: bool,
        is_calm: bool,
        calm_min: u16,
    ) -> Option<Turn> {
        let Some(open) = &mut self.open else {
            let worst = finding.filter(|_| opens)?;
            self.open = Some(Open { worst, calm: 0 });
            return Some(Turn::Opened(worst));
        };
        if is_calm {
            open.calm += 1;
            if open.calm >= calm_min {
                let worst = open.worst;
                self.open = None;
                return Some(Turn::Closed(worst));
            }
            return None;
        }
        open.calm = 0;
        let found = finding?;
        if opens && is_graver(&found, &open.worst) {
            open.worst = Finding {
                since: found.since.min(open.worst.since),
                ..found
            };
            return Some(Turn::Raised(open.worst));
        }
        if found.lost() > open.worst.lost() {
            (open.worst.expected, open.worst.seen) = (found.expected, found.seen);
        }
        None
    }
}

fn is_graver(found: &Finding, told: &Finding) -> bool {
    let stops = told.class == Class::Reduced && found.class != Class::Reduced;
    found.severity > told.severity || stops
}

#[cfg(test)]
mod tests;
