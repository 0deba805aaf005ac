//! What is stored sealed opens only in its own row and version (V2), and shows nowhere.

use crate::house::{
    House, bu, change, consumer, credential, entropy, facts, master, put_secret, secret_of,
    secret_put, slot, slot_put,
};
use countersign_secret::{MasterKey, Secret, TokenBytes};
use countersign_vault_store::{Change, RowFault, Vault, VaultError};
use std::error::Error as _;

async fn refused(house: &House, of: &str) -> VaultError {
    let vault = house.open().expect("opens");
    vault
        .credential_secret(credential(of))
        .await
        .err()
        .expect("V2: refused")
}

#[tokio::test]
async fn swapped_moved_and_rolled_back_secrets_do_not_open() {
    let swap = "UPDATE credential_secret SET sealed = (SELECT sealed FROM credential_secret o \
                WHERE o.credential = 'INT-2' AND role = 'active') WHERE credential = 'INT-1'";
    let roll_back = "UPDATE credential_secret SET sealed = (SELECT sealed FROM credential_secret o \
                WHERE o.credential = 'INT-1' AND version = 1) WHERE credential = 'INT-1'";
    let move_owner = "UPDATE credential_key SET bu = 'CRM' WHERE credential = 'INT-1'";
    let swap_keys = "UPDATE credential_key SET wrap = (SELECT wrap FROM credential_key o \
                WHERE o.credential = 'INT-2') WHERE credential = 'INT-1'";
    let bend = "UPDATE credential_secret SET sealed = zeroblob(40) WHERE credential = 'INT-1'";
    for statement in [swap, roll_back, move_owner, swap_keys, bend] {
        let (house, vault) = House::built();
        put_secret(&vault, "INT-1", "LOY", "CANARY-one").await;
        put_secret(&vault, "INT-1", "LOY", "CANARY-two").await;
        put_secret(&vault, "INT-2", "LOY", "CANARY-other").await;
        put_secret(&vault, "INT-3", "CRM", "CANARY-third").await;
        drop(vault);
        house.intrude(statement);
        let error = refused(&house, "INT-1").await;
        assert!(
            matches!(error, VaultError::Unreadable { .. }),
            "{statement}: {error}"
        );
        let vault = house.open().expect("opens");
        let others = secret_of(&vault, "INT-3").await;
        assert_eq!(
            others,
            Some((1, "CANARY-third".to_owned())),
            "nobody else is touched"
        );
    }
}

#[tokio::test]
async fn a_tampered_token_costs_its_slot_and_nobody_else() {
    let roll_back = "UPDATE slot SET generation = 1, facts = replace(facts, \
                     '\"generation\":2', '\"generation\":1') WHERE slot = 'INT-1.7'";
    let swap = "UPDATE slot SET sealed = (SELECT sealed FROM slot o WHERE o.slot = 'INT-2.7') \
                WHERE slot = 'INT-1.7'";
    let contradict = "UPDATE slot SET generation = 9 WHERE slot = 'INT-1.7'";
    let garble = "UPDATE slot SET facts = 'CANARY' WHERE slot = 'INT-1.7'";
    let orphan = "PRAGMA foreign_keys = OFF; DELETE FROM credential_key WHERE credential = 'INT-1'";
    for statement in [roll_back, swap, contradict, garble, orphan] {
        let (house, vault) = House::built();
        for (id, of, generation) in [
            ("INT-1.7", "INT-1", 1),
            ("INT-1.7", "INT-1", 2),
            ("INT-2.7", "INT-2", 1),
        ] {
            change(&vault, slot_put(id, of, generation))
                .await
                .expect("stored");
        }
        drop(vault);
        house.intrude(statement);
        let slots = house.open().expect("opens").slots().await.expect("read");
        assert_eq!(slots.live.len(), 1, "{statement}");
        assert_eq!(slots.live[0].slot, slot("INT-2.7"));
        assert_eq!(slots.unreadable.len(), 1, "{statement}");
        let bad = &slots.unreadable[0];
        assert_eq!(
            (bad.slot.as_str(), bad.credential.as_str()),
            ("INT-1.7", "INT-1")
        );
        let told = format!("{bad} {bad:?}");
        assert!(!told.contains("CANARY"), "{told}");
    }
}

#[tokio::test]
async fn no_secret_shows_in_any_file_or_in_anything_told() {
    let (house, vault) = House::built();
    put_secret(&vault, "INT-1", "LOY", "CANARY-client-secret").await;
    put_secret(&vault, "INT-1", "LOY", "CANARY-newer-secret").await;
    change(&vault, slot_put("INT-1.7", "INT-1", 1))
        .await
        .expect("stored");
    let row = consumer("etl-7", vault.consumer_lookup(b"CANARY-consumer-key"));
    change(&vault, Change::ConsumerAdd(row.clone()))
        .await
        .expect("stored");

    let late = Change::SlotPut {
        slot: slot("INT-1.7"),
        credential: credential("INT-1"),
        bu: bu("LOY"),
        facts: facts(1),
        token: TokenBytes::from("CANARY-late".to_owned()),
    };
    let moved = secret_put("INT-1", "CRM", Secret::from("CANARY-moved".to_owned()));
    let long = secret_put("INT-9", "CRM", Secret::new(b"CANARY".repeat(1 << 18)));
    let mut errors = vec![Vault::open(house.dir(), &master(), entropy()).err()];
    for refused in [late, moved, long, Change::ConsumerAdd(row)] {
        errors.push(change(&vault, refused).await.err());
    }
    let slots = vault.slots().await.expect("read");
    let mut told = format!("{slots:?}");
    let open_files = house.files();
    drop(vault);
    errors.push(Vault::open(house.dir(), &MasterKey::new([1; 32]), entropy()).err());
    for error in errors {
        let error = error.expect("each of them is refused");
        told += &format!("{error} {error:?}");
        let mut source = error.source();
        while let Some(cause) = source {
            told += &format!("{cause} {cause:?}");
            source = cause.source();
        }
    }
    assert!(!told.contains("CANARY"), "{told}");
    let closed_files = house.files();
    assert!(
        open_files
            .iter()
            .any(|(path, _)| path.ends_with("vault.db-wal"))
    );
    for (path, bytes) in open_files.iter().chain(&closed_files) {
        let found = bytes.windows(6).any(|window| window == b"CANARY");
        assert!(!found, "{}", path.display());
    }
}

#[tokio::test]
async fn a_forgotten_credential_is_gone_and_may_move_to_another_owner() {
    let (_house, vault) = House::built();
    put_secret(&vault, "INT-1", "LOY", "CANARY-one").await;
    change(&vault, slot_put("INT-1.7", "INT-1", 1))
        .await
        .expect("stored");

    let secret = Secret::from("CANARY-two".to_owned());
    let moved = change(&vault, secret_put("INT-1", "CRM", secret)).await;
    assert!(matches!(moved, Err(VaultError::OwnerMoved { .. })));
    assert_eq!(
        secret_of(&vault, "INT-1").await,
        Some((1, "CANARY-one".to_owned()))
    );

    let forget = Change::CredentialForget {
        credential: credential("INT-1"),
    };
    change(&vault, forget).await.expect("stored");
    assert_eq!(secret_of(&vault, "INT-1").await, None);
    let slots = vault.slots().await.expect("read");
    assert!(slots.live.is_empty() && slots.unreadable.is_empty());
    put_secret(&vault, "INT-1", "CRM", "CANARY-two").await;
    assert_eq!(
        secret_of(&vault, "INT-1").await,
        Some((1, "CANARY-two".to_owned()))
    );
}

#[test]
fn a_row_fault_says_which_field_and_nothing_of_it() {
    let fault = RowFault::Field { field: "facts" };
    assert_eq!(fault.to_string(), "its field facts cannot be read");
}
