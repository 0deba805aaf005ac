//! Several programs behind one client, unmasked by their rhythms: each loses its token when the
//! secret is renewed for the other.

use super::claim::{Claim, Mark, is_within};
use super::known::KnownCredential;
use super::rules::{FindingRules, Limit};
use countersign_model::Timestamp;
use countersign_model::finding::{FindingKind, Severity, Subject};
use countersign_model::outcome::Outcome;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Users of one credential that are told apart.
const USERS_MAX: usize = 8;
/// Spans between token requests kept of each.
const SPANS_MAX: usize = 9;

/// Who asks for tokens with one credential, and how often.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Users(BTreeMap<String, User>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct User {
    first: Mark,
    newest: Timestamp,
    n: u64,
    spans_s: Vec<u64>,
}

impl Users {
    /// Takes a token request that worked.
    pub(super) fn issued(&mut self, rules: &FindingRules, outcome: &Outcome) {
        let kept = rules.days(Limit::UserKeptDays);
        self.0
            .retain(|_, user| is_within(outcome.ts, user.newest, kept));
        let name = name_of(outcome);
        if self.0.len() >= USERS_MAX && !self.0.contains_key(&name) {
            return;
        }
        let user = self.0.entry(name).or_insert_with(|| User {
            first: Mark::of(outcome),
            newest: outcome.ts,
            n: 0,
            spans_s: Vec::new(),
        });
        user.n += 1;
        let span = outcome.ts.duration_since(user.newest).as_secs();
        if let Ok(span @ 1..) = u64::try_from(span) {
            user.spans_s.push(span);
            if user.spans_s.len() > SPANS_MAX {
                user.spans_s.remove(0);
            }
            user.newest = outcome.ts;
        }
    }

    /// Whether there are several, each in a rhythm of its own. The workers of one program share
    /// theirs. Not for what our broker holds: there a program that asks us looks like one that asks
    /// the provider.
    pub(super) fn claim(
        &self,
        now: Timestamp,
        rules: &FindingRules,
        known: &KnownCredential,
        subject: &Subject,
    ) -> Option<Claim> {
        if known.is_brokered {
            return None;
        }
        let (least, kept) = (
            rules.count(Limit::UserMintsMin),
            rules.days(Limit::UserKeptDays),
        );
        let is_known = |user: &&User| user.n >= least && is_within(now, user.newest, kept);
        let mut users: Vec<(&String, &User)> =
            self.0.iter().filter(|(_, user)| is_known(user)).collect();
        let rhythms: Vec<u64> = users.iter().map(|(_, user)| user.rhythm_s()).collect();
        let (quickest, slowest) = (*rhythms.iter().min()?, *rhythms.iter().max()?);
        if quickest == 0 || times(slowest, quickest) < rules.get(Limit::UserRhythmTimes) {
            return None;
        }
        users.sort_by_key(|(_, user)| user.first.at);
        let names: Vec<&str> = users.iter().map(|(name, _)| name.as_str()).collect();
        let evidence = users.iter().map(|(name, user)| {
            user.first
                .evidence(format!("{name} asked for a token for the first time"))
        });
        Some(Claim {
            kind: FindingKind::SecondUser,
            subject: subject.clone(),
            severity: Severity::Warning,
            since: users.get(1).map(|(_, user)| user.first.at),
            words: format!(
                "{}: {} programs seem to share its {}: {}. Whoever renews it for one of them stops \
                 the others.",
                known.name,
                names.len(),
                known.noun(),
                names.join(", ")
            ),
            fix: "Find out what each of them is, before the next renewal, and give each a package \
                  of its own."
                .to_owned(),
            evidence: evidence.collect(),
            bu: Some(known.place.bu.clone()),
            owner: known.place.owner.clone(),
            due: None,
        })
    }
}

impl User {
    /// The usual span between two of its token requests, seconds.
    fn rhythm_s(&self) -> u64 {
        let mut spans = self.spans_s.clone();
        spans.sort_unstable();
        spans.get(spans.len() / 2).copied().unwrap_or(0)
    }
}

/// The best name an outcome gives its maker.
fn name_of(outcome: &Outcome) -> String {
    match (&outcome.consumer, outcome.peer_ip) {
        (Some(consumer), _) => format!("consumer {consumer}"),
        (None, Some(address)) => format!("a program at {address}"),
        (None, None) => format!("a program seen by {}", outcome.source),
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a span of days")]
fn times(slow: u64, quick: u64) -> f64 {
    slow as f64 / quick as f64
}
