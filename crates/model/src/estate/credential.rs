//! Credentials: what kind, who holds them, and what refusals do to them.

use crate::id::{BuId, CredentialId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

impl Grant {
    /// Whether a refresh token is presented, which the answer may replace.
    #[must_use]
    pub fn presents_refresh_token(self) -> bool {
        match self {
            Grant::RefreshToken | Grant::CoreOauth => true,
            Grant::ClientCredentials | Grant::LegacyRequestToken => false,
        }
    }
}

/// What a provider does with a refresh token that is presented a second time (broker rule 2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Replay {
    /// It is never replaced, and may be presented as often as one likes.
    Static,
    /// Presented again within `window_s` of its first use, it brings the same pair again.
    Idempotent,
    /// It works once; presenting it again may revoke the whole grant.
    Strict,
}

/// What its provider does with a refresh token presented twice, where it is known and is not what
/// its kind says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayOverride {
    /// What the provider does.
    pub profile: Replay,
    /// For `idempotent`: how long after its first use a token brings the same pair, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_s: Option<u32>,
    /// How it is known; must not be empty.
    pub reason: String,
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
    /// What its provider does with a refresh token presented twice. Default: `strict`, which is safe
    /// with every provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<ReplayOverride>,
    /// Anything worth knowing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}
