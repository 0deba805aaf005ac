//! The rows: what a status and a code mean, and how that is known. The first row that fits counts.
//!
//! Codes decide before statuses, because proxies and the provider disagree about statuses. The same
//! rows stand in `docs/formats/classes.md`.

use countersign_model::class::Class;

/// Which status fits a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// This one.
    Is(u16),
    /// From the first to the last.
    Within(u16, u16),
    /// There was no answer.
    None,
    /// Whatever it is, or none.
    Any,
}

/// Which error code fits a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// One of these.
    Is(&'static [&'static str]),
    /// Begins so.
    Begins(&'static str),
    /// There is none.
    None,
    /// Whatever it is, or none.
    Any,
}

/// What an exchange that fits a row means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It worked.
    Worked,
    /// A failure of that class.
    Failed(Class),
    /// A refused grant: what is to blame depends on what was presented with it.
    Grant,
    /// Nothing of the credential.
    Nothing,
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The error code.
    pub code: Code,
    /// The status.
    pub status: Status,
    /// What it means.
    pub meaning: Meaning,
    /// How that is known: the standard, the provider's documents, a recording, or our choice.
    pub source: &'static str,
}

const fn row(code: Code, status: Status, meaning: Meaning, source: &'static str) -> Row {
    Row {
        code,
        status,
        meaning,
        source,
    }
}

use Class::{
    AuthRejected, Certificate, Config, GrantDead, Local, Malformed, Network, Policy, Scope,
    Throttled, Upstream,
};
use Meaning::{Failed, Grant, Nothing, Worked};

/// What our broker says of a refresh token that was sent without a known end.
pub(super) const IN_DOUBT: &str = "outcome_unknown";

/// Token requests.
pub const TOKEN: &[Row] = &[
    row(
        Code::Is(&["invalid_client"]),
        Status::Any,
        Failed(AuthRejected),
        "RFC 6749 5.2; provider J1: an ended secret answers so",
    ),
    row(
        Code::Is(&["unauthorized_client"]),
        Status::Any,
        Failed(AuthRejected),
        "RFC 6749 5.2; provider: an inactive app user",
    ),
    row(
        Code::Is(&["inactive_user"]),
        Status::Any,
        Failed(AuthRejected),
        "Salesforce core: OAuth flow errors, the user is deactivated or frozen",
    ),
    row(
        Code::Is(&["local"]),
        Status::Any,
        Failed(Local),
        "our broker: the request was never sent",
    ),
    row(
        Code::Is(&[IN_DOUBT]),
        Status::Any,
        Failed(GrantDead),
        "our broker: a refresh token was sent and the end of it is unknown",
    ),
    row(
        Code::Is(&["invalid_grant"]),
        Status::Any,
        Grant,
        "RFC 6749 5.2; provider J2: with client credentials an address policy",
    ),
    row(
        Code::Is(&["access_denied", "invalid_scope", "insufficient_scope"]),
        Status::Any,
        Failed(Scope),
        "RFC 6749 5.2, RFC 6750 3.1; provider: unit not enabled",
    ),
    row(
        Code::Is(&["malformed", "unreadable"]),
        Status::Any,
        Failed(Malformed),
        "our broker: a success answer that cannot be read",
    ),
    row(
        Code::Is(&["timeout"]),
        Status::Any,
        Failed(Upstream),
        "sent and not answered in time; a connect timeout is `connect_timeout`",
    ),
    row(
        Code::Is(&["connection_reset", "tls_failed"]),
        Status::Any,
        Failed(Network),
        "the road failed before an answer",
    ),
    row(
        Code::Begins("tls_"),
        Status::Any,
        Failed(Certificate),
        "RFC 8446 6.2: alerts about certificates",
    ),
    row(
        Code::Begins("connect_"),
        Status::Any,
        Failed(Network),
        "no connection was made",
    ),
    row(
        Code::Begins("dns_"),
        Status::Any,
        Failed(Network),
        "the name did not resolve",
    ),
    row(Code::None, Status::Within(200, 299), Worked, "RFC 6749 5.1"),
    row(
        Code::None,
        Status::None,
        Nothing,
        "neither a status nor a code",
    ),
    row(
        Code::Any,
        Status::Is(401),
        Failed(AuthRejected),
        "RFC 9110 15.5.2; provider J1",
    ),
    row(
        Code::Any,
        Status::Is(403),
        Failed(Scope),
        "RFC 9110 15.5.4; provider J2: unit not enabled",
    ),
    row(
        Code::Any,
        Status::Is(408),
        Failed(Upstream),
        "RFC 9110 15.5.9",
    ),
    row(
        Code::Any,
        Status::Is(429),
        Failed(Throttled),
        "RFC 6585 4; provider J2: 50100 and 50200",
    ),
    row(
        Code::Any,
        Status::Within(500, 599),
        Failed(Upstream),
        "RFC 9110 15.6",
    ),
    row(
        Code::Any,
        Status::Within(200, 299),
        Failed(Malformed),
        "a success that carries an error",
    ),
    row(
        Code::Any,
        Status::None,
        Failed(Network),
        "a code we do not know, and no answer",
    ),
    row(
        Code::Any,
        Status::Any,
        Failed(Config),
        "RFC 9110 15.5: the request is wrong as it stands",
    ),
];

/// API calls and probes. `Upstream`, `Network` and `Throttled` say nothing about the credential.
pub const CALL: &[Row] = &[
    row(
        Code::Is(&["connection_reset", "tls_failed"]),
        Status::None,
        Failed(Network),
        "the road failed before an answer",
    ),
    row(
        Code::Begins("tls_"),
        Status::Any,
        Failed(Certificate),
        "RFC 8446 6.2: alerts about certificates",
    ),
    row(
        Code::Begins("connect_"),
        Status::None,
        Failed(Network),
        "no connection was made",
    ),
    row(
        Code::Begins("dns_"),
        Status::None,
        Failed(Network),
        "the name did not resolve",
    ),
    row(
        Code::Is(&["timeout"]),
        Status::None,
        Failed(Upstream),
        "sent and not answered in time",
    ),
    row(
        Code::Is(&[
            "login_failed",
            "Login Failed",
            "token_expired",
            "Token Expired",
        ]),
        Status::Is(500),
        Failed(AuthRejected),
        "provider J2: SOAP faults, recorded",
    ),
    row(
        Code::Is(&["INVALID_SESSION_ID"]),
        Status::Any,
        Failed(AuthRejected),
        "Salesforce core: the session ended",
    ),
    row(
        Code::Is(&["API Permission Failed", "insufficient_scope"]),
        Status::Any,
        Failed(Scope),
        "provider J2: SOAP status; RFC 6750 3.1",
    ),
    row(
        Code::Any,
        Status::Is(429),
        Failed(Throttled),
        "RFC 6585 4; provider J2: 50100 and 50200",
    ),
    row(
        Code::Is(&["17"]),
        Status::Is(500),
        Failed(Throttled),
        "provider J2: SOAP code 17",
    ),
    row(
        Code::Any,
        Status::Within(500, 599),
        Failed(Upstream),
        "RFC 9110 15.6; provider J2: SOAP 2 and 9, REST 50300",
    ),
    row(
        Code::Is(&["20002"]),
        Status::Is(401),
        Failed(Scope),
        "provider J2: the code for a missing permission, whatever the status",
    ),
    row(
        Code::Any,
        Status::Is(401),
        Failed(AuthRejected),
        "RFC 6750 3.1; provider J2: with a fresh token a missing scope, see the signal",
    ),
    row(
        Code::Is(&["40002"]),
        Status::Is(403),
        Nothing,
        "provider J2: the wrong host was called",
    ),
    row(
        Code::None,
        Status::Is(403),
        Failed(Policy),
        "provider: an address outside the allowlist",
    ),
    row(
        Code::Any,
        Status::Is(403),
        Failed(Scope),
        "provider J2: 20002, insufficient privileges",
    ),
    row(
        Code::Any,
        Status::None,
        Nothing,
        "no answer, and why is not said",
    ),
    row(
        Code::Any,
        Status::Any,
        Worked,
        "it was answered: the token was taken",
    ),
];
