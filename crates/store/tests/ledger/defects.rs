//! Defects seen in other systems, each as a test of that name.

use crate::house::{House, at, house, outcome};
use countersign_store::{StoreError, WatchStore};
use std::fs;
use tokio::task::JoinSet;

async fn append(store: &WatchStore, id: &str) -> Result<(), StoreError> {
    let (ts, one) = (at("12:51:29"), outcome(id, at("12:51:29")));
    store.outcomes_append(ts, vec![one]).await.map(drop)
}

async fn ids(store: &WatchStore) -> Vec<String> {
    let stored = store.outcomes_after(0, 1_000).await.unwrap();
    let mut ids: Vec<_> = stored
        .outcomes
        .iter()
        .map(|(_, it)| it.id.to_string())
        .collect();
    ids.sort();
    ids
}

fn displaced(result: Result<(), StoreError>) -> bool {
    matches!(result, Err(StoreError::Displaced { .. }))
}

/// oauth2-proxy, Nango: letting go of a lock took away another's.
#[tokio::test]
async fn release_deletes_foreign_lock() {
    let House { dir, store: first } = house();
    append(&first, "o1").await.unwrap();
    fs::remove_file(dir.path().join("watch.lock")).unwrap();
    let second = WatchStore::open(dir.path()).unwrap();
    assert!(
        displaced(append(&first, "o2").await),
        "of two owners the first is out"
    );
    drop(first);
    let third = WatchStore::open(dir.path());
    assert!(
        matches!(third, Err(StoreError::Locked { .. })),
        "the lock of the second still stands"
    );
    append(&second, "o3").await.unwrap();
    assert_eq!(ids(&second).await, ["o1", "o3"]);
}

/// Vault: a sink that could not be written took records with it. The failure is SQLite's own, and like a
/// full disk it takes the whole transaction back.
#[tokio::test]
async fn audit_sink_full() {
    let House { dir, store } = house();
    append(&store, "o1").await.unwrap();
    let other = rusqlite::Connection::open(dir.path().join("watch.db")).unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON outcome_seen WHEN NEW.id LIKE '%7'
                BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END";
    other.execute_batch(full).unwrap();
    // Somebody else writes meanwhile, so that all who come now share one transaction.
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut asked = JoinSet::new();
    for n in 10..70 {
        let (store, id) = (store.clone(), format!("o{n}"));
        asked.spawn(async move { (append(&store, &id).await, id) });
    }
    tokio::task::yield_now().await;
    other.execute_batch("COMMIT").unwrap();
    let told = asked.join_all().await;
    let closed = |error: &StoreError| matches!(error, StoreError::Closed);
    assert!(
        told.iter()
            .all(|(told, _)| !told.as_ref().is_err_and(closed))
    );
    let acknowledged = told.iter().filter(|(told, _)| told.is_ok());
    let mut acknowledged: Vec<_> = acknowledged.map(|(_, id)| id.clone()).collect();
    acknowledged.push("o1".to_owned());
    acknowledged.sort();
    assert_eq!(ids(&store).await, acknowledged, "what was told is what is");
    assert!(acknowledged.len() <= told.len(), "some were refused");
    other.execute_batch("DROP TRIGGER full").unwrap();
    append(&store, "o77").await.unwrap();
}

/// Vault: the file was deleted under the server, which went on writing to nowhere.
#[tokio::test]
async fn audit_file_unlinked() {
    for file in ["watch.db", "watch.db-wal", "watch.lock"] {
        let House { dir, store } = house();
        append(&store, "o1").await.unwrap();
        let (path, away) = (dir.path().join(file), dir.path().join("moved-away"));
        fs::rename(&path, &away).unwrap();
        let gone = append(&store, "o2").await;
        assert!(displaced(gone), "{file} is gone");
        fs::copy(&away, &path).unwrap();
        assert!(displaced(append(&store, "o3").await), "{file} is another");
        fs::rename(&away, &path).unwrap();
        append(&store, "o4").await.unwrap();
        assert_eq!(ids(&store).await, ["o1", "o4"], "{file}");
    }
}
