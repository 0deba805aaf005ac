//! Counts over some lines of the record.

use super::Line;
use crate::simulate::{Entry, Found};

/// What some scenarios came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub(super) scenarios: usize,
    pub(super) passed: usize,
    pub(super) expected: usize,
    pub(super) found: usize,
    pub(super) others: usize,
    pub(super) causes: usize,
    pub(super) classes: usize,
    pub(super) both: usize,
    pub(super) lockouts: usize,
    /// Ascending, whole seconds.
    pub(super) after_fault_s: Vec<u64>,
    pub(super) after_evidence_s: Vec<u64>,
}

impl Counts {
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a Line>) -> Counts {
        let mut counts = Counts::default();
        for line in lines {
            counts.scenarios += 1;
            counts.passed += usize::from(line.passed);
            counts.lockouts += usize::from(line.lockouts_correct);
            counts.others += line.others.len();
            line.entries.iter().for_each(|entry| counts.add(entry));
        }
        counts.after_fault_s.sort_unstable();
        counts.after_evidence_s.sort_unstable();
        counts
    }

    /// Counts one expected incident.
    pub(super) fn add(&mut self, entry: &Entry) {
        self.expected += 1;
        let Some(found) = &entry.found else { return };
        let Found { cause, class, .. } = *found;
        self.found += 1;
        self.causes += usize::from(cause);
        self.classes += usize::from(class);
        self.both += usize::from(cause && class);
        self.after_fault_s.push(found.after_fault_s);
        self.after_evidence_s.extend(found.after_evidence_s);
    }

    /// Incidents that opened.
    pub(super) fn opened(&self) -> usize {
        self.found + self.others
    }
}

/// The value that so many in a hundred do not exceed, by nearest rank; `None` of nothing. `ascending`
/// is what it says.
pub(super) fn rank(ascending: &[u64], hundredths: usize) -> Option<u64> {
    let rank = (ascending.len() * hundredths).div_ceil(100).max(1);
    ascending.get(rank - 1).copied()
}
