//! What a token endpoint's answer means: one table, judged by status and code, never by text.
//!
//! Order of evidence (broker rule 2.8): where in the exchange it broke, the OAuth `error` code, the
//! HTTP status, nothing else.

use countersign_model::class::Class;
use countersign_model::estate::Grant;
use countersign_model::mint::{MintResult, NetCause, Phase};
use serde::{Deserialize, Serialize};

/// Kind of failure, finer than what people are told ([`RefusalClass::class`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalClass {
    /// Nothing was sent: name, connection, handshake.
    NetPreSend,
    /// The request may have been seen; no answer.
    NetPostSend,
    /// The host's certificate has ended.
    Certificate,
    /// Too many requests.
    Throttled,
    /// The endpoint is in trouble.
    Upstream,
    /// A success that cannot be read.
    MalformedSuccess,
    /// The secret is refused: `invalid_client`, the only answer that strikes.
    SecretRefused,
    /// The client is known and may not: `unauthorized_client`, an inactive user. No strike.
    ClientRefused,
    /// The refresh token is dead; a person has to consent again.
    GrantDead,
    /// An exchange of the refresh token has no known end; sending it again might revoke the grant.
    GrantUnknown,
    /// A scope or a business unit is missing.
    ScopeOrBu,
    /// The request itself is wrong.
    Config,
    /// Refused by address or another rule of the account.
    Policy,
    /// Our own fault.
    Local,
    /// The breaker of the host is open: nothing was sent.
    HostDown,
    /// The credential is locked: nothing was sent.
    Locked,
    /// The credential is disabled: nothing was sent.
    Disabled,
    /// The token was reported dead, and another may not be forced yet.
    TokenRejected,
    /// No such slot, or no longer.
    UnknownSlot,
}

/// What follows a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// Try again with back-off.
    Retry,
    /// Strike, unless waived; three lock.
    Strike,
    /// Confirm after 30 s and 60 s, then every 5 minutes.
    Confirm,
    /// Confirm after 30 s and 60 s, then after 5 to 15 minutes.
    ConfirmSlowly,
    /// Confirm after 30 s and 60 s, then hourly: somebody has to change something.
    Misconfigured,
    /// Stop: a person has to act.
    Quarantine,
}

impl RefusalClass {
    /// What people are told.
    #[must_use]
    pub fn class(self) -> Class {
        match self {
            RefusalClass::NetPreSend | RefusalClass::NetPostSend => Class::Network,
            RefusalClass::Certificate => Class::Certificate,
            RefusalClass::Throttled => Class::Throttled,
            RefusalClass::Upstream | RefusalClass::HostDown => Class::Upstream,
            RefusalClass::MalformedSuccess => Class::Malformed,
            RefusalClass::SecretRefused | RefusalClass::ClientRefused | RefusalClass::Locked => {
                Class::AuthRejected
            }
            RefusalClass::GrantDead | RefusalClass::GrantUnknown => Class::GrantDead,
            RefusalClass::ScopeOrBu => Class::Scope,
            RefusalClass::Config | RefusalClass::UnknownSlot => Class::Config,
            RefusalClass::Policy | RefusalClass::Disabled => Class::Policy,
            RefusalClass::Local => Class::Local,
            RefusalClass::TokenRejected => Class::TokenRevoked,
        }
    }

    /// What follows it.
    #[must_use]
    pub fn disposition(self) -> Disposition {
        match self {
            RefusalClass::NetPreSend
            | RefusalClass::NetPostSend
            | RefusalClass::Certificate
            | RefusalClass::Throttled
            | RefusalClass::Upstream
            | RefusalClass::MalformedSuccess
            | RefusalClass::Local
            | RefusalClass::HostDown
            | RefusalClass::TokenRejected => Disposition::Retry,
            RefusalClass::SecretRefused => Disposition::Strike,
            RefusalClass::ClientRefused => Disposition::Confirm,
            RefusalClass::Policy => Disposition::ConfirmSlowly,
            RefusalClass::ScopeOrBu | RefusalClass::Config => Disposition::Misconfigured,
            RefusalClass::GrantDead
            | RefusalClass::GrantUnknown
            | RefusalClass::Locked
            | RefusalClass::Disabled
            | RefusalClass::UnknownSlot => Disposition::Quarantine,
        }
    }
}

/// True if the answer says that the host is in trouble: transport errors, 5xx, rubbish. A 4xx never
/// does, for it proves that the host is up (broker rule 2.7).
#[must_use]
pub(crate) fn host_in_trouble(result: &MintResult) -> bool {
    match result {
        MintResult::Issued { expires_in_s, .. } => *expires_in_s == Some(0),
        MintResult::Refused { status, .. } => *status >= 500,
        MintResult::NoAnswer { .. } | MintResult::Unreadable { .. } => true,
    }
}

/// Judges an answer; `None` if it is a success.
///
/// `grant` decides what `invalid_grant` means: with client credentials it is the account's address
/// list, at Salesforce core an inactive user, and only with a refresh token a dead grant.
///
/// Source: broker rule 2.8 and the fault table of the contract (design 4.4).
#[must_use]
pub fn classify(result: &MintResult, grant: Grant) -> Option<RefusalClass> {
    match result {
        MintResult::Issued {
            expires_in_s: Some(0),
            ..
        } => Some(RefusalClass::MalformedSuccess),
        MintResult::Issued { .. } => None,
        MintResult::Unreadable { .. } => Some(RefusalClass::MalformedSuccess),
        MintResult::NoAnswer { phase, cause } => Some(classify_silence(*phase, *cause)),
        MintResult::Refused {
            status,
            error,
            retry_after_s,
            ..
        } => {
            let by_code = error.as_deref().and_then(|code| classify_code(code, grant));
            Some(match by_code {
                Some(class) if *status != 429 && *status < 500 => class,
                _ => classify_status(*status, retry_after_s.is_some()),
            })
        }
    }
}

fn classify_silence(phase: Phase, cause: NetCause) -> RefusalClass {
    match (cause, phase) {
        (NetCause::TlsCertificateExpired, _) => RefusalClass::Certificate,
        (_, Phase::BeforeSend) => RefusalClass::NetPreSend,
        (_, Phase::AfterSend) => RefusalClass::NetPostSend,
    }
}

/// RFC 6749 section 5.2, and SFMC's additions.
fn classify_code(code: &str, grant: Grant) -> Option<RefusalClass> {
    Some(match code {
        "invalid_client" => RefusalClass::SecretRefused,
        "unauthorized_client" => RefusalClass::ClientRefused,
        "invalid_grant" => match grant {
            Grant::ClientCredentials | Grant::LegacyRequestToken => RefusalClass::Policy,
            Grant::CoreOauth => RefusalClass::ClientRefused,
            Grant::RefreshToken => RefusalClass::GrantDead,
        },
        "invalid_scope" | "access_denied" => RefusalClass::ScopeOrBu,
        "invalid_request" | "unsupported_grant_type" => RefusalClass::Config,
        "server_error" | "temporarily_unavailable" => RefusalClass::Upstream,
        _ => return None,
    })
}

fn classify_status(status: u16, retry_after: bool) -> RefusalClass {
    match status {
        429 => RefusalClass::Throttled,
        503 if retry_after => RefusalClass::Throttled,
        500.. => RefusalClass::Upstream,
        401 => RefusalClass::ClientRefused,
        403 => RefusalClass::Policy,
        200..300 => RefusalClass::MalformedSuccess,
        _ => RefusalClass::Config,
    }
}

#[cfg(test)]
mod tests;
