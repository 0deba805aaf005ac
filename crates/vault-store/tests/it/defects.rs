//! Defects seen in other systems, each as a test of that name.

use crate::house::{
    House, bu, change, credential, did, entropy, later, master, now, secret_put, slot, slot_put,
};
use countersign_model::token::Generation;
use countersign_secret::{Secret, TokenBytes};
use countersign_vault_store::{Change, GrantStands, Vault, VaultError};
use rusqlite::Connection;
use std::fs;
use tokio::task::JoinSet;

/// Thirty days, in milliseconds: far more than any exchange takes.
const LONG_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

fn refresh(text: &str) -> TokenBytes {
    TokenBytes::from(text.to_owned())
}

async fn grant(vault: &Vault) {
    let put = Change::GrantPut {
        credential: credential("INT-1"),
        bu: bu("LOY"),
        token: refresh("CANARY-rt-1"),
    };
    change(vault, put).await.expect("stored");
}

fn arm(attempt: &str) -> Change {
    Change::GrantArm {
        credential: credential("INT-1"),
        attempt: attempt.to_owned(),
        generation: Generation(1),
    }
}

fn rotate(attempt: &str, text: &str) -> Change {
    Change::GrantRotate {
        credential: credential("INT-1"),
        bu: bu("LOY"),
        attempt: attempt.to_owned(),
        token: Some(refresh(text)),
    }
}

fn end(attempt: &str) -> Change {
    Change::GrantEnd {
        credential: credential("INT-1"),
        attempt: Some(attempt.to_owned()),
        stands: GrantStands::FRESH,
    }
}

async fn count(vault: &Vault) -> u64 {
    let verdict = vault.audit_verify(Vec::new()).await.expect("read");
    assert!(verdict.is_sound(), "{verdict:?}");
    verdict.count
}

fn displaced(result: Result<impl Sized, VaultError>) -> bool {
    matches!(result, Err(VaultError::Displaced { .. }))
}

/// oauth2-proxy, Nango: the lock ended before the work it guarded, and two redeemed one token (R6).
/// No lock here has an end of its own: what was armed stays armed, and what was stored meanwhile stays.
#[tokio::test]
async fn lock_ttl_shorter_than_work() {
    let (house, vault) = House::built();
    grant(&vault).await;
    change(&vault, arm("slow")).await.expect("armed");
    let changes = vec![arm("hasty"), Change::Audit(did("token.armed", "INT-1"))];
    let second = vault.change(later(LONG_MS), changes).await;
    assert!(matches!(second, Err(VaultError::GrantBusy { .. })));
    assert!(
        matches!(house.open(), Err(VaultError::Locked { .. })),
        "and the vault itself has one owner"
    );
    let slow = change(&vault, rotate("slow", "CANARY-rt-2")).await;
    assert_eq!(slow.expect("stored").grants_orphaned, 0);
    // A holder that slept through another's work is fenced out by the generation.
    change(&vault, slot_put("INT-1.7", "INT-1", 2))
        .await
        .expect("stored");
    let stale = change(&vault, slot_put("INT-1.7", "INT-1", 2)).await;
    assert!(matches!(stale, Err(VaultError::StaleGeneration { .. })));
    drop(vault);
    house.open().expect("free with its owner's end");
}

/// oauth2-proxy, Nango: letting go of a lock took away another's.
#[tokio::test]
async fn release_deletes_foreign_lock() {
    let (house, first) = House::built();
    grant(&first).await;
    change(&first, arm("mine")).await.expect("armed");
    change(&first, end("foreign"))
        .await
        .expect("nothing to end");
    let stands = first.grants().await.expect("read")[0].stands;
    assert_eq!(stands, GrantStands::Armed { since: now() });

    // Somebody tidies the lock file away, and another process takes the vault.
    fs::remove_file(house.dir().join("vault.lock")).expect("removed");
    let second = house.open().expect("no lock keeps it out");
    let late = change(&first, slot_put("INT-1.7", "INT-1", 1)).await;
    assert!(displaced(late), "of two owners the first is out");
    drop(first);
    assert!(
        matches!(house.open(), Err(VaultError::Locked { .. })),
        "the lock of the second still stands"
    );
    assert!(second.slots().await.expect("read").live.is_empty());
    change(&second, slot_put("INT-1.7", "INT-1", 1))
        .await
        .expect("stored");
}

/// Vault: a sink that could not be written took records with it (A1). The failure is SQLite's own, and
/// like a full disk it takes the whole transaction back.
#[tokio::test]
async fn audit_sink_full() {
    let (house, vault) = House::built();
    let alone = change(&vault, slot_put("INT-1.100", "INT-1", 1)).await;
    alone.expect("stored");
    let before = count(&vault).await;
    let other = Connection::open(house.database()).expect("opens");
    let full = "CREATE TRIGGER full BEFORE INSERT ON audit
                WHEN EXISTS (SELECT 1 FROM slot WHERE slot = 'INT-1.7')
                BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END";
    other.execute_batch(full).expect("made");
    // Somebody else writes meanwhile, so that all who come now share one transaction.
    other.execute_batch("BEGIN IMMEDIATE").expect("begun");
    let mut asked = JoinSet::new();
    for n in 0..60 {
        let (vault, id) = (vault.clone(), format!("INT-1.{n}"));
        asked.spawn(async move { (change(&vault, slot_put(&id, "INT-1", 1)).await, slot(&id)) });
    }
    tokio::task::yield_now().await;
    other.execute_batch("COMMIT").expect("ended");
    let told = asked.join_all().await;
    let mut acknowledged: Vec<_> = told
        .iter()
        .filter(|(result, _)| result.is_ok())
        .map(|(_, slot)| slot.clone())
        .chain([slot("INT-1.100")])
        .collect();
    acknowledged.sort();
    let stored = vault.slots().await.expect("read").live;
    let stored: Vec<_> = stored.into_iter().map(|one| one.slot).collect();
    assert_eq!(stored, acknowledged, "what was told is what is");
    assert!(acknowledged.len() <= told.len(), "some were refused");
    let done = u64::try_from(acknowledged.len() - 1).expect("few");
    assert_eq!(count(&vault).await, before + done, "A1");
    other.execute_batch("DROP TRIGGER full").expect("dropped");
    change(&vault, slot_put("INT-2.1", "INT-2", 1))
        .await
        .expect("it goes on when there is room");
    assert_eq!(count(&vault).await, before + done + 1);
}

/// Vault: the audit file was deleted under the server, which went on writing to nowhere.
#[tokio::test]
async fn audit_file_unlinked() {
    for file in ["vault.db", "vault.db-wal", "vault.lock"] {
        let (house, vault) = House::built();
        change(&vault, slot_put("INT-1.1", "INT-1", 1))
            .await
            .expect("stored");
        let before = count(&vault).await;
        let (path, away) = (house.dir().join(file), house.dir().join("moved-away"));
        fs::rename(&path, &away).expect("moved");
        let put = || slot_put("INT-1.1", "INT-1", 2);
        assert!(displaced(change(&vault, put()).await), "{file} is gone");
        fs::copy(&away, &path).expect("copied");
        assert!(displaced(change(&vault, put()).await), "{file} is another");
        fs::rename(&away, &path).expect("moved back");
        change(&vault, put()).await.expect("it is back");
        assert_eq!(count(&vault).await, before + 1, "nothing refused was kept");
        let crashed = house.crashed();
        let after = crashed.open().expect("opens");
        assert_eq!(count(&after).await, before + 1, "{file}: A1");
        let live = after.slots().await.expect("read").live;
        assert_eq!(live[0].facts.generation, Generation(2));
    }
}

/// The same for what a person gave: it is refused, not swallowed.
#[tokio::test]
async fn a_secret_for_a_deleted_vault_is_refused_and_says_what_to_do() {
    let (house, vault) = House::built();
    fs::remove_file(house.database()).expect("removed");
    let put = secret_put("INT-1", "LOY", Secret::from("CANARY-one".to_owned()));
    let error = change(&vault, put).await.expect_err("refused");
    let words = error.to_string();
    assert!(words.contains("deleted or replaced") && words.contains("put it back"));
    assert!(!words.contains("CANARY") && !error.is_refusal());
    drop(vault);
    let again = Vault::open(house.dir(), &master(), entropy());
    assert!(matches!(again, Err(VaultError::NotInitialised { .. })));
}
