//! What the corpus came to, in a form that is checked in and compared: one line a scenario, counts a
//! family, and the gates.
//!
//! Everything in it comes out the same on every run; how long a run took is no part of it.

mod counts;
mod gates;
mod page;

pub use gates::{GATES, Gate, Measure};
pub use page::page;

use super::{Entry, Ran};
use serde::{Deserialize, Serialize};

/// One scenario of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The family it belongs to.
    pub family: String,
    /// Its name.
    pub scenario: String,
    /// Whether all came as expected.
    pub passed: bool,
    /// What had to open, and what came of each.
    pub entries: Vec<Entry>,
    /// What opened besides, as root cause and class.
    pub others: Vec<String>,
    /// Whether exactly those credentials were locked that had to be.
    pub lockouts_correct: bool,
    /// What was missed, in words.
    pub misses: Vec<String>,
}

impl Line {
    /// The line of a scenario that ran.
    #[must_use]
    pub fn of(family: &str, ran: &Ran) -> Line {
        Line {
            family: family.to_owned(),
            scenario: ran.report.name.clone(),
            passed: ran.passed,
            entries: ran.entries.clone(),
            others: ran.false_incidents.clone(),
            lockouts_correct: ran.report.lockouts_correct,
            misses: ran.misses.clone(),
        }
    }

    /// The lines of a record as it is checked in, one JSON object each.
    ///
    /// # Errors
    /// What is wrong with the first line that is none.
    pub fn read(text: &str) -> Result<Vec<Line>, serde_json::Error> {
        text.lines().map(serde_json::from_str).collect()
    }

    /// The record as it is checked in.
    #[must_use]
    pub fn write(lines: &[Line]) -> String {
        let line = |one: &Line| {
            let text = serde_json::to_string(one).expect("texts, numbers and lists are JSON");
            text + "\n"
        };
        lines.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests;
