//! Who was seen asking, and who else seems to mint.

use crate::endpoint::{Endpoint, Say};
use crate::house::{House, TOKEN, estate, open, slot};
use axum::body::Body;
use axum::http::Request;
use countersign_broker::admin::{Activity, NewConsumer};
use countersign_broker::books::{Books, Entry};
use countersign_broker::tell;
use countersign_host::clock::wall_now;
use countersign_refresh::Event;
use countersign_secret::MasterKey;
use http_body_util::BodyExt;
use serde_json::json;
use std::time::Duration;
use tower::ServiceExt;

async fn send(house: &House, request: Request<Body>) -> (u16, Vec<u8>) {
    let Ok(response) = house.broker.router(None).oneshot(request).await;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body");
    (status, body.to_bytes().to_vec())
}

async fn activity(house: &House) -> Activity {
    let request = Request::get("/admin/api/v1/consumers/activity")
        .header("authorization", format!("Bearer {TOKEN}"));
    let (status, body) = send(house, request.body(Body::empty()).expect("sound")).await;
    assert_eq!(status, 200);
    serde_json::from_slice(&body).expect("an activity")
}

/// Waits until the accounts, written once a second, show what is looked for.
async fn until(house: &House, seen: impl Fn(&Activity) -> bool) -> Activity {
    let within = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            let now = activity(house).await;
            if seen(&now) {
                return now;
            }
            tokio::task::yield_now().await;
        }
    });
    within.await.expect("it is accounted for")
}

async fn ask(house: &House, id: &str, key: &str) -> u16 {
    let body = json!({
        "grant_type": "client_credentials", "client_id": id, "client_secret": key,
    });
    let request = Request::post("/v2/token").header("content-type", "application/json");
    let request = request.body(Body::from(body.to_string())).expect("sound");
    send(house, request).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_request_a_stranger_and_an_operator_are_seen() {
    let (_, url) = Endpoint::serve(Say::Token(1_079), Duration::ZERO).await;
    let house = House::with(&estate(&[&url])).await;
    let new = r#"{ "integration": "I-1", "id": "etl", "vend": "direct" }"#;
    let new: NewConsumer = serde_json::from_str(new).expect("a consumer");
    let added = house.broker.admin().consumer_add(new, "test").await;
    let shown = added.map_err(|error| error.to_string()).expect("added");
    let before = activity(&house).await;
    assert_eq!(before.consumers.len(), 1);
    assert_eq!((before.consumers[0].vended, before.strangers), (0, 0));
    assert!(before.consumers[0].last_vended_at.is_none() && before.operator.is_empty());

    assert_eq!(ask(&house, "etl", &shown.key).await, 200);
    assert_eq!(ask(&house, "etl", "CANARY-wrong").await, 401);
    let seen = until(&house, |seen| {
        seen.strangers > 0 && seen.consumers[0].vended > 0
    })
    .await;
    assert_eq!((seen.consumers[0].vended, seen.strangers), (1, 1));
    assert!(
        seen.consumers[0]
            .last_vended_at
            .is_some_and(|at| at >= seen.since)
    );

    let etl = "etl".parse().expect("an id");
    let revoked = house.broker.admin().consumer_revoke(&etl, "test").await;
    revoked.expect("revoked");
    let after = activity(&house).await;
    assert!(after.consumers[0].revoked, "it stays in sight");
    assert_eq!(
        after.consumers[0].last_vended_at,
        seen.consumers[0].last_vended_at
    );

    let token = Request::post("/admin/api/v1/integrations/I-1/token")
        .header("authorization", format!("Bearer {TOKEN}"));
    let (status, body) = send(&house, token.body(Body::empty()).expect("sound")).await;
    assert_eq!(status, 200);
    let token: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(
        (&token["lifetime"], &token["will_not_last"]),
        (&1_079.into(), &false.into())
    );
    assert!(token["valid_for"].as_u64() > token["expires_in"].as_u64());
    assert!(activity(&house).await.operator.contains_key("I-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspected_outside_minter_stands_beside_its_credential_also_after_a_restart() {
    let (_, url) = Endpoint::serve(Say::Token(1_079), Duration::ZERO).await;
    let house = House::with(&estate(&[&url, &url])).await;
    let rows = house.broker.admin().credentials().await.expect("rows");
    assert!(
        rows.iter()
            .all(|row| row.outside_minter_suspected_at.is_none())
    );
    let folder = house.stop().await;
    let books = Books::open(folder.path(), &MasterKey::new([7; 32])).await;
    let books = books.expect("a vault");
    let event = Event::OutsideMinterSuspected {
        slot: slot("C-2", 2),
        credential: "C-2".parse().expect("an id"),
    };
    let record = tell::record(&event).expect("it is in the audit chain");
    let now = wall_now();
    books
        .commit(vec![Entry::Record(record)], now)
        .await
        .expect("written");
    drop(books);
    let broker = open(folder.path()).await;
    let rows = broker.admin().credentials().await.expect("rows");
    let suspected: Vec<_> = rows
        .iter()
        .map(|row| row.outside_minter_suspected_at)
        .collect();
    assert_eq!(suspected, [None, Some(now)]);
}
