//! Findings as the first page lists them: what is weak, who acts, and how.

use super::place::{Moment, Place};
use super::todo::Todo;
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::finding::{Finding, FindingKind, Severity};

/// One finding on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FindingRow {
    /// What is the matter.
    pub(crate) words: String,
    /// What to do about it.
    pub(crate) fix: String,
    /// The team to act.
    pub(crate) owner: Option<String>,
    /// How soon to act, as a word.
    pub(crate) word: &'static str,
    /// Style name of that.
    pub(crate) tone: &'static str,
    /// Since when.
    pub(crate) since: Moment,
}

/// The rows of a list of findings, which is gravest first already.
pub(crate) fn rows(findings: &[Finding], estate: &Estate, now: Timestamp) -> Vec<FindingRow> {
    let shown = findings
        .iter()
        .filter(|finding| !is_shown_elsewhere(finding));
    shown.map(|finding| row(finding, estate, now)).collect()
}

/// Findings that somebody has to act on within days, as things to do.
pub(crate) fn todos(findings: &[Finding]) -> impl Iterator<Item = Todo> {
    let pressing = findings
        .iter()
        .filter(|finding| finding.severity >= Severity::Urgent && !is_shown_elsewhere(finding));
    pressing.map(|finding| Todo {
        words: format!("{} {}", finding.words, finding.fix),
        who: finding.owner.clone(),
        link: None,
        command: None,
    })
}

/// What ends has its own list and its own line, and so have integrations without an owner.
fn is_shown_elsewhere(finding: &Finding) -> bool {
    matches!(
        finding.kind,
        FindingKind::Ending | FindingKind::OwnerMissing
    )
}

fn row(finding: &Finding, estate: &Estate, now: Timestamp) -> FindingRow {
    let (word, tone) = match finding.severity {
        Severity::Info => ("Worth knowing", "plain"),
        Severity::Warning => ("Warning", "at-risk"),
        Severity::Urgent => ("Act within days", "at-risk"),
        Severity::Critical => ("Act now", "failing"),
    };
    FindingRow {
        words: finding.words.clone(),
        fix: finding.fix.clone(),
        owner: finding.owner.clone(),
        word,
        tone,
        since: Place::of(estate, finding.bu.as_ref()).moment(finding.since, now),
    }
}

#[cfg(test)]
mod tests;
