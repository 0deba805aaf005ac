//! Counts what a turn's outcomes came to, for the ledger's minutes and hours.

use countersign_detect::{failure_of, family_of};
use countersign_model::Timestamp;
use countersign_model::estate::{Estate, Grant};
use countersign_model::id::IntegrationId;
use countersign_model::outcome::{Call, Fact, Outcome};
use countersign_model::rollup::{Rollup, Tally};
use countersign_store::FailureMark;
use std::collections::BTreeMap;

/// Longest name of a family; a longer one is cut.
const FAMILY_CHARS_MAX: usize = 64;
/// Families of one integration that one turn tells apart; calls of others count as `(others)`.
const FAMILIES_MAX: usize = 32;
const OTHERS: &str = "(others)";

/// The counts of a turn: by integration, minute and family.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Counts {
    tallies: BTreeMap<IntegrationId, BTreeMap<(Timestamp, String), Tally>>,
    /// Which of its outcomes failed, and as what.
    pub(crate) failures: Vec<FailureMark>,
}

impl Counts {
    /// Counts outcomes with their sequence numbers.
    pub(crate) fn of(estate: &Estate, outcomes: &[(u64, Outcome)]) -> Counts {
        let mut counts = Counts::default();
        for (seq, outcome) in outcomes {
            let class = failure_of(outcome, || grant_of(estate, outcome));
            counts.failures.extend(class.map(|class| FailureMark {
                seq: *seq,
                class,
                integration: outcome.integration.clone(),
                at: outcome.ts,
                n: outcome.n,
            }));
            counts.add(outcome, class);
        }
        counts
    }

    /// What was counted, by minute.
    pub(crate) fn rollups(self) -> Vec<Rollup> {
        let flow = |(integration, tallies): (IntegrationId, BTreeMap<_, _>)| {
            tallies
                .into_iter()
                .map(move |((at, family), tally)| Rollup {
                    at,
                    integration: integration.clone(),
                    family,
                    tally,
                })
        };
        self.tallies.into_iter().flat_map(flow).collect()
    }

    fn add(&mut self, outcome: &Outcome, class: Option<&'static str>) {
        let Some((family, call)) = exchange(&outcome.fact) else {
            return;
        };
        let Some(integration) = &outcome.integration else {
            return;
        };
        let tallies = match self.tallies.get_mut(integration) {
            Some(tallies) => tallies,
            None => self.tallies.entry(integration.clone()).or_default(),
        };
        let key = (minute(outcome.ts), family.to_owned());
        let is_full = tallies.len() >= FAMILIES_MAX && !tallies.contains_key(&key);
        let key = if is_full {
            (key.0, OTHERS.to_owned())
        } else {
            key
        };
        let tally = tallies.entry(key).or_default();
        let n = outcome.n;
        tally.calls = tally.calls.saturating_add(n);
        if let Some(class) = class {
            let failed = tally.failures.entry(class.to_owned()).or_default();
            *failed = failed.saturating_add(n);
        }
        let Some(call) = call else { return };
        if call.retry_of.is_some() || call.attempt.is_some_and(|attempt| attempt > 1) {
            tally.retries = tally.retries.saturating_add(n);
        }
        if let Some(latency_ms) = call.latency_ms {
            tally.latency.add(latency_ms, n);
        }
    }
}

/// What is counted of a fact: to which family it went, and the call it was.
fn exchange(fact: &Fact) -> Option<(&str, Option<&Call>)> {
    match fact {
        Fact::Mint { call, .. } => Some(("token", Some(call))),
        Fact::Probe(call) => Some(("probe", Some(call))),
        Fact::Call(call) => {
            let family = call.route.as_deref().and_then(family_of).unwrap_or("");
            let end = family.char_indices().nth(FAMILY_CHARS_MAX);
            let family = end.map_or(family, |(end, _)| &family[..end]);
            Some((family, Some(call)))
        }
        Fact::Run { state, .. } => {
            matches!(state.as_str(), "completed" | "failed" | "refused").then_some(("run", None))
        }
        Fact::Ping { .. } | Fact::Sample { .. } | Fact::Audit { .. } => None,
    }
}

fn minute(at: Timestamp) -> Timestamp {
    let start = at.as_second().div_euclid(60) * 60;
    Timestamp::from_second(start).unwrap_or(at)
}

/// How the outcome's credential gets its tokens.
fn grant_of(estate: &Estate, outcome: &Outcome) -> Option<Grant> {
    let credential = estate.credential(outcome.credential.as_ref()?)?;
    credential.kind.grant()
}

#[cfg(test)]
mod tests;
