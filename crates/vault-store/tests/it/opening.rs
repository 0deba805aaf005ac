//! Who may open a vault, and what a refusal leaves behind.

use crate::house::{House, change, entropy, master, now, put_secret, secret_of, token};
use countersign_secret::{MasterKey, MasterKeyError};
use countersign_vault_store::{Change, Vault, VaultError};
use std::error::Error as _;
use std::os::unix::fs::PermissionsExt as _;

fn refusal(result: Result<Vault, VaultError>) -> VaultError {
    result.err().expect("refused")
}

#[tokio::test]
async fn a_new_vault_opens_again_with_its_key_only() {
    let (house, vault) = House::built();
    let (jitter, print) = (vault.jitter_key(), vault.fingerprint(&token(1)));
    drop(vault);
    let again = house.open().expect("opens");
    assert_eq!(
        (again.jitter_key(), again.fingerprint(&token(1))),
        (jitter, print)
    );
    assert!(
        again
            .audit_verify(Vec::new())
            .await
            .expect("read")
            .is_sound()
    );
}

#[tokio::test]
async fn a_wrong_key_refuses_before_anything_is_touched() {
    let (house, vault) = House::built();
    put_secret(&vault, "INT-1", "LOY", "CANARY-one").await;
    // Once with a journal beside the file, as after a crash, and once without.
    let crashed = house.crashed();
    drop(vault);
    for house in [&house, &crashed] {
        let before = house.files();
        let wrong = MasterKey::new([7; 32]);
        let error = refusal(Vault::open(house.dir(), &wrong, entropy()));
        assert!(matches!(error, VaultError::MasterKeyWrong { .. }) && error.is_refusal());
        assert_eq!(house.files(), before);
    }
    assert!(
        crashed
            .files()
            .iter()
            .any(|(path, bytes)| path.ends_with("vault.db-wal") && !bytes.is_empty())
    );
    let after_crash = crashed
        .open()
        .expect("the right key opens what the wrong one left");
    assert_eq!(
        secret_of(&after_crash, "INT-1").await,
        Some((1, "CANARY-one".to_owned()))
    );
}

#[test]
fn an_absent_or_short_key_never_reaches_the_file() {
    let refused = |text| MasterKey::from_base64(text).err();
    assert_eq!(refused(""), Some(MasterKeyError::Missing));
    assert_eq!(
        refused("Q0FOQVJZ"),
        Some(MasterKeyError::WrongLength { found_bytes: 6 })
    );
}

#[test]
fn a_folder_without_a_vault_stays_as_it_is() {
    let house = House::new();
    let error = refusal(house.open());
    assert!(matches!(error, VaultError::NotInitialised { .. }));
    assert!(error.to_string().contains("countersign init"), "{error}");
    assert!(house.files().is_empty() && !Vault::exists(house.dir()));
}

#[test]
fn a_second_vault_is_not_made_over_the_first() {
    let (house, vault) = House::built();
    drop(vault);
    let before = house.files();
    let error = refusal(Vault::create(house.dir(), &master(), now(), entropy()));
    assert!(matches!(error, VaultError::AlreadyInitialised { .. }));
    assert_eq!(house.files(), before);
}

#[test]
fn what_an_interrupted_making_left_does_not_hinder_the_next() {
    let house = House::new();
    for name in ["vault.db.new", "vault.db.new-wal"] {
        std::fs::write(house.dir().join(name), b"half").expect("written");
    }
    Vault::create(house.dir(), &master(), now(), entropy()).expect("a vault");
    assert!(!house.dir().join("vault.db.new").exists());
}

#[test]
fn a_second_opener_is_told_who_to_ask() {
    let (house, vault) = House::built();
    let error = refusal(house.open());
    assert!(matches!(error, VaultError::Locked { .. }) && error.is_refusal());
    assert!(
        error
            .to_string()
            .contains("vault.db is in use by another process"),
        "{error}"
    );
    drop(vault);
    house.open().expect("free again");
}

#[test]
fn a_newer_schema_is_refused_untouched() {
    let (house, vault) = House::built();
    drop(vault);
    house.intrude("PRAGMA user_version = 99");
    let before = house.files();
    let error = refusal(house.open());
    assert!(
        matches!(
            error,
            VaultError::SchemaTooNew {
                found: 99,
                known: 2,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(house.files(), before);
}

#[test]
fn a_file_that_is_no_vault_is_named() {
    let house = House::new();
    std::fs::write(house.database(), b"CANARY: a text, not a database").expect("written");
    assert!(matches!(
        refusal(house.open()),
        VaultError::NotAVault { .. }
    ));
    std::fs::write(house.database(), b"").expect("written");
    assert!(matches!(
        refusal(house.open()),
        VaultError::NotAVault { .. }
    ));
}

#[test]
fn a_changed_proof_or_system_key_is_named_and_not_taken_for_a_wrong_key() {
    for statement in [
        "UPDATE master_key SET sentinel = zeroblob(49)",
        "UPDATE system_key SET wrap = (SELECT wrap FROM system_key WHERE name = 'jitter')",
        "DELETE FROM system_key WHERE name = 'audit_signing'",
    ] {
        let (house, vault) = House::built();
        drop(vault);
        house.intrude(statement);
        let error = refusal(house.open());
        assert!(
            matches!(error, VaultError::Unreadable { .. }),
            "{statement}: {error}"
        );
        assert!(error.source().is_some());
    }
}

#[tokio::test]
async fn only_the_owner_reads_the_files() {
    let house = House::new();
    let inner = house.dir().join("data");
    let vault = Vault::create(&inner, &master(), now(), entropy()).expect("a vault");
    change(
        &vault,
        Change::EstatePut {
            json: "{}".to_owned(),
        },
    )
    .await
    .expect("stored");
    let mode = |path: &std::path::Path| {
        std::fs::metadata(path).expect("there").permissions().mode() & 0o777
    };
    assert_eq!(mode(&inner), 0o700);
    for entry in std::fs::read_dir(&inner).expect("a folder") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn a_folder_with_awkward_letters_and_foreign_files_will_do() {
    let house = House::new();
    let inner = house.dir().join("a b%20?#ü");
    std::fs::create_dir(&inner).expect("made");
    std::fs::write(inner.join("notes.txt"), b"mine").expect("written");
    drop(Vault::create(&inner, &master(), now(), entropy()).expect("a vault"));
    let vault = Vault::open(&inner, &master(), entropy()).expect("opens");
    assert_eq!(vault.estate_get().await.expect("read"), None);
    assert_eq!(
        std::fs::read(inner.join("notes.txt")).expect("read"),
        b"mine"
    );
}
