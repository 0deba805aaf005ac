//! A vault that does not take what an exchange brought: nobody sees the new token before its refresh
//! token is stored (R3), and nothing of it is lost. The failure is SQLite's own.

use crate::house::{House, open, slot};
use crate::provider::{Provider, estate, refresh_token};
use axum::body::Body;
use axum::http::Request;
use countersign_host::task::Tasks;
use countersign_secret::TokenBytes;
use http_body_util::BodyExt;
use rusqlite::Connection;
use std::path::Path;
use tower::ServiceExt;

/// Makes the database refuse each new refresh token, and nothing else.
fn refuse(folder: &Path) -> Connection {
    let vault = Connection::open(folder.join("vault.db")).expect("a vault");
    let trigger = "CREATE TRIGGER no_rotation BEFORE UPDATE ON grant_token
                   WHEN NEW.generation > OLD.generation
                   BEGIN SELECT RAISE(ABORT, 'not now'); END";
    vault.execute_batch(trigger).expect("made");
    vault
}

fn allow(vault: &Connection) {
    vault
        .execute_batch("DROP TRIGGER no_rotation")
        .expect("dropped");
}

/// A house whose web app holds token 1 and refresh token 2.
async fn house(url: &str) -> House {
    let house = House::with(&estate(url)).await;
    let token = TokenBytes::from(refresh_token(1));
    let id = "C-1".parse().expect("an id");
    let put = house.broker.admin().refresh_token_put(&id, token, "test");
    put.await.expect("sealed");
    assert_eq!(live(&house).await, 1);
    house
}

/// The generation that readers are handed.
async fn live(house: &House) -> u64 {
    let handed = house.broker.vendor().obtain(&slot("C-1", 1), 0, None).await;
    handed.expect("a token").live.generation.0
}

async fn renew(house: &House) -> Option<u64> {
    let integration = "I-1".parse().expect("an id");
    let renewed = house.broker.admin().renew(&integration, "test").await;
    renewed.ok().map(|handed| handed.live.generation.0)
}

/// Waits until the vault has refused something.
async fn refused(house: &House) {
    loop {
        let request = Request::get("/metrics").body(Body::empty()).expect("sound");
        let Ok(response) = house.broker.router(None).oneshot(request).await;
        let text = response
            .into_body()
            .collect()
            .await
            .expect("a body")
            .to_bytes();
        let text = String::from_utf8_lossy(&text).into_owned();
        let failures = text
            .lines()
            .find_map(|line| line.strip_prefix("countersign_broker_store_failures_total "));
        if failures.expect("it is counted") != "0" {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_whose_refresh_token_is_not_stored_is_shown_to_nobody() {
    let (provider, url) = Provider::serve().await;
    let house = house(&url).await;
    let vault = refuse(house.folder.path());
    let until_refused = async {
        refused(&house).await;
        assert_eq!(provider.seen().exchanged, 2, "the provider has rotated");
        assert_eq!(live(&house).await, 1, "and the old token is served");
        allow(&vault);
    };
    let (renewed, ()) = tokio::join!(renew(&house), until_refused);
    assert_eq!(renewed, Some(2), "stored at the next try, and then shown");
    assert_eq!(renew(&house).await, Some(3));
    let seen = provider.seen();
    assert_eq!((seen.exchanged, seen.reused), (3, 0));
    let verdict = house.broker.admin().audit_verify().await.expect("read");
    assert_eq!(verdict["holds"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_withheld_outlives_the_process() {
    let (provider, url) = Provider::serve().await;
    let house = house(&url).await;
    let vault = refuse(house.folder.path());
    tokio::select! {
        renewed = renew(&house) => panic!("{renewed:?} while the vault refuses"),
        () = refused(&house) => {}
    }
    let folder = house.stop().await;
    allow(&vault);
    drop(vault);
    let mut broker = open(folder.path()).await;
    let mut tasks = Tasks::default();
    broker.start(&mut tasks, None);
    let house = House::of(broker, folder, tasks);
    assert_eq!(live(&house).await, 2, "what the provider sent is here");
    assert_eq!(renew(&house).await, Some(3));
    let seen = provider.seen();
    assert_eq!(
        (seen.exchanged, seen.reused),
        (3, 0),
        "no spent token was sent"
    );
    let folder = house.stop().await;
    crate::canary::find_none(folder.path());
}
