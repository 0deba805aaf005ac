//! The calls that carry one credential's token: refused, or failing at the provider.
//!
//! Each credential has a [`Channel`] for all of its calls, one for each flow and one for each family of
//! endpoints, so that one flow with an old token, or one family whose scope is gone, is not hidden by
//! the others' successes. Source: detection 4.

use crate::channel::{Answer, Channel, Failing};
use crate::classify::{Verdict, classify_call, fails_at_provider, is_throttled};
use crate::rules::{Rules, span};
use countersign_model::class::Class;
use countersign_model::id::IntegrationId;
use countersign_model::incident::Evidence;
use countersign_model::outcome::{Call, Outcome};
use countersign_model::signal::Strength;
use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Evidence kept of a run: the first and the newest.
const EVIDENCE_MAX: usize = 20;
/// Most families told apart; the rest count for the credential alone.
const FAMILIES_MAX: usize = 16;

/// What is remembered of one credential's calls.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Calls {
    #[serde(default)]
    all: Channel,
    #[serde(default)]
    flows: BTreeMap<IntegrationId, Channel>,
    #[serde(default)]
    families: BTreeMap<String, Channel>,
    /// Failures that are the provider's.
    #[serde(default)]
    provider: Channel,
    #[serde(default)]
    refused: Told,
    #[serde(default)]
    failed: Told,
}

/// What failures are shown with: their classes and the first and newest of them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Told {
    classes: BTreeMap<String, u64>,
    evidence: Vec<Evidence>,
}

/// Refused calls that count, for a signal.
pub(crate) struct Run<'a> {
    pub(crate) since: Timestamp,
    pub(crate) in_part: bool,
    pub(crate) evidence: &'a [Evidence],
    /// Whether it is one family of endpoints, while the others are answered.
    pub(crate) one_family: bool,
    /// The flows that are refused, where they are told apart.
    pub(crate) flows: BTreeSet<IntegrationId>,
    classes: &'a BTreeMap<String, u64>,
}

impl Run<'_> {
    /// Whether most refusals of the run are of that class.
    pub(crate) fn is_mostly(&self, class: Class) -> bool {
        let n = self.classes.get(class.as_str()).copied().unwrap_or(0);
        let all = self
            .classes
            .values()
            .fold(0_u64, |sum, n| sum.saturating_add(*n));
        n.saturating_mul(2) > all
    }
}

impl Calls {
    /// Takes one call; whether it says anything of the credential.
    pub(crate) fn observe(&mut self, outcome: &Outcome, call: &Call) -> bool {
        let verdict = classify_call(call);
        let provider = fails_at_provider(call);
        let n = outcome.n.max(1);
        // What single failures of calmer times looked like is no part of this run.
        let flows = self.flows.values().chain(self.families.values());
        if self.all.is_calm() && flows.into_iter().all(Channel::is_calm) {
            self.refused = Told::default();
        }
        if provider.is_some() && self.provider.is_calm() {
            self.failed = Told::default();
        }
        let answer = match (verdict, provider) {
            (Verdict::Failed(class), _) => {
                self.refused.keep(outcome, call, class, "call refused");
                Answer::Failed
            }
            (_, Some(class)) => {
                self.failed.keep(outcome, call, class, "call failed");
                self.provider.observe(outcome.ts, Answer::Failed, n);
                return false;
            }
            (Verdict::Ignored, None) if is_throttled(call) => Answer::Throttled,
            (Verdict::Ignored, None) => return false,
            (Verdict::Ok, None) => Answer::Ok,
        };
        self.all.observe(outcome.ts, answer, n);
        if let Some(flow) = &outcome.integration {
            let channel = self.flows.entry(flow.clone()).or_default();
            channel.observe(outcome.ts, answer, n);
        }
        if let Some(family) = call.route.as_deref().and_then(family_of)
            && (self.families.len() < FAMILIES_MAX || self.families.contains_key(family))
        {
            let channel = self.families.entry(family.to_owned()).or_default();
            channel.observe(outcome.ts, answer, n);
        }
        let carried = match answer {
            Answer::Throttled => Answer::Throttled,
            Answer::Ok | Answer::Failed => Answer::Ok,
        };
        self.provider.observe(outcome.ts, carried, n);
        answer != Answer::Throttled
    }

    /// The refusals that count, once they have gone on for `least`.
    pub(crate) fn run(&self, rules: &Rules, least: SignedDuration) -> Option<Run<'_>> {
        let failing = |channel: &Channel| channel.failing(rules.calls_min, least);
        let flows: Vec<(&IntegrationId, Failing)> = self
            .flows
            .iter()
            .filter_map(|(id, channel)| Some((id, failing(channel)?)))
            .collect();
        let families: Vec<Failing> = self.families.values().filter_map(failing).collect();
        let one_family = !families.is_empty() && families.len() < self.families.len();
        let found = failing(&self.all)
            .into_iter()
            .chain(flows.iter().map(|(_, found)| *found))
            .chain(families.iter().copied());
        let first = found.clone().min_by_key(|found| found.since)?;
        let all = failing(&self.all).is_some_and(|found| !found.in_part);
        Some(Run {
            since: first.since,
            in_part: !all,
            one_family: one_family && !all,
            evidence: &self.refused.evidence,
            flows: flows.into_iter().map(|(id, _)| id.clone()).collect(),
            classes: &self.refused.classes,
        })
    }

    /// How far refused calls go. `t0`: a T0 flow hangs on the credential.
    pub(crate) fn strength(&self, rules: &Rules, t0: bool) -> Option<Strength> {
        let page_s = match t0 {
            true => rules.calls_page_t0_s,
            false => rules.calls_page_s,
        };
        if self.run(rules, span(page_s)).is_some() {
            return Some(Strength::Page);
        }
        self.run(rules, span(rules.calls_suspect_s))
            .map(|_| Strength::Suspect)
    }

    /// Since when calls are refused, if more are than heal by themselves.
    pub(crate) fn refused_since(&self, rules: &Rules) -> Option<Timestamp> {
        let (since, n) = self.all.unhealed()?;
        (n >= u64::from(rules.calls_min).max(2)).then_some(since)
    }

    /// Whether calls are carried again, everywhere. Forgets what was kept to show.
    pub(crate) fn recovered(&mut self) -> bool {
        let silent = |channel: &Channel| channel.unhealed().is_none();
        let recovered = self.all.recovered()
            && self.flows.values().all(silent)
            && self.families.values().all(silent);
        if recovered {
            self.refused = Told::default();
        }
        recovered
    }

    /// Whether any call was answered or failed since `from`.
    pub(crate) fn tried_since(&self, from: Timestamp) -> bool {
        self.provider.newest.is_some_and(|at| at >= from)
    }

    /// Whether the token that was new at `minted` was taken, and then refused as no token any more. A
    /// family of endpoints that refuses it from the first call on misses a permission, with whatever
    /// status it says so (sfmc-api J), and says nothing of the token's life.
    pub(crate) fn finds_token_dead(&self, minted: Option<Timestamp>) -> bool {
        let others = self.refused.n(Class::Scope) + self.refused.n(Class::Policy);
        let all: u64 = self.refused.classes.values().sum();
        let took_it = |channel: &Channel| {
            channel.unhealed().is_some() && channel.ok_at.is_some() && channel.ok_at >= minted
        };
        let was_taken = match self.families.is_empty() {
            true => took_it(&self.all),
            false => self.families.values().any(took_it),
        };
        was_taken && all > others.saturating_mul(2)
    }

    /// Whether refused calls are what is newest of it.
    pub(crate) fn is_refused(&self) -> bool {
        self.all.unhealed().is_some()
    }

    /// Since when the provider fails its calls, once that has gone on for `least`, and as what.
    pub(crate) fn provider_fails(&self, least: SignedDuration) -> Option<(Timestamp, Class)> {
        let failing = self.provider.failing(2, least)?;
        let n = |class: Class| {
            self.failed
                .classes
                .get(class.as_str())
                .copied()
                .unwrap_or(0)
        };
        let class = match n(Class::Network) > n(Class::Upstream) {
            true => Class::Network,
            false => Class::Upstream,
        };
        Some((failing.since, class))
    }

    /// The newest call that was carried to an answer.
    pub(crate) fn carried_at(&self) -> Option<Timestamp> {
        self.provider.ok_at
    }

    /// The facts of the provider's failures.
    pub(crate) fn provider_evidence(&self) -> &[Evidence] {
        &self.failed.evidence
    }

    /// Forgets the provider's failures if they are over; whether there were any.
    pub(crate) fn provider_healed(&mut self) -> bool {
        let over = self.provider.recovered() && self.failed != Told::default();
        if over {
            self.failed = Told::default();
        }
        over
    }
}

impl Told {
    /// Failures of a class.
    fn n(&self, class: Class) -> u64 {
        self.classes.get(class.as_str()).copied().unwrap_or(0)
    }

    fn keep(&mut self, outcome: &Outcome, call: &Call, class: Class, what: &str) {
        let known = |fact: &Evidence| fact.outcome.as_ref() == Some(&outcome.id);
        if self.evidence.iter().any(known) {
            return;
        }
        let n = self.classes.entry(class.as_str().to_owned()).or_default();
        *n = n.saturating_add(outcome.n.max(1));
        let status = call
            .status
            .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let fact = Evidence {
            at: outcome.ts,
            outcome: Some(outcome.id.clone()),
            words: match call.error_code.as_deref() {
                None | Some("0" | "none") => format!("{what}: {status}"),
                Some(code) => format!("{what}: {status} ({code})"),
            },
        };
        let place = self.evidence.partition_point(|known| known.at <= fact.at);
        self.evidence.insert(place, fact);
        if self.evidence.len() > EVIDENCE_MAX {
            self.evidence.remove(1);
        }
    }
}

/// The family of endpoints a route belongs to: its first segment; `None` for a route without one.
#[must_use]
pub fn family_of(route: &str) -> Option<&str> {
    let path = route.split(['?', '#']).next().unwrap_or(route);
    path.split('/').find(|part| !part.is_empty())
}

#[cfg(test)]
mod tests;
