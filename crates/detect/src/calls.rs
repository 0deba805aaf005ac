//! Refused calls of one credential, told apart from the 401 that every ended token brings.
//!
//! At most 10 calls in a run, one success cancels one refusal, because a client without renewal
//! ahead of time gets a 401, renews and succeeds; beyond that the share decides. Spans are measured
//! from the first refusal to the newest, so that silence never ripens a suspicion.
//! Source: detection 4.1 to 4.4 (span guard 90 s and 180 s, measured; a 60 s hiccup stays silent).

use crate::rules::{Rules, span};
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::id::OutcomeId;
use countersign_model::incident::Evidence;
use countersign_model::outcome::{Call, Outcome};
use countersign_model::signal::Strength;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Below so many calls in a run a success cancels a refusal.
const CANCEL_BELOW: u64 = 10;
/// So many successes in a row end a run of any length.
const OK_IN_A_ROW: u64 = 20;
/// Evidence kept of a run: the first and the newest.
const EVIDENCE_MAX: usize = 20;

/// The present run of refused calls, if there is one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Calls(Option<Refused>);

/// Refused calls without a recovery between them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Refused {
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    ok: u64,
    ok_in_a_row: u64,
    bad: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) evidence: Vec<Evidence>,
}

impl Refused {
    /// Whether it is more than a 401 or two that heal themselves.
    fn counts(&self, rules: &Rules) -> bool {
        self.n_bad() >= u64::from(rules.calls_min) && self.ok <= self.n_bad()
    }

    fn n_bad(&self) -> u64 {
        self.bad.values().fold(0, |sum, n| sum.saturating_add(*n))
    }

    /// Whether most refusals of the run are of that class.
    pub(crate) fn is_mostly(&self, class: Class) -> bool {
        let n = self.bad.get(class.as_str()).copied().unwrap_or(0);
        n.saturating_mul(2) > self.n_bad()
    }
}

impl Calls {
    pub(crate) fn run(&self) -> Option<&Refused> {
        self.0.as_ref()
    }

    /// Since when calls are refused, if so many are that it counts.
    pub(crate) fn refused_since(&self, rules: &Rules) -> Option<Timestamp> {
        let run = self.0.as_ref().filter(|run| run.counts(rules))?;
        Some(run.first)
    }

    pub(crate) fn refused(&mut self, outcome: &Outcome, call: &Call, class: Class) {
        let run = self.0.get_or_insert_with(|| Refused {
            first: outcome.ts,
            last: outcome.ts,
            ok: 0,
            ok_in_a_row: 0,
            bad: BTreeMap::new(),
            evidence: Vec::new(),
        });
        run.first = run.first.min(outcome.ts);
        run.last = run.last.max(outcome.ts);
        run.ok_in_a_row = 0;
        let n = run.bad.entry(class.as_str().to_owned()).or_default();
        *n = n.saturating_add(outcome.n.max(1));
        keep(&mut run.evidence, outcome, call);
    }

    /// Takes a success; whether it ended the run.
    pub(crate) fn succeeded(&mut self, outcome: &Outcome) -> bool {
        let Some(run) = &mut self.0 else { return false };
        if outcome.ts < run.first {
            return false;
        }
        let n = outcome.n.max(1);
        run.ok = run.ok.saturating_add(n);
        run.ok_in_a_row = run.ok_in_a_row.saturating_add(n);
        let bad = run.n_bad();
        let cancelled = bad.saturating_add(run.ok) < CANCEL_BELOW && run.ok >= bad;
        let ended = cancelled || run.ok > bad || run.ok_in_a_row >= OK_IN_A_ROW;
        if ended {
            self.0 = None;
        }
        ended
    }

    /// How far the run goes. `t0`: a T0 flow hangs on the credential.
    pub(crate) fn strength(&self, rules: &Rules, t0: bool) -> Option<Strength> {
        let run = self.0.as_ref()?;
        let lasted = run.last.duration_since(run.first);
        let page_s = if t0 {
            rules.calls_page_t0_s
        } else {
            rules.calls_page_s
        };
        if !run.counts(rules) {
            None
        } else if lasted >= span(page_s) {
            Some(Strength::Page)
        } else if lasted >= span(rules.calls_suspect_s) {
            Some(Strength::Suspect)
        } else {
            None
        }
    }
}

fn keep(evidence: &mut Vec<Evidence>, outcome: &Outcome, call: &Call) {
    let id: &OutcomeId = &outcome.id;
    if evidence
        .iter()
        .any(|known| known.outcome.as_ref() == Some(id))
    {
        return;
    }
    let status = call
        .status
        .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let fact = Evidence {
        at: outcome.ts,
        outcome: Some(id.clone()),
        words: match call.error_code.as_deref() {
            None | Some("0" | "none") => format!("call refused: {status}"),
            Some(code) => format!("call refused: {status} ({code})"),
        },
    };
    let place = evidence.partition_point(|known| known.at <= fact.at);
    evidence.insert(place, fact);
    if evidence.len() > EVIDENCE_MAX {
        evidence.remove(1);
    }
}

#[cfg(test)]
mod tests;
