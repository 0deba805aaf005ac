//! Consumers of the gateway: a bearer in place of the token, and whom it admits.

use crate::endpoint::{Endpoint, Say};
use crate::house::{House, estate};
use axum::body::Body;
use axum::http::Request;
use countersign_broker::admin::{NewConsumer, Shown};
use countersign_broker::bearer::Unreadable;
use countersign_model::estate::{Tier, VendMode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt;

async fn house() -> House {
    let (_, url) = Endpoint::serve(Say::Token(1_079), Duration::ZERO).await;
    House::with(&estate(&[&url])).await
}

async fn added(house: &House, wanted: Value) -> Result<Shown, String> {
    let new: NewConsumer = serde_json::from_value(wanted).expect("a consumer");
    let added = house.broker.admin().consumer_add(new, "test").await;
    added.map_err(|error| error.to_string())
}

async fn ask(house: &House, shown: &Shown) -> (u16, Value) {
    let body = json!({ "grant_type": "client_credentials", "client_id": shown.consumer.id,
        "client_secret": *shown.key });
    let request = Request::post("/v2/token")
        .header("content-type", "application/json")
        .header("host", "tokens.test:8601");
    let request = request.body(Body::from(body.to_string())).expect("sound");
    let Ok(response) = house.broker.router(None).oneshot(request).await;
    let status = response.status().as_u16();
    let bytes = response
        .into_body()
        .collect()
        .await
        .expect("a body")
        .to_bytes();
    (status, serde_json::from_slice(&bytes).expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_of_the_gateway_gets_a_bearer_and_hosts_of_ours() {
    let house = house().await;
    let shown = added(&house, json!({ "integration": "I-1", "vend": "gateway" })).await;
    let shown = shown.expect("added");
    let (status, answer) = ask(&house, &shown).await;
    assert_eq!(status, 200, "{answer}");
    let bearer = answer["access_token"].as_str().expect("a bearer");
    assert!(bearer.starts_with("csg1."), "{bearer}");
    assert!(!answer.to_string().contains("CANARY"), "{answer}");
    assert_eq!(answer["expires_in"], 1_199);
    assert_eq!(answer["scope"], "email_read email_send");
    assert_eq!(
        answer["rest_instance_url"],
        "http://tokens.test:8601/rest.com/"
    );
    assert_eq!(
        answer["soap_instance_url"],
        "http://tokens.test:8601/soap.com/"
    );

    let app = house.broker.app();
    let passage = app.passage();
    let (known, slot) = passage.admit(bearer, None).expect("admitted");
    assert_eq!(known.consumer.id, shown.consumer.id);
    let token = passage
        .token(&slot, None)
        .await
        .map_err(|_| ())
        .expect("a token");
    assert!(
        token
            .live
            .token
            .expose(|bytes| bytes.starts_with(b"CANARY"))
    );

    let revoked = house
        .broker
        .admin()
        .consumer_revoke(&shown.consumer.id, "test")
        .await;
    revoked.expect("revoked");
    assert_eq!(passage.admit(bearer, None).err(), Some(Unreadable::Foreign));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bearer_is_bound_to_the_addresses_of_its_consumer() {
    let house = house().await;
    let wanted = json!({ "integration": "I-1", "vend": "gateway", "sources": ["10.0.0.0/8"] });
    let shown = added(&house, wanted).await.expect("added");
    let app = house.broker.app();
    let whose = countersign_broker::bearer::Bearer {
        consumer: shown.consumer.id.clone(),
        mid: 1,
    };
    let now = countersign_host::clock::wall_now();
    let bearer = app.passage().bearers.issue(&whose, now, 1);
    let from = |text: &str| {
        app.passage()
            .admit(&bearer, Some(text.parse().expect("an address")))
    };
    assert!(from("10.1.2.3").is_ok());
    assert_eq!(from("192.0.2.1").err(), Some(Unreadable::Foreign));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bearer_ends_with_the_consumers_leave_to_act_in_its_business_unit() {
    let house = house().await;
    let shown = added(&house, json!({ "integration": "I-1", "vend": "gateway" })).await;
    let shown = shown.expect("added");
    let (app, now) = (house.broker.app(), countersign_host::clock::wall_now());
    let passage = app.passage();
    let lookup = passage.registry.lookup(shown.key.as_bytes());
    let allowed = |mids: Vec<u64>| {
        let mut consumer = shown.consumer.clone();
        consumer.mids = mids;
        passage.registry.put(lookup, consumer);
    };
    let bearer = |mid| {
        let consumer = shown.consumer.id.clone();
        let whose = countersign_broker::bearer::Bearer { consumer, mid };
        passage.bearers.issue(&whose, now, 1)
    };
    let (own, other) = (bearer(1), bearer(22));
    allowed(vec![22]);
    assert!(passage.admit(&own, None).is_ok() && passage.admit(&other, None).is_ok());
    allowed(vec![]);
    assert_eq!(passage.admit(&other, None).err(), Some(Unreadable::Foreign));
    assert!(passage.admit(&own, None).is_ok(), "its own stays its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_a_host_header_is_answered_with_the_address_of_its_target() {
    let house = house().await;
    let shown = added(&house, json!({ "integration": "I-1", "vend": "gateway" })).await;
    let shown = shown.expect("added");
    let body = json!({ "grant_type": "client_credentials", "client_id": shown.consumer.id,
        "client_secret": *shown.key });
    // As HTTP/2 has it: an authority in the target, and no header.
    for (target, host, status, base) in [
        (
            "http://two.test:8601/v2/token",
            None,
            200,
            "http://two.test:8601/rest.com/",
        ),
        (
            "http://two.test/v2/token",
            Some("one.test"),
            200,
            "http://two.test/rest.com/",
        ),
        ("/v2/token", None, 400, ""),
        ("/v2/token", Some("user@one.test"), 400, ""),
        ("/v2/token", Some("one.test/path"), 400, ""),
    ] {
        let mut request = Request::post(target).header("content-type", "application/json");
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let request = request.body(Body::from(body.to_string())).expect("sound");
        let Ok(response) = house.broker.router(None).oneshot(request).await;
        assert_eq!(response.status(), status, "{target} {host:?}");
        let bytes = response
            .into_body()
            .collect()
            .await
            .expect("a body")
            .to_bytes();
        let answer: Value = serde_json::from_slice(&bytes).expect("JSON");
        let told = answer["rest_instance_url"].as_str().unwrap_or_default();
        assert_eq!(told, base, "{target} {host:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_token_is_the_default_of_t0_and_payments_and_the_gateway_of_the_rest() {
    let (_, url) = Endpoint::serve(Say::Token(1_079), Duration::ZERO).await;
    for (tier, payments, mode) in [
        (Tier::T0, false, VendMode::Direct),
        (Tier::T1, true, VendMode::Direct),
        (Tier::T1, false, VendMode::Gateway),
    ] {
        let mut estate = estate(&[&url]);
        estate.integrations[0].tier = tier;
        estate.integrations[0].payments = payments;
        let house = House::with(&estate).await;
        let shown = added(&house, json!({ "integration": "I-1" }))
            .await
            .expect("added");
        assert_eq!(shown.consumer.vend, mode);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn read_only_is_the_gateways_to_keep() {
    let house = house().await;
    let wanted = json!({ "integration": "I-1", "vend": "direct", "read_only": true });
    let refused = added(&house, wanted).await.err().expect("refused");
    assert!(refused.starts_with("read_only: "), "{refused}");
    let shown = added(&house, json!({ "integration": "I-1", "read_only": true })).await;
    let consumer = shown.expect("added").consumer;
    assert!(consumer.read_only && consumer.vend == VendMode::Gateway);
}
