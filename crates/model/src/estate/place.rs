//! Where things are: tenants, business units and their hours.

use crate::id::{BuId, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One SFMC account tree, reached by its subdomain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Its id in this file.
    pub id: TenantId,
    /// A name for people.
    #[serde(default)]
    pub name: String,
    /// The 28-character subdomain.
    pub subdomain: String,
    /// Base URL of the auth host, when it is not
    /// `https://{subdomain}.auth.marketingcloudapis.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_url: Option<String>,
    /// What its auth host sustains, in token requests a second. Default 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_requests_per_s: Option<f64>,
    /// A new mint kills the older token of the same client. Unconfirmed for v2; default false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mint_kills_older: bool,
}

impl Tenant {
    /// Base URL of its auth host, without a trailing slash.
    #[must_use]
    pub fn auth_base(&self) -> String {
        match &self.auth_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("https://{}.auth.marketingcloudapis.com", self.subdomain),
        }
    }
}

/// A MID inside a tenant: the boundary for keys, permits, schedules and people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BusinessUnit {
    /// Its code.
    pub id: BuId,
    /// A name for people.
    #[serde(default)]
    pub name: String,
    /// Its tenant.
    pub tenant: TenantId,
    /// Its MID.
    pub mid: u64,
    /// IANA time zone of its schedules and business hours.
    pub time_zone: String,
    /// Contacts, for impact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contacts: Option<u64>,
    /// The team that is called when an integration has no owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_call: Option<String>,
    /// What it does, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focus: Option<String>,
    /// When people are there. Empty: Monday to Friday 08:00-18:00.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub business_hours: Vec<BusinessHours>,
    /// Where its notices go, beside the house's default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<String>,
}

/// One span of business hours, in the unit's time zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BusinessHours {
    /// `mon`, `tue`, … `sun`.
    pub days: Vec<String>,
    /// `HH:MM`.
    pub from: String,
    /// `HH:MM`.
    pub to: String,
    /// Last day on which this span holds, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}
