//! Integrations: how they run, what their failure costs and what their consumers are handed.

use crate::id::{AssetId, BuId, CredentialId, IntegrationId};
use crate::schedule::Schedule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an integration runs; decides its renewal strategy and its failure's words.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum IntegrationKind {
    /// Calls whenever its own users act.
    OnDemand,
    /// A stream of events.
    RealTime,
    /// Loads data in runs.
    Etl,
    /// An outside product's connector.
    ThirdParty,
    /// An outside service that journeys call per contact.
    JourneyHttp,
    /// Marketing Cloud Connect.
    Mcc,
    /// Reads data out in runs.
    Reporting,
    /// Reads health.
    Monitoring,
}

/// How much a failure costs and how soon.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Tier {
    /// Transactional or legal.
    T0,
    /// Revenue.
    T1,
    /// Supporting.
    T2,
    /// Reporting.
    T3,
}

/// What a consumer of this integration is handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VendMode {
    /// The real token.
    #[default]
    Direct,
    /// An opaque bearer for our gateway.
    Gateway,
}

/// How a slot is kept, when it is not what kind and tier say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StrategyOverride {
    /// Renewed ahead with nobody asking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_warm: Option<bool>,
    /// Renewed before each planned run; needs a `schedule`, and `keep_warm` not true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_job: Option<bool>,
    /// Renewed at this share of life, above 0.1 and at most 0.9.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_ratio: Option<f64>,
    /// Width of the jitter as a share of life, 0 to 0.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter_ratio: Option<f64>,
    /// Why; must not be empty.
    pub reason: String,
}

/// A business flow that uses slots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Integration {
    /// Its id.
    pub id: IntegrationId,
    /// A name for people.
    pub name: String,
    /// Its business unit.
    pub bu: BuId,
    /// How it runs.
    pub kind: IntegrationKind,
    /// How much its failure costs.
    pub tier: Tier,
    /// The team that owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The team behind the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<String>,
    /// Whose secret it uses.
    pub credential: CredentialId,
    /// MID it works in. Default: its business unit's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<u64>,
    /// Scopes it needs; empty: all of the credential.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Its traffic in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub traffic: String,
    /// When its runs start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// What its consumers are handed. Default: the real token for T0 and `payments`, a bearer of the
    /// gateway for the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vend: Option<VendMode>,
    /// It moves money or payment data: its calls do not pass through a second program unless told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub payments: bool,
    /// How its slot is kept, when not by kind and tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<StrategyOverride>,
    /// What it writes to, starts or sends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feeds: Vec<AssetId>,
    /// Anything worth knowing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Integration {
    /// What its consumers are handed.
    #[must_use]
    pub fn vend_mode(&self) -> VendMode {
        let plain = self.tier == Tier::T0 || self.payments;
        self.vend.unwrap_or(match plain {
            true => VendMode::Direct,
            false => VendMode::Gateway,
        })
    }
}
