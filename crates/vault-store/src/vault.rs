//! [`Vault`]: the door to all of it. Making and opening one is in `vault/open.rs`.

mod open;

use crate::audit;
use crate::change::{Applied, Change, ConsumerRow};
use crate::error::VaultError;
use crate::grant::{GrantOpened, SpoolKey, StoredGrant};
use crate::keys;
use crate::reader::Readers;
use crate::row::{OutboxStatus, SecretVersion, StoredCredential, StoredSlots};
use crate::spool::{self, SpoolFile, SpoolFound};
use crate::table;
use crate::writer::{Command, QUEUE_MAX, Writer};
use countersign_model::Timestamp;
use countersign_model::id::CredentialId;
use countersign_secret::{Secret, TokenBytes};
use countersign_vault::Keyring;
use countersign_vault::audit::{Record, SignedCheckpoint, Verdict};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// Where random bytes come from.
pub type Entropy = Box<dyn FnMut(&mut [u8]) + Send>;

/// An opened vault. Cheap to clone; when the last clone goes, what waits is written and the vault
/// is closed.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    queue: Option<mpsc::Sender<Command>>,
    writer: Option<JoinHandle<()>>,
    readers: Readers,
    ring: Arc<Keyring>,
    vault_id: [u8; 16],
    data: PathBuf,
}

/// Runs `work`, which blocks on the disk, where that hurts nobody.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is stopping: nobody waits for the answer any more.
            Err(_) => Err(VaultError::Closed),
        },
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.readers.close();
        self.queue = None;
        if let Some(writer) = self.writer.take() {
            // A panic there was heard already, by every caller that waited.
            drop(writer.join());
        }
    }
}

impl Vault {
    fn start(writer: Writer, readers: Readers, data: PathBuf) -> std::io::Result<Vault> {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let (ring, vault_id) = (Arc::clone(&writer.ring), writer.vault_id);
        let thread = std::thread::Builder::new().name("vault-store".to_owned());
        let writer = Some(thread.spawn(move || writer.run(waiting))?);
        Ok(Vault(Arc::new(Inner {
            queue: Some(queue),
            writer,
            readers,
            ring,
            vault_id,
            data,
        })))
    }

    /// Applies changes as one transaction, in their order; durable when it returns. `now` dates what is
    /// stored, ages the outbox and says whether a checkpoint of the audit chain is due.
    ///
    /// # Errors
    /// [`VaultError::Unaudited`] if a change of state comes without an audit record (A1), and what
    /// each change can fail with; then none of them is stored.
    pub async fn change(
        &self,
        now: Timestamp,
        changes: Vec<Change>,
    ) -> Result<Applied, VaultError> {
        let audited = changes
            .iter()
            .any(|change| matches!(change, Change::Audit(_)));
        if !audited && changes.iter().any(Change::is_of_state) {
            return Err(VaultError::Unaudited);
        }
        let (reply, answer) = oneshot::channel();
        let queue = self.0.queue.as_ref().ok_or(VaultError::Closed)?;
        let command = Command {
            now,
            changes,
            reply,
        };
        queue.send(command).await.map_err(|_| VaultError::Closed)?;
        answer.await.map_err(|_| VaultError::Closed)?
    }

    /// The estate, as JSON.
    ///
    /// # Errors
    /// [`VaultError`] if it cannot be read.
    pub async fn estate_get(&self) -> Result<Option<String>, VaultError> {
        self.0.readers.read(|sql, _| table::estate::find(sql)).await
    }

    /// The active secret of a credential, with its version.
    ///
    /// # Errors
    /// [`VaultError::Unreadable`] if it does not open in its row (V2).
    pub async fn credential_secret(
        &self,
        credential: CredentialId,
    ) -> Result<Option<(u32, Secret)>, VaultError> {
        self.0
            .readers
            .read(move |sql, ring| table::secret::find(sql, ring, &credential))
            .await
    }

    /// A credential's versions, oldest first, without the secrets.
    ///
    /// # Errors
    /// [`VaultError`] if they cannot be read.
    pub async fn secret_versions(
        &self,
        credential: CredentialId,
    ) -> Result<Vec<SecretVersion>, VaultError> {
        self.0
            .readers
            .read(move |sql, _| table::secret::list(sql, &credential))
            .await
    }

    /// Ids of credentials that have an active secret.
    ///
    /// # Errors
    /// [`VaultError`] if they cannot be read.
    pub async fn credentials_with_secret(&self) -> Result<BTreeSet<String>, VaultError> {
        self.0.readers.read(|sql, _| table::secret::held(sql)).await
    }

    /// What is kept about credentials beside their secrets.
    ///
    /// # Errors
    /// [`VaultError`] if it cannot be read.
    pub async fn credential_records(&self) -> Result<Vec<StoredCredential>, VaultError> {
        self.0
            .readers
            .read(|sql, _| table::credential::list(sql))
            .await
    }

    /// All slots. A row that cannot be opened is named, and costs nobody else anything.
    ///
    /// # Errors
    /// [`VaultError`] if the table cannot be read at all.
    pub async fn slots(&self) -> Result<StoredSlots, VaultError> {
        self.0.readers.read(table::slot::list).await
    }

    /// Opens a credential's refresh token for an exchange.
    ///
    /// # Errors
    /// [`VaultError::Unreadable`] if it does not open in its row (V2).
    pub async fn grant_open(
        &self,
        credential: CredentialId,
    ) -> Result<Option<GrantOpened>, VaultError> {
        self.0
            .readers
            .read(move |sql, ring| table::grant::open(sql, ring, &credential))
            .await
    }

    /// A credential's key, opened to seal what an exchange will bring; `None` if it has none.
    ///
    /// # Errors
    /// [`VaultError::Unreadable`] if the key does not open.
    pub async fn spool_key(
        &self,
        credential: CredentialId,
    ) -> Result<Option<SpoolKey>, VaultError> {
        let find = move |sql: &rusqlite::Connection, ring: &Keyring| {
            let owned = keys::find(sql, ring, &credential)?;
            Ok(owned.map(|owned| SpoolKey {
                bu: owned.bu,
                key: owned.key,
            }))
        };
        self.0.readers.read(find).await
    }

    /// Where every refresh token stands.
    ///
    /// # Errors
    /// [`VaultError`] if they cannot be read.
    pub async fn grants(&self) -> Result<Vec<StoredGrant>, VaultError> {
        self.0.readers.read(|sql, _| table::grant::list(sql)).await
    }

    /// How many refresh tokens came too late and are kept beside their credentials.
    ///
    /// # Errors
    /// [`VaultError`] if they cannot be counted.
    pub async fn grant_orphans(&self) -> Result<u64, VaultError> {
        self.0
            .readers
            .read(|sql, _| table::grant::orphans(sql))
            .await
    }

    /// Puts an answer on disk, sealed, before the database is asked to take it (R3). Needs nothing of
    /// the database. `entropy` draws its nonce.
    ///
    /// # Errors
    /// [`VaultError::Io`] if the disk does not take it.
    pub async fn spool_write(
        &self,
        key: Arc<SpoolKey>,
        credential: CredentialId,
        attempt: String,
        plain: TokenBytes,
        mut entropy: Entropy,
    ) -> Result<SpoolFile, VaultError> {
        let data = self.0.data.clone();
        on_disk(move || {
            let names = (&credential, attempt.as_str());
            spool::write(&data, &key, names, &plain, &mut *entropy)
        })
        .await
    }

    /// Takes an answer off the disk once it is committed.
    ///
    /// # Errors
    /// [`VaultError::Io`].
    pub async fn spool_remove(&self, file: SpoolFile) -> Result<(), VaultError> {
        on_disk(move || file.remove()).await
    }

    /// Answers that an earlier run received and did not commit, oldest exchange first.
    ///
    /// # Errors
    /// [`VaultError`] if the folder cannot be read at all.
    pub async fn spool_list(&self) -> Result<SpoolFound, VaultError> {
        let data = self.0.data.clone();
        let read = move |sql: &rusqlite::Connection, ring: &Keyring| spool::list(sql, ring, &data);
        self.0.readers.read(read).await
    }

    /// Consumers whose key has not been revoked.
    ///
    /// # Errors
    /// [`VaultError`] if they cannot be read.
    pub async fn consumers(&self) -> Result<Vec<ConsumerRow>, VaultError> {
        self.0
            .readers
            .read(|sql, _| table::consumer::list(sql))
            .await
    }

    /// The oldest outcomes that wait, as JSON, with their numbers.
    ///
    /// # Errors
    /// [`VaultError`] if they cannot be read.
    pub async fn outbox_batch(&self, limit: usize) -> Result<Vec<(u64, String)>, VaultError> {
        self.0
            .readers
            .read(move |sql, _| table::outbox::batch(sql, limit))
            .await
    }

    /// How full the outbox is.
    ///
    /// # Errors
    /// [`VaultError`] if it cannot be read.
    pub async fn outbox_status(&self) -> Result<OutboxStatus, VaultError> {
        self.0
            .readers
            .read(|sql, _| table::outbox::status(sql))
            .await
    }

    /// Records of the audit chain from number `from` on, oldest first.
    ///
    /// # Errors
    /// [`VaultError`] if they cannot be read.
    pub async fn audit_list(&self, from: u64, limit: usize) -> Result<Vec<Record>, VaultError> {
        self.0
            .readers
            .read(move |sql, _| audit::list(sql, from, limit))
            .await
    }

    /// The newest records of one action, newest first, among the last
    /// [`SEARCHED_MAX`](crate::SEARCHED_MAX) of the chain.
    ///
    /// # Errors
    /// [`VaultError`] if they cannot be read.
    pub async fn audit_latest(
        &self,
        action: &'static str,
        limit: usize,
    ) -> Result<Vec<Record>, VaultError> {
        self.0
            .readers
            .read(move |sql, _| audit::latest(sql, action, limit))
            .await
    }

    /// Recomputes the whole chain and judges it, against its own checkpoints and those kept outside.
    ///
    /// # Errors
    /// [`VaultError`] if it cannot be read at all.
    pub async fn audit_verify(
        &self,
        outside: Vec<SignedCheckpoint>,
    ) -> Result<Verdict, VaultError> {
        let vault_id = self.0.vault_id;
        let read = move |sql: &rusqlite::Connection, ring: &Keyring| {
            audit::verify(sql, &vault_id, &ring.system.signer(), outside)
        };
        self.0.readers.read(read).await
    }

    /// The HMAC under which a consumer's key is kept.
    #[must_use]
    pub fn consumer_lookup(&self, key: &[u8]) -> [u8; 32] {
        self.0.ring.system.consumer_lookup(key)
    }

    /// Tells tokens apart and reveals nothing of them: 16 hex digits.
    #[must_use]
    pub fn fingerprint(&self, token: &TokenBytes) -> String {
        self.0.ring.system.fingerprint(token)
    }

    /// The key of all jitter.
    #[must_use]
    pub fn jitter_key(&self) -> [u8; 32] {
        *self.0.ring.system.jitter_key()
    }
}
