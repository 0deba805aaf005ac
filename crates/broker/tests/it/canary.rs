//! Nothing secret in any answer, error, metric or file, whatever the endpoint does
//! (V1).

use crate::endpoint::{Endpoint, Say};
use crate::house::{House, TOKEN, estate, slot};
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tower::ServiceExt;
use tracing_subscriber::fmt::MakeWriter;

/// Everything that is logged in this process.
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
    fn listen() -> Log {
        let log = Log::default();
        let lines = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false);
        let lines = lines.with_writer(log.clone()).finish();
        tracing::subscriber::set_global_default(lines).expect("the first of this process");
        log
    }

    fn text(&self) -> String {
        let bytes = self.0.lock().expect("unpoisoned");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

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

async fn get(house: &House, path: &str) -> String {
    let request = Request::get(path).header("authorization", format!("Bearer {TOKEN}"));
    let request = request.body(Body::empty()).expect("a request");
    let Ok(response) = house.broker.router(None).oneshot(request).await;
    let bytes = response
        .into_body()
        .collect()
        .await
        .expect("a body")
        .to_bytes();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_failure_mode_lets_a_secret_out() {
    let log = Log::listen();
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
        for path in [
            "/metrics",
            "/admin/api/v1/credentials",
            "/admin/api/v1/slots",
            "/admin/api/v1/estate",
        ] {
            let answer = get(&house, path).await;
            assert!(!answer.contains("CANARY"), "{path}: {answer}");
        }
        find_none(house.stop().await.path());
    }
    let logged = log.text();
    assert!(
        logged.contains("countersign_broker"),
        "something was logged"
    );
    let bad = logged.lines().find(|line| line.contains("CANARY"));
    assert_eq!(bad, None);
}

/// No file below the folder holds a secret in plain.
pub(crate) fn find_none(folder: &std::path::Path) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            find_none(&path);
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file");
        let found = bytes.windows(6).any(|six| six == b"CANARY");
        assert!(!found, "{} holds it", path.display());
    }
}
