//! What people said is to be expected: a dated rule under which a pattern is no news.
//!
//! It names what failed and how, so that a different failure of the same thing is told as ever.

use crate::Timestamp;
use crate::class::Class;
use crate::id::IncidentId;
use crate::incident::RootCause;
use crate::schedule::zone;
use jiff::ToSpan;
use serde::{Deserialize, Serialize};

/// How often the pattern is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedForm {
    /// A planned change: once, until an instant.
    Once,
    /// An entry of the calendar: the same hours of the same weekday, each week.
    Weekly,
    /// A new level: until the detectors have learnt it.
    Baseline,
}

/// What failed and how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pattern {
    /// What it is about.
    pub cause: RootCause,
    /// The kind of failure.
    pub class: Class,
}

/// A rule that people wrote about an incident; the incident has one at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// The incident it was written about.
    pub incident: IncidentId,
    /// When it was written.
    pub made_at: Timestamp,
    /// The team that wrote it, or how we know whoever did.
    pub by: String,
    /// Why, for people.
    pub reason: String,
    /// How often.
    pub form: ExpectedForm,
    /// What is expected; with a cause everything that was a part of its incident.
    pub patterns: Vec<Pattern>,
    /// Time zone of the weekday and its hours.
    pub zone: String,
    /// Start of the first window.
    pub from: Timestamp,
    /// End of the first window; not part of it.
    pub to: Timestamp,
    /// From when on it holds no more, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// When it was taken back, and by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawal>,
}

/// A rule was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

impl Expectation {
    /// Whether it is about a failure of that cause and class, at whatever time.
    #[must_use]
    pub fn is_about(&self, cause: &RootCause, class: Class) -> bool {
        let is_it = |pattern: &Pattern| pattern.cause == *cause && pattern.class == class;
        self.withdrawn.is_none() && self.patterns.iter().any(is_it)
    }

    /// The end of the window that holds `at`, if one does.
    #[must_use]
    pub fn window_end(&self, at: Timestamp) -> Option<Timestamp> {
        let over = self.over_at();
        if over.is_some_and(|over| over <= at) {
            return None;
        }
        let end = match self.form {
            ExpectedForm::Once | ExpectedForm::Baseline => {
                (self.from <= at && at < self.to).then_some(self.to)
            }
            ExpectedForm::Weekly => self.week_end(at),
        };
        end.map(|end| over.map_or(end, |over| end.min(over)))
    }

    /// From when on it says nothing any more; `None` for a rule without an end.
    #[must_use]
    pub fn over_at(&self) -> Option<Timestamp> {
        let planned = match self.form {
            ExpectedForm::Once | ExpectedForm::Baseline => Some(self.to),
            ExpectedForm::Weekly => self.until,
        };
        let withdrawn = self.withdrawn.as_ref().map(|withdrawn| withdrawn.at);
        planned.into_iter().chain(withdrawn).min()
    }

    /// The same hours in the week of `at`, or in the one before if they reach into it.
    fn week_end(&self, at: Timestamp) -> Option<Timestamp> {
        let zone = zone(&self.zone).ok()?;
        let first = self.from.to_zoned(zone.clone());
        let days = (at.to_zoned(zone).date() - first.date()).get_days();
        let length = self.to.duration_since(self.from);
        let week = i64::from(days.div_euclid(7));
        [week, week - 1].into_iter().find_map(|week| {
            let start = first.checked_add((week * 7).days()).ok()?.timestamp();
            let end = start.checked_add(length).ok()?;
            (week >= 0 && start <= at && at < end).then_some(end)
        })
    }

    /// When it holds, for people: `each Sunday 02:00 to 06:30 (America/Chicago)`.
    #[must_use]
    pub fn when(&self) -> String {
        let local = |at: Timestamp, form: &str| match zone(&self.zone) {
            Ok(zone) => at.to_zoned(zone).strftime(form).to_string(),
            Err(_) => at.strftime(form).to_string(),
        };
        let day = "%A %-d %B %Y %H:%M";
        let zone = &self.zone;
        match self.form {
            ExpectedForm::Once => format!("until {} ({zone})", local(self.to, day)),
            ExpectedForm::Baseline => format!(
                "until the new level is learnt, {} ({zone})",
                local(self.to, day)
            ),
            ExpectedForm::Weekly => {
                let until = self.until.map_or(String::new(), |until| {
                    format!(", until {}", local(until, day))
                });
                let (from, to) = (local(self.from, "%A %H:%M"), local(self.to, "%H:%M"));
                format!("each {from} to {to} ({zone}){until}")
            }
        }
    }
}

#[cfg(test)]
mod tests;
