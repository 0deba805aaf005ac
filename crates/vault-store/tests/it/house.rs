//! A vault in a temporary folder, and the values the tests share.

use countersign_model::Timestamp;
use countersign_model::id::{BuId, CredentialId, SlotId};
use countersign_model::outcome::{Call, Fact, Outcome};
use countersign_model::token::{Generation, TokenFacts};
use countersign_secret::{MasterKey, Secret, TokenBytes};
use countersign_vault_store::{
    Applied, AuditEntry, Change, ConsumerRow, Entropy, OutboxBound, SecretRole, Vault, VaultError,
};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

pub(crate) fn now() -> Timestamp {
    "2026-11-22T12:30:00Z".parse().expect("a time")
}

pub(crate) fn later(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(now().as_millisecond() + ms).expect("a time")
}

pub(crate) fn master() -> MasterKey {
    MasterKey::new(*b"CANARY-master-key-CANARY-master!")
}

/// Bytes that differ at every draw of this process.
pub(crate) fn entropy() -> Entropy {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    Box::new(|bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(8) {
            let draw = NEXT
                .fetch_add(1, Ordering::Relaxed)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&draw.to_le_bytes()[..chunk.len()]);
        }
    })
}

pub(crate) fn credential(id: &str) -> CredentialId {
    id.parse().expect("an id")
}

pub(crate) fn bu(id: &str) -> BuId {
    id.parse().expect("an id")
}

pub(crate) fn slot(id: &str) -> SlotId {
    id.parse().expect("an id")
}

pub(crate) fn did(action: &str, object: &str) -> AuditEntry {
    AuditEntry::done(now(), "team:crm", action, object)
}

pub(crate) fn facts(generation: u64) -> TokenFacts {
    TokenFacts {
        generation: Generation(generation),
        issued_at: now(),
        expires_at: later(1_079_000),
        lifetime_ms: 1_079_000,
        refresh_at: later(700_000),
        hard_at: later(1_000_000),
        scope: Some(vec!["data_extensions_read".to_owned()]),
        fingerprint: "0123456789abcdef".to_owned(),
    }
}

pub(crate) fn token(generation: u64) -> TokenBytes {
    TokenBytes::from(format!("CANARY-token-{generation}"))
}

pub(crate) fn slot_put(id: &str, of: &str, generation: u64) -> Change {
    Change::SlotPut {
        slot: slot(id),
        credential: credential(of),
        bu: bu("LOY"),
        facts: facts(generation),
        token: token(generation),
    }
}

pub(crate) fn outcome(id: &str) -> Outcome {
    Outcome {
        id: id.parse().expect("an id"),
        ts: now(),
        source: "broker".to_owned(),
        integration: None,
        bu: Some(bu("LOY")),
        credential: Some(credential("INT-1")),
        consumer: None,
        peer_ip: None,
        n: 1,
        fact: Fact::Call(Call {
            status: Some(401),
            ..Call::default()
        }),
    }
}

/// A folder with a vault that can be closed, opened again and tampered with.
pub(crate) struct House {
    folder: TempDir,
}

impl House {
    pub(crate) fn new() -> House {
        House {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// A folder with a vault in it, open.
    pub(crate) fn built() -> (House, Vault) {
        let house = House::new();
        let vault = Vault::create(house.dir(), &master(), now(), entropy()).expect("a vault");
        (house, vault)
    }

    pub(crate) fn dir(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.dir().join("vault.db")
    }

    pub(crate) fn open(&self) -> Result<Vault, VaultError> {
        Vault::open(self.dir(), &master(), entropy())
    }

    pub(crate) fn open_bounded(&self, bound: OutboxBound) -> Vault {
        Vault::open_bounded(self.dir(), &master(), entropy(), bound).expect("opens")
    }

    /// The database, as an intruder with the file has it. The vault is closed.
    pub(crate) fn intrude(&self, statement: &str) {
        let sql = Connection::open(self.database()).expect("the file opens");
        sql.execute_batch(statement).expect(statement);
    }

    /// Every file of the folder with its bytes, but the empty lock and SQLite's shared index.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files: Vec<_> = std::fs::read_dir(self.dir())
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| !path.to_string_lossy().ends_with("-shm"))
            .map(|path| (path.clone(), std::fs::read(&path).expect("readable")))
            .collect();
        files.sort();
        files
    }

    /// The folder as a crash at this moment would leave it.
    pub(crate) fn crashed(&self) -> House {
        let copy = House::new();
        for (path, bytes) in self.files() {
            let name = path.file_name().expect("a name");
            std::fs::write(copy.dir().join(name), bytes).expect("a copy");
        }
        copy
    }
}

/// One change with the audit record that belongs to it (A1).
pub(crate) async fn change(vault: &Vault, change: Change) -> Result<Applied, VaultError> {
    vault
        .change(
            now(),
            vec![change, Change::Audit(did("test.changed", "something"))],
        )
        .await
}

pub(crate) fn secret_put(of: &str, owner: &str, secret: Secret) -> Change {
    let (credential, bu, role) = (credential(of), bu(owner), SecretRole::Active);
    Change::SecretPut {
        credential,
        bu,
        secret,
        role,
    }
}

pub(crate) async fn put_secret(vault: &Vault, of: &str, owner: &str, secret: &str) -> u32 {
    let put = secret_put(of, owner, Secret::from(secret.to_owned()));
    change(vault, put).await.expect("stored").secret_versions[0]
}

pub(crate) async fn secret_of(vault: &Vault, of: &str) -> Option<(u32, String)> {
    let found = vault
        .credential_secret(credential(of))
        .await
        .expect("opens");
    found.map(|(version, secret)| {
        let text = secret.expose(|bytes| String::from_utf8_lossy(bytes).into_owned());
        (version, text)
    })
}

pub(crate) fn consumer(id: &str, lookup: [u8; 32]) -> ConsumerRow {
    let record = "{\"integration\":\"INT-1\"}".to_owned();
    ConsumerRow {
        id: id.parse().expect("an id"),
        lookup,
        record,
    }
}
