//! Ingest keys: shown once, good for outcomes and nothing else, dead at once when revoked.

use super::house::{House, plain, with_token};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;

async fn added(house: &House, body: &str) -> (StatusCode, Value) {
    let request = with_token(
        "POST",
        "/api/v1/sources",
        "application/json",
        Body::from(body.to_owned()),
    );
    let answer = house.send(request).await;
    (
        answer.status,
        serde_json::from_str(&answer.body).unwrap_or(Value::Null),
    )
}

fn with_key(method: &str, path: &str, key: &str, body: &str) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/x-ndjson")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

const LINE: &str = r#"{"id":"a","source":"job","kind":"call","status":200}"#;

#[tokio::test]
async fn an_ingest_key_posts_outcomes_and_opens_nothing_else() {
    let house = House::empty().await;
    let (status, broker) = added(&house, r#"{"name":"orders","broker":true}"#).await;
    assert_eq!(status, StatusCode::CREATED, "{broker}");
    let key = broker["ingest_key"].as_str().unwrap();
    assert_eq!(key.len(), 43, "256 bits");
    let posted = house
        .send(with_key("POST", "/api/v1/outcomes", key, LINE))
        .await;
    assert_eq!(posted.status, StatusCode::OK, "{}", posted.body);
    for (method, path) in [
        ("GET", "/api/v1/incidents"),
        ("GET", "/api/v1/estate"),
        ("PUT", "/api/v1/estate"),
        ("GET", "/api/v1/status"),
        ("GET", "/api/v1/sources"),
        ("POST", "/api/v1/sources"),
        ("DELETE", "/api/v1/sources/orders"),
        ("POST", "/api/v1/sign-in-links"),
        ("GET", "/api/v1/stream"),
    ] {
        let answer = house.send(with_key(method, path, key, "{}")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
    }
    assert_eq!(
        house.send(plain("POST", "/api/v1/outcomes")).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_list_tells_sources_and_no_key() {
    let house = House::on_the_quiet_sunday().await;
    let (_, broker) = added(&house, r#"{"name":"orders","broker":true}"#).await;
    added(&house, r#"{"name":"job","integrations":["INT-029"]}"#).await;
    let listed = house.get("/api/v1/sources").await;
    assert!(!listed.body.contains(broker["ingest_key"].as_str().unwrap()));
    let rows: Value = serde_json::from_str(&listed.body).unwrap();
    assert_eq!(rows[0]["name"], "job");
    assert_eq!(rows[0]["broker"], false);
    assert_eq!(rows[0]["integrations"][0], "INT-029");
    assert_eq!(rows[1]["broker"], true);
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once() {
    let house = House::empty().await;
    let (_, broker) = added(&house, r#"{"name":"orders","broker":true}"#).await;
    let key = broker["ingest_key"].as_str().unwrap();
    let revoke = || with_token("DELETE", "/api/v1/sources/orders", "", Body::empty());
    assert_eq!(house.send(revoke()).await.status, StatusCode::NO_CONTENT);
    let posted = house
        .send(with_key("POST", "/api/v1/outcomes", key, LINE))
        .await;
    assert_eq!(posted.status, StatusCode::UNAUTHORIZED);
    let again = house.send(revoke()).await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (StatusCode::NOT_FOUND, "unknown_object")
    );
}

#[tokio::test]
async fn what_cannot_be_a_source_is_told_by_field() {
    let house = House::on_the_quiet_sunday().await;
    added(&house, r#"{"name":"orders","broker":true}"#).await;
    for (body, code, word) in [
        (
            r#"{"name":"orders","broker":true}"#,
            "bad_field",
            "name: orders is taken",
        ),
        (
            r#"{"name":"a b","broker":true}"#,
            "bad_field",
            "name: an id may hold",
        ),
        (
            r#"{"name":"x"}"#,
            "bad_field",
            "integrations: name at least one",
        ),
        (
            r#"{"name":"x","broker":true,"integrations":["INT-029"]}"#,
            "bad_field",
            "integrations: ",
        ),
        (
            r#"{"name":"x","integrations":["INT-999"]}"#,
            "unknown_object",
            "INT-999 is not in",
        ),
        (
            r#"{"name":"x","brokre":true}"#,
            "bad_field",
            "brokre: no such field",
        ),
        (r#"{"broker":true}"#, "bad_field", "name: it is missing"),
    ] {
        let (_, problem) = added(&house, body).await;
        assert_eq!(problem["code"], code, "{body}: {problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(word), "{body}: {detail}");
    }
}

#[tokio::test]
async fn a_session_makes_no_keys() {
    let house = House::empty().await;
    let cookie = house.sign_in().await;
    for (method, path) in [("POST", "/api/v1/sources"), ("DELETE", "/api/v1/sources/x")] {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", &cookie)
            .header("origin", "http://127.0.0.1:8600")
            .header("host", "127.0.0.1:8600")
            .body(Body::from(r#"{"name":"x","broker":true}"#));
        let answer = house.send(request.unwrap()).await;
        assert_eq!(answer.code(), "token_needed", "{method}");
    }
}
