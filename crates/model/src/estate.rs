//! The estate: tenants, business units, credentials, integrations, assets and their edges, as code.
//!
//! These types are the estate file (YAML or JSON), `version: 1`. Unknown fields are errors, so that
//! a misspelt field cannot silently do nothing.

mod asset;
mod credential;
mod integration;
mod place;
mod planned;

use crate::id::{AssetId, BuId, CredentialId, IntegrationId, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use asset::{Asset, AssetKind, Entry};
pub use credential::{
    Credential, CredentialKind, CredentialMode, Grant, Lockout, Replay, ReplayOverride,
};
pub use integration::{Integration, IntegrationKind, StrategyOverride, Tier, VendMode};
pub use place::{BusinessHours, BusinessUnit, Tenant};
pub use planned::{Planned, PlannedKind};

/// The one version of the estate file so far.
pub const ESTATE_VERSION: u32 = 1;

/// Everything a company runs on Marketing Cloud, as far as it told us.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Estate {
    /// Format version; 1.
    pub version: u32,
    /// A name for people.
    #[serde(default)]
    pub name: String,
    /// SFMC account trees.
    #[serde(default)]
    pub tenants: Vec<Tenant>,
    /// Business units.
    #[serde(default)]
    pub business_units: Vec<BusinessUnit>,
    /// Long-lived secrets with an owner. The secret itself is never in the file.
    #[serde(default)]
    pub credentials: Vec<Credential>,
    /// Business flows that use them.
    #[serde(default)]
    pub integrations: Vec<Integration>,
    /// What the flows feed, down to what customers see.
    #[serde(default)]
    pub assets: Vec<Asset>,
    /// Spans in which nothing is changed without approval.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freezes: Vec<Freeze>,
    /// Holidays, launches, pauses and maintenance that people know of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub planned: Vec<Planned>,
    /// How a day's volume of what has no schedule spreads over its hours. Absent: evenly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_shape: Option<DayShape>,
}

/// How a day's volume spreads over its hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayShape {
    /// The share of each local hour from midnight: 24 numbers, none negative. Only their proportion
    /// counts.
    pub percent: Vec<f64>,
}

/// A span without changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// First day, `YYYY-MM-DD`.
    pub from: String,
    /// Last day, `YYYY-MM-DD`.
    pub to: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

impl Estate {
    /// The tenant of that id.
    #[must_use]
    pub fn tenant(&self, id: &TenantId) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.id == *id)
    }
    /// The business unit of that code.
    #[must_use]
    pub fn business_unit(&self, id: &BuId) -> Option<&BusinessUnit> {
        self.business_units.iter().find(|bu| bu.id == *id)
    }
    /// The credential of that id.
    #[must_use]
    pub fn credential(&self, id: &CredentialId) -> Option<&Credential> {
        self.credentials
            .iter()
            .find(|credential| credential.id == *id)
    }
    /// The integration of that id.
    #[must_use]
    pub fn integration(&self, id: &IntegrationId) -> Option<&Integration> {
        self.integrations
            .iter()
            .find(|integration| integration.id == *id)
    }
    /// The asset of that id.
    #[must_use]
    pub fn asset(&self, id: &AssetId) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.id == *id)
    }
    /// The MID an integration works in: its own, or its business unit's.
    #[must_use]
    pub fn mid_of(&self, integration: &Integration) -> Option<u64> {
        integration
            .mid
            .or_else(|| self.business_unit(&integration.bu).map(|bu| bu.mid))
    }
}

#[cfg(test)]
mod tests;
