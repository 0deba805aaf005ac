//! A person's consent, from the address to the sealed refresh token.

use crate::house::{House, TOKEN, slot};
use crate::provider::{Provider, estate};
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

async fn ask(house: &House, request: Request<Body>) -> (u16, String) {
    let Ok(response) = house.broker.router(None).oneshot(request).await;
    let status = response.status().as_u16();
    let bytes = response
        .into_body()
        .collect()
        .await
        .expect("a body")
        .to_bytes();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

async fn begin(house: &House) -> Vec<(String, String)> {
    let request = Request::post("/admin/api/v1/credentials/C-1/authorize")
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("host", "127.0.0.1:8601");
    let (status, body) = ask(house, request.body(Body::empty()).expect("a request")).await;
    assert_eq!(status, 200, "{body}");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    let url = body["url"].as_str().expect("an address").to_owned();
    let (address, query) = url.split_once('?').expect("a query");
    assert!(address.ends_with("/v2/authorize"), "{address}");
    serde_urlencoded::from_str(query).expect("pairs")
}

fn value(query: &[(String, String)], name: &str) -> String {
    let found = query.iter().find(|(one, _)| one == name);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

async fn come_back(house: &House, query: &str) -> (u16, String) {
    let request = Request::get(format!("/oauth/callback?{query}"));
    ask(house, request.body(Body::empty()).expect("a request")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_seals_a_refresh_token_and_its_slot_goes_live() {
    let (provider, url) = Provider::serve().await;
    let house = House::with(&estate(&url)).await;
    let query = begin(&house).await;
    assert_eq!(value(&query, "code_challenge_method"), "S256");
    assert_eq!(value(&query, "scope"), "email_read offline");
    assert_eq!(
        value(&query, "redirect_uri"),
        "http://127.0.0.1:8601/oauth/callback"
    );
    let state = value(&query, "state");
    let (status, page) = come_back(&house, &format!("code=CANARY-code&state={state}")).await;
    assert_eq!(status, 200, "{page}");
    assert!(
        page.contains("C-1 is authorized") && !page.contains("CANARY"),
        "{page}"
    );
    let sent = provider.seen().bodies.remove(0);
    assert_eq!(sent["grant_type"], "authorization_code");
    assert_eq!(sent["redirect_uri"], "http://127.0.0.1:8601/oauth/callback");
    // RFC 7636: the challenge of the address is made from the verifier that is sent.
    use base64::Engine as _;
    let verifier = sent["code_verifier"].as_str().expect("a verifier");
    let digest = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest.as_ref());
    assert_eq!(value(&query, "code_challenge"), challenge);
    let handed = house.broker.vendor().obtain(&slot("C-1", 1), 0, None).await;
    assert!(handed.is_ok());
    let seen = provider.seen();
    assert_eq!((seen.codes, seen.exchanged, seen.reused), (1, 1, 0));
    // The address works once.
    let (status, page) = come_back(&house, &format!("code=CANARY-code&state={state}")).await;
    assert_eq!(status, 400);
    assert!(page.contains("works once"), "{page}");
    assert_eq!(provider.seen().codes, 1);
    crate::canary::find_none(house.stop().await.path());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_consent_says_what_to_do_and_stores_nothing() {
    let (provider, url) = Provider::serve().await;
    let house = House::with(&estate(&url)).await;
    let state = value(&begin(&house).await, "state");
    let (status, page) = come_back(&house, &format!("error=access_denied&state={state}")).await;
    assert_eq!(status, 400);
    assert!(
        page.contains("said no") && page.contains("credential authorize C-1"),
        "{page}"
    );
    let state = value(&begin(&house).await, "state");
    let (status, page) = come_back(&house, &format!("code=stale&state={state}")).await;
    assert_eq!(status, 400);
    assert!(page.contains("refused the code: invalid_grant"), "{page}");
    for stranger in [
        "",
        "state=made-up&code=x",
        "code=x",
        "state=%3Cscript%3E&error=%3Cscript%3E",
    ] {
        let (status, page) = come_back(&house, stranger).await;
        assert_eq!(status, 400);
        assert!(!page.contains("<script>"), "{page}");
    }
    let rows = house.broker.admin().credentials().await.expect("read");
    assert_eq!(rows[0].state, "no_consent");
    assert_eq!(provider.seen().exchanged, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_without_consent_and_without_a_secret_are_told_so() {
    let (_provider, url) = Provider::serve().await;
    let house = House::with(&crate::house::estate(&[&url])).await;
    let request = Request::post("/admin/api/v1/credentials/C-1/authorize")
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("host", "127.0.0.1:8601");
    let (status, body) = ask(&house, request.body(Body::empty()).expect("a request")).await;
    assert_eq!(status, 409);
    assert!(body.contains("no_consent"), "{body}");
}
