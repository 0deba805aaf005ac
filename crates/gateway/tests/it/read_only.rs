//! A read-only consumer: what its scopes would allow does not matter.

use crate::house::{House, whole};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
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
        (
            "GET",
            "/data/v1/customobjectdata/key/K/rowset?$filter=points%20gt%2099",
        ),
        ("GET", "/automation/v1/queries?$orderBy=modifiedBy"),
    ] {
        let (status, body) = house.call(method, path, "{}").await;
        assert_eq!(status, 403, "{method} {path}: {body}");
        assert!(body.contains("read-only"), "{body}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_body_that_cannot_be_looked_at_whole_is_not_sent() {
    let asked = Arc::new(AtomicU64::new(0));
    let house = House::before(rows(&asked), |source| source.read_only = true).await;
    let path = "/interaction/v1/interactions/journeyhistory/estimate";
    let filtered = r#"{"contactKey":"x"}"#;
    let padded = format!("{}{filtered}", " ".repeat(70_000));
    for body in [filtered, padded.as_str()] {
        let (status, said) = house.call("POST", path, body).await;
        assert_eq!(status, 403, "{said}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    let (status, _) = house.call("POST", path, r#"{"definitionIds":["a"]}"#).await;
    assert_eq!((status, asked.load(Ordering::SeqCst)), (200, 1));
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

/// Answers retrievals with an app user; counts what it is asked.
fn users(asked: &Arc<AtomicU64>) -> Router {
    let asked = Arc::clone(asked);
    Router::new().fallback(move || async move {
        asked.fetch_add(1, Ordering::SeqCst);
        let body = "<?xml version=\"1.0\"?><soap:Envelope xmlns:soap=\"s\" xmlns:xsi=\"i\"><soap:Body>\
                    <RetrieveResponseMsg><OverallStatus>MoreDataAvailable</OverallStatus>\
                    <RequestID>req-7</RequestID><Results xsi:type=\"AccountUser\">\
                    <AccountUserID>12</AccountUserID><UserID>PERSON</UserID><Name>PERSON</Name>\
                    <Email>PERSON@example.test</Email><ActiveFlag>true</ActiveFlag></Results>\
                    </RetrieveResponseMsg></soap:Body></soap:Envelope>";
        ([("content-type", "text/xml")], body)
    })
}

async fn retrieve(house: &House, inside: &str, action: &str) -> (u16, String) {
    let envelope = format!(
        "<Envelope><Header><fueloauth>{}</fueloauth></Header><Body><RetrieveRequestMsg>\
         <RetrieveRequest>{inside}</RetrieveRequest></RetrieveRequestMsg></Body></Envelope>",
        crate::house::BEARER
    );
    let request = Request::post("/Service.asmx")
        .header("soapaction", action)
        .body(Body::from(envelope));
    whole(house.send(request.expect("sound")).await).await
}

#[tokio::test]
async fn it_sees_whether_an_app_user_works_and_not_who_it_is() {
    let asked = Arc::new(AtomicU64::new(0));
    let house = House::before(users(&asked), |source| source.read_only = true).await;
    let begin = "<ObjectType>AccountUser</ObjectType>";
    let (status, body) = retrieve(&house, begin, "Retrieve").await;
    assert_eq!(status, 200, "{body}");
    assert!(!body.contains("PERSON"), "{body}");
    for kept in [
        "<AccountUserID>12<",
        "<ActiveFlag>true<",
        "<RequestID>req-7<",
    ] {
        assert!(body.contains(kept), "{kept} in {body}");
    }
    // What was begun here may be continued, and is stripped in the same way.
    let on = "<ContinueRequest>req-7</ContinueRequest>";
    let (status, body) = retrieve(&house, on, "Retrieve").await;
    assert_eq!(status, 200, "{body}");
    assert!(!body.contains("PERSON"), "{body}");
}

#[tokio::test]
async fn it_continues_nothing_that_it_did_not_begin() {
    let asked = Arc::new(AtomicU64::new(0));
    let house = House::before(users(&asked), |source| source.read_only = true).await;
    let on = "<ContinueRequest>req-of-another</ContinueRequest>";
    let (_, body) = retrieve(&house, on, "Retrieve").await;
    assert!(body.contains("continue only what it began"), "{body}");
    let begin = "<ObjectType>AccountUser</ObjectType>";
    let (_, body) = retrieve(&house, begin, "Create").await;
    assert!(body.contains("read-only"), "{body}");
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_soap_answer_that_cannot_be_stripped_is_not_shown() {
    for (status, said) in [
        (StatusCode::OK, "<Envelope><Body>PERSON"),
        (StatusCode::INTERNAL_SERVER_ERROR, "<html>PERSON<br></html>"),
    ] {
        let upstream = Router::new().fallback(move || async move { (status, said) });
        let house = House::before(upstream, |source| source.read_only = true).await;
        let begin = "<ObjectType>List</ObjectType>";
        let (got, body) = retrieve(&house, begin, "Retrieve").await;
        assert!(got >= 500, "{got} {body}");
        assert!(!body.contains("PERSON") && body.contains("not"), "{body}");
    }
}

#[tokio::test]
async fn every_json_answer_is_stripped_whatever_the_route() {
    let upstream = Router::new().fallback(|| async {
        r#"{"items":[{"name":"Daily points","modifiedBy":"PERSON","lastSavedByName":"PERSON",
            "note":"ask PERSON@example.test","status":3}]}"#
    });
    let house = House::before(upstream, |source| source.read_only = true).await;
    for path in [
        "/automation/v1/queries",
        "/platform/v1/tokenContext",
        "/v2/userinfo",
    ] {
        let (status, body) = house.call("GET", path, "").await;
        assert_eq!(status, 200, "{path} {body}");
        assert!(
            body.contains("Daily points") && !body.contains("PERSON"),
            "{path} {body}"
        );
    }
}

#[tokio::test]
async fn an_answer_without_a_body_passes() {
    let upstream = Router::new().fallback(|| async { StatusCode::NO_CONTENT });
    let house = House::before(upstream, |source| source.read_only = true).await;
    let (status, body) = house.call("GET", "/automation/v1/queries", "").await;
    assert_eq!((status, body.as_str()), (204, ""));
}
