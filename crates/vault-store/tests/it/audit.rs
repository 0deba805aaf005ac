//! The audit chain in its store: whatever is done to the file, `audit_verify` tells.

use crate::house::{House, did, later, now};
use countersign_model::Timestamp;
use countersign_vault_store::{
    Applied, AuditEntry, Change, Ending, Fault, SignedCheckpoint, Vault, Verdict,
};

async fn append(vault: &Vault, at: Timestamp, entries: Vec<AuditEntry>) -> Applied {
    let changes = entries.into_iter().map(Change::Audit).collect();
    vault.change(at, changes).await.expect("stored")
}

/// A vault with twelve records behind the first and a checkpoint at the thirteenth, closed.
async fn written() -> (House, SignedCheckpoint) {
    let (house, vault) = House::built();
    for n in 0..12 {
        let entry = did("token.vended", &format!("etl-{n}")).with("n", n);
        append(&vault, now(), vec![entry]).await;
    }
    let applied = vault
        .change(now(), vec![Change::Checkpoint])
        .await
        .expect("stored");
    (house, applied.checkpoint.expect("signed"))
}

async fn verdict(house: &House, outside: Vec<SignedCheckpoint>) -> Verdict {
    let vault: Vault = house.open().expect("opens");
    vault.audit_verify(outside).await.expect("read")
}

#[tokio::test]
async fn what_was_done_is_told_in_order() {
    let (_house, vault) = House::built();
    let entries = vec![
        did("credential.disabled", "INT-1").with("reason", "leaving"),
        AuditEntry::done(later(1), "broker", "token.mint_failed", "INT-1.7").ended(Ending::Failed),
    ];
    append(&vault, now(), entries).await;
    let records = vault.audit_list(2, 10).await.expect("read");
    assert_eq!(records.len(), 2);
    assert_eq!((records[0].seq, records[1].seq), (2, 3));
    assert_eq!(
        records[0].detail,
        [("reason".to_owned(), "leaving".to_owned())]
    );
    assert_eq!(
        (records[1].at, records[1].outcome),
        (later(1), Ending::Failed)
    );
    assert_eq!(
        vault.audit_list(1, 1).await.expect("read")[0].action,
        "vault.created"
    );
    assert!(vault.audit_list(4, 10).await.expect("read").is_empty());
}

#[tokio::test]
async fn the_newest_records_of_one_action_are_found_and_no_others() {
    let (_house, vault) = House::built();
    for (n, action) in ["a.b", "x.y", "a.b", "a.b"].into_iter().enumerate() {
        append(&vault, now(), vec![did(action, &format!("o-{n}"))]).await;
    }
    // The name's bytes in a detail are not the action.
    append(&vault, now(), vec![did("x.y", "o-4").with("was", "a.b")]).await;
    let found = vault.audit_latest("a.b", 2).await.expect("read");
    let objects: Vec<&str> = found.iter().map(|one| one.object.as_str()).collect();
    assert_eq!(objects, ["o-3", "o-2"]);
    assert!(vault.audit_latest("c.d", 9).await.expect("read").is_empty());
}

#[tokio::test]
async fn an_untouched_chain_is_complete_to_its_checkpoint() {
    let (house, signed) = written().await;
    let verdict = verdict(&house, vec![signed]).await;
    assert!(verdict.is_sound(), "{verdict:?}");
    assert_eq!((verdict.complete_to, verdict.count), (Some(13), 13));
}

#[tokio::test]
async fn every_kind_of_tampering_is_found() {
    let bit = "UPDATE audit SET body = CAST(replace(body, 'etl-4', 'etl-5') AS BLOB) WHERE seq = 6";
    let delete = "DELETE FROM audit WHERE seq = 6";
    let reorder = "UPDATE audit SET seq = -1 WHERE seq = 6; UPDATE audit SET seq = 6 WHERE seq = 7; \
                   UPDATE audit SET seq = 7 WHERE seq = -1";
    let hash = "UPDATE audit SET hash = zeroblob(32) WHERE seq = 6";
    let short = "UPDATE audit SET hash = zeroblob(3) WHERE seq = 6";
    let cut = "DELETE FROM audit WHERE seq > 10";
    let wipe = "DELETE FROM audit";
    let checkpoint = "UPDATE audit_checkpoint SET body = zeroblob(9)";
    let signature = "UPDATE audit_checkpoint SET signature = zeroblob(64)";
    for statement in [
        bit, delete, reorder, hash, short, cut, wipe, checkpoint, signature,
    ] {
        let (house, _) = written().await;
        house.intrude(statement);
        let verdict = verdict(&house, Vec::new()).await;
        assert!(!verdict.is_sound() && verdict.n_faults > 0, "{statement}");
    }
}

#[tokio::test]
async fn a_tail_cut_with_its_checkpoint_is_known_to_the_outside_copy_only() {
    let (house, signed) = written().await;
    house.intrude("DELETE FROM audit WHERE seq > 10; DELETE FROM audit_checkpoint WHERE seq > 10");
    let inside = verdict(&house, Vec::new()).await;
    assert!(inside.is_sound());
    assert_eq!(inside.complete_to, Some(1));
    let outside = verdict(&house, vec![signed]).await;
    assert_eq!(
        outside.faults,
        [Fault::Cut {
            last: 10,
            signed: 13
        }]
    );
}

#[tokio::test]
async fn checkpoints_come_after_a_thousand_records_or_five_minutes() {
    let (_house, vault) = House::built();
    let many = |n: usize| vec![did("token.vended", "etl"); n];
    let soon = append(&vault, now(), many(999)).await;
    assert_eq!(soon.checkpoint, None);
    let full = append(&vault, now(), many(1)).await;
    assert_eq!(full.checkpoint.expect("signed").checkpoint.seq, 1_001);
    let soon = append(&vault, later(299_999), many(1)).await;
    assert_eq!(soon.checkpoint, None);
    let late = append(&vault, later(300_000), many(1)).await;
    assert_eq!(late.checkpoint.expect("signed").checkpoint.seq, 1_003);
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_stop_the_checkpoints() {
    let (_house, vault) = House::built();
    let one = || vec![did("token.vended", "etl")];
    let little = append(&vault, later(-299_999), one()).await;
    assert_eq!(little.checkpoint, None);
    let far = append(&vault, later(-300_000), one()).await;
    assert_eq!(far.checkpoint.expect("signed").checkpoint.seq, 3);
    let again = append(&vault, later(0), one()).await;
    assert_eq!(again.checkpoint.expect("signed").checkpoint.seq, 4);
}

#[tokio::test]
async fn an_unreadable_record_is_an_error_for_the_list_and_a_fault_for_the_verdict() {
    let (house, _) = written().await;
    house.intrude("UPDATE audit SET body = zeroblob(5) WHERE seq = 3");
    let vault = house.open().expect("opens");
    let error = vault.audit_list(1, 10).await.expect_err("refused");
    assert_eq!(
        error.to_string(),
        "audit record 3 in the vault cannot be read"
    );
    let verdict = vault.audit_verify(Vec::new()).await.expect("read");
    assert!(verdict.faults.contains(&Fault::Unreadable { seq: 3 }));
}
