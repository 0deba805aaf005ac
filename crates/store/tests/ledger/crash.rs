//! A copy of the files at any moment is what `kill -9` leaves behind: it must open, and hold
//! everything that was acknowledged.

use crate::house::{at, entry, house, incident, notice, outcome};
use countersign_model::incident::IncidentState;
use countersign_model::notice::NoticeKind;
use countersign_store::{IncidentFilter, PipelineCommit, WatchStore};
use std::path::Path;
use tempfile::TempDir;

/// What is left if the process dies now.
fn crash(dir: &Path) -> TempDir {
    let left = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        // The shared-memory index is rebuilt from the log; a power cut may lose it.
        if !entry.file_name().to_string_lossy().ends_with("-shm") {
            std::fs::copy(entry.path(), left.path().join(entry.file_name())).unwrap();
        }
    }
    left
}

#[tokio::test]
async fn what_was_acknowledged_is_in_every_crash_copy() {
    let house = house();
    let open = incident(1, IncidentState::Open, at("12:51:29"));
    let opened = notice(&open, NoticeKind::IncidentOpened, 1);

    house
        .store
        .outcomes_append(at("12:51:29"), vec![outcome("o1", at("12:51:29"))])
        .await
        .unwrap();
    let after_append = crash(house.dir.path());
    let turn = PipelineCommit {
        cursor: 1,
        incidents: vec![open.clone()],
        notices: vec![entry(&opened, &["chat"])],
        memory: vec![("step".into(), Some("1".into()))],
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();
    let after_commit = crash(house.dir.path());
    let now = at("12:51:30");
    house
        .store
        .delivery_done(opened.id.clone(), "chat".to_owned(), now)
        .await
        .unwrap();
    let after_done = crash(house.dir.path());

    let store = WatchStore::open(after_append.path()).unwrap();
    assert_eq!(store.outcomes_after(0, 10).await.unwrap().len(), 1);
    assert_eq!(store.pipeline_load().await.unwrap().cursor, 0);
    assert_eq!(
        store.incidents(IncidentFilter::All, 10).await.unwrap(),
        vec![]
    );

    let store = WatchStore::open(after_commit.path()).unwrap();
    let loaded = store.pipeline_load().await.unwrap();
    assert_eq!(loaded.cursor, 1);
    assert_eq!(loaded.memory["step"], "1");
    assert_eq!(loaded.incidents, vec![open]);
    assert_eq!(store.notices_due(now, 10).await.unwrap()[0].notice, opened);

    let store = WatchStore::open(after_done.path()).unwrap();
    assert_eq!(store.notices_due(now, 10).await.unwrap(), vec![]);
    assert_eq!(store.acceptances(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_a_whole_change_or_none() {
    let house = house();
    let batch: Vec<_> = (0..50)
        .map(|n| outcome(&format!("o{n}"), at("12:00:00")))
        .collect();
    {
        let write = house.store.outcomes_append(at("12:00:00"), batch);
        // Polled once, so that it is queued; then dropped, as a cancelled request is.
        let mut write = std::pin::pin!(write);
        let poll = std::future::poll_fn(|cx| std::task::Poll::Ready(write.as_mut().poll(cx)));
        drop(poll.await);
    }
    drop(house.store);
    let store = WatchStore::open(house.dir.path()).unwrap();
    assert_eq!(store.outcomes_after(0, 100).await.unwrap().len(), 50);
}

#[tokio::test]
async fn a_torn_end_of_the_log_costs_only_what_was_not_acknowledged() {
    let house = house();
    house
        .store
        .outcomes_append(at("12:00:00"), vec![outcome("kept", at("12:00:00"))])
        .await
        .unwrap();
    let left = crash(house.dir.path());
    let log = left.path().join("watch.db-wal");
    let mut bytes = std::fs::read(&log).unwrap();
    bytes.extend_from_slice(&[0x5a; 700]);
    std::fs::write(&log, bytes).unwrap();

    let store = WatchStore::open(left.path()).unwrap();
    assert_eq!(store.outcomes_after(0, 10).await.unwrap().len(), 1);
}
