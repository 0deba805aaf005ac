//! The outbox: in order, at least once, bounded.

use crate::house::{House, later, now, outcome};
use countersign_model::Timestamp;
use countersign_model::outcome::Outcome;
use countersign_vault_store::{Change, OutboxBound, Vault};

/// Puts outcomes in; how many older ones were pushed out.
async fn append(vault: &Vault, at: Timestamp, outcomes: Vec<Outcome>) -> u64 {
    let applied = vault.change(at, vec![Change::Outcomes(outcomes)]).await;
    applied.expect("stored").outbox_dropped
}

async fn ack(vault: &Vault, up_to_seq: u64) {
    vault
        .change(now(), vec![Change::OutboxAck { up_to_seq }])
        .await
        .expect("acknowledged");
}

const BOUND: OutboxBound = OutboxBound {
    age_ms_max: 60_000,
    bytes_max: 2_000,
};

#[tokio::test]
async fn outcomes_leave_in_order_and_only_when_acknowledged() {
    let (house, vault) = House::built();
    let outcomes: Vec<Outcome> = (0..5).map(|n| outcome(&format!("out-{n}"))).collect();
    assert_eq!(append(&vault, now(), outcomes.clone()).await, 0);
    let batch = vault.outbox_batch(3).await.expect("read");
    let read: Vec<Outcome> = batch
        .iter()
        .map(|(_, json)| serde_json::from_str(json).expect("an outcome"))
        .collect();
    assert_eq!(read, outcomes[..3]);
    assert_eq!(
        vault.outbox_batch(3).await.expect("read"),
        batch,
        "not acknowledged: again"
    );
    drop(vault);

    let vault = house.open().expect("opens");
    assert_eq!(vault.outbox_batch(3).await.expect("read"), batch);
    ack(&vault, batch[2].0).await;
    let rest = vault.outbox_batch(10).await.expect("read");
    assert_eq!(rest.len(), 2);
    assert!(rest[0].0 > batch[2].0);
    ack(&vault, u64::MAX).await;
    let status = vault.outbox_status().await.expect("read");
    assert_eq!(
        (status.rows, status.bytes, status.oldest_at, status.dropped),
        (0, 0, None, 0)
    );
}

#[tokio::test]
async fn beyond_its_size_the_oldest_go_and_are_counted() {
    let (house, vault) = House::built();
    drop(vault);
    let vault = house.open_bounded(BOUND);
    let mut dropped = 0;
    for n in 0..40 {
        dropped += append(&vault, now(), vec![outcome(&format!("out-{n}"))]).await;
    }
    let status = vault.outbox_status().await.expect("read");
    let left = vault.outbox_batch(100).await.expect("read");
    let bytes: usize = left.iter().map(|(_, json)| json.len()).sum();
    assert!(dropped > 0 && bytes <= 2_000);
    assert!(
        bytes + left[0].1.len() > 2_000,
        "no more went than had to: {bytes}"
    );
    assert_eq!(status.dropped, dropped);
    assert_eq!(status.rows + dropped, 40);
    assert_eq!(status.bytes, u64::try_from(bytes).expect("small"));
    assert!(
        left.last().expect("some").1.contains("out-39"),
        "the newest stay"
    );
}

#[tokio::test]
async fn beyond_its_age_the_oldest_go_and_are_counted() {
    let (house, vault) = House::built();
    drop(vault);
    let vault = house.open_bounded(BOUND);
    append(&vault, now(), vec![outcome("out-1"), outcome("out-2")]).await;
    assert_eq!(
        append(&vault, later(60_000), vec![outcome("out-3")]).await,
        0
    );
    assert_eq!(
        append(&vault, later(60_001), vec![outcome("out-4")]).await,
        2
    );
    let status = vault.outbox_status().await.expect("read");
    assert_eq!((status.rows, status.dropped), (2, 2));
    assert_eq!(status.oldest_at, Some(later(60_000)));
}
