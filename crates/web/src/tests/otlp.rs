//! OpenTelemetry over HTTP: what an exporter is answered.

use super::house::{House, TOKEN, with_token};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::Write;

fn traces(status: &Value) -> String {
    json!({"resourceSpans": [{"resource": {"attributes": [
            {"key": "countersign.integration", "value": {"stringValue": "INT-029"}}]},
        "scopeSpans": [{"spans": [{"spanId": "eee19b7ec3c1b174", "kind": 3,
            "endTimeUnixNano": "1795351259183000000", "attributes": [
                {"key": "http.request.method", "value": {"stringValue": "POST"}},
                {"key": "http.response.status_code", "value": status}]}]}]}]})
    .to_string()
}

async fn post(
    house: &House,
    path: &str,
    kind: &str,
    body: impl Into<Body>,
) -> (StatusCode, String) {
    let answer = house
        .send(with_token("POST", path, kind, body.into()))
        .await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn a_span_is_taken_in_json_and_in_gzip() {
    let house = House::empty().await;
    let body = traces(&json!({"intValue": "401"}));
    let taken = post(&house, "/v1/traces", "application/json", body.clone()).await;
    assert_eq!(taken, (StatusCode::OK, "{}".to_owned()));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body.as_bytes()).unwrap();
    let request = Request::post("/v1/traces")
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("content-type", "application/json")
        .header("content-encoding", "gzip")
        .body(Body::from(encoder.finish().unwrap()))
        .unwrap();
    let answer = house.send(request).await;
    assert_eq!(
        (answer.status, answer.body),
        (StatusCode::OK, "{}".to_owned())
    );
    let metrics = house.get("/metrics").await.body;
    assert!(
        metrics.contains("outcome_lines_total{state=\"accepted\"} 2"),
        "{metrics}"
    );
}

#[tokio::test]
async fn what_is_not_taken_is_a_partial_success() {
    let house = House::empty().await;
    let body = traces(&json!({"intValue": "401"})).replace("1795351259183000000", "1000000000");
    let (status, answer) = post(&house, "/v1/traces", "application/json", body).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["partialSuccess"]["rejectedSpans"], "1");
    let why = answer["partialSuccess"]["errorMessage"].as_str().unwrap();
    assert!(why.contains("too old"), "{why}");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_the_protocols_own_words() {
    let house = House::empty().await;
    let (status, answer) = post(&house, "/v1/logs", "application/json", "rubbish").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(serde_json::from_str::<Value>(&answer).unwrap()["code"], 3);
    let (status, _) = post(&house, "/v1/logs", "application/x-protobuf", "rubbish").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (status, _) = post(&house, "/v1/logs", "text/plain", "rubbish").await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let request = Request::post("/v1/traces").body(Body::empty()).unwrap();
    assert_eq!(house.send(request).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_bomb_is_refused_at_the_bound() {
    let house = House::empty().await;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..80 {
        encoder.write_all(&[b' '; 1024 * 1024]).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 200_000);
    for path in ["/v1/traces", "/api/v1/outcomes"] {
        let (status, _) = post(&house, path, "application/json", bomb.clone()).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}
