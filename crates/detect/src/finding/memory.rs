//! What is remembered between two outcomes: of credentials, of those who call, of jobs and sources.

use super::claim::Claim;
use super::idle::Use;
use super::job::Jobs;
use super::known::Known;
use super::renewal::Renewals;
use super::retry::{Retries, Storm};
use super::scope::Scopes;
use super::skew::Skew;
use super::stale::Stale;
use super::throttle::Throttle;
use super::unit::Units;
use super::user::Users;
use countersign_model::Timestamp;
use countersign_model::finding::Subject;
use countersign_model::id::{CredentialId, FindingId, IntegrationId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Times of token answers kept of each credential: four hours of a token each quarter of an hour.
const TOKENS_MAX: usize = 16;

/// What the detectors of weaknesses remember; equal outcomes lead to equal states.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FindingsState {
    /// Since when there is anything to remember.
    pub(super) watching_from: Option<Timestamp>,
    #[serde(default)]
    pub(super) credentials: BTreeMap<CredentialId, Memory>,
    #[serde(default)]
    pub(super) callers: BTreeMap<Subject, Caller>,
    #[serde(default)]
    pub(super) jobs: BTreeMap<IntegrationId, Jobs>,
    #[serde(default)]
    pub(super) sources: BTreeMap<String, Skew>,
    #[serde(default)]
    pub(super) filed: BTreeMap<FindingId, Filed>,
}

/// Of one credential. What nothing was seen of takes no room.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Memory {
    #[serde(default, skip_serializing_if = "is_empty")]
    pub(super) scopes: Scopes,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub(super) renewals: Renewals,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub(super) users: Users,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub(super) last_use: Use,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub(super) stale: Stale,
    /// When it got its newest tokens, oldest first.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub(super) tokens: Vec<Timestamp>,
}

/// Of one program, known by its integration, else by its credential.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Caller {
    #[serde(default, skip_serializing_if = "is_empty")]
    pub(super) retries: Retries,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub(super) storm: Storm,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub(super) units: Units,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub(super) throttle: Throttle,
}

/// Whether nothing is remembered there.
fn is_empty<T: Default + PartialEq>(part: &T) -> bool {
    *part == T::default()
}

/// What another room filed, and until when it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Filed {
    pub(super) claim: Claim,
    pub(super) until: Timestamp,
}

impl Memory {
    /// Takes the time of a token answer.
    pub(super) fn issued_at(&mut self, at: Timestamp) {
        let place = self.tokens.partition_point(|one| *one <= at);
        self.tokens.insert(place, at);
        if self.tokens.len() > TOKENS_MAX {
            self.tokens.remove(0);
        }
    }
}

impl FindingsState {
    /// Forgets what the estate does not hold.
    pub(super) fn forget_strangers(&mut self, known: &Known) {
        self.credentials
            .retain(|id, _| known.credentials.contains_key(id));
        self.jobs.retain(|id, _| known.flows.contains_key(id));
        self.callers.retain(|subject, _| known.holds(subject));
    }
}
