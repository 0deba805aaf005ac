//! Producers' keys: kept as hashes, with what they may speak for, until they are revoked.

use crate::house::{at, house};
use countersign_store::{DATABASE_FILE, Source, WatchStore};

fn source(name: &str, integrations: Option<&[&str]>) -> Source {
    let ids = |ids: &[&str]| ids.iter().map(|id| id.parse().unwrap()).collect();
    Source {
        name: name.to_owned(),
        integrations: integrations.map(ids),
        ping: false,
        added_at: at("12:00:00"),
    }
}

#[tokio::test]
async fn a_source_is_found_by_its_hash_until_it_is_revoked_also_after_a_restart() {
    let house = house();
    let (broker, job) = (
        source("orders", None),
        source("job", Some(&["INT-1", "INT-2"])),
    );
    assert!(house.store.source_add([1; 32], &broker).await.unwrap());
    assert!(house.store.source_add([2; 32], &job).await.unwrap());
    let dir = house.dir;
    drop(house.store);
    let store = WatchStore::open(dir.path()).unwrap();
    assert_eq!(
        store.source_find([1; 32]).await.unwrap(),
        Some(broker.clone())
    );
    assert_eq!(store.source_find([2; 32]).await.unwrap(), Some(job.clone()));
    assert_eq!(store.source_list().await.unwrap(), [job, broker]);
    assert!(store.source_revoke("orders".to_owned()).await.unwrap());
    assert!(!store.source_revoke("orders".to_owned()).await.unwrap());
    assert_eq!(store.source_find([1; 32]).await.unwrap(), None);
}

#[tokio::test]
async fn a_taken_name_keeps_its_key() {
    let house = house();
    let (first, second) = (source("orders", None), source("orders", Some(&["INT-1"])));
    assert!(house.store.source_add([1; 32], &first).await.unwrap());
    assert!(!house.store.source_add([2; 32], &second).await.unwrap());
    assert_eq!(house.store.source_find([2; 32]).await.unwrap(), None);
    assert_eq!(house.store.source_find([1; 32]).await.unwrap(), Some(first));
}

/// A ledger that was made before there were sources gets them when it is opened.
#[tokio::test]
async fn an_older_ledger_is_brought_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(DATABASE_FILE);
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../../migrations/0001_watch.sql"))
        .unwrap();
    old.pragma_update(None, "application_id", 0x6373_7761)
        .unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    drop(old);
    let store = WatchStore::open(dir.path()).unwrap();
    assert!(
        store
            .source_add([1; 32], &source("orders", None))
            .await
            .unwrap()
    );
}
