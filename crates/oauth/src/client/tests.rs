use super::*;
use crate::request::Style;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use countersign_secret::Secret;
use serde_json::Value;
use std::sync::{Arc, Mutex};

const SECRET: &str = "CANARY-fake-secret";

async fn served(app: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("bound");
    countersign_host::task::spawn(async move { drop(axum::serve(listener, app).await) });
    format!("http://{address}/v2/token")
}

async fn ask(url: &str, style: Style) -> Exchange {
    present(url, style, Presented::Client).await
}

async fn present(url: &str, style: Style, presented: Presented<'_>) -> Exchange {
    present_as(url, style, presented, SECRET).await
}

async fn present_as(url: &str, style: Style, presented: Presented<'_>, secret: &str) -> Exchange {
    let builder = || countersign_host::http::client(Duration::from_secs(2));
    let client = TokenClient::new(builder, false).expect("set up");
    let secret = Secret::new(secret.as_bytes().to_vec());
    let scope = ["email_read".to_owned()];
    let request = TokenRequest {
        token_url: url,
        style,
        client_id: "client",
        client_secret: &secret,
        presented,
        account_id: Some(7),
        scope: Some(&scope),
    };
    client.exchange(&request).await
}

#[tokio::test]
async fn the_request_is_written_in_the_style_asked_for() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&seen);
    let app = Router::new().route(
        "/v2/token",
        post(move |headers: HeaderMap, body: String| async move {
            let kind = headers["content-type"].to_str().expect("text").to_owned();
            note.lock().expect("unpoisoned").push((kind, body));
            r#"{"access_token":"CANARY-token","expires_in":20}"#
        }),
    );
    let url = served(app).await;
    for style in [Style::SfmcJson, Style::Form] {
        let exchange = ask(&url, style).await;
        assert_eq!(
            exchange.grant.expect("issued").access_token.as_str(),
            "CANARY-token"
        );
    }
    let seen = seen.lock().expect("unpoisoned");
    let json: Value = serde_json::from_str(&seen[0].1).expect("JSON");
    assert_eq!(json["client_secret"], SECRET);
    assert_eq!(
        (&json["account_id"], &json["scope"]),
        (&7.into(), &"email_read".into())
    );
    assert_eq!(seen[1].0, "application/x-www-form-urlencoded");
    assert!(
        seen[1]
            .1
            .contains("client_secret=CANARY-fake-secret&scope=email_read")
    );
}

#[tokio::test]
async fn refresh_tokens_codes_and_the_legacy_shape_are_written_as_documented() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&seen);
    let app = Router::new().route(
        "/v2/token",
        post(move |body: String| async move {
            note.lock().expect("unpoisoned").push(body);
            r#"{"accessToken":"CANARY-token","expiresIn":3600,"refreshToken":"CANARY-next"}"#
        }),
    );
    let url = served(app).await;
    let (refresh, code) = (
        TokenBytes::from("CANARY-rt".to_owned()),
        TokenBytes::from("CANARY-code".to_owned()),
    );
    let verifier = TokenBytes::from("CANARY-verifier".to_owned());
    let by_code = Presented::Code {
        code: &code,
        redirect_uri: "https://broker.example/oauth/callback",
        verifier: &verifier,
    };
    for (style, presented) in [
        (Style::SfmcJson, Presented::RefreshToken(&refresh)),
        (Style::Form, Presented::RefreshToken(&refresh)),
        (Style::SfmcJson, by_code),
        (Style::Legacy, Presented::Client),
    ] {
        let exchange = present(&url, style, presented).await;
        let issued = MintResult::Issued {
            expires_in_s: Some(3_600),
            scope: None,
        };
        assert_eq!(exchange.result, issued);
        let next = exchange.refresh_token.expect("a refresh token");
        assert_eq!(next.expose(<[u8]>::to_vec), b"CANARY-next");
    }
    let seen = seen.lock().expect("unpoisoned");
    let json = |at: usize| -> Value { serde_json::from_str(&seen[at]).expect("JSON") };
    let first = json(0);
    let named = |name: &str| first[name].as_str().expect("a text").to_owned();
    assert_eq!(named("grant_type"), "refresh_token");
    assert_eq!(named("refresh_token"), "CANARY-rt");
    assert_eq!(named("client_secret"), SECRET);
    assert!(
        seen[1].starts_with("grant_type=refresh_token&refresh_token=CANARY-rt&client_id=client&")
    );
    let third = json(2);
    assert_eq!(third["grant_type"], "authorization_code");
    assert_eq!(third["code"], "CANARY-code");
    assert_eq!(third["code_verifier"], "CANARY-verifier");
    assert_eq!(
        third["redirect_uri"],
        "https://broker.example/oauth/callback"
    );
    let legacy = serde_json::json!({ "clientId": "client", "clientSecret": SECRET });
    assert_eq!(json(3), legacy);
}

#[tokio::test]
async fn a_closed_port_is_before_send_and_a_broken_answer_after() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/v2/token", listener.local_addr().expect("bound"));
    drop(listener);
    let before = ask(&url, Style::SfmcJson).await.result;
    let refused = MintResult::NoAnswer {
        phase: Phase::BeforeSend,
        cause: NetCause::Connect,
    };
    assert_eq!(before, refused);

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}/v2/token", listener.local_addr().expect("bound"));
    countersign_host::task::spawn(async move {
        use tokio::io::AsyncReadExt;
        let (mut socket, _) = listener.accept().await.expect("a caller");
        let mut request = [0; 64];
        socket.read_exact(&mut request).await.expect("some bytes");
    });
    let after = ask(&url, Style::SfmcJson).await.result;
    assert_eq!(
        after,
        MintResult::NoAnswer {
            phase: Phase::AfterSend,
            cause: NetCause::Reset
        }
    );
}

#[tokio::test]
async fn a_silent_server_is_a_timeout_after_send() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}/v2/token", listener.local_addr().expect("bound"));
    let mut keep = tokio::task::JoinSet::new();
    keep.spawn(async move { listener.accept().await });
    let result = ask(&url, Style::SfmcJson).await.result;
    assert_eq!(
        result,
        MintResult::NoAnswer {
            phase: Phase::AfterSend,
            cause: NetCause::Timeout
        }
    );
    drop(keep);
}

#[tokio::test]
async fn a_huge_answer_a_redirect_and_an_echo_are_harmless() {
    let huge = Router::new().route(
        "/v2/token",
        post(|| async { "x".repeat(ANSWER_BYTES_MAX + 1) }),
    );
    let result = ask(&served(huge).await, Style::SfmcJson).await.result;
    assert!(
        matches!(result, MintResult::Unreadable { status: 200, .. }),
        "{result:?}"
    );

    let moved = Router::new().route(
        "/v2/token",
        post(|| async { (StatusCode::FOUND, [("location", "http://127.0.0.1:1/")], "") }),
    );
    let result = ask(&served(moved).await, Style::SfmcJson).await.result;
    assert!(
        matches!(result, MintResult::Refused { status: 302, .. }),
        "{result:?}"
    );

    let echo = Router::new().route(
        "/v2/token",
        post(|body: Bytes| async move {
            let text = String::from_utf8_lossy(&body).replace('"', "");
            let body = serde_json::json!({"error": "invalid_client", "error_description": text});
            (StatusCode::UNAUTHORIZED, body.to_string()).into_response()
        }),
    );
    let result = ask(&served(echo).await, Style::SfmcJson).await.result;
    assert!(!format!("{result:?}").contains("CANARY"), "{result:?}");
}

#[tokio::test]
async fn an_echo_that_cuts_our_secret_shows_no_piece_of_it() {
    for (secret, error, description, told) in [
        (
            SECRET,
            "invalid_client",
            "unknown: CANARY-fak…",
            Some("invalid_client"),
        ),
        (
            SECRET,
            "invalid_client",
            "…e-secret",
            Some("invalid_client"),
        ),
        // What is shaped like a code may be a piece of a secret too.
        ("CANARY_fake_secret", "fake_secret", "see the code", None),
    ] {
        let body = serde_json::json!({"error": error, "error_description": description});
        let answer = move || async move { (StatusCode::UNAUTHORIZED, body.to_string()) };
        let url = served(Router::new().route("/v2/token", post(answer))).await;
        let asked = present_as(&url, Style::SfmcJson, Presented::Client, secret).await;
        let MintResult::Refused {
            error, description, ..
        } = asked.result
        else {
            panic!("it was refused");
        };
        assert_eq!(error.as_deref(), told);
        let shown = description.expect("words");
        assert!(
            !shown.contains("CANARY") && !shown.contains("e-secret"),
            "{shown}"
        );
    }
}
