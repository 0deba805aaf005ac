//! Makes and opens a vault. A refusal comes before anything is touched.

use super::{Entropy, Vault};
use crate::change::{AuditEntry, Change};
use crate::error::{Doing as _, VaultError};
use crate::folder::{Folder, Lock};
use crate::held::Held;
use crate::reader::Readers;
use crate::writer::{Ctx, OutboxBound, Writer, apply_all};
use crate::{keys, schema};
use countersign_model::Timestamp;
use countersign_secret::MasterKey;
use countersign_vault::WrapKeys;
use std::path::Path;
use std::sync::Arc;

impl Vault {
    /// Whether the folder holds a vault.
    #[must_use]
    pub fn exists(dir: &Path) -> bool {
        Folder::new(dir).holds_vault()
    }

    /// Makes a vault in a folder, under a master key, and opens it. It appears complete or not at
    /// all.
    ///
    /// # Errors
    /// [`VaultError::AlreadyInitialised`], [`VaultError::Locked`], or a failure of file or database.
    pub fn create(
        dir: &Path,
        master: &MasterKey,
        now: Timestamp,
        mut entropy: Entropy,
    ) -> Result<Vault, VaultError> {
        let folder = Folder::new(dir);
        let exists = || VaultError::AlreadyInitialised {
            path: folder.database(),
        };
        if folder.holds_vault() {
            return Err(exists());
        }
        folder.prepare()?;
        let lock = folder.lock()?;
        if folder.holds_vault() {
            return Err(exists());
        }
        fill(&folder, master, now, &mut entropy)?;
        folder.finish_database()?;
        open_locked(&folder, lock, master, entropy, OutboxBound::default())
    }

    /// Opens the vault of a folder.
    ///
    /// # Errors
    /// [`VaultError::NotInitialised`], [`VaultError::Locked`], [`VaultError::MasterKeyWrong`],
    /// [`VaultError::SchemaTooNew`], [`VaultError::NotAVault`]: nothing was touched.
    /// [`VaultError::Unreadable`] if the vault's own keys were changed; or a failure of file or
    /// database.
    pub fn open(dir: &Path, master: &MasterKey, entropy: Entropy) -> Result<Vault, VaultError> {
        Self::open_bounded(dir, master, entropy, OutboxBound::default())
    }

    /// Opens the vault of a folder with another bound for its outbox.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_bounded(
        dir: &Path,
        master: &MasterKey,
        entropy: Entropy,
        bound: OutboxBound,
    ) -> Result<Vault, VaultError> {
        let folder = Folder::new(dir);
        if !folder.holds_vault() {
            return Err(VaultError::NotInitialised {
                path: folder.database(),
            });
        }
        let lock = folder.lock()?;
        open_locked(&folder, lock, master, entropy, bound)
    }
}

/// Writes a new vault beside the place where it will be.
fn fill(
    folder: &Folder,
    master: &MasterKey,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<(), VaultError> {
    let path = folder.start_database()?;
    let doing = "making the vault";
    let mut sql = schema::open_writer(&path)?;
    schema::start(&mut sql)?;
    let wraps = WrapKeys::new(master, &[]);
    let mut vault_id = [0; 16];
    entropy(&mut vault_id);
    let transaction = sql.transaction().doing(doing)?;
    keys::start(&transaction, now, &vault_id, &wraps, &mut **entropy)?;
    let ring = keys::ring(&transaction, wraps)?;
    let signer = ring.system.signer();
    let mut ctx = Ctx {
        sql: &transaction,
        ring: &ring,
        signer: &signer,
        vault_id: &vault_id,
        entropy: &mut **entropy,
        bound: OutboxBound::default(),
        now,
    };
    let made = AuditEntry::done(now, "countersign", "vault.created", "vault");
    apply_all(&mut ctx, vec![Change::Audit(made)])?;
    transaction.commit().doing(doing)?;
    // Closing the last connection brings everything into the one file.
    sql.close().map_err(|(_, source)| source).doing(doing)
}

fn open_locked(
    folder: &Folder,
    lock: Lock,
    master: &MasterKey,
    entropy: Entropy,
    bound: OutboxBound,
) -> Result<Vault, VaultError> {
    let path = folder.database();
    let wraps = WrapKeys::new(master, &[]);
    refuse_untouched(folder, &wraps)?;
    folder.restrict()?;
    let mut sql = schema::open_writer(&path)?;
    let schema_version = schema::check(&sql, &path)?;
    schema::migrate(&mut sql, schema_version)?;
    let vault_id = keys::proof(&sql)?.vault_id;
    let ring = Arc::new(keys::ring(&sql, wraps)?);
    let readers = Readers::new(path.clone(), Arc::clone(&ring));
    let signer = ring.system.signer();
    let writer = Writer {
        sql,
        ring,
        signer,
        vault_id,
        entropy,
        bound,
        held: Held::new(folder, lock)?,
    };
    let data = folder.data().to_owned();
    Vault::start(writer, readers, data).map_err(|source| VaultError::Io {
        doing: "starting the writer of",
        path,
        source: Arc::new(source),
    })
}

/// Everything that could refuse, by looking only.
fn refuse_untouched(folder: &Folder, wraps: &WrapKeys) -> Result<(), VaultError> {
    let path = folder.database();
    let sql = schema::look(folder)?;
    schema::check(&sql, &path)?;
    keys::check(&keys::proof(&sql)?, wraps, &path)
}
