//! How something is doing. Silence is `unknown`, never healthy.

use crate::Timestamp;
use crate::class::Class;
use crate::id::{CredentialId, IncidentId, IntegrationId};
use serde::{Deserialize, Serialize};

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
    /// One sentence why, in plain words.
    pub reason: String,
    /// End of the newest token we know of.
    pub token_expires_at: Option<Timestamp>,
    /// When the broker means to renew it.
    pub next_renewal_at: Option<Timestamp>,
    /// Last successful token request.
    pub last_mint_ok_at: Option<Timestamp>,
    /// Last refused or failed token request since the last success, with its class.
    pub last_failure: Option<(Timestamp, Class)>,
    /// Successful and failed token requests seen.
    pub mints_ok: u64,
    /// Failed token requests seen.
    pub mints_failed: u64,
    /// The open incident that explains it.
    pub incident: Option<IncidentId>,
}
