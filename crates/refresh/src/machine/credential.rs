//! One credential: its record, its slots, and the one slot that tests it while it is suspect.

use crate::effect::AttemptId;
use crate::grant::GrantState;
use crate::input::{CredentialRecord, CredentialState};
use crate::view::CredentialView;
use countersign_model::Timestamp;
use countersign_model::id::{CredentialId, SlotId};
use std::collections::BTreeSet;

/// State of one credential.
#[derive(Debug)]
pub(super) struct Credential {
    pub(super) record: CredentialRecord,
    pub(super) slots: BTreeSet<SlotId>,
    /// While its secret is in doubt, this slot alone asks; the others are parked.
    pub(super) trial: Option<SlotId>,
    /// While its secret is in doubt, nothing is sent before this.
    pub(super) not_before: Option<Timestamp>,
    /// Where its refresh token stands, for grants that have one.
    pub(super) grant: GrantState,
    /// The exchange that left the refresh token in the unknown: its answer may still come.
    pub(super) unknown_by: Option<AttemptId>,
    /// A person consented anew while an exchange of the former token was out.
    pub(super) regiven: bool,
}

impl Credential {
    pub(super) fn new(id: &CredentialId) -> Credential {
        Credential {
            record: CredentialRecord::new(id.clone()),
            slots: BTreeSet::new(),
            trial: None,
            not_before: None,
            grant: GrantState::FRESH,
            unknown_by: None,
            regiven: false,
        }
    }

    pub(super) fn active(&self) -> bool {
        self.record.state == CredentialState::Active
    }

    /// Nothing is known against the secret any more.
    pub(super) fn clear(&mut self) {
        self.record.strikes = 0;
        self.record.last_strike_at = None;
        self.record.locked_at = None;
        self.trial = None;
        self.not_before = None;
    }

    pub(super) fn view(&self) -> CredentialView {
        CredentialView {
            record: self.record.clone(),
            trial: self.trial.clone(),
            slots: self.slots.iter().cloned().collect(),
        }
    }
}
