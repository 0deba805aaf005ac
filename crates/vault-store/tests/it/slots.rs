//! Slots: generations, compare-and-set, thousands of them.

use crate::house::{House, change, did, now, slot, slot_put};
use countersign_model::token::Generation;
use countersign_vault_store::{Applied, Change, Vault, VaultError};
use tokio::task::JoinSet;

async fn put(vault: &Vault, generation: u64) -> Result<Applied, VaultError> {
    change(vault, slot_put("INT-1.7", "INT-1", generation)).await
}

#[tokio::test]
async fn a_late_or_doubled_answer_is_refused_and_changes_nothing() {
    let (_house, vault) = House::built();
    put(&vault, 5)
        .await
        .expect("R2: the first may have any number");
    put(&vault, 6).await.expect("R2: a later one");
    let audited = vault.audit_list(1, 100).await.expect("read").len();
    for offered in [0, 5, 6] {
        let refused = put(&vault, offered).await.expect_err("R2: refused");
        assert!(matches!(
            refused,
            VaultError::StaleGeneration { stored: Generation(6), offered: Generation(number), .. }
                if number == offered
        ));
    }
    let slots = vault.slots().await.expect("read");
    assert_eq!(slots.live.len(), 1);
    assert_eq!(slots.live[0].facts.generation, Generation(6));
    let bytes = slots.live[0].token.expose(<[u8]>::to_vec);
    assert_eq!(bytes, b"CANARY-token-6");
    assert_eq!(vault.audit_list(1, 100).await.expect("read").len(), audited);
    put(&vault, 9)
        .await
        .expect("a write lost in between is not made up for");
}

#[tokio::test]
async fn of_two_writers_with_the_same_generation_one_wins() {
    let (_house, vault) = House::built();
    put(&vault, 1).await.expect("stored");
    let mut writers = JoinSet::new();
    for _ in 0..20 {
        let vault = vault.clone();
        writers.spawn(async move { put(&vault, 2).await.is_ok() });
    }
    let stored = writers.join_all().await;
    assert_eq!(stored.into_iter().filter(|stored| *stored).count(), 1, "R2");
    assert_eq!(
        vault.audit_list(1, 100).await.expect("read").len(),
        3,
        "A1: one record per change"
    );
}

#[tokio::test]
async fn a_dropped_token_leaves_its_generation() {
    let (_house, vault) = House::built();
    put(&vault, 3).await.expect("stored");
    change(
        &vault,
        Change::SlotDrop {
            slot: slot("INT-1.7"),
        },
    )
    .await
    .expect("dropped");
    let slots = vault.slots().await.expect("read");
    assert!(slots.live.is_empty());
    assert_eq!(
        slots.generations.get(&slot("INT-1.7")),
        Some(&Generation(3))
    );
    assert!(
        put(&vault, 3).await.is_err(),
        "R2: a late answer after the drop"
    );
    put(&vault, 4).await.expect("the next one");
}

#[tokio::test]
async fn five_thousand_slots_are_restored_with_one_read() {
    let (house, vault) = House::built();
    let mut changes: Vec<Change> = (0..5_000)
        .map(|n| slot_put(&format!("INT-{n}.7"), &format!("INT-{n}"), 1))
        .collect();
    changes.push(Change::Audit(did("token.minted", "all")));
    vault.change(now(), changes).await.expect("stored");
    drop(vault);
    let slots = house.open().expect("opens").slots().await.expect("read");
    assert_eq!((slots.live.len(), slots.unreadable.len()), (5_000, 0));
    assert_eq!(slots.generations.len(), 5_000);
    assert!(
        slots
            .live
            .iter()
            .all(|one| one.token.len() == "CANARY-token-1".len())
    );
}
