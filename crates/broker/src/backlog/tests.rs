use super::paper::{Mood, Paper};
use super::{Backlog, ENTRIES_MAX};
use crate::books::Entry;
use crate::metrics::Metrics;
use crate::tell::Record;
use countersign_model::Timestamp;
use countersign_refresh::CredentialRecord;
use std::sync::Arc;

fn set_up(mood: Mood) -> (Arc<Paper>, Arc<Metrics>, Backlog<Paper>) {
    let paper = Arc::new(Paper::new(mood));
    let metrics = Arc::new(Metrics::default());
    let backlog = Backlog::new(Arc::clone(&paper), Arc::clone(&metrics));
    (paper, metrics, backlog)
}

fn about(object: &str) -> Entry {
    Entry::Record(Record {
        action: "credential.locked",
        object: object.to_owned(),
        detail: Vec::new(),
    })
}

fn lock(credential: &str) -> Vec<Entry> {
    let record = CredentialRecord::new(credential.parse().expect("an id"));
    vec![Entry::Credential(record), about(credential)]
}

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

#[tokio::test]
async fn a_lock_that_met_a_full_disk_is_written_before_what_comes_after_it() {
    let (paper, metrics, mut backlog) = set_up(Mood::Full);
    backlog.write(lock("C-1"), NOW).await;
    backlog.write(lock("C-2"), NOW).await;
    assert!(paper.taken().is_empty());
    assert_eq!(metrics.store_failures.get(), 2, "each failure once");
    assert_eq!(metrics.store_waiting.get(), 4);
    paper.set(Mood::Willing);
    backlog.write(vec![about("C-3")], NOW).await;
    let expected = ["state of C-1", "C-1", "state of C-2", "C-2", "C-3"];
    assert_eq!(paper.taken(), expected);
    assert_eq!(metrics.store_waiting.get(), 0);
}

#[tokio::test]
async fn what_waits_is_written_without_anything_new() {
    let (paper, _, mut backlog) = set_up(Mood::Full);
    backlog.write(lock("C-1"), NOW).await;
    paper.set(Mood::Willing);
    backlog.write(Vec::new(), NOW).await;
    assert_eq!(paper.taken(), ["state of C-1", "C-1"]);
    assert!(!backlog.waits());
}

#[tokio::test]
async fn an_entry_that_can_never_be_written_takes_no_other_with_it() {
    let (paper, _, mut backlog) = set_up(Mood::Full);
    for object in ["C-1", "C-2", "C-3"] {
        backlog.write(vec![about(object)], NOW).await;
    }
    paper.set(Mood::Averse("C-2"));
    backlog.write(Vec::new(), NOW).await;
    assert_eq!(paper.taken(), ["C-1", "C-3"]);
    assert!(!backlog.waits());
}

#[tokio::test]
async fn a_backlog_is_bounded_and_its_oldest_stay() {
    let (paper, metrics, mut backlog) = set_up(Mood::Full);
    let many = (0..ENTRIES_MAX + 5).map(|n| about(&format!("C-{n}")));
    backlog.write(many.collect(), NOW).await;
    assert_eq!(metrics.store_lost.get(), 5);
    paper.set(Mood::Willing);
    backlog.write(Vec::new(), NOW).await;
    let taken = paper.taken();
    assert_eq!(taken.len(), ENTRIES_MAX + 1);
    assert_eq!(taken[0], "C-0");
}

/// Vault: a sink that was full or gone took the service down, or lost records in silence (A1).
#[tokio::test]
async fn audit_sink_full() {
    let (paper, metrics, mut backlog) = set_up(Mood::Full);
    let many = (0..ENTRIES_MAX).map(|n| about(&format!("C-{n}")));
    backlog.write(many.collect(), NOW).await;
    let hour = NOW + countersign_model::SignedDuration::from_hours(1);
    backlog.write(lock("L-1"), hour).await;
    backlog.write(lock("L-2"), NOW).await;
    assert_eq!(metrics.store_lost.get(), 4, "counted at once");
    assert!(backlog.waits());
    paper.set(Mood::Willing);
    backlog.write(vec![about("C-next")], hour).await;
    let taken = paper.taken();
    let end = &taken[ENTRIES_MAX - 1..];
    let last = format!("C-{}", ENTRIES_MAX - 1);
    let gap = format!("audit.entries_lost count=4 since={hour}");
    assert_eq!(end, [last, gap, "C-next".to_owned()], "the gap is told");
    backlog.write(vec![about("C-later")], hour).await;
    assert_eq!(paper.taken().len(), ENTRIES_MAX + 3, "and told once");
    assert!(!backlog.waits());
}
