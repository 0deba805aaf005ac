//! The answer of a token endpoint as facts, without secret bytes: what crosses from the wire to the
//! pure core that decides what it means.

use serde::{Deserialize, Serialize};

/// Longest sanitised `error_description` kept, in characters (broker rule 2.14).
pub const DESCRIPTION_CHARS_MAX: usize = 200;

/// How one token request ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MintResult {
    /// A readable success. The token bytes travel beside this value, never in it.
    Issued {
        /// `expires_in` in seconds; `None` if the answer had none.
        expires_in_s: Option<u64>,
        /// Granted scopes, sorted; `None` if the answer listed none.
        scope: Option<Vec<String>>,
    },
    /// An answer that is an error: any status that is not a readable 200.
    Refused {
        /// HTTP status.
        status: u16,
        /// OAuth `error` code (RFC 6749 section 5.2), if the body had one.
        error: Option<String>,
        /// SFMC's `errorcode` of the REST envelope, if the body had one.
        errorcode: Option<i64>,
        /// `Retry-After` in seconds.
        retry_after_s: Option<u64>,
        /// Sanitised `error_description`, for people only; never branched on.
        description: Option<String>,
    },
    /// No answer.
    NoAnswer {
        /// Whether the request may have reached the server.
        phase: Phase,
        /// What broke.
        cause: NetCause,
    },
    /// Status 200 with a body that is no token answer.
    Unreadable {
        /// HTTP status.
        status: u16,
        /// What was wrong, without any of the body.
        why: String,
    },
}

/// Where in the exchange it broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing was sent: DNS, connect, TLS handshake.
    BeforeSend,
    /// The request may have been seen.
    AfterSend,
}

/// What broke on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetCause {
    /// The name did not resolve.
    Dns,
    /// No connection.
    Connect,
    /// TLS handshake failed.
    Tls,
    /// The server's certificate has ended.
    TlsCertificateExpired,
    /// No answer in time.
    Timeout,
    /// The connection broke.
    Reset,
}
