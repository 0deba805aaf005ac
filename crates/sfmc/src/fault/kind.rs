//! The kinds of fault, and those that belong to parts this model does not have.

/// The kinds this platform can play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is described in its row of the table")]
pub enum Kind {
    SecretExpired,
    SecretRevoked,
    SecretActivated,
    AppUserInactive,
    BuNotEnabled,
    ScopeRemoved,
    IpBlocked,
    TokenRevoked,
    SecondMinter,
    RefreshTokenLost,
    CrmUserDeactivated,
    CrmDown,
    RateLimited,
    AuthDown,
    AuthSlow,
    Rest5xx,
    PlatformOutage,
    Partition,
    MalformedToken,
    WrongBu,
    AssetStall,
    ZeroRows,
    PartialRows,
    QueueGrowth,
}

/// A kind with its name and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindRow {
    /// Its name in scenarios.
    pub name: &'static str,
    /// Which it is.
    pub kind: Kind,
    /// Whether a single asset can be its target.
    pub on_asset: bool,
    /// What the platform then answers.
    pub about: &'static str,
}

const fn row(name: &'static str, kind: Kind, on_asset: bool, about: &'static str) -> KindRow {
    KindRow {
        name,
        kind,
        on_asset,
        about,
    }
}

/// Every kind (design 4.4).
pub const KINDS: &[KindRow] = &[
    row(
        "secret_expired",
        Kind::SecretExpired,
        false,
        "secrets there are now are refused: 401 invalid_client; one made later is accepted",
    ),
    row(
        "secret_revoked",
        Kind::SecretRevoked,
        false,
        "as secret_expired",
    ),
    row(
        "secret_activated",
        Kind::SecretActivated,
        false,
        "the active secret is dead, 401 invalid_client, and a staged one is accepted at once",
    ),
    row(
        "app_user_inactive",
        Kind::AppUserInactive,
        false,
        "token requests: 401 unauthorized_client",
    ),
    row(
        "bu_not_enabled",
        Kind::BuNotEnabled,
        false,
        "token requests: 403 access_denied",
    ),
    row(
        "scope_removed",
        Kind::ScopeRemoved,
        false,
        "new tokens lack what is more than reading, or their last scope if there is nothing more",
    ),
    row(
        "ip_blocked",
        Kind::IpBlocked,
        false,
        "a share of token requests: 400 invalid_grant; of calls: 403 without a code; of SOAP calls: \
         a fault",
    ),
    row(
        "token_revoked",
        Kind::TokenRevoked,
        false,
        "live tokens die now: 401 on calls, Login Failed on SOAP calls; it is over at once and the \
         next token is fine",
    ),
    row(
        "second_minter",
        Kind::SecondMinter,
        false,
        "a rival mints now and every 2 minutes, and each time the live token dies",
    ),
    row(
        "refresh_token_lost",
        Kind::RefreshTokenLost,
        false,
        "refresh tokens there are now are refused: 400 invalid_grant; those of a later consent work",
    ),
    row(
        "crm_user_deactivated",
        Kind::CrmUserDeactivated,
        false,
        "the CRM user's sessions end, 401 INVALID_SESSION_ID, and sign-in: 400 invalid_grant",
    ),
    row("crm_down", Kind::CrmDown, false, "Salesforce core: 503"),
    row(
        "rate_limited",
        Kind::RateLimited,
        true,
        "a share of requests: 429; of SOAP calls: fault 17",
    ),
    row("auth_down", Kind::AuthDown, false, "token hosts: 503"),
    row(
        "auth_slow",
        Kind::AuthSlow,
        false,
        "token hosts take `latency` longer (default 2s)",
    ),
    row(
        "rest_5xx",
        Kind::Rest5xx,
        true,
        "a share of calls: 500; of SOAP calls: fault 2",
    ),
    row(
        "platform_outage",
        Kind::PlatformOutage,
        false,
        "everything: 503; SOAP calls: fault 2, Unplanned Outage",
    ),
    row("partition", Kind::Partition, false, "no answer at all"),
    row(
        "malformed_token",
        Kind::MalformedToken,
        false,
        "token requests: 200 with rubbish",
    ),
    row(
        "wrong_bu",
        Kind::WrongBu,
        false,
        "tokens work in the parent unit, whatever account_id asked for",
    ),
    row(
        "asset_stall",
        Kind::AssetStall,
        true,
        "a share of events and rows is accepted and lost; automations pause",
    ),
    row(
        "zero_rows",
        Kind::ZeroRows,
        true,
        "rows are accepted and none is stored",
    ),
    row(
        "partial_rows",
        Kind::PartialRows,
        true,
        "a share of rows is accepted and lost",
    ),
    row(
        "queue_growth",
        Kind::QueueGrowth,
        true,
        "messages are accepted and wait: the queue of the definition grows",
    ),
];

/// Kinds of scenarios that belong to other parts, and why they cannot be played here.
pub const ELSEWHERE: &[(&str, &str)] = &[
    (
        "certificate_expired",
        "it happens between a client and its middleware, not at the platform",
    ),
    (
        "caller_blocked",
        "it happens in the calling program, not at the platform",
    ),
    (
        "job_overrun",
        "it happens in the calling program, not at the platform",
    ),
    (
        "retry_storm",
        "it happens in the calling program, not at the platform",
    ),
    (
        "clock_skew",
        "it happens on the broker's machine, not at the platform",
    ),
    (
        "broker_restart",
        "it happens to the broker, not at the platform",
    ),
    ("hiccup", "it happens to outcomes on their way to the watch"),
    (
        "missing_data",
        "it happens to outcomes on their way to the watch",
    ),
    (
        "late_data",
        "it happens to outcomes on their way to the watch",
    ),
    (
        "truncate_reload",
        "it happens in the traffic a scenario generates",
    ),
    ("holiday", "it happens in the traffic a scenario generates"),
    (
        "launch_spike",
        "it happens in the traffic a scenario generates",
    ),
    (
        "planned_pause",
        "it happens in the traffic a scenario generates",
    ),
    (
        "maintenance",
        "it happens in the traffic a scenario generates",
    ),
    (
        "quiet_integration",
        "it happens in the traffic a scenario generates",
    ),
];

impl Kind {
    /// Its row.
    #[must_use]
    pub fn row(self) -> &'static KindRow {
        let found = KINDS.iter().find(|row| row.kind == self);
        found.expect("every kind has a row; a test counts them")
    }

    /// Its name in scenarios.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().name
    }

    /// Whether it is a property of the package, whatever unit a token is asked for.
    pub(crate) fn is_of_package(self) -> bool {
        use Kind::{
            AppUserInactive, CrmUserDeactivated, RefreshTokenLost, ScopeRemoved, SecretActivated,
            SecretExpired, SecretRevoked,
        };
        matches!(
            self,
            SecretExpired
                | SecretRevoked
                | SecretActivated
                | AppUserInactive
                | ScopeRemoved
                | RefreshTokenLost
                | CrmUserDeactivated
        )
    }
}

#[cfg(test)]
mod tests;
