//! What stands around pages and API: headers, assets, problem pages, health, metrics.

use super::house::{House, plain};
use crate::problem::Code;
use axum::http::{Request, StatusCode};
use std::collections::BTreeSet;

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let house = House::on_the_quiet_sunday().await;
    for path in [
        "/",
        "/sign-in",
        "/api/v1/status",
        "/nothing",
        "/healthz",
        "/assets/app.css",
    ] {
        let answer = house.send(plain("GET", path)).await;
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("x-frame-options"), "DENY");
    }
}

#[tokio::test]
async fn pages_and_answers_are_not_kept_and_named_assets_are() {
    let house = House::on_the_quiet_sunday().await;
    let page = house.page("/").await;
    assert_eq!(page.header("cache-control"), "no-store");
    let start = page.body.find("/assets/app.css?v=").unwrap();
    let url = page.body[start..].split('"').next().unwrap();
    let named = house.send(plain("GET", url)).await;
    assert_eq!(
        named.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(named.header("content-type"), "text/css; charset=utf-8");
    let bare = house.send(plain("GET", "/assets/live.js")).await;
    assert_eq!(bare.header("cache-control"), "no-cache");
    let tag = bare.header("etag").to_owned();
    let again = Request::get("/assets/live.js").header("if-none-match", tag);
    let again = house
        .send(again.body(axum::body::Body::empty()).unwrap())
        .await;
    assert_eq!(
        (again.status, again.body.as_str()),
        (StatusCode::NOT_MODIFIED, "")
    );
}

#[tokio::test]
async fn assets_hold_no_address_of_anybody_else() {
    let house = House::empty().await;
    for name in ["app.css", "live.js", "icon.svg"] {
        let body = house
            .send(plain("GET", &format!("/assets/{name}")))
            .await
            .body;
        let rest = body.replace("http://www.w3.org/2000/svg", "");
        assert!(
            !rest.contains("http:") && !rest.contains("https:"),
            "{name}"
        );
    }
}

/// The broker's problems name `/problems/…` too, and people open it here.
#[tokio::test]
async fn every_page_of_the_folder_is_served_and_nothing_beside_it() {
    let house = House::empty().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/problems");
    let mut served = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let code = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let answer = house.send(plain("GET", &format!("/problems/{code}"))).await;
        assert_eq!(answer.status, StatusCode::OK, "{code}");
        let head = answer.body.lines().next().unwrap();
        assert!(head.ends_with(&format!("(`{code}`)")), "{code}: {head}");
        served += 1;
    }
    assert!(served > Code::ALL.len(), "the broker's are among them");
    for other in ["none", "..%2Frequirements", "no_slot.md"] {
        let answer = house
            .send(plain("GET", &format!("/problems/{other}")))
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{other}");
    }
}

#[tokio::test]
async fn every_code_has_a_page_that_names_it_and_says_what_to_do() {
    let house = House::empty().await;
    let mut seen = BTreeSet::new();
    for code in Code::ALL {
        assert!(seen.insert(code.as_str()), "{code:?} is there twice");
        let answer = house
            .send(plain("GET", &format!("/problems/{}", code.as_str())))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{code:?}");
        let head = answer.body.lines().next().unwrap();
        assert_eq!(head, format!("# {} (`{}`)", code.title(), code.as_str()));
        assert!(
            answer
                .body
                .contains(&format!("Status {}.", code.status().as_u16())),
            "{code:?}"
        );
        assert!(answer.body.contains("## What to do"), "{code:?}");
    }
}

#[tokio::test]
async fn health_and_metrics_answer_without_a_credential() {
    let house = House::on_the_quiet_sunday().await;
    assert_eq!(house.send(plain("GET", "/healthz")).await.body, "ok\n");
    assert_eq!(house.send(plain("GET", "/readyz")).await.body, "ready\n");
    house.get("/api/v1/incidents/inc_01points").await;
    let metrics = house.send(plain("GET", "/metrics")).await.body;
    for line in [
        "countersign_incidents_open 1",
        "countersign_integrations{state=\"healthy\"} 46",
        "countersign_integrations{state=\"failing\"} 1",
        "countersign_live_streams 0",
        "countersign_ledger_dropped_total{state=\"outcomes_unreadable\"} 0",
        "route=\"/api/v1/incidents/{id}\",status=\"200\"} 1",
    ] {
        assert!(metrics.contains(line), "{line} not in {metrics}");
    }
    assert!(!metrics.contains("CANARY") && !metrics.contains("inc_01points"));
}

#[tokio::test]
async fn no_answer_repeats_a_token() {
    let house = House::on_the_quiet_sunday().await;
    for path in [
        "/api/v1/estate",
        "/api/v1/status",
        "/api/v1/incidents?all=true",
        "/metrics",
    ] {
        assert!(!house.get(path).await.body.contains("CANARY"), "{path}");
    }
}

#[tokio::test]
async fn a_path_that_is_no_text_is_a_problem() {
    let house = House::empty().await;
    for path in [
        "/api/v1/incidents/%ff",
        "/incidents/%ff",
        "/assets/%ff",
        "/problems/%ff",
    ] {
        let answer = house.get(path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(answer.code(), "bad_field", "{path}");
    }
}
