//! Nothing secret in any answer, error, metric, log line or file, whatever the endpoint does (V1).

use crate::endpoint::{Endpoint, Say};
use crate::house::{House, TOKEN, estate, slot};
use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use http_body_util::BodyExt;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tower::ServiceExt;
use tracing_subscriber::fmt::MakeWriter;

/// Every way an endpoint can fail that fits in a test.
const ANSWERS: [Say; 9] = [
    Say::Refuse(
        401,
        r#"{"error":"invalid_client","error_description":"CANARY-secret-C-1 is wrong"}"#,
    ),
    Say::Refuse(
        400,
        r#"{"error":"invalid_grant","error_description":"CANARY-secret-C-1"}"#,
    ),
    Say::Refuse(403, "CANARY-secret-C-1"),
    Say::Refuse(429, "CANARY-secret-C-1"),
    Say::Refuse(500, "<html>CANARY-secret-C-1</html>"),
    Say::Refuse(503, ""),
    Say::Refuse(200, ""),
    Say::Refuse(200, "CANARY-secret-C-1"),
    Say::Refuse(200, r#"{"access_token":["CANARY-secret-C-1"]}"#),
];

/// What the process logs, at every level, for all of its tests.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("unpoisoned").write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;
    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

impl Log {
    /// Captures from here on.
    fn capture() -> Log {
        let log = Log::default();
        let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE);
        let lines = lines.with_ansi(false).with_writer(log.clone()).finish();
        tracing::subscriber::set_global_default(lines).expect("nobody else captures");
        log
    }
}

async fn get(house: &House, path: &str) -> String {
    let request = Request::get(path).header("authorization", format!("Bearer {TOKEN}"));
    send(house, request.body(Body::empty()).expect("a request")).await
}

async fn send(house: &House, request: Request<Body>) -> String {
    let Ok(response) = house.broker.router(None).oneshot(request).await;
    let bytes = response.into_body().collect().await.expect("a body");
    String::from_utf8_lossy(&bytes.to_bytes()).into_owned()
}

/// A consumer of the house, which asks with its key and with wrong ones, by every road; the key.
async fn consumer(house: &House) -> String {
    let new = serde_json::json!({ "integration": "I-1", "id": "etl-7" });
    let new = serde_json::from_value(new).expect("a consumer");
    let shown = house.broker.admin().consumer_add(new, "test").await;
    let key = shown.expect("added").key.to_string();
    for (path, id_field, key_field) in [
        ("/v2/token", "client_id", "client_secret"),
        ("/v1/requestToken", "clientId", "clientSecret"),
    ] {
        for sent in [key.as_str(), "CANARY-guess"] {
            let body = serde_json::json!({
                "grant_type": "client_credentials", id_field: "etl-7", key_field: sent,
            });
            let request = Request::post(path).header("content-type", "application/json");
            let request = request.body(Body::from(body.to_string())).expect("sound");
            let answer = send(house, request).await;
            assert!(
                !answer.contains("CANARY") && !answer.contains(&key),
                "{answer}"
            );
        }
    }
    for sent in [key.as_str(), "CANARY-guess"] {
        let pair = base64::prelude::BASE64_STANDARD.encode(format!("etl-7:{sent}"));
        let request = Request::post("/api/v1/slots/C-1.1/reject");
        let request = request.header("authorization", format!("Basic {pair}"));
        let request = request
            .body(Body::from(r#"{"generation":1}"#))
            .expect("sound");
        let answer = send(house, request).await;
        assert!(!answer.contains(sent), "{answer}");
    }
    key
}

/// Whether one of these is anywhere in it.
fn holds(bytes: &[u8], canaries: &[&str]) -> bool {
    let within = |canary: &&str| {
        bytes
            .windows(canary.len())
            .any(|part| part == canary.as_bytes())
    };
    canaries.iter().any(within)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_failure_mode_lets_a_secret_out() {
    let log = Log::capture();
    let mut keys = Vec::new();
    for say in ANSWERS {
        let (endpoint, url) = Endpoint::serve(say, Duration::ZERO).await;
        let house = House::with(&estate(&[&url])).await;
        let refused = house.broker.vendor().obtain(&slot("C-1", 1), 0, None).await;
        let words = refused
            .err()
            .map(|error| format!("{error:?}"))
            .expect("no token");
        assert!(!words.contains("CANARY"), "{words}");
        assert!(
            endpoint.bodies()[0].contains("CANARY-secret-C-1"),
            "the secret was really sent"
        );
        let key = consumer(&house).await;
        for path in [
            "/metrics",
            "/admin/api/v1/consumers",
            "/admin/api/v1/consumers/activity",
            "/admin/api/v1/credentials",
            "/admin/api/v1/slots",
            "/admin/api/v1/estate",
        ] {
            let answer = get(&house, path).await;
            assert!(
                !holds(answer.as_bytes(), &["CANARY", &key]),
                "{path}: {answer}"
            );
        }
        let folder = house.stop().await;
        find_none_of(folder.path(), &["CANARY", &key]);
        keys.push(key);
    }
    let log = log.0.lock().expect("unpoisoned");
    let text = String::from_utf8_lossy(&log);
    for word in ["TRACE", "token request failed", "C-1"] {
        assert!(text.contains(word), "{word}: the log was written");
    }
    let mut canaries: Vec<&str> = keys.iter().map(String::as_str).collect();
    canaries.extend(["CANARY", TOKEN]);
    let found = text.lines().find(|line| holds(line.as_bytes(), &canaries));
    assert_eq!(found, None);
}

/// No file below the folder holds a secret in plain.
pub(crate) fn find_none(folder: &std::path::Path) {
    find_none_of(folder, &["CANARY"]);
}

fn find_none_of(folder: &std::path::Path, canaries: &[&str]) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            find_none_of(&path, canaries);
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file");
        assert!(!holds(&bytes, canaries), "{} holds it", path.display());
    }
}
