//! A vault whose file is deleted while it is open: tokens go on, people are told no, and nothing that was
//! answered is missing once the file is back (A1, R5).

use crate::house::{House, slot};
use crate::provider::{Provider, estate, refresh_token};
use countersign_secret::{Secret, TokenBytes};

/// The generation that readers are handed.
async fn live(house: &House) -> u64 {
    let handed = house.broker.vendor().obtain(&slot("C-1", 1), 0, None).await;
    handed.expect("a token").live.generation.0
}

async fn records(house: &House) -> u64 {
    let verdict = house.broker.admin().audit_verify().await.expect("read");
    assert_eq!(verdict["holds"], true);
    verdict["records"].as_u64().expect("a count")
}

/// Vault: the audit file was deleted under the server, which went on writing to nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn audit_file_unlinked() {
    let (provider, url) = Provider::serve().await;
    let house = House::with(&estate(&url)).await;
    let admin = || house.broker.admin();
    let id = "C-1".parse().expect("an id");
    let token = TokenBytes::from(refresh_token(1));
    let put = admin().refresh_token_put(&id, token, "test").await;
    put.expect("sealed");
    assert_eq!(live(&house).await, 1);
    let before = records(&house).await;

    let path = house.folder.path().join("vault.db");
    let away = house.folder.path().join("moved-away");
    std::fs::rename(&path, &away).expect("moved");
    let secret = || Secret::from("CANARY-next".to_owned());
    let refused = admin().secret_put(&id, secret(), "test").await;
    let words = format!("{:?}", refused.expect_err("refused"));
    assert!(words.contains("Displaced"), "{words}");
    let integration = "I-1".parse().expect("an id");
    assert!(
        admin().renew(&integration, "test").await.is_err(),
        "no refresh token is sent whose end could not be stored (R6)"
    );
    assert_eq!(provider.seen().exchanged, 1);
    assert_eq!(live(&house).await, 1, "what lives is served (R5)");

    std::fs::rename(&away, &path).expect("moved back");
    let version = admin().secret_put(&id, secret(), "test").await;
    assert_eq!(version.expect("stored"), 2, "the refused one is not there");
    let renewed = admin().renew(&integration, "test").await;
    assert_eq!(renewed.expect("renewed").live.generation.0, 2);
    assert!(records(&house).await > before);
}
