use super::*;
use crate::backlog::paper::{Mood, Paper};
use std::sync::atomic::Ordering;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn set_up() -> (Arc<Paper>, Accounts<Paper>) {
    let registry = Registry::new(Arc::new(|_| [0; 32]));
    let consumer = serde_json::json!({
        "id": "etl-7", "integration": "INT-029", "credential": "INT-029",
        "default_mid": 7, "mids": [7], "ends_at": null,
    });
    registry.put(
        [0; 32],
        serde_json::from_value(consumer).expect("a consumer"),
    );
    let paper = Arc::new(Paper::new(Mood::Willing));
    let metrics = Arc::new(Metrics::default());
    let accounts = Accounts {
        registry: Arc::new(registry),
        calls: Arc::default(),
        backlog: Backlog::new(Arc::clone(&paper), Arc::clone(&metrics)),
        metrics,
        entropy: Entropy::default(),
        clock: Clock::stepped(NOW, 1.0).0,
        bell: Doorbell::default(),
    };
    (paper, accounts)
}

fn vend(accounts: &Accounts<Paper>, n: u64) {
    let known = accounts.registry.by_id(&"etl-7".parse().expect("an id"));
    let vended = &known.expect("it was put in").vended;
    vended.fetch_add(n, Ordering::Relaxed);
}

#[tokio::test]
async fn a_second_that_the_vault_could_not_take_is_written_with_the_next() {
    let (paper, mut accounts) = set_up();
    paper.set(Mood::Full);
    vend(&accounts, 3);
    accounts.write().await;
    assert!(paper.taken().is_empty());
    paper.set(Mood::Willing);
    vend(&accounts, 5);
    accounts.write().await;
    assert_eq!(
        paper.taken(),
        ["etl-7", "3 outcomes", "etl-7", "5 outcomes"]
    );
}

#[tokio::test]
async fn a_second_that_waits_is_written_though_nothing_more_happens() {
    let (paper, mut accounts) = set_up();
    paper.set(Mood::Full);
    vend(&accounts, 3);
    accounts.write().await;
    paper.set(Mood::Willing);
    accounts.write().await;
    assert_eq!(paper.taken(), ["etl-7", "3 outcomes"]);
    accounts.write().await;
    assert_eq!(paper.taken().len(), 2, "once");
}
