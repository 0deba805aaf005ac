//! The broker's books: what it keeps in the vault, in its own types. The only room here that
//! knows the vault.

mod consumers;
mod credentials;
mod grants;

mod suspicion;

use crate::bundle;
use crate::cell::Live;
use crate::consumer::Lookup;
use crate::tell::{Owner, Record};
use countersign_host::entropy::Entropy;
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::id::{BuId, CredentialId, SlotId};
use countersign_model::outcome::Outcome;
use countersign_model::token::{Generation, TokenFacts};
use countersign_refresh::{CredentialRecord, GrantState};
use countersign_secret::{MasterKey, TokenBytes};
use countersign_vault_store::{AuditEntry, Change, Ending, Vault, VaultError};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub use grants::{Answered, Armed};

/// Who writes what the machine does by itself.
const BROKER: &str = "broker";

/// Tells tokens apart by their bytes: 16 hex digits.
pub type Fingerprint = Arc<dyn Fn(&[u8]) -> String + Send + Sync>;

/// Why the books could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    /// The vault.
    #[error("{0}")]
    Vault(#[from] VaultError),
    /// A document in the vault is not what it was written as.
    #[error("{what} in the vault cannot be read")]
    Document {
        /// Which document.
        what: &'static str,
        /// Why.
        source: serde_json::Error,
    },
}

impl BooksError {
    /// Whether a person has to change something outside: key, folder, process.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self, BooksError::Vault(error) if error.is_refusal())
    }

    /// Whether the same may be written later: the disk or the database failed or is gone, not what was
    /// given.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        let BooksError::Vault(error) = self else {
            return false;
        };
        matches!(
            error,
            VaultError::Io { .. } | VaultError::Sqlite { .. } | VaultError::Displaced { .. }
        )
    }
}

/// One line of a transaction.
#[derive(Clone)]
pub enum Entry {
    /// A slot's next token.
    Token {
        /// The slot.
        slot: SlotId,
        /// Whose it is.
        owner: Owner,
        /// Its facts.
        facts: TokenFacts,
        /// What to seal.
        sealed: TokenBytes,
    },
    /// A slot's token is forgotten.
    Drop {
        /// The slot.
        slot: SlotId,
    },
    /// What an exchange of a refresh token brought.
    Rotation {
        /// The credential.
        credential: CredentialId,
        /// Its owner.
        bu: BuId,
        /// The exchange.
        attempt: String,
        /// The new refresh token; `None` where the provider goes on with the old one.
        refresh: Option<TokenBytes>,
    },
    /// How an exchange of a refresh token ended that brought nothing.
    Attempt {
        /// The credential.
        credential: CredentialId,
        /// The exchange; `None`: whichever is open.
        attempt: Option<String>,
        /// Where the refresh token stands.
        stands: GrantState,
    },
    /// A credential's counters and state.
    Credential(CredentialRecord),
    /// Something for the watch.
    Outcome(Box<Outcome>),
    /// Something for the audit chain.
    Record(Record),
}

/// What a broker starts from.
#[derive(Default)]
pub struct Stored {
    /// Credentials' counters and states.
    pub credentials: Vec<CredentialRecord>,
    /// Live tokens.
    pub tokens: BTreeMap<SlotId, (TokenFacts, Live)>,
    /// The highest generation ever stored, per slot.
    pub generations: BTreeMap<SlotId, Generation>,
    /// Slots whose stored token cannot be opened or read.
    pub unreadable: Vec<String>,
    /// Where refresh tokens stand.
    pub grants: Vec<(CredentialId, GrantState)>,
    /// Answers that an earlier run received; their refresh tokens are stored by now.
    pub answers: Vec<Answered>,
}

/// The opened vault.
pub struct Books {
    vault: Vault,
}

fn document<T: serde::de::DeserializeOwned>(
    what: &'static str,
    text: &str,
) -> Result<T, BooksError> {
    serde_json::from_str(text).map_err(|source| BooksError::Document { what, source })
}

fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("our own values are JSON")
}

fn chance(entropy: &Entropy) -> countersign_vault_store::Entropy {
    let entropy = entropy.clone();
    Box::new(move |bytes: &mut [u8]| entropy.fill(bytes))
}

impl Books {
    /// Whether the folder holds a vault.
    #[must_use]
    pub fn exists(data: &Path) -> bool {
        Vault::exists(data)
    }

    /// Makes a vault under the key.
    ///
    /// # Errors
    /// [`BooksError`]; nothing is left behind then.
    pub async fn create(data: &Path, key: &MasterKey, now: Timestamp) -> Result<(), BooksError> {
        Vault::create(data, key, now, chance(&Entropy::default()))?;
        Ok(())
    }

    /// Opens the vault; nothing of it is touched unless the key is the right one.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn open(data: &Path, key: &MasterKey) -> Result<Books, BooksError> {
        Ok(Books {
            vault: Vault::open(data, key, chance(&Entropy::default()))?,
        })
    }

    /// The HMAC under which consumers' keys are kept.
    #[must_use]
    pub fn lookup(&self) -> Lookup {
        let vault = self.vault.clone();
        Arc::new(move |key| vault.consumer_lookup(key))
    }

    /// The key of all jitter.
    #[must_use]
    pub fn jitter_key(&self) -> [u8; 32] {
        self.vault.jitter_key()
    }

    /// Tells tokens apart, and reveals nothing of them.
    #[must_use]
    pub fn fingerprinter(&self) -> Fingerprint {
        let vault = self.vault.clone();
        Arc::new(move |token| vault.fingerprint(&TokenBytes::new(token.to_vec())))
    }

    /// Writes entries as one transaction (A1). Returns how many older outcomes the outbox's bound
    /// pushed out before the watch had them.
    ///
    /// # Errors
    /// [`BooksError`]; then none of them is stored.
    pub async fn commit(&self, entries: Vec<Entry>, now: Timestamp) -> Result<u64, BooksError> {
        let mut changes = Vec::with_capacity(entries.len() + 1);
        let mut outcomes = Vec::new();
        let mut audited = false;
        for entry in entries {
            match entry {
                Entry::Token {
                    slot,
                    owner,
                    facts,
                    sealed,
                } => changes.push(Change::SlotPut {
                    slot,
                    credential: owner.credential,
                    bu: owner.credential_bu,
                    facts,
                    token: sealed,
                }),
                Entry::Drop { slot } => changes.push(Change::SlotDrop { slot }),
                Entry::Rotation {
                    credential,
                    bu,
                    attempt,
                    refresh,
                } => changes.push(Change::GrantRotate {
                    credential,
                    bu,
                    attempt,
                    token: refresh,
                }),
                Entry::Attempt {
                    credential,
                    attempt,
                    stands,
                } => changes.push(Change::GrantEnd {
                    credential,
                    attempt,
                    stands: grants::stored(stands),
                }),
                Entry::Credential(record) => changes.push(Change::RecordPut {
                    credential: record.credential.clone(),
                    json: text(&record),
                }),
                Entry::Outcome(outcome) => outcomes.push(*outcome),
                Entry::Record(record) => {
                    audited = true;
                    changes.push(Change::Audit(audit_of(record, now)));
                }
            }
        }
        if !audited && !changes.is_empty() {
            // Counters moved without an event of their own: the chain says so all the same.
            let noted = AuditEntry::done(now, BROKER, "slots.kept", "slots");
            changes.push(Change::Audit(noted));
        }
        if !outcomes.is_empty() {
            changes.push(Change::Outcomes(outcomes));
        }
        let applied = self.vault.change(now, changes).await?;
        if applied.grants_orphaned > 0 {
            tracing::error!("a refresh token came too late; it is kept beside its credential");
        }
        let dropped = applied.outbox_dropped;
        if dropped > 0 {
            tracing::error!(dropped, "the outbox is full: the watch will miss outcomes");
        }
        Ok(dropped)
    }

    /// Adds one record to the audit chain.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn note(
        &self,
        action: &str,
        object: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), BooksError> {
        let entry = AuditEntry::done(now, actor, action, object);
        self.vault.change(now, vec![Change::Audit(entry)]).await?;
        Ok(())
    }

    /// The estate.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn estate(&self) -> Result<Option<Estate>, BooksError> {
        let stored = self.vault.estate_get().await?;
        stored.map(|json| document("the estate", &json)).transpose()
    }

    /// Replaces the estate.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn estate_put(
        &self,
        estate: &Estate,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), BooksError> {
        let changes = vec![
            Change::EstatePut { json: text(estate) },
            Change::Audit(AuditEntry::done(now, actor, "estate.applied", &estate.name)),
        ];
        self.vault.change(now, changes).await?;
        Ok(())
    }

    /// What a broker starts from. A row that cannot be opened costs its slot a mint, nobody else.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn restore(&self, now: Timestamp) -> Result<Stored, BooksError> {
        let slots = self.vault.slots().await?;
        let mut unreadable = Vec::new();
        for bad in slots.unreadable {
            tracing::error!(slot = bad.slot, error = %bad, "a stored token cannot be opened");
            unreadable.push(bad.slot);
        }
        let mut tokens = BTreeMap::new();
        for one in slots.live {
            if let Some(live) = bundle::decode(&one.token, one.facts.generation) {
                tokens.insert(one.slot, (one.facts, live));
            } else {
                tracing::error!(slot = %one.slot, "a stored token is no token");
                unreadable.push(one.slot.to_string());
            }
        }
        Ok(Stored {
            credentials: self.credential_records().await?,
            tokens,
            generations: slots.generations,
            unreadable,
            answers: self.recover(now).await?,
            grants: self.grants().await?,
        })
    }

    /// Outcomes that wait for the watch, oldest first.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn outbox(&self, limit: usize) -> Result<Vec<(u64, Outcome)>, BooksError> {
        let batch = self.vault.outbox_batch(limit).await?;
        batch
            .into_iter()
            .map(|(sequence, json)| Ok((sequence, document("an outcome", &json)?)))
            .collect()
    }

    /// Outcomes up to this one have arrived.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn outbox_done(&self, up_to_seq: u64, now: Timestamp) -> Result<(), BooksError> {
        self.vault
            .change(now, vec![Change::OutboxAck { up_to_seq }])
            .await?;
        Ok(())
    }

    /// Recomputes the audit chain: whether it holds, and what it proves, in words.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn audit_verify(&self) -> Result<Value, BooksError> {
        let verdict = self.vault.audit_verify(Vec::new()).await?;
        let faults: Vec<String> = verdict.faults.iter().map(ToString::to_string).collect();
        let words = if verdict.is_sound() {
            format!(
                "{} records: authentic, contiguous, complete to record {}.",
                verdict.count,
                verdict.complete_to.unwrap_or_default()
            )
        } else {
            format!("The chain does not hold: {}.", faults.join("; "))
        };
        Ok(json!({
            "holds": verdict.is_sound(), "authentic": verdict.authentic,
            "contiguous": verdict.contiguous, "complete_to": verdict.complete_to,
            "records": verdict.count, "faults": faults, "words": words,
        }))
    }
}

fn audit_of(record: Record, now: Timestamp) -> AuditEntry {
    let ending = if record.action.ends_with("failed") || record.action.ends_with("not_accepted") {
        Ending::Failed
    } else {
        Ending::Done
    };
    let entry = AuditEntry::done(now, BROKER, record.action, &record.object).ended(ending);
    record
        .detail
        .into_iter()
        .fold(entry, |entry, (name, value)| entry.with(name, value))
}
