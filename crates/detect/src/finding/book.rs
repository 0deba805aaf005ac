//! The open findings: opened once, updated when their claim changes, closed when it is withdrawn.

use super::claim::Claim;
use countersign_model::Timestamp;
use countersign_model::finding::{Finding, FindingKind, Subject};
use countersign_model::id::FindingId;
use std::collections::BTreeMap;

/// Open findings, and those that changed since the last asking.
#[derive(Debug, Clone, Default)]
pub(super) struct Book {
    open: BTreeMap<FindingId, Finding>,
    changed: BTreeMap<FindingId, Finding>,
}

impl Book {
    /// Takes up findings that were open at the last stop.
    pub(super) fn restore(&mut self, findings: Vec<Finding>) {
        let open = findings.into_iter().filter(Finding::is_open);
        self.open = open.map(|finding| (finding.id.clone(), finding)).collect();
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
            None => self.close(now, &FindingId::of(kind, subject)),
        }
    }

    fn put(&mut self, now: Timestamp, claim: Claim) {
        let mut finding = claim.opened(now);
        if let Some(known) = self.open.get(&finding.id) {
            finding.since = known.since;
            if *known == finding {
                return;
            }
        }
        self.changed.insert(finding.id.clone(), finding.clone());
        self.open.insert(finding.id.clone(), finding);
    }

    /// Closes a finding, if it is open.
    pub(super) fn close(&mut self, now: Timestamp, id: &FindingId) {
        if let Some(mut finding) = self.open.remove(id) {
            finding.closed_at = Some(now);
            self.changed.insert(finding.id.clone(), finding);
        }
    }

    /// Closes every open finding for which this holds.
    pub(super) fn close_where(&mut self, now: Timestamp, gone: impl Fn(&Finding) -> bool) {
        let ids = self.open.values().filter(|finding| gone(finding));
        for id in ids.map(|finding| finding.id.clone()).collect::<Vec<_>>() {
            self.close(now, &id);
        }
    }

    /// Whether such a finding is open.
    pub(super) fn holds(&self, kind: FindingKind, subject: &Subject) -> bool {
        self.open.contains_key(&FindingId::of(kind, subject))
    }

    /// All open findings, by id.
    pub(super) fn open(&self) -> impl Iterator<Item = &Finding> {
        self.open.values()
    }

    /// Findings that changed since the last call, each once, as they are now.
    pub(super) fn take_changed(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.changed).into_values().collect()
    }
}
