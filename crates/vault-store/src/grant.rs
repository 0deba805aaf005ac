//! What is known of refresh tokens, as values.

use countersign_model::Timestamp;
use countersign_model::id::{BuId, CredentialId};
use countersign_model::token::Generation;
use countersign_secret::TokenBytes;
use countersign_vault::NamedKey;

/// Where a refresh token stands (broker rule 2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantStands {
    /// It may be sent.
    Ready {
        /// First send of it without a known end, where it may be repeated for a while.
        doubt_since: Option<Timestamp>,
    },
    /// A send was written down; its end was not.
    Armed {
        /// When.
        since: Timestamp,
    },
    /// A send has no known end, and must not be repeated without a person's word.
    Unknown {
        /// When it was sent.
        since: Timestamp,
    },
    /// The server refused it.
    Dead,
}

impl SpoolKey {
    /// Whose credential it is.
    #[must_use]
    pub fn owner(&self) -> &BuId {
        &self.bu
    }
}

impl GrantStands {
    /// Nothing is known against it.
    pub const FRESH: GrantStands = GrantStands::Ready { doubt_since: None };
}

/// A credential's refresh token as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredGrant {
    /// The credential.
    pub credential: CredentialId,
    /// Number of the token; grows with every one stored.
    pub generation: Generation,
    /// Where it stands.
    pub stands: GrantStands,
    /// The exchange that is open, or was when its end was lost.
    pub attempt: Option<String>,
    /// When a person last consented.
    pub given_at: Timestamp,
    /// When this token was stored.
    pub stored_at: Timestamp,
}

/// A refresh token that is about to be sent, with the key under which its answer will be sealed: the
/// database need not answer at that moment.
pub struct GrantOpened {
    /// Number of the token, the fence of the exchange.
    pub generation: Generation,
    /// The token.
    pub token: TokenBytes,
    /// Seals its answer.
    pub spool: SpoolKey,
}

/// A credential's key, opened ahead of an exchange.
pub struct SpoolKey {
    pub(crate) bu: BuId,
    pub(crate) key: NamedKey,
}
