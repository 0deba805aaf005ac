//! Pings: a job needs curl only, and its key opens nothing else.

use super::house::{Answer, House, plain, with_token};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;

/// The path under which the job of INT-029 pings.
async fn path(house: &House) -> String {
    let body = r#"{"name":"nightly","ping":true,"integrations":["INT-029"]}"#;
    let request = with_token(
        "POST",
        "/api/v1/sources",
        "application/json",
        Body::from(body),
    );
    let answer = house.send(request).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let added: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(added.get("ingest_key"), None);
    let url = added["ping_url"].as_str().unwrap();
    url.strip_prefix(&*house.app.base_url).unwrap().to_owned()
}

async fn ping(house: &House, method: &str, path: &str) -> Answer {
    house.send(plain(method, path)).await
}

#[tokio::test]
async fn a_job_says_that_it_began_ended_and_failed() {
    let house = House::with(Vec::new(), Vec::new()).await;
    let path = path(&house).await;
    for tail in ["", "/start", "/fail", "/3", "?rows=61000"] {
        for method in ["GET", "POST"] {
            let answer = ping(&house, method, &format!("{path}{tail}")).await;
            assert_eq!(
                (answer.status, answer.body.as_str()),
                (StatusCode::OK, "OK\n"),
                "{tail}"
            );
        }
    }
    let answer = ping(&house, "GET", &format!("{path}/256")).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::BAD_REQUEST, "bad_field")
    );
    let output = Request::post(&path)
        .body(Body::from("x".repeat(1_000_000)))
        .unwrap();
    assert_eq!(house.send(output).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_key_is_not_found_and_a_known_one_opens_nothing_else() {
    let house = House::with(Vec::new(), Vec::new()).await;
    let path = path(&house).await;
    let answer = ping(&house, "GET", "/ping/CANARY-guess").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(!answer.body.contains("CANARY"), "{}", answer.body);
    let key = path.strip_prefix("/ping/").unwrap();
    for target in ["/api/v1/outcomes", "/v1/traces", "/api/v1/sources"] {
        let request = Request::post(target).header("authorization", format!("Bearer {key}"));
        let answer = house.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{target}");
    }
}

#[tokio::test]
async fn a_job_that_pings_without_end_is_slowed_down() {
    let house = House::with(Vec::new(), Vec::new()).await;
    let path = path(&house).await;
    let mut seen = Vec::new();
    for _ in 0..40 {
        seen.push(ping(&house, "GET", &path).await.status);
    }
    let n_ok = seen
        .iter()
        .filter(|status| **status == StatusCode::OK)
        .count();
    assert_eq!(n_ok, 30);
    assert_eq!(seen[39], StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_ping_key_is_for_one_integration() {
    let house = House::with(Vec::new(), Vec::new()).await;
    for body in [
        r#"{"name":"a","ping":true,"integrations":["INT-029","INT-007"]}"#,
        r#"{"name":"a","ping":true,"broker":true}"#,
        r#"{"name":"a","ping":true}"#,
    ] {
        let request = with_token(
            "POST",
            "/api/v1/sources",
            "application/json",
            Body::from(body),
        );
        assert_eq!(
            house.send(request).await.status,
            StatusCode::BAD_REQUEST,
            "{body}"
        );
    }
}
