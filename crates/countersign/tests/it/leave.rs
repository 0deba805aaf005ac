//! Second minters are named before they harm, and the way back is walked and checked.

use crate::commands::ESTATE;
use crate::house::Folder;
use crate::serve::{serve, set_up, set_up_with};
use axum::extract::Request;
use countersign_feed::estate::{Format, decode};
use countersign_model::estate::Estate;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_is_told_walked_and_checked() {
    let set = set_up(1079, 1200).await;
    let server = serve(&set.folder, &set.key);
    assert_eq!(set.token(&server).await.0, 200);
    let told = set.folder.run(&["leave", "INT-1"]).good();
    let auth = format!("{}/v2/token", set.sim.url("sim"));
    for part in [
        auth.as_str(),
        "c-1",
        "INT-1-client-1",
        "countersign leave INT-1 --done",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let early = set.folder.run(&["leave", "INT-1", "--done"]);
    assert_eq!(early.code(), 3, "{}", early.stderr());
    assert!(
        early.stderr().contains("Nothing was revoked"),
        "{}",
        early.stderr()
    );
    assert_eq!(set.token(&server).await.0, 200, "nothing was revoked");

    let left = set
        .folder
        .run(&["leave", "INT-1", "--done", "--anyway", "--json"])
        .good();
    let left: Value = serde_json::from_str(&left).expect("JSON");
    assert_eq!(left["revoked"], serde_json::json!(["INT-1-client-1"]));
    assert_eq!(left["observed"], true);
    let mints = set.mints().await;
    assert_eq!(set.token(&server).await.0, 401);
    let shown = set
        .folder
        .run(&["credential", "show", "INT-1", "--json"])
        .good();
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(shown["state"], "observed");
    let token = set.folder.run(&["token", "INT-1"]);
    assert_eq!(token.code(), 3, "{}", token.stderr());
    assert_eq!(
        set.mints().await,
        mints,
        "nothing is minted for it any more"
    );
    let unknown = set.folder.run(&["leave", "INT-9"]);
    assert_eq!(unknown.code(), 2, "{}", unknown.stderr());
    let verified = set.folder.run(&["audit", "verify"]);
    assert_eq!(verified.code(), 0, "{}", verified.stderr());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_runs_once_a_year_is_not_taken_to_have_left() {
    let estate = ESTATE.replace(
        "credential: INT-1 }",
        "credential: INT-1, schedule: { cron: \"0 3 1 1 *\" } }",
    );
    assert_ne!(estate, ESTATE, "the small estate has another shape");
    let set = set_up_with(&estate, 1079, 1200).await;
    let _server = serve(&set.folder, &set.key);
    let told = set.folder.run(&["leave", "INT-1"]).good();
    assert!(told.contains("4. After its next run ("), "{told}");
    let early = set.folder.run(&["leave", "INT-1", "--done"]);
    assert_eq!(early.code(), 3, "{}", early.stderr());
    for words in ["Its next run is", "cannot be known", "Nothing was revoked"] {
        assert!(early.stderr().contains(words), "{}", early.stderr());
    }
    set.folder
        .run(&["leave", "INT-1", "--done", "--anyway"])
        .good();
}

/// What a stand-in for a broker was asked, as method and path.
type Asked = Arc<Mutex<Vec<String>>>;

/// A broker in which somebody else changes the estate as soon as a consumer is revoked, or, if `early`,
/// before.
async fn restless(early: bool, peers: &mut JoinSet<()>) -> (String, Asked) {
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    let estate: Estate = decode(ESTATE, Format::Yaml).expect("a sound estate");
    let answer = move |request: Request| {
        let name = format!("{} {}", request.method(), request.uri().path());
        let mut seen = seen.lock().expect("nobody panics here");
        seen.push(name.clone());
        let revoked = seen.iter().any(|one| one.starts_with("DELETE"));
        let mut estate = estate.clone();
        if revoked || (early && seen.len() > 2) {
            estate.name = "of somebody else".to_owned();
        }
        let consumer = json!({ "id": "etl", "integration": "INT-1", "revoked": revoked });
        let body = match name.as_str() {
            "GET /admin/api/v1/estate" => json!(estate),
            "GET /admin/api/v1/consumers/activity" => json!({
                "now": "2026-11-22T12:00:00Z", "since": "2026-11-20T12:00:00Z",
                "consumers": [consumer], "operator": {},
            }),
            _ => json!([]),
        };
        std::future::ready(axum::Json(body))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let app = axum::Router::new().fallback(answer);
    peers.spawn(async move { drop(axum::serve(listener, app).await) });
    (url, asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_estate_that_somebody_else_changed_meanwhile_is_not_written_over() {
    for early in [false, true] {
        let mut peers = JoinSet::new();
        let (url, asked) = restless(early, &mut peers).await;
        let folder = Folder::new();
        let words = ["leave", "INT-1", "--done", "--server", &url];
        let mut command = folder.command(&words);
        command.env("COUNTERSIGN_TOKEN", "CANARY-bearer");
        let ended = tokio::task::spawn_blocking(move || command.output()).await;
        let ended = ended.expect("it is waited for").expect("it starts");
        let told = String::from_utf8_lossy(&ended.stderr);
        let asked = asked.lock().expect("nobody panics here").join("\n");
        assert_eq!(ended.status.code(), Some(3), "{told}{asked}");
        assert!(
            told.contains("changed meanwhile by somebody else"),
            "{told}"
        );
        assert!(
            asked.contains("DELETE /admin/api/v1/consumers/etl"),
            "{asked}"
        );
        assert!(!asked.contains("PUT"), "{asked}");
        assert!(!told.contains("CANARY"), "{told}");
    }
}

/// A broker whose estate somebody else changes in the moment before a `PUT`; the condition that came with it.
async fn overtaken(peers: &mut JoinSet<()>) -> (String, Arc<Mutex<Option<String>>>) {
    let condition: Arc<Mutex<Option<String>>> = Arc::default();
    let seen = Arc::clone(&condition);
    let estate: Estate = decode(ESTATE, Format::Yaml).expect("a sound estate");
    let answer = move |request: Request| {
        let name = format!("{} {}", request.method(), request.uri().path());
        let problem = json!({ "code": "estate_changed", "detail": "not what it was made from" });
        let (status, body) = match name.as_str() {
            "GET /admin/api/v1/estate" => (200, json!(estate)),
            "PUT /admin/api/v1/estate" => {
                let sent = request.headers().get("if-match").expect("a condition");
                let sent = sent.to_str().expect("text").to_owned();
                *seen.lock().expect("nobody panics here") = Some(sent);
                (412, problem)
            }
            "GET /admin/api/v1/consumers/activity" => (
                200,
                json!({
                    "now": "2026-11-22T12:00:00Z", "since": "2026-11-20T12:00:00Z",
                    "consumers": [], "operator": {},
                }),
            ),
            _ => (200, json!([])),
        };
        let status = axum::http::StatusCode::from_u16(status).expect("a status");
        std::future::ready((status, [("etag", "\"as-read\"")], axum::Json(body)))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let app = axum::Router::new().fallback(answer);
    peers.spawn(async move { drop(axum::serve(listener, app).await) });
    (url, condition)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_in_the_very_moment_is_not_written_over_either() {
    let mut peers = JoinSet::new();
    let (url, condition) = overtaken(&mut peers).await;
    let folder = Folder::new();
    let mut command = folder.command(&["leave", "INT-1", "--done", "--server", &url]);
    command.env("COUNTERSIGN_TOKEN", "CANARY-bearer");
    let ended = tokio::task::spawn_blocking(move || command.output()).await;
    let ended = ended.expect("it is waited for").expect("it starts");
    let told = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{told}");
    assert!(
        told.contains("not what it was made from") && told.contains("nothing was changed"),
        "{told}"
    );
    let condition = condition.lock().expect("nobody panics here").clone();
    assert_eq!(condition.as_deref(), Some("\"as-read\""));
}

/// The small estate with a second credential of the same client, and a second user of it.
fn shared() -> String {
    let credential = "  - { id: INT-2, bu: BU, kind: s2s_v2, mode: observed, client_id: c-1, scopes: [email_read] }\n";
    let flow = "  - { id: INT-2, name: Receipts, bu: BU, kind: on-demand, tier: T1, owner: Orders, backup: Operations, credential: INT-2 }\n";
    ESTATE.replace("integrations:\n", &format!("{credential}integrations:\n")) + flow
}

#[test]
fn who_else_uses_the_client_is_named_and_must_have_moved() {
    let folder = Folder::new();
    let key = folder.run(&["init"]).good().trim().to_owned();
    let file = folder.path().join("estate.yaml");
    std::fs::write(&file, shared()).expect("written");
    let file = file.to_string_lossy().into_owned();
    folder
        .run_with(&key, "", &["estate", "apply", &file])
        .good();
    let add = |words: &[&str]| {
        let mut all = vec!["credential", "add", "INT-1"];
        all.extend(words);
        folder.run_with(&key, "CANARY-secret", &all)
    };
    let dry = add(&["--dry-run"]).good();
    assert!(
        dry.contains("The same client id: INT-2 (used by INT-2)"),
        "{dry}"
    );
    let refused = add(&[]);
    assert_eq!(refused.code(), 3, "{}", refused.stderr());
    assert!(refused.stderr().contains("INT-2"), "{}", refused.stderr());
    assert!(
        refused.stderr().contains("--others-moved"),
        "{}",
        refused.stderr()
    );
    let shown = folder
        .run_with(&key, "", &["credential", "show", "INT-1"])
        .good();
    assert!(shown.contains("no_secret"), "nothing was put in: {shown}");
    add(&["--others-moved"]).good();
    // It is brokered now; a new secret for it is no new minter.
    add(&[]).good();
}
