//! What the broker refuses, and that its answers repeat nothing of what was sent.

use crate::endpoint::{Endpoint, Say};
use crate::house::{House, TOKEN, estate, open};
use axum::body::Body;
use axum::http::Request;
use axum::response::IntoResponse;
use countersign_broker::admin::AdminError;
use countersign_broker::books::{Books, Entry};
use countersign_broker::problem::Problem;
use countersign_broker::tell::Owner;
use countersign_host::clock::wall_now;
use countersign_host::task::Tasks;
use countersign_model::SignedDuration;
use countersign_model::id::OutcomeId;
use countersign_model::outcome::{Fact, Outcome};
use countersign_model::token::{Generation, TokenFacts};
use countersign_refresh::{CredentialRecord, CredentialState};
use countersign_secret::{MasterKey, TokenBytes};
use http_body_util::BodyExt;
use std::path::Path;
use std::time::Duration;
use tower::ServiceExt;

async fn books_of(folder: &Path) -> Books {
    let opened = Books::open(folder, &MasterKey::new([7; 32])).await;
    opened.expect("a vault")
}

async fn house() -> House {
    let (_, url) = Endpoint::serve(Say::Token(1_079), Duration::ZERO).await;
    House::with(&estate(&[&url])).await
}

async fn send(house: &House, request: axum::http::request::Builder, body: &str) -> (u16, String) {
    let request = request.header("content-type", "application/json");
    let request = request.body(Body::from(body.to_owned())).expect("sound");
    let Ok(response) = house.broker.router(None).oneshot(request).await;
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.expect("a body");
    let text = String::from_utf8_lossy(&bytes.to_bytes()).into_owned();
    (status, text)
}

async fn post(house: &House, path: &str, body: &str) -> (u16, String) {
    let request = Request::post(path).header("authorization", format!("Bearer {TOKEN}"));
    send(house, request, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_credential_is_a_conflict_and_not_a_passing_failure() {
    let house = house().await;
    let path = "/admin/api/v1/credentials/C-1/disable";
    assert_eq!(post(&house, path, r#"{"reason":"a test"}"#).await.0, 204);
    let (status, text) = post(&house, "/admin/api/v1/integrations/I-1/token", "").await;
    assert_eq!(status, 409, "{text}");
    assert!(text.contains(r#""code":"credential_locked""#), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_credential_is_a_conflict_and_not_a_passing_failure() {
    let folder = house().await.stop().await;
    let books = books_of(folder.path()).await;
    let mut record = CredentialRecord::new("C-1".parse().expect("an id"));
    (record.state, record.locked_at) = (CredentialState::Locked, Some(wall_now()));
    let entries = vec![Entry::Credential(record)];
    books.commit(entries, wall_now()).await.expect("kept");
    drop(books);
    let mut broker = open(folder.path()).await;
    let mut tasks = Tasks::default();
    broker.start(&mut tasks, None);
    let asked = broker
        .admin()
        .token(&"I-1".parse().expect("an id"), 0, "test")
        .await;
    let held = asked.err().expect("it is locked");
    assert!(matches!(
        held,
        AdminError::Held {
            state: "locked",
            ..
        }
    ));
    let response = Problem::from(held).into_response();
    assert_eq!(response.status(), 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_field_is_named_with_its_fix_and_its_value_is_not_repeated() {
    let house = house().await;
    let consumers = "/admin/api/v1/consumers";
    let credential = "/admin/api/v1/credentials/C-1";
    let (secret, disable) = (
        format!("{credential}/secret"),
        format!("{credential}/disable"),
    );
    for (path, body, word) in [
        (
            consumers,
            r#"{ "integration": "I-1", "min_ttl_s": "CANARY" }"#,
            "min_ttl_s: write a whole number",
        ),
        (
            consumers,
            r#"{ "integration": "I-1", "vend": "CANARY" }"#,
            "vend: write ",
        ),
        (
            consumers,
            r#"{ "integration": "I-1", "CANARY": 1 }"#,
            "the body: it holds a field that is not known",
        ),
        (
            consumers,
            r#"{ "integration": "I-1", "ends_at": "CANARY" }"#,
            "ends_at: write a time, as in 2027",
        ),
        (
            consumers,
            r#"{ "integration": "I-1", "sources": ["CANARY"] }"#,
            "sources: write networks, as in 10.",
        ),
        (
            consumers,
            r#"{ "integration": "I-1", "mids": [1, "CANARY"] }"#,
            "mids[1]: write a whole number",
        ),
        (consumers, r#"{}"#, "integration: it is missing"),
        (
            consumers,
            r#"{ "integration": CANARY }"#,
            "not JSON from line 1",
        ),
        (consumers, r#""CANARY""#, "the body: write an object"),
        (
            &secret,
            r#"{ "client_secret": ["CANARY"] }"#,
            "client_secret: write a text",
        ),
        (
            &secret,
            r#"{ "CANARY": "CANARY" }"#,
            "the body: it holds a field that is not known",
        ),
        (&disable, r#"{}"#, "reason: it is missing"),
    ] {
        let (status, text) = post(&house, path, body).await;
        assert_eq!(status, 400, "{text}");
        assert!(
            text.contains("bad_field") && text.contains(word),
            "{body}: {text}"
        );
        assert!(!text.contains("CANARY"), "{text}");
    }
    let request = Request::put("/admin/api/v1/estate");
    let request = request.header("authorization", format!("Bearer {TOKEN}"));
    let body = r#"{"version":1,"integrations":[{"id":"CANARY"}]}"#;
    let (status, text) = send(&house, request, body).await;
    assert_eq!(status, 400);
    assert!(
        text.contains("integrations[0].name: it is missing"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_framework_refuses_is_a_problem_too() {
    let house = house().await;
    let admin = |method: &str, path: &str| {
        Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {TOKEN}"))
    };
    let long = "x".repeat(9 * 1024 * 1024);
    for (request, body, status, code, word) in [
        (
            admin("POST", "/admin/api/v1/consumers"),
            long.as_str(),
            413,
            "body_too_large",
            "8 MiB",
        ),
        (
            admin("POST", "/admin/api/v1/integrations/I-1/token?min_ttl=abc"),
            "",
            400,
            "bad_field",
            "min_ttl: ",
        ),
        (
            admin("POST", "/admin/api/v1/integrations/%ff/token"),
            "",
            400,
            "bad_field",
            "path: ",
        ),
        (
            admin("POST", "/admin/api/v1/integrations/A%20B/token"),
            "",
            404,
            "unknown_object",
            "is not in the estate",
        ),
        (
            admin("POST", "/api/v1/slots/%ff/reject"),
            "{}",
            400,
            "bad_field",
            "path: ",
        ),
        (
            admin("POST", "/api/v1/slots/x/reject"),
            long.as_str(),
            413,
            "body_too_large",
            "8 MiB",
        ),
        (
            admin("DELETE", "/admin/api/v1/slots"),
            "",
            405,
            "method_not_allowed",
            "method: ",
        ),
        (
            admin("DELETE", "/v2/token"),
            "",
            405,
            "method_not_allowed",
            "method: ",
        ),
    ] {
        let (got, text) = send(&house, request, body).await;
        assert_eq!(got, status, "{text}");
        assert!(text.contains(code) && text.contains(word), "{text}");
    }
    // SFMC's routes keep SFMC's shapes.
    let (status, text) = send(&house, Request::post("/v2/token"), &long).await;
    assert_eq!(status, 413);
    assert!(text.contains(r#""error":"invalid_request""#), "{text}");
    let (status, text) = send(&house, Request::post("/v1/requestToken"), &long).await;
    assert_eq!(status, 413);
    assert!(text.contains(r#""errorcode":10004"#), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_token_that_cannot_be_read_is_recorded_once_at_start() {
    let house = house().await;
    let folder = house.stop().await;
    let books = books_of(folder.path()).await;
    let now = wall_now();
    let at = |s| now + SignedDuration::from_secs(s);
    let slot = crate::house::slot("C-1", 1);
    let entry = Entry::Token {
        slot: slot.clone(),
        owner: Owner {
            grant: countersign_model::estate::Grant::ClientCredentials,
            credential: "C-1".parse().expect("an id"),
            credential_bu: "BU-1".parse().expect("an id"),
            bu: "BU-1".parse().expect("an id"),
            integration: None,
        },
        facts: TokenFacts {
            generation: Generation(1),
            issued_at: now,
            expires_at: at(1_079),
            lifetime_ms: 1_079_000,
            refresh_at: at(800),
            hard_at: at(1_020),
            scope: None,
            fingerprint: "0011223344556677".to_owned(),
        },
        sealed: TokenBytes::new(b"CANARY, and no document".to_vec()),
    };
    books.commit(vec![entry], now).await.expect("sealed");
    assert_eq!(
        books.restore(now).await.expect("read").unreadable,
        [slot.to_string()]
    );
    let before = records(&books).await;
    drop(books);
    drop(open(folder.path()).await);
    let books = books_of(folder.path()).await;
    assert_eq!(records(&books).await, before + 1);
}

async fn records(books: &Books) -> u64 {
    let verdict = books.audit_verify().await.expect("read");
    verdict["records"].as_u64().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn outcomes_pushed_out_of_the_outbox_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    crate::house::create(folder.path()).await;
    let books = books_of(folder.path()).await;
    let now = wall_now();
    let days_ago = now - SignedDuration::from_hours(72);
    let tell = |chance| {
        let outcome = Outcome {
            id: OutcomeId::mint(now, chance),
            ts: now,
            source: "broker".to_owned(),
            integration: None,
            bu: None,
            credential: None,
            consumer: None,
            peer_ip: None,
            n: 1,
            fact: Fact::Audit {
                action: "token.vended".to_owned(),
                object: None,
            },
        };
        vec![Entry::Outcome(Box::new(outcome))]
    };
    assert_eq!(books.commit(tell(1), days_ago).await.expect("kept"), 0);
    assert_eq!(books.commit(tell(2), now).await.expect("kept"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_is_made_for_a_credential_that_could_never_have_a_token() {
    let folder = tempfile::tempdir().expect("a folder");
    crate::house::create(folder.path()).await;
    let mut broker = open(folder.path()).await;
    let mut tasks = Tasks::default();
    broker.start(&mut tasks, None);
    let estate = countersign_feed::demo_estate();
    let admin = broker.admin();
    admin.estate_put(&estate, "test").await.expect("sound");
    let mut refused = Vec::new();
    for flow in &estate.integrations {
        let new = serde_json::json!({ "integration": flow.id });
        let new = serde_json::from_value(new).expect("a consumer");
        let could = countersign_broker::specs::can_have_slot(&estate, &flow.credential);
        match admin.consumer_add(new, "test").await.map(|_| ()) {
            Ok(()) => assert!(could, "{}", flow.id),
            Err(AdminError::Observed { .. }) => {}
            Err(AdminError::NoSlot { credential }) => {
                assert!(!could, "{}", flow.id);
                refused.push(credential);
            }
            Err(error) => panic!("{}: {error}", flow.id),
        }
    }
    let kept = admin.consumers().await.expect("a list");
    assert!(kept.iter().all(|one| !refused.contains(&one.credential)));
    // A brokered credential of the demo whose kind has no token here.
    let kinds = estate.credentials.iter();
    let without = kinds.filter(|one| {
        one.mode == countersign_model::estate::CredentialMode::Brokered
            && !countersign_broker::specs::can_have_slot(&estate, &one.id)
    });
    let without: Vec<_> = without.map(|one| one.id.clone()).collect();
    assert!(without.iter().all(|id| refused.contains(id)), "{without:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_waits_for_a_person_names_the_command() {
    use countersign_model::estate::Lockout;
    let folder = house().await.stop().await;
    let commands = [
        (CredentialState::Active, 2, Lockout::Ask, None),
        (
            CredentialState::Active,
            3,
            Lockout::Ask,
            Some("asks before it locks"),
        ),
        (
            CredentialState::Active,
            3,
            Lockout::DryRun,
            Some("were it armed"),
        ),
        (
            CredentialState::Locked,
            3,
            Lockout::Armed,
            Some("credential enable C-1 --reason"),
        ),
        (
            CredentialState::Disabled,
            0,
            Lockout::Ask,
            Some("credential enable C-1 --reason"),
        ),
    ];
    for (state, strikes, lockout, words) in commands {
        let books = books_of(folder.path()).await;
        let mut estate = books.estate().await.expect("readable").expect("applied");
        estate.credentials[0].lockout = Some(lockout);
        books
            .estate_put(&estate, "test", wall_now())
            .await
            .expect("kept");
        let mut record = CredentialRecord::new("C-1".parse().expect("an id"));
        (record.state, record.strikes) = (state, strikes);
        let entries = vec![Entry::Credential(record)];
        books.commit(entries, wall_now()).await.expect("kept");
        drop(books);
        let broker = open(folder.path()).await;
        let rows = broker.admin().credentials().await.expect("rows");
        let next = rows[0].next.as_deref();
        match words {
            None => assert_eq!(next, None),
            Some(words) => {
                let next = next.expect("words");
                assert!(next.contains(words), "{next}");
                let asks = next.contains("countersign credential disable C-1 --reason");
                assert_eq!(asks, state == CredentialState::Active, "{next}");
            }
        }
    }
    // T0 asks unless its credential says otherwise.
    let books = books_of(folder.path()).await;
    let mut estate = books.estate().await.expect("readable").expect("applied");
    estate.credentials[0].lockout = None;
    estate.integrations[0].tier = countersign_model::estate::Tier::T0;
    let of = |estate| countersign_broker::specs::lockout_of(estate, &estate.credentials[0]);
    assert_eq!(of(&estate), Lockout::Ask);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_fast_clock_waits_is_told_in_the_callers_seconds() {
    for (speed, expected) in [(1.0, "60"), (60.0, "1"), (7.0, "9")] {
        let folder = tempfile::tempdir().expect("a folder");
        crate::house::create(folder.path()).await;
        let (clock, _control) = countersign_host::clock::Clock::stepped(wall_now(), speed);
        let mut broker = crate::house::open_at(folder.path(), clock).await;
        let mut tasks = Tasks::default();
        broker.start(&mut tasks, None);
        let estate = estate(&["http://127.0.0.1:9"]);
        broker
            .admin()
            .estate_put(&estate, "test")
            .await
            .expect("sound");
        let new = serde_json::from_value(serde_json::json!({ "integration": "I-1" }));
        let added = broker
            .admin()
            .consumer_add(new.expect("a consumer"), "test")
            .await;
        let shown = added.expect("added");
        let body = serde_json::json!({
            "grant_type": "client_credentials", "client_id": shown.consumer.id,
            "client_secret": shown.key.as_str(),
        });
        let request = Request::post("/v2/token").header("content-type", "application/json");
        let request = request.body(Body::from(body.to_string())).expect("sound");
        let Ok(response) = broker.router(None).oneshot(request).await;
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()["retry-after"], expected, "at {speed} x");
    }
}
