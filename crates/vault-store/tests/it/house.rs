//! A vault in a temporary folder, and the values the tests share.

use countersign_model::Timestamp;
use countersign_model::id::{BuId, CredentialId, SlotId};
use countersign_model::outcome::{Call, Fact, Outcome};
use countersign_model::token::{Generation, TokenFacts};
use countersign_secret::{MasterKey, Secret, TokenBytes};
use countersign_vault_store::{AuditEntry, Change, Entropy, OutboxBound, Vault, VaultError};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

pub fn now() -> Timestamp {
    "2026-11-22T12:30:00Z".parse().expect("a time")
}

pub fn later(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(now().as_millisecond() + ms).expect("a time")
}

pub fn master() -> MasterKey {
    MasterKey::new(*b"CANARY-master-key-CANARY-master!")
}

/// Bytes that differ at every draw of this process.
pub fn entropy() -> Entropy {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    Arc::new(|bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(8) {
            let draw = NEXT
                .fetch_add(1, Ordering::Relaxed)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&draw.to_le_bytes()[..chunk.len()]);
        }
    })
}

pub fn credential(id: &str) -> CredentialId {
    id.parse().expect("an id")
}

pub fn bu(id: &str) -> BuId {
    id.parse().expect("an id")
}

pub fn slot(id: &str) -> SlotId {
    id.parse().expect("an id")
}

pub fn did(action: &str, object: &str) -> AuditEntry {
    AuditEntry::done(now(), "team:crm", action, object)
}

pub fn facts(generation: u64) -> TokenFacts {
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

pub fn token(generation: u64) -> TokenBytes {
    TokenBytes::from(format!("CANARY-token-{generation}"))
}

pub fn slot_put(id: &str, of: &str, generation: u64) -> Change {
    Change::SlotPut {
        slot: slot(id),
        credential: credential(of),
        bu: bu("LOY"),
        facts: facts(generation),
        token: token(generation),
    }
}

pub fn outcome(id: &str) -> Outcome {
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
pub struct House {
    folder: TempDir,
}

impl House {
    pub fn new() -> House {
        House {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// A folder with a vault in it, open.
    pub fn built() -> (House, Vault) {
        let house = House::new();
        let vault = Vault::create(house.dir(), &master(), now(), entropy()).expect("a vault");
        (house, vault)
    }

    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    pub fn database(&self) -> PathBuf {
        self.dir().join("vault.db")
    }

    pub fn open(&self) -> Result<Vault, VaultError> {
        Vault::open(self.dir(), &master(), entropy())
    }

    pub fn open_bounded(&self, bound: OutboxBound) -> Vault {
        Vault::open_bounded(self.dir(), &master(), entropy(), bound).expect("opens")
    }

    /// The database, as an intruder with the file has it. The vault is closed.
    pub fn intrude(&self, statement: &str) {
        let sql = Connection::open(self.database()).expect("the file opens");
        sql.execute_batch(statement).expect(statement);
    }

    /// Every file of the folder with its bytes, but the empty lock and SQLite's shared index.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
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
    pub fn crashed(&self) -> House {
        let copy = House::new();
        for (path, bytes) in self.files() {
            let name = path.file_name().expect("a name");
            std::fs::write(copy.dir().join(name), bytes).expect("a copy");
        }
        copy
    }
}

pub async fn put_secret(vault: &Vault, of: &str, owner: &str, secret: &str) -> u32 {
    let entry = did("credential.secret_put", of);
    let secret = Secret::from(secret.to_owned());
    vault
        .credential_secret_put(credential(of), bu(owner), secret, entry)
        .await
        .expect("stored")
}

pub async fn secret_of(vault: &Vault, of: &str) -> Option<(u32, String)> {
    let found = vault
        .credential_secret(&credential(of))
        .await
        .expect("opens");
    found.map(|(version, secret)| {
        let text = secret.expose(|bytes| String::from_utf8_lossy(bytes).into_owned());
        (version, text)
    })
}
