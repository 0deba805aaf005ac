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

#[tokio::test]
async fn wrong_keys_are_told_with_the_id_they_claimed_and_their_address() {
    let (paper, mut accounts) = set_up();
    let peer = |text: &str| Some(text.parse().expect("an address"));
    // The registry of the set-up takes any key for etl-7, so what is wrong here is the id.
    let wrong = |id: &str, from: &str| {
        let found = accounts.registry.find(id, "CANARY-guess", NOW, peer(from));
        assert_eq!(found.is_none(), id != "etl-7", "{id}");
    };
    let revoked = serde_json::json!({
        "id": "etl-8", "integration": "INT-029", "credential": "INT-029",
        "default_mid": 7, "mids": [7], "ends_at": null,
    });
    let other = serde_json::from_value(revoked).expect("a consumer");
    accounts.registry.put([1; 32], other);
    wrong("etl-8", "203.0.113.9");
    wrong("etl-8", "::ffff:203.0.113.9");
    wrong("etl-8", "198.51.100.4");
    wrong("nobody", "198.51.100.4");
    let entries = accounts.entries(NOW);
    let told: Vec<String> = entries
        .iter()
        .map(|entry| match entry {
            Entry::Record(record) => {
                format!("{} {} {:?}", record.action, record.object, record.detail)
            }
            Entry::Outcome(outcome) => format!(
                "{:?} {:?} n={}",
                outcome.consumer, outcome.peer_ip, outcome.n
            ),
            _ => "other".to_owned(),
        })
        .collect();
    assert_eq!(
        told,
        [
            r#"consumer.not_accepted etl-8 [("count", "1"), ("peer_ip", "198.51.100.4")]"#,
            "Some(etl-8) Some(198.51.100.4) n=1",
            r#"consumer.not_accepted etl-8 [("count", "2"), ("peer_ip", "203.0.113.9")]"#,
            "Some(etl-8) Some(203.0.113.9) n=2",
            r#"consumer.not_accepted unknown [("count", "1")]"#,
        ]
    );
    accounts.write().await;
    assert!(paper.taken().is_empty(), "each is told once");
}

#[tokio::test]
async fn a_flood_of_wrong_keys_is_told_in_few_lines_and_the_right_key_still_works() {
    let (_, accounts) = set_up();
    let mut other: serde_json::Value = serde_json::json!({
        "id": "etl-8", "integration": "INT-029", "credential": "INT-029",
        "default_mid": 7, "mids": [7], "ends_at": null,
    });
    let consumer = serde_json::from_value(other.take()).expect("a consumer");
    accounts.registry.put([1; 32], consumer);
    for n in 0..10_000_u32 {
        let peer = std::net::Ipv4Addr::from(0xCB00_0000 + n);
        let found = accounts
            .registry
            .find("etl-8", "guess", NOW, Some(peer.into()));
        assert!(found.is_none());
    }
    assert!(
        accounts
            .registry
            .find("etl-7", "guess", NOW, None)
            .is_some()
    );
    let entries = accounts.entries(NOW);
    assert_eq!(
        entries.len(),
        2 * 257,
        "256 addresses, and all others together"
    );
    let n: u64 = entries
        .iter()
        .map(|entry| match entry {
            Entry::Outcome(outcome) => outcome.n,
            _ => 0,
        })
        .sum();
    assert_eq!(n, 10_000);
}
