//! What is remembered between two outcomes: of credentials, of those who call, of jobs and sources.

use super::claim::Claim;
use super::idle::Use;
use super::job::Jobs;
use super::known::Known;
use super::part::Part;
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

/// What the detectors of weaknesses remember; equal outcomes lead to equal memories.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct State {
    /// Since when there is anything to remember.
    pub(super) watching_from: Option<Timestamp>,
    pub(super) credentials: BTreeMap<CredentialId, Memory>,
    pub(super) callers: BTreeMap<Subject, Caller>,
    pub(super) jobs: BTreeMap<IntegrationId, Jobs>,
    pub(super) sources: BTreeMap<String, Skew>,
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

impl State {
    /// Forgets what the estate does not hold, and tells what that was.
    pub(super) fn forget_strangers(&mut self, known: &Known) -> Vec<Part> {
        let credentials = self.credentials.keys().cloned().map(Part::Credential);
        let callers = self.callers.keys().cloned().map(Part::Caller);
        let jobs = self.jobs.keys().cloned().map(Part::Job);
        let is_strange = |part: &Part| match part {
            Part::Credential(id) => !known.credentials.contains_key(id),
            Part::Caller(subject) => !known.holds(subject),
            Part::Job(id) => !known.flows.contains_key(id),
            Part::Source(_) | Part::Filed(_) | Part::Watching => false,
        };
        let all = credentials.chain(callers).chain(jobs);
        let strangers: Vec<Part> = all.filter(is_strange).collect();
        for part in &strangers {
            match part {
                Part::Credential(id) => drop(self.credentials.remove(id)),
                Part::Caller(subject) => drop(self.callers.remove(subject)),
                Part::Job(id) => drop(self.jobs.remove(id)),
                Part::Source(_) | Part::Filed(_) | Part::Watching => {}
            }
        }
        strangers
    }
}
