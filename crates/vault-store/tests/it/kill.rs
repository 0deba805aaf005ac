//! A crash at any moment loses nothing that was acknowledged, and leaves nothing half done.

use crate::house::{House, credential, did, now, outcome, put_secret, secret_of, slot_put};
use countersign_vault_store::Change;
use tokio::task::JoinSet;

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_crash_at_every_step() {
    let (house, vault) = House::built();
    for n in 1..=6_u64 {
        let changes = vec![
            slot_put("INT-1.7", "INT-1", n),
            Change::RecordPut {
                credential: credential("INT-1"),
                json: format!("{{\"strikes\":{n}}}"),
            },
            Change::Outcomes(vec![outcome(&format!("out-{n}"))]),
            Change::Audit(did("token.minted", "INT-1.7")),
        ];
        vault.change(now(), changes).await.expect("acknowledged");

        let crashed = house.crashed();
        let after = crashed.open().expect("opens");
        let slots = after.slots().await.expect("read");
        assert_eq!(slots.live.len(), 1);
        assert_eq!(slots.live[0].facts.generation.0, n);
        let records = after.credential_records().await.expect("read");
        assert_eq!(records[0].record, Some(format!("{{\"strikes\":{n}}}")));
        let outcomes = after.outbox_batch(100).await.expect("read");
        assert_eq!(u64::try_from(outcomes.len()).expect("small"), n);
        let verdict = after.audit_verify(Vec::new()).await.expect("read");
        assert!(verdict.is_sound(), "{verdict:?}");
        assert_eq!(verdict.count, n + 1, "A1");
    }
}

#[tokio::test]
async fn a_journal_that_ends_anywhere_leaves_whole_changes_only() {
    let (house, vault) = House::built();
    for n in 1..=3_u64 {
        let changes = vec![
            slot_put("INT-1.7", "INT-1", n),
            Change::Audit(did("token.minted", "INT-1.7")),
        ];
        vault.change(now(), changes).await.expect("acknowledged");
    }
    let journal = house.dir().join("vault.db-wal");
    let whole = std::fs::read(&journal).expect("a journal");
    let mut seen = std::collections::BTreeSet::new();
    for end in (0..=whole.len()).step_by(whole.len() / 40) {
        let crashed = house.crashed();
        std::fs::write(crashed.dir().join("vault.db-wal"), &whole[..end]).expect("cut");
        let after = crashed.open().expect("opens");
        let slots = after.slots().await.expect("read");
        let stored = slots.live.first().map_or(0, |one| one.facts.generation.0);
        let verdict = after.audit_verify(Vec::new()).await.expect("read");
        assert!(
            verdict.authentic && verdict.contiguous,
            "{end}: {verdict:?}"
        );
        assert_eq!(verdict.count, stored + 1, "A1 at byte {end}");
        seen.insert(stored);
    }
    assert!(seen.len() > 2, "the cuts fell between changes: {seen:?}");
}

#[tokio::test]
async fn changes_already_queued_are_committed_before_the_vault_closes() {
    let (house, vault) = House::built();
    let mut tasks = JoinSet::new();
    for n in 0..50_u64 {
        let vault = vault.clone();
        let changes = vec![
            slot_put(&format!("INT-{n}.7"), "INT-1", 1),
            Change::Audit(did("token.minted", "slot")),
        ];
        tasks.spawn(async move { vault.change(now(), changes).await });
    }
    drop(vault);
    for stored in tasks.join_all().await {
        stored.expect("acknowledged");
    }
    let vault = house
        .open()
        .expect("free: the last holder waited for the writer");
    assert_eq!(vault.slots().await.expect("read").live.len(), 50);
}

#[tokio::test]
async fn a_caller_that_gives_up_does_not_stop_the_writer() {
    let (_house, vault) = House::built();
    let changes = vec![
        slot_put("INT-1.7", "INT-1", 1),
        Change::Audit(did("token.minted", "INT-1.7")),
    ];
    let asked = tokio::time::timeout(std::time::Duration::ZERO, vault.change(now(), changes)).await;
    drop(asked);
    put_secret(&vault, "INT-1", "LOY", "CANARY-one").await;
    assert_eq!(
        secret_of(&vault, "INT-1").await,
        Some((1, "CANARY-one".to_owned()))
    );
}
