//! A read-only consumer: what its scopes would allow does not matter.

use crate::house::House;
use axum::Router;
use axum::http::StatusCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

fn rows(asked: &Arc<AtomicU64>) -> Router {
    let asked = Arc::clone(asked);
    Router::new().fallback(move || async move {
        asked.fetch_add(1, Ordering::SeqCst);
        let body = r#"{"count":1,"items":[{"keys":{"id":"PERSON"},"values":{"mail":"PERSON@example.test"}}]}"#;
        ([("content-type", "application/json")], body)
    })
}

#[tokio::test]
async fn it_sees_counts_and_no_contacts() {
    let asked = Arc::new(AtomicU64::new(0));
    let house = House::before(rows(&asked), |source| source.read_only = true).await;
    let (status, body) = house
        .call("GET", "/data/v1/customobjectdata/key/K/rowset", "")
        .await;
    assert_eq!(status, 200);
    assert!(
        body.contains(r#""count":1"#) && !body.contains("PERSON"),
        "{body}"
    );
}

#[tokio::test]
async fn what_is_not_listed_is_refused_before_anything_is_sent() {
    let asked = Arc::new(AtomicU64::new(0));
    let house = House::before(rows(&asked), |source| source.read_only = true).await;
    for (method, path) in [
        ("POST", "/interaction/v1/interactions/stop/1"),
        ("POST", "/hub/v1/dataevents/key:K/rowset"),
        ("DELETE", "/interaction/v1/interactions/1"),
        ("GET", "/contacts/v1/contacts"),
        ("GET", "/data/v1/customobjects/.."),
        ("GET", "/data/v1/customobjects/..%2F..%2Fcontacts"),
        ("GET", "/data/v1/customobjects/%2e%2E"),
    ] {
        let (status, body) = house.call(method, path, "{}").await;
        assert_eq!(status, 403, "{method} {path}: {body}");
        assert!(body.contains("read-only"), "{body}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_answer_that_cannot_be_stripped_is_not_shown() {
    let upstream = Router::new().fallback(|| async {
        (
            StatusCode::OK,
            [("content-type", "text/csv")],
            "id,mail\n1,PERSON@example.test\n",
        )
    });
    let house = House::before(upstream, |source| source.read_only = true).await;
    let (status, body) = house
        .call("GET", "/data/v1/customobjectdata/key/K/rowset", "")
        .await;
    assert_eq!(status, 502);
    assert!(!body.contains("PERSON"), "{body}");
}
