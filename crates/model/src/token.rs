//! What is known about a live token without its bytes.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// Number of the token in its slot; grows by one with every stored token.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Generation(pub u64);

impl Generation {
    /// The generation after this one.
    #[must_use]
    pub fn next(self) -> Generation {
        Generation(self.0 + 1)
    }
}

/// Facts of one live token. All instants are anchored at the moment the request was sent, so that
/// our end is never later than the server's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenFacts {
    /// Its number in the slot.
    pub generation: Generation,
    /// When the request that brought it was sent.
    pub issued_at: Timestamp,
    /// `issued_at` + `expires_in`.
    pub expires_at: Timestamp,
    /// Life in milliseconds, as the server said (or the profile's default).
    pub lifetime_ms: u64,
    /// The advisory line: renewed in the background from here.
    pub refresh_at: Timestamp,
    /// The mandatory line: readers wait for the renewal from here.
    pub hard_at: Timestamp,
    /// Granted scopes, sorted; `None` if the answer listed none.
    pub scope: Option<Vec<String>>,
    /// Keyed fingerprint of the token's bytes, 16 hex digits; tells tokens apart, reveals nothing.
    pub fingerprint: String,
}
