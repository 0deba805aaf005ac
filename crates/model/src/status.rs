//! How something is doing. Silence is `unknown`, never healthy.

mod confidence;
mod knowing;

use crate::Timestamp;
use crate::class::Class;
use crate::id::{AssetId, CredentialId, IncidentId, IntegrationId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use confidence::{Coverage, OperationalConfidence, Part, PartState};
pub use knowing::{Bound, Channel, Knowing, NextStep, Sight, Step, StepKind, TimeToKnow, within};

/// Health of an integration, asset or business unit, worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Evidence says it works.
    Healthy,
    /// No evidence either way.
    Unknown,
    /// Works now, will not for long, or depends on something that fails.
    AtRisk,
    /// Works in part.
    Degraded,
    /// Does not work.
    Failing,
}

/// What the watch knows about one integration right now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntegrationStatus {
    /// Which.
    pub integration: IntegrationId,
    /// Its credential.
    pub credential: CredentialId,
    /// Its health.
    pub health: Health,
    /// Since when it has this health; `None` before anything was judged.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// One sentence why, in plain words.
    pub reason: String,
    /// Token, calls and freshness in one figure, with the parts it is made of.
    #[serde(default)]
    pub confidence: OperationalConfidence,
    /// End of the newest token we know of.
    pub token_expires_at: Option<Timestamp>,
    /// When the broker means to renew it.
    pub next_renewal_at: Option<Timestamp>,
    /// Last successful token request.
    pub last_mint_ok_at: Option<Timestamp>,
    /// Last refused or failed token request since the last success, with its class.
    pub last_failure: Option<(Timestamp, Class)>,
    /// Successful token requests seen.
    pub mints_ok: u64,
    /// Failed token requests seen.
    pub mints_failed: u64,
    /// Token requests of the last seven days.
    #[serde(default)]
    pub renewals: Renewals,
    /// Calls of its newest hour with traffic.
    #[serde(default)]
    pub calls: Option<Calls>,
    /// Token requests and calls refused or failed in the last seven days, by class.
    #[serde(default)]
    pub failures: BTreeMap<Class, u64>,
    /// When it last moved data, as far as calls, runs and counters tell.
    #[serde(default)]
    pub last_sync_at: Option<Timestamp>,
    /// By what a dead credential would be noticed, and what would notice it sooner.
    #[serde(default)]
    pub knowing: Knowing,
    /// The open incident that explains it.
    pub incident: Option<IncidentId>,
}

impl IntegrationStatus {
    /// The status of an integration of which nothing was seen.
    #[must_use]
    pub fn unseen(integration: IntegrationId, credential: CredentialId) -> IntegrationStatus {
        IntegrationStatus {
            integration,
            credential,
            health: Health::Unknown,
            since: None,
            reason: "Nothing has reported on it yet.".to_owned(),
            confidence: OperationalConfidence::default(),
            token_expires_at: None,
            next_renewal_at: None,
            last_mint_ok_at: None,
            last_failure: None,
            mints_ok: 0,
            mints_failed: 0,
            renewals: Renewals::default(),
            calls: None,
            failures: BTreeMap::new(),
            last_sync_at: None,
            knowing: Knowing::default(),
            incident: None,
        }
    }
}

/// Token requests of seven days beside what is usual (R046).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Renewals {
    /// Requests that brought a token.
    pub ok: u64,
    /// Requests that did not.
    pub failed: u64,
    /// Share that brought one, 0.0 to 1.0; `None` if there was none at all.
    pub rate: Option<f64>,
    /// Today's share is expected to be at least this; `None` before there is an earlier day to compare with.
    pub expected_min: Option<f64>,
    /// Whether today's share lies below it.
    pub is_below: bool,
}

/// Calls of the newest hour in which there were any.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calls {
    /// Calls that were answered.
    pub ok: u64,
    /// Calls that were refused or failed at the provider.
    pub failed: u64,
    /// Calls a minute while there were any, to two digits.
    pub per_min: f64,
    /// The newest.
    pub last_at: Timestamp,
}

/// Prefix of those parts of the detectors' memory that are an [`AssetSight`]: they are shown too.
pub const ASSET_PART: &str = "asset/";

/// What counters tell of one asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssetSight {
    /// Which.
    pub asset: AssetId,
    /// The newest sample of any counter.
    pub sampled_at: Timestamp,
    /// When it last changed: rows written, messages sent, contacts let in.
    #[serde(default)]
    pub changed_at: Option<Timestamp>,
}
