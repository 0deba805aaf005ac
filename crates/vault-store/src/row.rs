//! What reads return.

use crate::change::SecretRole;
use crate::error::RowFault;
use countersign_model::Timestamp;
use countersign_model::id::{BuId, CredentialId, SlotId};
use countersign_model::token::{Generation, TokenFacts};
use countersign_secret::TokenBytes;
use std::collections::BTreeMap;

/// A slot and its live token.
#[derive(Debug, Clone)]
pub struct StoredSlot {
    /// The slot.
    pub slot: SlotId,
    /// Its credential.
    pub credential: CredentialId,
    /// Its owner.
    pub bu: BuId,
    /// What is known about the token.
    pub facts: TokenFacts,
    /// The token.
    pub token: TokenBytes,
}

/// A slot whose row cannot be opened: its credential belongs in quarantine, and nobody else is
/// touched (broker rule 2.12).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the token of {slot} in the vault cannot be read")]
pub struct UnreadableSlot {
    /// The slot, as stored.
    pub slot: String,
    /// Its credential, as stored.
    pub credential: String,
    /// Why.
    pub source: RowFault,
}

/// All slots of the vault.
#[derive(Debug, Default)]
pub struct StoredSlots {
    /// Those with a live token.
    pub live: Vec<StoredSlot>,
    /// Those with a row that cannot be opened.
    pub unreadable: Vec<UnreadableSlot>,
    /// The highest generation ever stored, of every slot, also of those without a token now.
    pub generations: BTreeMap<SlotId, Generation>,
}

/// What is kept about a credential beside its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCredential {
    /// The credential.
    pub credential: CredentialId,
    /// The refresh machine's record, as JSON; `None` if it has never saved one.
    pub record: Option<String>,
    /// Whether a person turned it off.
    pub disabled: bool,
}

/// One version of a secret, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretVersion {
    /// Its number, from 1.
    pub version: u32,
    /// What it is for.
    pub role: SecretRole,
    /// When it was put in.
    pub created_at: Timestamp,
}

/// How full the outbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxStatus {
    /// Outcomes waiting.
    pub rows: u64,
    /// Their size, bytes.
    pub bytes: u64,
    /// When the oldest was put in.
    pub oldest_at: Option<Timestamp>,
    /// Outcomes pushed out undelivered, ever.
    pub dropped: u64,
}
