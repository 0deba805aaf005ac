//! A token the broker handed us, and how long it may be handed on. Pure: `now_ms` is an argument, of
//! a clock that nobody can set back.

use countersign_secret::TokenBytes;

/// A token is not handed on in the last part of its life, seconds (broker rule 2.10).
pub(super) const LAST_S: i64 = 5;
const LAST_MS: i64 = LAST_S * 1_000;
/// The next one is fetched after this share of what was received (broker rule 2.10).
const PREFETCH_PERCENT: i64 = 75;

/// A token and its times, counted from when it came.
pub(crate) struct Held {
    token: TokenBytes,
    /// Its scopes, in one text.
    pub(crate) scope: String,
    /// Base of REST calls.
    pub(crate) rest_url: Option<String>,
    /// Base of SOAP calls.
    pub(crate) soap_url: Option<String>,
    /// When it came.
    pub(crate) at_ms: i64,
    /// Until the broker would rather give another one.
    pub(crate) plan_ms: i64,
    /// Until its end.
    pub(crate) valid_ms: i64,
    /// Its life when it was new.
    pub(crate) lifetime_ms: i64,
    /// The broker's word that it will not last.
    pub(crate) will_not_last: bool,
    /// It is a bearer for the broker's gateway, of no use at the platform's own addresses.
    pub(crate) for_gateway: bool,
}

/// The parts of a [`Held`].
pub(crate) struct Parts {
    pub(crate) token: String,
    pub(crate) scope: String,
    pub(crate) rest_url: Option<String>,
    pub(crate) soap_url: Option<String>,
    pub(crate) at_ms: i64,
    pub(crate) plan_s: i64,
    pub(crate) valid_s: i64,
    pub(crate) lifetime_s: i64,
    pub(crate) will_not_last: bool,
    pub(crate) for_gateway: bool,
}

impl From<Parts> for Held {
    fn from(parts: Parts) -> Held {
        Held {
            token: TokenBytes::from(parts.token),
            scope: parts.scope,
            rest_url: parts.rest_url,
            soap_url: parts.soap_url,
            at_ms: parts.at_ms,
            plan_ms: parts.plan_s.saturating_mul(1_000),
            valid_ms: parts.valid_s.saturating_mul(1_000),
            lifetime_ms: parts.lifetime_s.saturating_mul(1_000),
            will_not_last: parts.will_not_last,
            for_gateway: parts.for_gateway,
        }
    }
}

impl Held {
    /// Whole seconds for which it may be handed on by plan; 0 when the next one is due.
    pub(crate) fn plan_left_s(&self, now_ms: i64) -> i64 {
        let ends = self.plan_ms.min(self.valid_ms - LAST_MS);
        seconds(ends - (now_ms - self.at_ms))
    }

    /// Whole seconds for which it may be handed on when no other is to be had: to 5 s before its end.
    pub(crate) fn last_left_s(&self, now_ms: i64) -> i64 {
        seconds(self.valid_ms - LAST_MS - (now_ms - self.at_ms))
    }

    /// Whole seconds to its end.
    pub(crate) fn valid_left_s(&self, now_ms: i64) -> i64 {
        seconds(self.valid_ms - (now_ms - self.at_ms))
    }

    /// When the next one is fetched ahead: at 75 % of what was received.
    pub(crate) fn prefetch_at_ms(&self) -> i64 {
        let received = self.plan_ms.min(self.valid_ms - LAST_MS).max(0);
        self.at_ms + received * PREFETCH_PERCENT / 100
    }

    /// Lends the token's text, for as long as `f` runs.
    pub(crate) fn lend<T>(&self, f: impl FnOnce(&str) -> T) -> T {
        self.token
            .expose(|bytes| f(std::str::from_utf8(bytes).unwrap_or_default()))
    }
}

fn seconds(ms: i64) -> i64 {
    (ms / 1_000).max(0)
}

#[cfg(test)]
mod tests;
