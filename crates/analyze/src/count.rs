//! Counts: of lines, and of each integration.

use countersign_model::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// What became of the lines.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct LineCounts {
    /// Lines that are not blank.
    pub lines: u64,
    /// Outcomes they came to; a line may stand for several.
    pub outcomes: u64,
    /// Lines whose id came before; ignored.
    pub duplicates: u64,
    /// Lines that could not be used.
    pub rejected: u64,
    /// How many for each reason.
    pub rejected_for: BTreeMap<String, u64>,
    /// Fields that were ignored, by name.
    pub unknown_fields: BTreeMap<String, u64>,
}

/// What the lines say of one integration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct IntegrationCount {
    /// Calls, with their retries.
    pub calls: u64,
    /// Token requests.
    pub mints: u64,
    /// Calls and token requests that went wrong.
    pub failures: u64,
    /// How many of each: `401`, `401 invalid_client`, `no answer`.
    pub failed_with: BTreeMap<String, u64>,
    /// Calls that were a retry of one before.
    pub retries: u64,
    /// Failures whose retry went well.
    pub recovered: u64,
    /// The first line's time.
    pub first_at: Option<Timestamp>,
    /// The last line's time.
    pub last_at: Option<Timestamp>,
}

/// Most names told apart; the rest is counted as `(others)`.
const NAMES_MAX: usize = 64;

/// Counts under a name that comes from outside.
pub(crate) fn count(counts: &mut BTreeMap<String, u64>, name: &str, n: u64) {
    if let Some(known) = counts.get_mut(name) {
        *known += n;
        return;
    }
    let name = if counts.len() < NAMES_MAX {
        name.chars().take(NAMES_MAX).collect()
    } else {
        "(others)".to_owned()
    };
    *counts.entry(name).or_default() += n;
}

impl LineCounts {
    /// Adds those of another part of the lines.
    pub(crate) fn add(&mut self, other: &LineCounts) {
        self.lines += other.lines;
        self.outcomes += other.outcomes;
        self.duplicates += other.duplicates;
        self.rejected += other.rejected;
        for (name, n) in &other.rejected_for {
            *self.rejected_for.entry(name.clone()).or_default() += n;
        }
        for (name, n) in &other.unknown_fields {
            count(&mut self.unknown_fields, name, *n);
        }
    }
}
