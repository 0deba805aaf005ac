//! Everything that is not a slot: secrets' versions, records, consumers, the estate; and that a
//! change and its audit record are one (A1).

use crate::house::{House, bu, credential, did, now, put_secret, secret_of, slot, slot_put};
use countersign_secret::Secret;
use countersign_vault_store::{Change, ConsumerRow, SecretRole, VaultError};

#[tokio::test]
async fn the_newest_secret_is_active_and_the_one_before_stays_as_the_way_back() {
    let (_house, vault) = House::built();
    for (version, text) in [(1, "CANARY-one"), (2, "CANARY-two"), (3, "CANARY-three")] {
        assert_eq!(put_secret(&vault, "INT-1", "LOY", text).await, version);
        assert_eq!(
            secret_of(&vault, "INT-1").await,
            Some((version, text.to_owned()))
        );
    }
    let versions = vault
        .credential_secret_versions(&credential("INT-1"))
        .await
        .expect("read");
    let kept: Vec<_> = versions.iter().map(|one| (one.version, one.role)).collect();
    assert_eq!(kept, [(2, SecretRole::Retired), (3, SecretRole::Active)]);
    assert_eq!(versions[0].created_at, now());
}

#[tokio::test]
async fn a_staged_secret_waits_until_it_is_made_active() {
    let (_house, vault) = House::built();
    put_secret(&vault, "INT-1", "LOY", "CANARY-one").await;
    let staged = Change::SecretPut {
        credential: credential("INT-1"),
        bu: bu("LOY"),
        secret: Secret::from("CANARY-two".to_owned()),
        role: SecretRole::Staged,
    };
    let entry = Change::Audit(did("credential.secret_staged", "INT-1"));
    let applied = vault
        .change(now(), vec![staged, entry])
        .await
        .expect("stored");
    assert_eq!(applied.secret_versions, [2]);
    assert_eq!(
        secret_of(&vault, "INT-1").await,
        Some((1, "CANARY-one".to_owned()))
    );

    let turn = |version, role| {
        let change = Change::SecretRole {
            credential: credential("INT-1"),
            version,
            role,
        };
        vault.change(
            now(),
            vec![
                change,
                Change::Audit(did("credential.secret_turned", "INT-1")),
            ],
        )
    };
    turn(2, SecretRole::Active).await.expect("turned");
    assert_eq!(
        secret_of(&vault, "INT-1").await,
        Some((2, "CANARY-two".to_owned()))
    );
    turn(1, SecretRole::Active).await.expect("the way back");
    assert_eq!(
        secret_of(&vault, "INT-1").await,
        Some((1, "CANARY-one".to_owned()))
    );
    let unknown = turn(7, SecretRole::Active).await;
    assert!(matches!(
        unknown,
        Err(VaultError::NoSecretVersion { version: 7, .. })
    ));
}

#[tokio::test]
async fn credentials_without_a_secret_are_listed() {
    let (_house, vault) = House::built();
    put_secret(&vault, "INT-2", "LOY", "CANARY-two").await;
    let asked = ["INT-3", "INT-2", "INT-1"].map(credential).to_vec();
    let missing = vault.credential_secret_missing(asked).await.expect("read");
    assert_eq!(missing, ["INT-3", "INT-1"].map(credential));
    let held = vault.credentials_with_secret().await.expect("read");
    assert_eq!(held, [(credential("INT-2"), 1)]);
    assert_eq!(secret_of(&vault, "INT-1").await, None);
}

#[tokio::test]
async fn records_and_the_off_switch_are_kept_apart() {
    let (house, vault) = House::built();
    let id = credential("INT-1");
    vault
        .credential_disable(id.clone(), did("credential.disabled", "INT-1"))
        .await
        .expect("off");
    let entry = did("credential.struck", "INT-1");
    vault
        .credential_record_put(id.clone(), "{\"strikes\":2}".to_owned(), entry)
        .await
        .expect("kept");
    drop(vault);
    let vault = house.open().expect("opens");
    let known = vault.credential_records().await.expect("read");
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].record.as_deref(), Some("{\"strikes\":2}"));
    assert!(known[0].disabled);
    vault
        .credential_enable(id, did("credential.enabled", "INT-1"))
        .await
        .expect("on");
    let known = vault.credential_records().await.expect("read");
    assert!(!known[0].disabled && known[0].record.is_some());
}

#[tokio::test]
async fn a_consumer_comes_and_goes() {
    let (_house, vault) = House::built();
    let lookup = vault.consumer_lookup(b"CANARY-key");
    let row = |id: &str, lookup| ConsumerRow {
        id: id.parse().expect("an id"),
        lookup,
        record: "{\"integration\":\"INT-1\"}".to_owned(),
    };
    let add = |id: &str, lookup| vault.consumer_add(row(id, lookup), did("consumer.added", "etl"));
    add("etl-7", lookup).await.expect("stored");
    let taken = [add("etl-7", [1; 32]).await, add("etl-8", lookup).await];
    assert!(
        taken
            .iter()
            .all(|it| matches!(it, Err(VaultError::ConsumerExists { .. })))
    );
    assert_eq!(
        vault.consumers().await.expect("read"),
        [row("etl-7", lookup)]
    );

    let revoke = |id: &str| {
        vault.consumer_revoke(id.parse().expect("an id"), did("consumer.revoked", "etl"))
    };
    assert!(revoke("etl-7").await.expect("revoked"));
    assert!(!revoke("etl-7").await.expect("revoked before"));
    assert!(vault.consumers().await.expect("read").is_empty());
    assert!(
        add("etl-9", lookup).await.is_err(),
        "the key of a revoked consumer stays dead"
    );
    add("etl-7", [2; 32])
        .await
        .expect("the id may be used again, with another key");
}

#[tokio::test]
async fn the_estate_is_replaced_whole() {
    let (_house, vault) = House::built();
    assert_eq!(vault.estate_get().await.expect("read"), None);
    for json in ["{\"name\":\"one\"}", "{\"name\":\"two\"}"] {
        vault
            .estate_put(json.to_owned(), did("estate.applied", "demo"))
            .await
            .expect("stored");
        assert_eq!(
            vault.estate_get().await.expect("read").as_deref(),
            Some(json)
        );
    }
}

#[tokio::test]
async fn a_change_without_its_audit_record_is_refused() {
    let (_house, vault) = House::built();
    let refused = vault
        .change(now(), vec![slot_put("INT-1.7", "INT-1", 1)])
        .await;
    assert!(matches!(refused, Err(VaultError::Unaudited)), "A1");
    let refused = vault
        .change(
            now(),
            vec![Change::SlotDrop {
                slot: slot("INT-1.7"),
            }],
        )
        .await;
    assert!(matches!(refused, Err(VaultError::Unaudited)), "A1");
    assert!(vault.slots().await.expect("read").live.is_empty());
}

#[tokio::test]
async fn changes_that_belong_together_are_stored_together_or_not_at_all() {
    let (_house, vault) = House::built();
    let before = vault.audit_list(1, 100).await.expect("read");
    let changes = vec![
        Change::EstatePut {
            json: "{}".to_owned(),
        },
        Change::RecordPut {
            credential: credential("INT-1"),
            json: "{}".to_owned(),
        },
        Change::Audit(did("estate.applied", "demo")),
        Change::Outcomes(vec![crate::house::outcome("out-1")]),
        slot_put("INT-1.7", "INT-1", 1),
        slot_put("INT-1.7", "INT-1", 1),
    ];
    let refused = vault.change(now(), changes).await;
    assert!(matches!(refused, Err(VaultError::StaleGeneration { .. })));
    assert_eq!(vault.estate_get().await.expect("read"), None);
    assert!(vault.credential_records().await.expect("read").is_empty());
    assert!(vault.slots().await.expect("read").live.is_empty());
    assert!(vault.outbox_batch(10).await.expect("read").is_empty());
    assert_eq!(vault.audit_list(1, 100).await.expect("read"), before, "A1");
}

#[tokio::test]
async fn one_refused_change_does_not_take_its_neighbours_back() {
    let (_house, vault) = House::built();
    let tasks: Vec<_> = (0..200_u64)
        .map(|n| {
            let vault = vault.clone();
            let entry = Change::Audit(did("token.minted", "slot"));
            // Every tenth has no audit record and every tenth offers a generation twice.
            let mut changes = vec![slot_put(&format!("INT-{n}.7"), "INT-1", 1), entry];
            if n % 10 == 3 {
                changes.push(slot_put(&format!("INT-{n}.7"), "INT-1", 1));
            }
            tokio::spawn(async move { vault.change(now(), changes).await.is_ok() })
        })
        .collect();
    let mut stored = 0;
    for task in tasks {
        stored += usize::from(task.await.expect("joined"));
    }
    assert_eq!(stored, 180);
    assert_eq!(vault.slots().await.expect("read").live.len(), 180);
    let verdict = vault.audit_verify(Vec::new()).await.expect("read");
    assert!(verdict.is_sound(), "{verdict:?}");
    assert_eq!(
        verdict.count, 181,
        "A1: the making of the vault, and one per change"
    );
}
