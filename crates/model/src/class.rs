//! What kind of failure an outcome or an incident is (design 4.4). Names are a wire promise.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of failure. Serialised in `snake_case`, as in scenarios, the API and the pages.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The credential itself was refused: secret ended or revoked, package off, user inactive.
    AuthRejected,
    /// The credential works but may not do this: a scope or a business unit is missing.
    Scope,
    /// Refused by address or another policy of the account.
    Policy,
    /// A refresh token is dead; a person has to consent again.
    GrantDead,
    /// A live token was killed early; the next mint is fine.
    TokenRevoked,
    /// Somebody else mints with the same client and kills our tokens.
    SecondMinter,
    /// Success until the token's end, then 401 on every call: nobody renewed.
    NotRenewed,
    /// A TLS certificate or client certificate ended or is not trusted.
    Certificate,
    /// Too many requests.
    Throttled,
    /// The provider answers 5xx or not in time.
    Upstream,
    /// No route: DNS, connect, reset.
    Network,
    /// A success answer that cannot be read.
    Malformed,
    /// The request itself is wrong (grant, route, media type).
    Config,
    /// Flow fell to nothing.
    Stopped,
    /// Flow fell, but not to nothing.
    Reduced,
    /// A run succeeded and moved no rows.
    ZeroRows,
    /// A table stopped changing.
    Frozen,
    /// A queue grows and ages.
    QueueGrowth,
    /// A job outlives its token.
    LongJob,
    /// Our own fault: store, key, disk.
    Local,
}

impl Class {
    /// The name as written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Class::AuthRejected => "auth_rejected",
            Class::Scope => "scope",
            Class::Policy => "policy",
            Class::GrantDead => "grant_dead",
            Class::TokenRevoked => "token_revoked",
            Class::SecondMinter => "second_minter",
            Class::NotRenewed => "not_renewed",
            Class::Certificate => "certificate",
            Class::Throttled => "throttled",
            Class::Upstream => "upstream",
            Class::Network => "network",
            Class::Malformed => "malformed",
            Class::Config => "config",
            Class::Stopped => "stopped",
            Class::Reduced => "reduced",
            Class::ZeroRows => "zero_rows",
            Class::Frozen => "frozen",
            Class::QueueGrowth => "queue_growth",
            Class::LongJob => "long_job",
            Class::Local => "local",
        }
    }
}
