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

/// Times of token answers kept of each credential: eight hours of a token each quarter of an hour.
const TOKENS_MAX: usize = 32;

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

/// Of one credential.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Memory {
    pub(super) scopes: Scopes,
    pub(super) renewals: Renewals,
    pub(super) users: Users,
    pub(super) last_use: Use,
    pub(super) stale: Stale,
    /// When it got its newest tokens, oldest first.
    pub(super) tokens: Vec<Timestamp>,
}

/// Of one program, known by its integration, else by its credential.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Caller {
    pub(super) retries: Retries,
    pub(super) storm: Storm,
    pub(super) units: Units,
    pub(super) throttle: Throttle,
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
