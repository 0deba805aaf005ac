//! The file: private, ours, and never of a newer program.

use crate::house::{at, house, outcome};
use countersign_store::{DATABASE_FILE, StoreError, WatchStore};
use std::os::unix::fs::PermissionsExt;

#[tokio::test]
async fn only_the_owner_can_read_any_of_its_files() {
    let house = house();
    house
        .store
        .outcomes_append(at("12:00:00"), vec![outcome("a", at("12:00:00"))])
        .await
        .unwrap();
    house.store.outcomes_after(0, 1).await.unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(house.dir.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        seen += 1;
    }
    assert!(seen >= 2, "the database and its log");
}

#[tokio::test]
async fn a_missing_folder_is_made_private() {
    let dir = tempfile::tempdir().unwrap();
    let inside = dir.path().join("data");
    let _store = WatchStore::open(&inside).unwrap();
    assert_eq!(
        std::fs::metadata(&inside).unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(WatchStore::open(dir.path()).unwrap());
    let path = dir.path().join(DATABASE_FILE);
    let direct = rusqlite::Connection::open(&path).unwrap();
    direct.pragma_update(None, "user_version", 999).unwrap();
    drop(direct);
    let before = std::fs::read(&path).unwrap();

    let error = WatchStore::open(dir.path()).unwrap_err();
    assert!(
        matches!(error, StoreError::NewerSchema { found: 999, .. }),
        "{error:?}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_of_somebody_else_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(DATABASE_FILE);
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE theirs (a)").unwrap();
    drop(other);
    assert!(matches!(
        WatchStore::open(dir.path()),
        Err(StoreError::Foreign { .. })
    ));

    let text = tempfile::tempdir().unwrap();
    std::fs::write(
        text.path().join(DATABASE_FILE),
        "this is a letter, not a database".repeat(40),
    )
    .unwrap();
    assert!(matches!(
        WatchStore::open(text.path()),
        Err(StoreError::Foreign { .. })
    ));
}

#[test]
fn a_folder_that_is_a_file_is_a_clear_error() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("taken");
    std::fs::write(&file, "").unwrap();
    let error = WatchStore::open(&file).unwrap_err();
    assert!(matches!(error, StoreError::File { .. }));
    assert!(error.to_string().contains("taken"), "{error}");
}

#[test]
fn a_second_opening_is_refused_until_the_last_clone_of_the_first_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let first = WatchStore::open(dir.path()).unwrap();
    let clone = first.clone();
    drop(first);
    let error = WatchStore::open(dir.path()).unwrap_err();
    assert!(
        matches!(error, StoreError::Locked { .. }) && error.is_refusal(),
        "{error:?}"
    );
    assert!(error.to_string().contains("watch.lock"), "{error}");
    drop(clone);
    WatchStore::open(dir.path()).unwrap();
}
