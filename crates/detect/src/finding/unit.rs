//! Work in a business unit that is not the integration's: rows and sends that land elsewhere.

use super::claim::{Claim, Mark, is_within};
use super::known::Place;
use super::rules::{FindingRules, Limit};
use countersign_model::Timestamp;
use countersign_model::finding::{FindingKind, Severity, Subject};
use countersign_model::id::BuId;
use countersign_model::outcome::{Call, Outcome};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Answers that came from another unit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Units {
    elsewhere: Option<Elsewhere>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Elsewhere {
    first: Mark,
    bu: BuId,
    newest: Timestamp,
    n: u64,
}

impl Units {
    /// Takes a call or token request that was answered well.
    pub(super) fn observe(
        &mut self,
        rules: &FindingRules,
        outcome: &Outcome,
        call: &Call,
        may_work_in: &BTreeSet<BuId>,
    ) {
        let Some(bu) = &outcome.bu else { return };
        let worked = call.status.is_some_and(|status| status < 400);
        if !worked || may_work_in.contains(bu) {
            return;
        }
        let calm = rules.span(Limit::WrongBuCalmS);
        let known = self.elsewhere.take();
        let known = known.filter(|one| is_within(outcome.ts, one.newest, calm));
        let mut elsewhere = known.unwrap_or_else(|| Elsewhere {
            first: Mark::of(outcome),
            bu: bu.clone(),
            newest: outcome.ts,
            n: 0,
        });
        elsewhere.newest = elsewhere.newest.max(outcome.ts);
        elsewhere.n = elsewhere.n.saturating_add(outcome.n);
        self.elsewhere = Some(elsewhere);
    }

    /// Whether it works elsewhere.
    pub(super) fn claim(
        &self,
        now: Timestamp,
        rules: &FindingRules,
        (name, place): (&str, &Place),
        subject: &Subject,
    ) -> Option<Claim> {
        let one = self.elsewhere.as_ref()?;
        let is_fresh = is_within(now, one.newest, rules.span(Limit::WrongBuCalmS));
        if !is_fresh || one.n < rules.count(Limit::WrongBuMin) {
            return None;
        }
        Some(Claim {
            kind: FindingKind::WrongBu,
            subject: subject.clone(),
            severity: Severity::Urgent,
            since: Some(one.first.at),
            words: format!(
                "{name} works in business unit {} and belongs to {}: what it writes and sends lands \
                 where nobody looks for it.",
                one.bu, place.bu
            ),
            fix: format!(
                "Correct the account_id in its token request to the MID of {}; or, if it is meant, \
                 give the integration that `mid` in the estate.",
                place.bu
            ),
            evidence: vec![
                one.first
                    .evidence(format!("answered in business unit {}", one.bu)),
            ],
            bu: Some(place.bu.clone()),
            owner: place.owner.clone(),
            due: None,
        })
    }
}
