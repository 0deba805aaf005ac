//! `kill -9` at every step: nothing acknowledged is lost, and nobody is told twice.
//!
//! A copy of the ledger's files is what a killed process leaves behind. We take one after every
//! commit, and one inside the receiver, between its hearing of a notice and our hearing of that.

use crate::hook_server::HookServer;
use crate::house::{House, at, refusal, success};
use countersign_model::Timestamp;
use countersign_model::id::IncidentId;
use countersign_model::notice::NoticeKind;
use countersign_watch::OnCommit;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

pub(crate) const FIRST: &str = "12:50:59";
const SECOND: &str = "12:51:29";

/// What a process that died left behind.
type Remains = Arc<Mutex<Vec<TempDir>>>;

fn keep_copy(dir: &Path, remains: &Remains) {
    let left = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        if !entry.file_name().to_string_lossy().ends_with("-shm") {
            std::fs::copy(entry.path(), left.path().join(entry.file_name())).unwrap();
        }
    }
    remains.lock().unwrap().push(left);
}

/// Plays the story from whatever `dir` holds, as producers would: they send again what they are not
/// sure of. Gives the one open incident.
pub(crate) async fn play(house: &House) -> IncidentId {
    house.send(refusal(at(FIRST))).await;
    house.advance_to(at(FIRST), at(SECOND)).await;
    house.send(refusal(at(SECOND))).await;
    let open = house.open_incidents().await;
    assert_eq!(open.len(), 1, "{open:#?}");
    let notices = house.store.notices_of(open[0].id.clone()).await.unwrap();
    let opened = notices
        .iter()
        .filter(|notice| notice.kind == NoticeKind::IncidentOpened)
        .count();
    assert_eq!(opened, 1, "one notice of its opening");
    open[0].id.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n1_after_a_crash_at_any_commit_there_is_the_same_incident_and_one_notice() {
    let dir = tempfile::tempdir().unwrap();
    let remains = Remains::default();
    let hook = HookServer::willing().await;
    let (path, kept) = (dir.path().to_owned(), Arc::clone(&remains));
    let on_commit: OnCommit = Arc::new(move |_| keep_copy(&path, &kept));
    let house = House::open_with(dir.path(), at(FIRST), &hook, on_commit);
    let incident = play(&house).await;
    house.kill().await;

    let remains = std::mem::take(&mut *remains.lock().unwrap());
    assert!(
        remains.len() >= 3,
        "suspicion, opening and acceptance are three turns"
    );
    for (number, left) in remains.iter().enumerate() {
        let hook = HookServer::willing().await;
        let house = House::open(left.path(), at(FIRST), &hook);
        assert_eq!(play(&house).await, incident, "after commit {number}");
        house.kill().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n1_killed_between_send_and_record_it_is_sent_again_under_the_same_id() {
    let dir = tempfile::tempdir().unwrap();
    let remains = Remains::default();
    let (path, kept) = (dir.path().to_owned(), Arc::clone(&remains));
    let hook = HookServer::start(&[], Arc::new(move || keep_copy(&path, &kept))).await;
    let house = House::open(dir.path(), at(FIRST), &hook);
    play(&house).await;
    house.kill().await;
    let first = hook.received();
    assert_eq!(first.len(), 1);

    let left = remains.lock().unwrap().pop().unwrap();
    let hook = HookServer::willing().await;
    let house = House::open(left.path(), at(SECOND), &hook);
    house.watch.quiesce().await;
    assert_eq!(
        hook.received(),
        first,
        "the same words under the same idempotency key"
    );
    assert!(house.open_incidents().await[0].notified_at.is_some());
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n1_a_delivery_that_was_recorded_is_not_made_again_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::willing().await;
    let house = House::open(dir.path(), at(FIRST), &hook);
    play(&house).await;
    house.kill().await;

    for _ in 0..3 {
        let house = House::open(dir.path(), at(SECOND), &hook);
        house.watch.quiesce().await;
        house.kill().await;
    }
    assert_eq!(hook.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outcomes_acknowledged_before_anyone_read_them_are_read_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::willing().await;
    let now: Timestamp = at(SECOND);
    {
        let store = countersign_store::WatchStore::open(dir.path()).unwrap();
        let outcomes = vec![refusal(at(FIRST)), refusal(at(SECOND))];
        assert_eq!(
            store.outcomes_append(now, outcomes).await.unwrap().accepted,
            2
        );
    }
    let house = House::open(dir.path(), now, &hook);
    house.watch.quiesce().await;
    let loaded = house.store.pipeline_load().await.unwrap();
    assert_eq!(loaded.cursor, 2);
    assert_eq!(
        loaded.incidents.len(),
        1,
        "both refusals point at one cause"
    );
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_record_and_note_the_incident_still_learns_that_people_know() {
    let dir = tempfile::tempdir().unwrap();
    let remains = Remains::default();
    let (path, kept) = (dir.path().to_owned(), Arc::clone(&remains));
    let hook = HookServer::start(&[], Arc::new(move || keep_copy(&path, &kept))).await;
    let house = House::open(dir.path(), at(FIRST), &hook);
    play(&house).await;
    house.kill().await;

    let left = remains.lock().unwrap().pop().unwrap();
    {
        let store = countersign_store::WatchStore::open(left.path()).unwrap();
        let due = store.notices_due(at(SECOND), 10).await.unwrap().remove(0);
        store
            .delivery_done(due.notice.id, due.channel, at(SECOND))
            .await
            .unwrap();
    }
    let silent = HookServer::willing().await;
    let house = House::open(left.path(), at(SECOND), &silent);
    house.watch.quiesce().await;
    assert_eq!(silent.received(), [], "it was delivered and recorded");
    assert_eq!(
        house.open_incidents().await[0].notified_at,
        Some(at(SECOND))
    );
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cause_that_comes_back_after_a_restart_reopens_its_incident() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::willing().await;
    let house = House::open(dir.path(), at(FIRST), &hook);
    let incident = play(&house).await;
    house.advance_to(at(SECOND), at("13:02:00")).await;
    house.send(success(at("13:02:00"))).await;
    assert_eq!(house.open_incidents().await, vec![]);
    house.kill().await;

    let house = House::open(dir.path(), at("13:10:00"), &hook);
    house.send(refusal(at("13:10:00"))).await;
    house.advance_to(at("13:10:00"), at("13:10:30")).await;
    house.send(refusal(at("13:10:30"))).await;
    let open = house.open_incidents().await;
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].id, incident, "one story, not two");
    assert_eq!(hook.received().len(), 3, "opened, resolved, came back");
    house.kill().await;
}
