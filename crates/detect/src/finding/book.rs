//! The open findings: opened once, updated when their claim changes, closed when it is withdrawn.

use super::claim::Claim;
use countersign_model::Timestamp;
use countersign_model::finding::{Finding, FindingKind, Subject};
use std::collections::BTreeMap;

/// What makes two findings the same.
type Key = (FindingKind, Subject);

/// Open findings, and those that changed since the last asking.
#[derive(Debug, Clone, Default)]
pub(super) struct Book {
    open: BTreeMap<Key, Finding>,
    changed: BTreeMap<Key, Finding>,
    /// How many findings of each subject are open: most have none.
    n_open: BTreeMap<Subject, usize>,
}

impl Book {
    /// Takes up findings that were open at the last stop.
    pub(super) fn restore(&mut self, findings: Vec<Finding>) {
        let open = findings.into_iter().filter(Finding::is_open);
        self.open = open
            .map(|finding| ((finding.kind, finding.subject.clone()), finding))
            .collect();
        self.n_open.clear();
        for (_, subject) in self.open.keys() {
            *self.n_open.entry(subject.clone()).or_default() += 1;
        }
    }

    /// What holds now of this kind and subject: a claim opens or updates, none closes.
    pub(super) fn settle(
        &mut self,
        now: Timestamp,
        kind: FindingKind,
        subject: &Subject,
        claim: Option<Claim>,
    ) {
        match claim {
            Some(claim) => self.put(now, claim),
            None => self.close(now, kind, subject),
        }
    }

    fn put(&mut self, now: Timestamp, claim: Claim) {
        let key = (claim.kind, claim.subject.clone());
        let mut finding = claim.opened(now);
        if let Some(known) = self.open.get(&key) {
            finding.since = known.since;
            if *known == finding {
                return;
            }
        }
        self.changed.insert(key.clone(), finding.clone());
        let subject = key.1.clone();
        if self.open.insert(key, finding).is_none() {
            *self.n_open.entry(subject).or_default() += 1;
        }
    }

    /// Closes a finding, if it is open.
    pub(super) fn close(&mut self, now: Timestamp, kind: FindingKind, subject: &Subject) {
        let Some(n) = self.n_open.get_mut(subject) else {
            return;
        };
        let key = (kind, subject.clone());
        if let Some(mut finding) = self.open.remove(&key) {
            *n -= 1;
            if *n == 0 {
                self.n_open.remove(subject);
            }
            finding.closed_at = Some(now);
            self.changed.insert(key, finding);
        }
    }

    /// Closes every open finding for which this holds.
    pub(super) fn close_where(&mut self, now: Timestamp, gone: impl Fn(&Finding) -> bool) {
        let keys = self.open.iter().filter(|(_, finding)| gone(finding));
        for (kind, subject) in keys.map(|(key, _)| key.clone()).collect::<Vec<_>>() {
            self.close(now, kind, &subject);
        }
    }

    /// Whether such a finding is open.
    pub(super) fn holds(&self, kind: FindingKind, subject: &Subject) -> bool {
        self.n_open.contains_key(subject) && self.open.contains_key(&(kind, subject.clone()))
    }

    /// All open findings, by kind and subject.
    pub(super) fn open(&self) -> impl Iterator<Item = &Finding> {
        self.open.values()
    }

    /// Findings that changed since the last call, each once, as they are now.
    pub(super) fn take_changed(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.changed).into_values().collect()
    }
}
