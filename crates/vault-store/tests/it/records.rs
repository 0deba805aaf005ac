//! Everything that is not a slot: secrets' versions, records, consumers, the estate; and that a
//! change and its audit record are one (A1).

use crate::house::{
    House, bu, change, consumer, credential, did, now, outcome, put_secret, secret_of, slot,
    slot_put,
};
use countersign_secret::Secret;
use countersign_vault_store::{Change, SecretRole, VaultError};
use tokio::task::JoinSet;

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
        .secret_versions(credential("INT-1"))
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
    let applied = change(&vault, staged).await.expect("stored");
    assert_eq!(applied.secret_versions, [2]);
    assert_eq!(
        secret_of(&vault, "INT-1").await,
        Some((1, "CANARY-one".to_owned()))
    );

    let turn = |version| {
        let (credential, role) = (credential("INT-1"), SecretRole::Active);
        change(
            &vault,
            Change::SecretRole {
                credential,
                version,
                role,
            },
        )
    };
    turn(2).await.expect("turned");
    assert_eq!(
        secret_of(&vault, "INT-1").await,
        Some((2, "CANARY-two".to_owned()))
    );
    turn(1).await.expect("the way back");
    assert_eq!(
        secret_of(&vault, "INT-1").await,
        Some((1, "CANARY-one".to_owned()))
    );
    let unknown = turn(7).await;
    assert!(matches!(
        unknown,
        Err(VaultError::NoSecretVersion { version: 7, .. })
    ));
}

#[tokio::test]
async fn credentials_with_a_secret_are_known() {
    let (_house, vault) = House::built();
    put_secret(&vault, "INT-2", "LOY", "CANARY-two").await;
    let held = vault.credentials_with_secret().await.expect("read");
    assert_eq!(held.into_iter().collect::<Vec<_>>(), ["INT-2"]);
    assert_eq!(secret_of(&vault, "INT-1").await, None);
}

#[tokio::test]
async fn records_and_the_off_switch_are_kept_apart() {
    let (house, vault) = House::built();
    let turn = |disabled| Change::CredentialTurn {
        credential: credential("INT-1"),
        disabled,
    };
    change(&vault, turn(true)).await.expect("off");
    let json = "{\"strikes\":2}".to_owned();
    let put = Change::RecordPut {
        credential: credential("INT-1"),
        json: json.clone(),
    };
    change(&vault, put).await.expect("kept");
    drop(vault);
    let vault = house.open().expect("opens");
    let known = vault.credential_records().await.expect("read");
    assert_eq!(known.len(), 1);
    assert_eq!(
        (&known[0].record, known[0].disabled),
        (&Some(json.clone()), true)
    );
    change(&vault, turn(false)).await.expect("on");
    let known = vault.credential_records().await.expect("read");
    assert_eq!((&known[0].record, known[0].disabled), (&Some(json), false));
}

#[tokio::test]
async fn a_consumer_comes_and_goes() {
    let (_house, vault) = House::built();
    let lookup = vault.consumer_lookup(b"CANARY-key");
    let add = |id: &str, lookup| change(&vault, Change::ConsumerAdd(consumer(id, lookup)));
    add("etl-7", lookup).await.expect("stored");
    let taken = [add("etl-7", [1; 32]).await, add("etl-8", lookup).await];
    assert!(
        taken
            .iter()
            .all(|it| matches!(it, Err(VaultError::ConsumerExists { .. })))
    );
    assert_eq!(
        vault.consumers().await.expect("read"),
        [consumer("etl-7", lookup)]
    );

    let revoke = || {
        change(
            &vault,
            Change::ConsumerRevoke {
                id: "etl-7".parse().expect("an id"),
            },
        )
    };
    assert_eq!(revoke().await.expect("revoked").consumers_revoked, 1);
    assert_eq!(revoke().await.expect("revoked before").consumers_revoked, 0);
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
        let put = Change::EstatePut {
            json: json.to_owned(),
        };
        change(&vault, put).await.expect("stored");
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
        Change::Outcomes(vec![outcome("out-1")]),
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
    let mut tasks = JoinSet::new();
    for n in 0..200_u64 {
        let vault = vault.clone();
        let entry = Change::Audit(did("token.minted", "slot"));
        // Every tenth offers a generation twice.
        let mut changes = vec![slot_put(&format!("INT-{n}.7"), "INT-1", 1), entry];
        if n % 10 == 3 {
            changes.push(slot_put(&format!("INT-{n}.7"), "INT-1", 1));
        }
        tasks.spawn(async move { vault.change(now(), changes).await.is_ok() });
    }
    let stored = tasks.join_all().await;
    assert_eq!(stored.into_iter().filter(|stored| *stored).count(), 180);
    assert_eq!(vault.slots().await.expect("read").live.len(), 180);
    let verdict = vault.audit_verify(Vec::new()).await.expect("read");
    assert!(verdict.is_sound(), "{verdict:?}");
    assert_eq!(
        verdict.count, 181,
        "A1: the making of the vault, and one per change"
    );
}
