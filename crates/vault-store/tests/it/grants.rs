//! Refresh tokens: sealed in their own row, fenced, and never lost (R3, R6, V2).

use crate::house::{House, bu, change, credential, did, entropy, now, slot_put};
use countersign_model::token::Generation;
use countersign_secret::TokenBytes;
use countersign_vault_store::{Change, GrantStands, StoredGrant, Vault, VaultError};
use std::sync::Arc;

fn refresh(text: &str) -> TokenBytes {
    TokenBytes::from(text.to_owned())
}

fn put(of: &str, text: &str) -> Change {
    Change::GrantPut {
        credential: credential(of),
        bu: bu("LOY"),
        token: refresh(text),
    }
}

fn arm(attempt: &str, generation: u64) -> Change {
    Change::GrantArm {
        credential: credential("INT-1"),
        attempt: attempt.to_owned(),
        generation: Generation(generation),
    }
}

fn rotate(attempt: &str, text: Option<&str>) -> Change {
    Change::GrantRotate {
        credential: credential("INT-1"),
        bu: bu("LOY"),
        attempt: attempt.to_owned(),
        token: text.map(refresh),
    }
}

fn end(attempt: Option<&str>, stands: GrantStands) -> Change {
    Change::GrantEnd {
        credential: credential("INT-1"),
        attempt: attempt.map(str::to_owned),
        stands,
    }
}

async fn token_of(vault: &Vault, of: &str) -> (u64, String) {
    let opened = vault.grant_open(credential(of)).await.expect("opens");
    let opened = opened.expect("a refresh token");
    let text = opened
        .token
        .expose(|bytes| String::from_utf8_lossy(bytes).into_owned());
    (opened.generation.0, text)
}

async fn row(vault: &Vault) -> StoredGrant {
    vault.grants().await.expect("read").remove(0)
}

#[tokio::test]
async fn a_second_exchange_is_refused_until_the_first_has_ended() {
    let (_house, vault) = House::built();
    change(&vault, put("INT-1", "CANARY-rt-1"))
        .await
        .expect("stored");
    change(&vault, arm("a", 1)).await.expect("armed");
    for (attempt, generation) in [("b", 1), ("b", 2), ("b", 0)] {
        let refused = change(&vault, arm(attempt, generation)).await;
        assert!(matches!(refused, Err(VaultError::GrantBusy { .. })), "R6");
    }
    let armed = row(&vault).await;
    assert_eq!(armed.stands, GrantStands::Armed { since: now() });
    assert_eq!(armed.attempt.as_deref(), Some("a"));
    change(&vault, rotate("a", Some("CANARY-rt-2")))
        .await
        .expect("rotated");
    assert_eq!(
        token_of(&vault, "INT-1").await,
        (2, "CANARY-rt-2".to_owned())
    );
    assert_eq!(row(&vault).await.stands, GrantStands::FRESH);
    let old = change(&vault, arm("c", 1)).await;
    assert!(
        matches!(old, Err(VaultError::GrantBusy { .. })),
        "the fence"
    );
    change(&vault, arm("c", 2)).await.expect("armed");
}

#[tokio::test]
async fn a_rotation_and_its_access_token_are_one_transaction_also_across_a_crash() {
    let (house, vault) = House::built();
    change(&vault, put("INT-1", "CANARY-rt-1"))
        .await
        .expect("stored");
    change(&vault, arm("a", 1)).await.expect("armed");
    let crashed = house.crashed();
    let after = crashed.open().expect("opens");
    assert_eq!(
        row(&after).await.stands,
        GrantStands::Armed { since: now() }
    );
    let changes = vec![
        slot_put("INT-1.7", "INT-1", 1),
        rotate("a", Some("CANARY-rt-2")),
        Change::Audit(did("token.minted", "INT-1.7")),
    ];
    vault.change(now(), changes).await.expect("acknowledged");
    let crashed = house.crashed();
    let after = crashed.open().expect("opens");
    assert_eq!(
        token_of(&after, "INT-1").await,
        (2, "CANARY-rt-2".to_owned())
    );
    assert_eq!(after.slots().await.expect("read").live.len(), 1);
    assert!(
        after
            .audit_verify(Vec::new())
            .await
            .expect("read")
            .is_sound()
    );
}

#[tokio::test]
async fn an_unknown_end_is_kept_and_only_a_new_consent_or_its_own_answer_ends_it() {
    let (_house, vault) = House::built();
    change(&vault, put("INT-1", "CANARY-rt-1"))
        .await
        .expect("stored");
    change(&vault, arm("a", 1)).await.expect("armed");
    let unknown = GrantStands::Unknown { since: now() };
    change(&vault, end(Some("a"), unknown))
        .await
        .expect("ended");
    assert_eq!(row(&vault).await.stands, unknown);
    change(&vault, end(Some("older"), GrantStands::FRESH))
        .await
        .expect("no-op");
    assert_eq!(
        row(&vault).await.stands,
        unknown,
        "a word about another exchange"
    );
    let busy = change(&vault, arm("b", 1)).await;
    assert!(matches!(busy, Err(VaultError::GrantBusy { .. })), "R6");
    change(&vault, rotate("a", Some("CANARY-rt-2")))
        .await
        .expect("the late answer");
    assert_eq!(token_of(&vault, "INT-1").await.0, 2);
    change(&vault, arm("c", 2)).await.expect("armed");
    change(&vault, end(Some("c"), unknown))
        .await
        .expect("ended");
    change(&vault, put("INT-1", "CANARY-rt-3"))
        .await
        .expect("a new consent");
    assert_eq!(
        token_of(&vault, "INT-1").await,
        (3, "CANARY-rt-3".to_owned())
    );
    change(&vault, arm("d", 3)).await.expect("armed");
}

#[tokio::test]
async fn a_rotation_that_came_too_late_is_kept_beside_the_credential() {
    let (_house, vault) = House::built();
    change(&vault, put("INT-1", "CANARY-rt-1"))
        .await
        .expect("stored");
    change(&vault, arm("a", 1)).await.expect("armed");
    change(&vault, put("INT-1", "CANARY-rt-9"))
        .await
        .expect("a new consent meanwhile");
    let applied = change(&vault, rotate("a", Some("CANARY-rt-2")))
        .await
        .expect("kept");
    assert_eq!(
        (
            applied.grants_orphaned,
            vault.grant_orphans().await.expect("read")
        ),
        (1, 1),
        "R3"
    );
    let same = change(&vault, rotate("a", Some("CANARY-rt-9")))
        .await
        .expect("the same");
    assert_eq!(same.grants_orphaned, 0, "it is the credential's own");
    assert_eq!(
        token_of(&vault, "INT-1").await,
        (2, "CANARY-rt-9".to_owned())
    );
}

#[tokio::test]
async fn a_refresh_token_opens_only_in_its_own_row_and_generation() {
    let swap = "UPDATE grant_token SET sealed = (SELECT sealed FROM grant_token o \
                WHERE o.credential = 'INT-2') WHERE credential = 'INT-1'";
    let roll_back = "UPDATE grant_token SET generation = 2 WHERE credential = 'INT-1'";
    let bend = "UPDATE grant_token SET sealed = zeroblob(60) WHERE credential = 'INT-1'";
    for statement in [swap, roll_back, bend] {
        let (house, vault) = House::built();
        change(&vault, put("INT-1", "CANARY-rt-1"))
            .await
            .expect("stored");
        change(&vault, put("INT-2", "CANARY-rt-2"))
            .await
            .expect("stored");
        drop(vault);
        house.intrude(statement);
        let vault = house.open().expect("opens");
        let opened = vault.grant_open(credential("INT-1")).await;
        let error = opened.map(drop).expect_err("V2: refused");
        assert!(
            matches!(error, VaultError::Unreadable { .. }),
            "{statement}"
        );
        assert!(!format!("{error:?}").contains("CANARY"));
        assert_eq!(token_of(&vault, "INT-2").await.1, "CANARY-rt-2");
    }
}

#[tokio::test]
async fn an_answer_on_disk_survives_without_the_database_and_opens_in_its_own_exchange() {
    let (house, vault) = House::built();
    change(&vault, put("INT-1", "CANARY-rt-1"))
        .await
        .expect("stored");
    let opened = vault
        .grant_open(credential("INT-1"))
        .await
        .expect("opens")
        .expect("one");
    let answer = refresh("CANARY-answer");
    let written = vault
        .spool_write(
            Arc::new(opened.spool),
            credential("INT-1"),
            "run.7".to_owned(),
            answer,
            entropy(),
        )
        .await;
    drop(written.expect("on disk"));
    drop(vault);
    let spool = house.dir().join("vault-spool");
    let files: Vec<_> = std::fs::read_dir(&spool)
        .expect("a folder")
        .flatten()
        .collect();
    assert_eq!(files.len(), 1);
    let bytes = std::fs::read(files[0].path()).expect("a file");
    assert!(!bytes.windows(6).any(|six| six == b"CANARY"), "sealed");
    let vault = house.open().expect("opens");
    let mut found = vault.spool_list().await.expect("read");
    let one = found.answers.remove(0);
    assert_eq!(
        (one.credential.as_str(), one.attempt.as_str()),
        ("INT-1", "run.7")
    );
    assert_eq!(one.plain.expose(<[u8]>::to_vec), b"CANARY-answer");
    vault.spool_remove(one.file).await.expect("gone");
    assert!(vault.spool_list().await.expect("read").answers.is_empty());
    // Moved to another exchange, cut or garbled: kept, and said.
    let moved = String::from_utf8_lossy(&bytes).find('\n').expect("a head");
    let mut other = b"INT-1 run.8".to_vec();
    other.extend_from_slice(&bytes[moved..]);
    for (name, bytes) in [
        ("a", other),
        ("b", bytes[..bytes.len() - 1].to_vec()),
        ("c", Vec::new()),
    ] {
        std::fs::write(spool.join(format!("{name}.answer")), bytes).expect("written");
    }
    let found = vault.spool_list().await.expect("read");
    assert_eq!((found.answers.len(), found.unreadable.len()), (0, 3));
}

#[tokio::test]
async fn a_vault_of_the_first_schema_is_brought_up_to_date_and_keeps_its_rows() {
    let (house, vault) = House::built();
    crate::house::put_secret(&vault, "INT-1", "LOY", "CANARY-one").await;
    drop(vault);
    house.intrude("DROP TABLE grant_orphan");
    house.intrude("DROP TABLE grant_token");
    house.intrude("PRAGMA user_version = 1");
    let vault = house.open().expect("opens");
    assert!(crate::house::secret_of(&vault, "INT-1").await.is_some());
    change(&vault, put("INT-1", "CANARY-rt-1"))
        .await
        .expect("stored");
}

#[tokio::test]
async fn forgetting_a_credential_takes_its_refresh_token_along() {
    let (_house, vault) = House::built();
    change(&vault, put("INT-1", "CANARY-rt-1"))
        .await
        .expect("stored");
    let forget = Change::CredentialForget {
        credential: credential("INT-1"),
    };
    change(&vault, forget).await.expect("forgotten");
    assert!(
        vault
            .grant_open(credential("INT-1"))
            .await
            .expect("read")
            .is_none()
    );
}
