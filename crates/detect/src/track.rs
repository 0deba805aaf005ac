//! What is remembered of one credential between two outcomes.

use crate::calls::Calls;
use crate::classify::{is_in_doubt, refused_by};
use countersign_model::class::Class;
use countersign_model::id::{BuId, IntegrationId, OutcomeId};
use countersign_model::incident::{Evidence, Refused};
use countersign_model::outcome::{Fact, Outcome};
use countersign_model::signal::Strength;
use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Evidence kept of one run: the first and the newest.
const KEPT_MAX: usize = 20;
/// So many tokens that died young within [`YOUNG_SPAN`] name a second minter (design 4.1).
const YOUNG_MIN: usize = 3;
/// A contest without a further sign for so long is over.
const YOUNG_SPAN: SignedDuration = SignedDuration::from_mins(30);
/// A token died young when more than this share of its life was left.
const YOUNG_SHARE: f64 = 0.3;

/// One failed token request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) ts: Timestamp,
    pub(crate) id: OutcomeId,
    pub(crate) class: Class,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bu: Option<BuId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refused: Option<Refused>,
    /// Whether it is not known if the refresh token it carried is spent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    in_doubt: bool,
    words: String,
}

/// Failures without a success between them, oldest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Run(Vec<Failure>);

/// One credential: its last success, its refusals, its transient failures.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Track {
    pub(crate) last_ok: Option<Timestamp>,
    pub(crate) token_ends_at: Option<Timestamp>,
    pub(crate) refusals: Run,
    pub(crate) transients: Run,
    #[serde(default)]
    pub(crate) calls: Calls,
    pub(crate) told: Option<Strength>,
    /// Whether refused calls alone were told of.
    #[serde(default)]
    pub(crate) told_by_calls: bool,
    pub(crate) locked_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) asked_at: Option<Timestamp>,
    pub(crate) integrations: BTreeSet<IntegrationId>,
    /// Tokens that were replaced long before their end because calls refused them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    young: Vec<Timestamp>,
    /// Newest sign of somebody else who asks for tokens with the same client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) contested_at: Option<Timestamp>,
}

impl Failure {
    pub(crate) fn of(outcome: &Outcome, class: Class) -> Failure {
        Failure {
            ts: outcome.ts,
            id: outcome.id.clone(),
            class,
            bu: outcome.bu.clone(),
            refused: match &outcome.fact {
                Fact::Mint { call, .. } => refused_by(call, class),
                _ => None,
            },
            in_doubt: is_in_doubt(outcome),
            words: words_of(outcome, class),
        }
    }

    pub(crate) fn evidence(&self) -> Evidence {
        Evidence {
            at: self.ts,
            outcome: Some(self.id.clone()),
            words: self.words.clone(),
        }
    }
}

fn words_of(outcome: &Outcome, class: Class) -> String {
    let Fact::Mint { call, .. } = &outcome.fact else {
        return class.as_str().to_owned();
    };
    if is_in_doubt(outcome) {
        return "renewal was sent and its end is not known; a person has to allow another"
            .to_owned();
    }
    let what = match class {
        Class::Malformed => "renewal got an unreadable answer",
        Class::Throttled => "renewal was throttled",
        Class::Upstream => "renewal failed at the provider",
        _ if call.status.is_none() => "renewal got no answer",
        _ => "renewal refused",
    };
    let code = call.error_code.as_deref();
    // These say no more than the words before them.
    let code = code.filter(|code| !["malformed", "unreadable", "none", "0"].contains(code));
    match (code, call.status) {
        (Some(code), Some(status)) => format!("{what}: {code} ({status})"),
        (Some(said), None) => format!("{what}: {said}"),
        (None, Some(status)) => format!("{what}: {status}"),
        (None, None) => what.to_owned(),
    }
}

impl Run {
    /// Adds a failure in its place in time; the same outcome twice counts once.
    pub(crate) fn insert(&mut self, failure: Failure) {
        if self.0.iter().any(|known| known.id == failure.id) {
            return;
        }
        let place = self.0.partition_point(|known| known.ts <= failure.ts);
        self.0.insert(place, failure);
        if self.0.len() > KEPT_MAX {
            self.0.remove(1);
        }
    }

    /// Forgets what a success at `ts` in unit `bu` has ended. A unit that may not use the credential
    /// is not helped by a success in another.
    pub(crate) fn end_at(&mut self, ts: Timestamp, bu: Option<&BuId>) {
        let elsewhere = |failure: &Failure| {
            let units = failure.bu.as_ref().zip(bu);
            failure.class == Class::Scope && units.is_some_and(|(refused, ok)| refused != ok)
        };
        self.0
            .retain(|failure| failure.ts > ts || elsewhere(failure));
    }

    pub(crate) fn first(&self) -> Option<&Failure> {
        self.0.first()
    }

    pub(crate) fn last(&self) -> Option<&Failure> {
        self.0.last()
    }

    /// Whether it keeps no more than it has.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= KEPT_MAX
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// From the first failure to the last, seconds and parts.
    pub(crate) fn spans_from(&self, from: Timestamp) -> countersign_model::SignedDuration {
        let last = self.last().map_or(from, |failure| failure.ts);
        last.duration_since(from)
    }

    /// The newest of which it is not known if its refresh token is spent.
    pub(crate) fn in_doubt(&self) -> Option<&Failure> {
        self.0.iter().rfind(|failure| failure.in_doubt)
    }

    /// Whether it holds nothing but throttling.
    pub(crate) fn is_only_throttled(&self) -> bool {
        self.0
            .iter()
            .all(|failure| failure.class == Class::Throttled)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Failure> {
        self.0.iter()
    }
}

impl Track {
    /// Whether it stumbles and nobody was told.
    pub(crate) fn is_untold(&self) -> bool {
        self.told.is_none() && !self.transients.is_empty()
    }

    /// Takes a new token; whether the credential is contested: by now tokens die young again and again.
    pub(crate) fn issued_young(&mut self, outcome: &Outcome) -> bool {
        let Fact::Mint { expires_in, .. } = &outcome.fact else {
            return false;
        };
        let life = expires_in.map_or(1_200.0, small);
        let left = self
            .token_ends_at
            .map_or(0.0, |end| end.duration_since(outcome.ts).as_secs_f64());
        if self.calls.finds_token_dead(self.last_ok) && left > YOUNG_SHARE * life {
            self.young.push(outcome.ts);
        }
        let recent = |at: &Timestamp| outcome.ts.duration_since(*at) < YOUNG_SPAN;
        self.young.retain(recent);
        if self.young.len() >= YOUNG_MIN {
            self.contested_at = self.young.last().copied();
        }
        self.contested_at = self.contested_at.filter(recent);
        self.contested_at.is_some()
    }

    /// Whether calls are seen to be refused, and no token is seen to have died young more than once:
    /// then what looks so to the broker, which sees refusals alone, is something else.
    pub(crate) fn refutes_second_minter(&self) -> bool {
        self.calls.is_refused() && self.young.len() < 2
    }

    pub(crate) fn token_is_alive(&self, now: Timestamp) -> bool {
        self.token_ends_at.is_some_and(|end| end > now)
    }

    /// The newest attempt of any result.
    pub(crate) fn last_attempt(&self) -> Option<Timestamp> {
        let failed = [&self.refusals, &self.transients].map(|run| run.last().map(|f| f.ts));
        failed.into_iter().chain([self.last_ok]).max().flatten()
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a token's life")]
fn small(seconds: u64) -> f64 {
    seconds as f64
}
