//! Slots: generations, compare-and-set, thousands of them.

use crate::house::{House, did, now, slot, slot_put};
use countersign_model::token::Generation;
use countersign_vault_store::{Applied, Change, Vault, VaultError};

async fn put(vault: &Vault, generation: u64) -> Result<Applied, VaultError> {
    let entry = Change::Audit(did("token.minted", "INT-1.7"));
    vault
        .change(now(), vec![slot_put("INT-1.7", "INT-1", generation), entry])
        .await
}

#[tokio::test]
async fn a_late_or_doubled_answer_is_refused_and_changes_nothing() {
    let (_house, vault) = House::built();
    put(&vault, 5)
        .await
        .expect("R2: the first may have any number");
    put(&vault, 6).await.expect("R2: the next one");
    let audited = vault.audit_list(1, 100).await.expect("read").len();
    for offered in [5, 6, 8] {
        let refused = put(&vault, offered).await.err().expect("R2: refused");
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
}

#[tokio::test]
async fn of_two_writers_with_the_same_generation_one_wins() {
    let (_house, vault) = House::built();
    put(&vault, 1).await.expect("stored");
    let writers: Vec<_> = (0..20)
        .map(|_| {
            let vault = vault.clone();
            tokio::spawn(async move { put(&vault, 2).await.is_ok() })
        })
        .collect();
    let mut winners = 0;
    for writer in writers {
        winners += usize::from(writer.await.expect("joined"));
    }
    assert_eq!(winners, 1, "R2");
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
    let drop_it = Change::SlotDrop {
        slot: slot("INT-1.7"),
    };
    let entry = Change::Audit(did("token.dropped", "INT-1.7"));
    vault
        .change(now(), vec![drop_it, entry])
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
