//! [`VaultError`]: why the vault refuses or fails. Never holds a secret, nor bytes of a row.

use countersign_model::id::{BuId, ConsumerId, CredentialId, SlotId};
use countersign_model::token::Generation;
use countersign_vault::OpenError;
use std::path::PathBuf;
use std::sync::Arc;

/// What is wrong with a stored row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// The sealed record does not open.
    #[error("it does not open")]
    Sealed(#[from] OpenError),
    /// The key it was sealed under is not in the vault.
    #[error("its key is not in the vault")]
    NoKey,
    /// A field cannot be read, or contradicts another.
    #[error("its field {field} cannot be read")]
    Field {
        /// Which.
        field: &'static str,
    },
}

/// Why the vault refuses or fails.
#[derive(Debug, Clone, thiserror::Error)]
pub enum VaultError {
    /// There is no vault in the folder.
    #[error("{} does not exist: run `countersign init` first, or name the right --data folder", path.display())]
    NotInitialised {
        /// Where it should be.
        path: PathBuf,
    },
    /// There is a vault already.
    #[error("{} exists already; nothing was changed", path.display())]
    AlreadyInitialised {
        /// Where it is.
        path: PathBuf,
    },
    /// The master key is not the one the vault was made with. Nothing was touched.
    #[error("the master key is not the one that {} was made with; nothing was changed", path.display())]
    MasterKeyWrong {
        /// The vault.
        path: PathBuf,
    },
    /// Another process has the vault open.
    #[error(
        "{} is in use by another process: stop it, or send the command to it with --server",
        path.display()
    )]
    Locked {
        /// The vault.
        path: PathBuf,
    },
    /// A file of the open vault was deleted or replaced: whatever is written to it would be lost.
    /// Nothing is acknowledged until it is back.
    #[error(
        "{} was deleted or replaced while the vault is open, and nothing can be stored: put it back, \
         or stop the broker, restore the vault and start it again",
        path.display()
    )]
    Displaced {
        /// The file.
        path: PathBuf,
    },
    /// The vault was written by a newer version.
    #[error(
        "{} has schema version {found}, and this program knows {known}: use the newer program",
        path.display()
    )]
    SchemaTooNew {
        /// The vault.
        path: PathBuf,
        /// Its schema version.
        found: u32,
        /// The newest one known here.
        known: u32,
    },
    /// The file is something else.
    #[error("{} is not a vault", path.display())]
    NotAVault {
        /// The file.
        path: PathBuf,
    },
    /// A row cannot be read: it was changed, moved or rolled back.
    #[error("{row} in the vault cannot be read")]
    Unreadable {
        /// Which row.
        row: String,
        /// Why.
        source: RowFault,
    },
    /// The credential's secrets are sealed for another owner.
    #[error(
        "{credential} belongs to {owner} in the vault, and {asked} asked: forget it there first, then give its secret again"
    )]
    OwnerMoved {
        /// The credential.
        credential: CredentialId,
        /// Whose it is.
        owner: BuId,
        /// Who asked.
        asked: BuId,
    },
    /// This token or a newer one is stored already. Nothing was changed (R2).
    #[error("{slot} holds generation {}, so {} comes too late", stored.0, offered.0)]
    StaleGeneration {
        /// The slot.
        slot: SlotId,
        /// What is stored.
        stored: Generation,
        /// What was offered.
        offered: Generation,
    },
    /// Another exchange of the refresh token is open, or its end is unknown, or it was replaced
    /// meanwhile: nothing may be sent (R6). Nothing was changed.
    #[error("the refresh token of {credential} may not be sent now")]
    GrantBusy {
        /// The credential.
        credential: CredentialId,
    },
    /// There is no such version of a secret.
    #[error("{credential} has no secret version {version}")]
    NoSecretVersion {
        /// The credential.
        credential: CredentialId,
        /// The version asked for.
        version: u32,
    },
    /// The id or the key of the consumer is in use.
    #[error("a consumer {id}, or one with the same key, exists already")]
    ConsumerExists {
        /// Its id.
        id: ConsumerId,
    },
    /// A secret or token is longer than anything the house seals.
    #[error("the secret for {row} is too long")]
    TooLong {
        /// Which row.
        row: String,
    },
    /// A change of state came without an audit record (A1): our bug. Nothing was changed.
    #[error("a change of state has no audit record")]
    Unaudited,
    /// The writer has stopped.
    #[error("the vault is closed")]
    Closed,
    /// A file could not be used.
    #[error("{doing} {} failed", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why.
        source: Arc<std::io::Error>,
    },
    /// The database failed.
    #[error("the vault's database failed while {doing}")]
    Sqlite {
        /// What was tried.
        doing: &'static str,
        /// Why.
        source: Arc<rusqlite::Error>,
    },
}

impl VaultError {
    /// Whether a person has to act before the vault can be used: wrong folder, key, program, or
    /// another process. Exit code 3 (design 4).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            VaultError::NotInitialised { .. }
            | VaultError::AlreadyInitialised { .. }
            | VaultError::MasterKeyWrong { .. }
            | VaultError::Locked { .. }
            | VaultError::SchemaTooNew { .. }
            | VaultError::NotAVault { .. }
            | VaultError::OwnerMoved { .. } => true,
            VaultError::Displaced { .. }
            | VaultError::GrantBusy { .. }
            | VaultError::Unreadable { .. }
            | VaultError::StaleGeneration { .. }
            | VaultError::NoSecretVersion { .. }
            | VaultError::ConsumerExists { .. }
            | VaultError::TooLong { .. }
            | VaultError::Unaudited
            | VaultError::Closed
            | VaultError::Io { .. }
            | VaultError::Sqlite { .. } => false,
        }
    }

    pub(crate) fn unreadable(row: impl Into<String>, source: impl Into<RowFault>) -> VaultError {
        VaultError::Unreadable {
            row: row.into(),
            source: source.into(),
        }
    }
}

/// Says what was being done when the database or a file failed.
pub(crate) trait Doing<T> {
    /// Names the deed.
    fn doing(self, doing: &'static str) -> Result<T, VaultError>;
}

impl<T> Doing<T> for rusqlite::Result<T> {
    fn doing(self, doing: &'static str) -> Result<T, VaultError> {
        self.map_err(|source| VaultError::Sqlite {
            doing,
            source: Arc::new(source),
        })
    }
}
