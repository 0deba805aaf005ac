//! What can be changed, as values: several [`Change`]s are one transaction.

use crate::grant::GrantStands;
use countersign_model::Timestamp;
use countersign_model::id::{BuId, ConsumerId, CredentialId, SlotId};
use countersign_model::outcome::Outcome;
use countersign_model::token::{Generation, TokenFacts};
use countersign_secret::{Secret, TokenBytes};
use countersign_vault::audit::{Ending, SignedCheckpoint};

/// What one version of a secret is for (broker rule 2.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretRole {
    /// Known to us, not yet proved.
    Staged,
    /// In use. A credential has at most one.
    Active,
    /// No longer in use.
    Retired,
}

impl SecretRole {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            SecretRole::Staged => "staged",
            SecretRole::Active => "active",
            SecretRole::Retired => "retired",
        }
    }

    pub(crate) fn find(name: &str) -> Option<SecretRole> {
        let all = [SecretRole::Staged, SecretRole::Active, SecretRole::Retired];
        all.into_iter().find(|role| role.as_str() == name)
    }
}

/// A program that asks us for tokens, as stored. Its key is not here: only the HMAC of it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerRow {
    /// Its id.
    pub id: ConsumerId,
    /// HMAC of its key; see [`crate::Vault::consumer_lookup`].
    pub lookup: [u8; 32],
    /// Everything else about it, as JSON of the broker's own type.
    pub record: String,
}

/// What goes into the audit chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// What was done, `credential.secret_put`.
    pub action: String,
    /// To what.
    pub object: String,
    /// How it ended.
    pub outcome: Ending,
    /// Particulars. No secrets: names, numbers, fingerprints.
    pub detail: Vec<(String, String)>,
}

impl AuditEntry {
    /// Something that was done, without particulars.
    #[must_use]
    pub fn done(at: Timestamp, actor: &str, action: &str, object: &str) -> AuditEntry {
        AuditEntry {
            at,
            actor: actor.to_owned(),
            action: action.to_owned(),
            object: object.to_owned(),
            outcome: Ending::Done,
            detail: Vec::new(),
        }
    }

    /// Says that it ended another way.
    #[must_use]
    pub fn ended(mut self, outcome: Ending) -> AuditEntry {
        self.outcome = outcome;
        self
    }

    /// Adds a particular.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> AuditEntry {
        self.detail.push((name.to_owned(), value.to_string()));
        self
    }
}

/// One change. Given together, they are applied in their order, all or none.
pub enum Change {
    /// Replaces the estate.
    EstatePut {
        /// The estate, as JSON.
        json: String,
    },
    /// Seals a new version of a credential's secret. An active one retires its predecessor.
    SecretPut {
        /// The credential.
        credential: CredentialId,
        /// Its owner.
        bu: BuId,
        /// The secret.
        secret: Secret,
        /// What it is for.
        role: SecretRole,
    },
    /// Gives a version of a secret another role. A new active one retires its predecessor.
    SecretRole {
        /// The credential.
        credential: CredentialId,
        /// The version.
        version: u32,
        /// What it is for from here on.
        role: SecretRole,
    },
    /// Keeps what the refresh machine has to remember of a credential.
    RecordPut {
        /// The credential.
        credential: CredentialId,
        /// The record, as JSON.
        json: String,
    },
    /// Turns a credential off or on.
    CredentialTurn {
        /// The credential.
        credential: CredentialId,
        /// Whether it is off from now on.
        disabled: bool,
    },
    /// Destroys a credential's key, and with it every secret and token sealed under it.
    CredentialForget {
        /// The credential.
        credential: CredentialId,
    },
    /// Seals the live token of a slot; refused unless its generation is above the highest ever
    /// stored (R2). One in between may be missing: a write that failed is not made up for.
    SlotPut {
        /// The slot.
        slot: SlotId,
        /// Its credential.
        credential: CredentialId,
        /// Its owner.
        bu: BuId,
        /// What is known about the token.
        facts: TokenFacts,
        /// The token.
        token: TokenBytes,
    },
    /// Destroys the live token of a slot; its generation is remembered.
    SlotDrop {
        /// The slot.
        slot: SlotId,
    },
    /// Seals a refresh token that a person's consent brought; whatever was known of the one before
    /// is over.
    GrantPut {
        /// The credential.
        credential: CredentialId,
        /// Its owner.
        bu: BuId,
        /// The refresh token.
        token: TokenBytes,
    },
    /// Writes down that the refresh token is about to be sent; refused unless it is the one of this
    /// generation and no exchange is open (R6).
    GrantArm {
        /// The credential.
        credential: CredentialId,
        /// Names the exchange.
        attempt: String,
        /// The token that was read.
        generation: Generation,
    },
    /// Stores what an exchange brought (R3). One that is no longer the credential's own is kept beside
    /// it.
    GrantRotate {
        /// The credential.
        credential: CredentialId,
        /// Its owner.
        bu: BuId,
        /// The exchange.
        attempt: String,
        /// The new refresh token; `None` where the provider goes on with the old one.
        token: Option<TokenBytes>,
    },
    /// Ends an exchange that brought nothing.
    GrantEnd {
        /// The credential.
        credential: CredentialId,
        /// The exchange; `None`: whichever is open.
        attempt: Option<String>,
        /// Where the refresh token stands from now on.
        stands: GrantStands,
    },
    /// Admits a consumer.
    ConsumerAdd(ConsumerRow),
    /// Ends a consumer's key.
    ConsumerRevoke {
        /// Which.
        id: ConsumerId,
    },
    /// Puts outcomes into the outbox.
    Outcomes(Vec<Outcome>),
    /// Takes delivered outcomes out of the outbox.
    OutboxAck {
        /// The last one delivered.
        up_to_seq: u64,
    },
    /// Adds a record to the audit chain.
    Audit(AuditEntry),
    /// Signs a checkpoint of the audit chain now.
    Checkpoint,
}

impl Change {
    /// Whether it has to be accompanied by an audit record (A1).
    pub(crate) fn is_of_state(&self) -> bool {
        match self {
            Change::EstatePut { .. }
            | Change::SecretPut { .. }
            | Change::SecretRole { .. }
            | Change::RecordPut { .. }
            | Change::CredentialTurn { .. }
            | Change::CredentialForget { .. }
            | Change::SlotPut { .. }
            | Change::SlotDrop { .. }
            | Change::GrantPut { .. }
            | Change::GrantArm { .. }
            | Change::GrantRotate { .. }
            | Change::GrantEnd { .. }
            | Change::ConsumerAdd(_)
            | Change::ConsumerRevoke { .. } => true,
            Change::Outcomes(_)
            | Change::OutboxAck { .. }
            | Change::Audit(_)
            | Change::Checkpoint => false,
        }
    }
}

/// What a transaction brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// Versions given to new secrets, in the order of their changes.
    pub secret_versions: Vec<u32>,
    /// Outcomes that the outbox's bound pushed out undelivered.
    pub outbox_dropped: u64,
    /// Refresh tokens that came too late and were kept beside their credential.
    pub grants_orphaned: usize,
    /// Consumers whose key ended now.
    pub consumers_revoked: usize,
    /// The checkpoint signed with this transaction, to be sent to an outside sink.
    pub checkpoint: Option<SignedCheckpoint>,
}
