//! The yardstick: an axum handler that parses the same body, hashes the key, looks it up and answers
//! with a document of the same size, and does nothing else.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use papaya::HashMap as Papaya;
use ring::hmac;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::Arc;

#[derive(Deserialize)]
struct Request {
    grant_type: String,
    client_id: String,
    client_secret: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    scope: &'a str,
    rest_instance_url: &'a str,
    soap_instance_url: &'a str,
}

struct Shared {
    key: hmac::Key,
    known: Papaya<[u8; 32], (String, String)>,
}

fn lookup(key: &hmac::Key, secret: &str) -> [u8; 32] {
    let tag = hmac::sign(key, secret.as_bytes());
    tag.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// Serves it on a free port.
pub(crate) async fn serve(client_id: &str, client_secret: &str) -> anyhow::Result<SocketAddr> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
    let known = Papaya::new();
    // As long as a token of the simulator is.
    let token = "t".repeat(120);
    known
        .pin()
        .insert(lookup(&key, client_secret), (client_id.to_owned(), token));
    let shared = Arc::new(Shared { key, known });
    let app = Router::new()
        .route("/v2/token", post(answer))
        .with_state(shared);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    countersign_host::task::spawn(async move { drop(axum::serve(listener, app).await) });
    Ok(address)
}

async fn answer(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<Request>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let known = shared.known.pin();
    match known.get(&lookup(&shared.key, &request.client_secret)) {
        Some((id, token))
            if *id == request.client_id && request.grant_type == "client_credentials" =>
        {
            let answer = Answer {
                access_token: token,
                token_type: "Bearer",
                expires_in: 1_000,
                scope: "data_extensions_read data_extensions_write journeys_read email_read",
                rest_instance_url: "http://127.0.0.1:8700/",
                soap_instance_url: "http://127.0.0.1:8700/",
            };
            ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
        }
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}
