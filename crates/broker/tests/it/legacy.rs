//! The legacy token endpoint: old shapes, the rules of `/v2/token`.

use crate::endpoint::{Endpoint, Say};
use crate::house::{House, estate};
use axum::body::Body;
use axum::http::Request;
use countersign_broker::admin::NewConsumer;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt;

struct Answer {
    status: u16,
    retry_after: Option<String>,
    body: Value,
}

async fn post(house: &House, path: &str, body: &str) -> Answer {
    let request = Request::post(path).header("host", "broker.test");
    let request = request.body(Body::from(body.to_owned())).expect("sound");
    let Ok(response) = house.broker.router(None).oneshot(request).await;
    let header = response.headers().get("retry-after");
    let retry_after = header.map(|value| value.to_str().expect("text").to_owned());
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.expect("a body");
    Answer {
        status,
        retry_after,
        body: serde_json::from_slice(&bytes.to_bytes()).unwrap_or(Value::Null),
    }
}

/// A house with a consumer; the body it sends.
async fn with(say: Say, consumer: &str) -> (House, String) {
    let (_, url) = Endpoint::serve(say, Duration::ZERO).await;
    let house = House::with(&estate(&[&url])).await;
    let new: NewConsumer = serde_json::from_str(consumer).expect("a consumer");
    let added = house.broker.admin().consumer_add(new, "test").await;
    let shown = added.map_err(|error| error.to_string()).expect("added");
    let body = json!({
        "clientId": shown.consumer.id, "clientSecret": shown.key.as_str(), "accessType": "offline",
    });
    (house, body.to_string())
}

const DIRECT: &str = r#"{ "integration": "I-1", "vend": "direct" }"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_old_sdk_gets_its_token_in_the_old_shape() {
    let (house, body) = with(Say::Token(1_079), DIRECT).await;
    for path in [
        "/v1/requestToken",
        "/v1/requestToken/",
        "//v1/requestToken",
        "/v1/requesttoken",
        "/V1/RequestToken?legacy=0",
    ] {
        let answer = post(&house, path, &body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body["accessToken"], "CANARY-token-0");
        let life = answer.body["expiresIn"].as_u64().expect("a number");
        assert!(
            (1_000..1_079).contains(&life),
            "to the mandatory line: {life}"
        );
        assert_eq!(answer.body.as_object().expect("fields").len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_of_the_gateway_is_told_that_it_needs_an_answer_with_addresses() {
    let gateway = r#"{ "integration": "I-1", "vend": "gateway" }"#;
    let (house, body) = with(Say::Token(1_079), gateway).await;
    let answer = post(&house, "/v1/requestToken", &body).await;
    assert_eq!(
        (answer.status, &answer.body["errorcode"]),
        (400, &10_007.into())
    );
    let words = answer.body["message"].as_str().expect("words");
    assert!(
        words.contains("/v2/token") && words.contains("--vend direct"),
        "{words}"
    );
    assert_eq!(answer.body.as_object().expect("fields").len(), 3);
    // Who is no consumer is told nothing of the sort.
    let wrong = body.replace("\"clientSecret\":\"", "\"clientSecret\":\"x");
    assert_eq!(post(&house, "/v1/requestToken", &wrong).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_present_endpoint_is_found_in_any_case_too() {
    let (house, _) = with(Say::Token(1_079), DIRECT).await;
    for path in ["/v2/token", "/V2/Token", "//v2//token/"] {
        let answer = post(&house, path, "{}").await;
        assert_eq!(answer.body["error"], "unsupported_grant_type", "{path}");
    }
    assert_eq!(post(&house, "/v2/tokens", "{}").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_and_an_unreadable_body_are_refused_in_the_old_envelope() {
    let (house, body) = with(Say::Token(1_079), DIRECT).await;
    let wrong = body.replace("\"clientSecret\":\"", "\"clientSecret\":\"x");
    let answer = post(&house, "/v1/requestToken", &wrong).await;
    assert_eq!(answer.status, 401);
    let unauthorized = json!({ "message": "Unauthorized", "errorcode": 1, "documentation": "" });
    assert_eq!(answer.body, unauthorized);
    for body in [
        "",
        "{}",
        "clientId=CANARY&clientSecret=CANARY",
        r#"{"clientId":"CANARY"}"#,
    ] {
        let answer = post(&house, "/v1/requestToken", body).await;
        assert_eq!(
            (answer.status, &answer.body["errorcode"]),
            (400, &10_004.into())
        );
        assert!(
            !answer.body.to_string().contains("CANARY"),
            "nothing is repeated"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_legacy_token_is_refused_with_the_platforms_own_number() {
    let (house, body) = with(Say::Token(1_079), DIRECT).await;
    let answer = post(&house, "/v1/requestToken?legacy=1", &body).await;
    assert_eq!(
        (answer.status, &answer.body["errorcode"]),
        (400, &10_007.into())
    );
    assert_eq!(
        post(&house, "/v1/requestToken?legacy=0", &body)
            .await
            .status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_usable_token_is_not_now_with_a_time_to_come_back() {
    let (house, body) = with(Say::Refuse(503, ""), DIRECT).await;
    let answer = post(&house, "/v1/requestToken", &body).await;
    assert_eq!(answer.status, 503);
    assert!(answer.retry_after.is_some_and(|wait| wait != "0"));
    assert_eq!(answer.body["errorcode"], 50_300);
}
