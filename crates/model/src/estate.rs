//! The estate: tenants, business units, credentials, integrations, assets and their edges, as code.
//!
//! These types are the estate file (YAML or JSON), `version: 1`. Unknown fields are errors, so that
//! a misspelt field cannot silently do nothing.

use crate::id::{AssetId, BuId, CredentialId, IntegrationId, TenantId};
use crate::schedule::Schedule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}

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

/// What kind of long-lived secret it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// Installed package, server-to-server (client credentials).
    S2sV2,
    /// Installed package, web app (authorization code and refresh token).
    WebappV2,
    /// Package of before 2019, `/v1/requestToken`.
    LegacyV1,
    /// Connected app of Salesforce core, behind Marketing Cloud Connect.
    CrmOauth,
    /// OAuth client of an outside service that journeys call.
    ExtOauth,
    /// Client certificate.
    MtlsCert,
    /// SSH key of a file drop.
    SftpKey,
}

impl CredentialKind {
    /// The grant by which an access token is got; `None` for kinds that have no token.
    #[must_use]
    pub fn grant(self) -> Option<Grant> {
        match self {
            CredentialKind::S2sV2 | CredentialKind::ExtOauth => Some(Grant::ClientCredentials),
            CredentialKind::WebappV2 => Some(Grant::RefreshToken),
            CredentialKind::LegacyV1 => Some(Grant::LegacyRequestToken),
            CredentialKind::CrmOauth => Some(Grant::CoreOauth),
            CredentialKind::MtlsCert | CredentialKind::SftpKey => None,
        }
    }
}

/// How an access token is got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// RFC 6749 section 4.4.
    ClientCredentials,
    /// RFC 6749 section 6.
    RefreshToken,
    /// SFMC's legacy `/v1/requestToken`.
    LegacyRequestToken,
    /// Salesforce core's token endpoint.
    CoreOauth,
}

/// Who holds the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialMode {
    /// We hold the secret and mint.
    Brokered,
    /// Somebody else does; we know its metadata.
    #[default]
    Observed,
}

/// What three refusals do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lockout {
    /// Locks: no further token request until a person acts.
    Armed,
    /// Says that it would have locked, and does not. The state of a newly added credential.
    DryRun,
    /// Asks the owner first; the default of T0.
    Ask,
}

/// A long-lived secret with an owner; the secret itself is elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// A name for people.
    #[serde(default)]
    pub name: String,
    /// The business unit that owns it.
    pub bu: BuId,
    /// What kind it is.
    pub kind: CredentialKind,
    /// Who holds the secret. Default `observed`.
    #[serde(default)]
    pub mode: CredentialMode,
    /// OAuth client id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Scopes the package holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// MIDs the package is enabled for. Empty: its business unit's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mids: Vec<u64>,
    /// Token URL, for kinds outside SFMC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
    /// Day the present secret, certificate or key was made, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<jiff::civil::Date>,
    /// Day it ends, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<jiff::civil::Date>,
    /// What three refusals do. Default: `ask` for T0, else `dry_run` until armed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lockout: Option<Lockout>,
    /// Anything worth knowing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

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

/// What kind of asset it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AssetKind {
    /// A table.
    DataExtension,
    /// A journey.
    Journey,
    /// A triggered or transactional send.
    TriggeredSend,
    /// An automation inside SFMC.
    Automation,
    /// A dated campaign start.
    Launch,
    /// A system outside SFMC that uses its data.
    OutsideSystem,
}

/// What lets contacts into a journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A caller fires an event per contact.
    ApiEvent,
    /// Contacts are picked from a table on a schedule.
    DataTable,
    /// A change in the CRM.
    CrmEvent,
}

/// A data extension, journey, triggered send, automation, launch or outside system. Fields that do
/// not belong to its kind stay absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// Its id.
    pub id: AssetId,
    /// A name for people.
    pub name: String,
    /// Its business unit.
    pub bu: BuId,
    /// What it is.
    pub kind: AssetKind,
    /// How much its failure costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// Assets it reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<AssetId>,
    /// Assets it writes (automations).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub writes: Vec<AssetId>,
    /// When it runs, sends or starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// Its rhythm in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rhythm: String,
    /// External key in SFMC; default: its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Table: rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Table: rows written by a usual run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_per_run: Option<u64>,
    /// Table: what changes, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub normal_change: String,
    /// Table: minutes without change before a warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn_after_min: Option<u32>,
    /// Table: minutes without change before it is critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical_after_min: Option<u32>,
    /// Journey: what lets contacts in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Entry>,
    /// Journey: enrolments on a weekday. Send: messages on a weekday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_weekday: Option<u64>,
    /// Volume of a Saturday or Sunday as a share of a weekday's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekend_factor: Option<f64>,
    /// Journey: value of one enrolment in US dollars; an assumption of the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_usd: Option<f64>,
    /// Send: minutes for which a message is still useful.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub useful_min: Option<u32>,
    /// Launch: when it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<crate::schedule::ZonedStart>,
    /// Launch: contacts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<u64>,
    /// What customers see wrong when this is stale or still, for notices:
    /// "reminders with old balances".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub harm: String,
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

#[cfg(test)]
mod tests;
