//! The routes: SFMC's `/v2/token` in JSON and form, and the legacy `/v1/requestToken`. A `client_id` is
//! an integration's id; its `client_secret` is this run's key.

use crate::agent::gate::{Gate, passed_on};
use crate::agent::holder::{Holder, Lent};
use crate::agent::road::NoToken;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use countersign_broker::legacy::{Legacy, NEEDS_ADDRESSES, NO_ADDRESSES, asked, renamed};
use countersign_broker::problem::{not_now, oauth_error};
use countersign_broker::token_paths;
use countersign_broker::token_request::{self, BODY_BYTES_MAX, TokenRequest, Unreadable, arrived};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Endpoint {
    gate: Gate,
    holders: Arc<BTreeMap<String, Arc<Holder>>>,
}

impl Endpoint {
    /// An endpoint for these integrations.
    pub(crate) fn new(gate: Gate, holders: impl IntoIterator<Item = Arc<Holder>>) -> Endpoint {
        let named = |holder: Arc<Holder>| (holder.integration.to_string(), holder);
        let holders = Arc::new(holders.into_iter().map(named).collect());
        Endpoint { gate, holders }
    }

    /// Its routes.
    pub(crate) fn router(self) -> Router {
        let tokens = Router::new()
            .route("/v2/token", post(token))
            .route("/v1/requestToken", post(legacy))
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .with_state(self);
        let rest = Router::new().fallback(any(|| async { StatusCode::NOT_FOUND }));
        Router::new()
            .merge(tokens.clone())
            .route("/healthz", get(|| async { "ok\n" }))
            .fallback_service(token_paths::before(rest, tokens))
            .layer(from_fn(near_only))
    }

    fn holder(&self, id: &str, key: &str) -> Option<&Arc<Holder>> {
        let found = self.holders.get(id);
        found.filter(|_| self.gate.admits(key))
    }
}

/// A token is for a program on this machine: what a proxy passed on is refused.
async fn near_only(request: Request, next: Next) -> Response {
    if passed_on(request.headers()) {
        let words = "This endpoint is for programs on this machine, and a proxy passed this on.";
        return oauth_error(StatusCode::FORBIDDEN, "access_denied", words);
    }
    next.run(request).await
}

async fn token(
    State(endpoint): State<Endpoint>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match arrived(body) {
        Ok(body) => body,
        Err((status, words)) => return oauth_error(status, "invalid_request", words),
    };
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (kind, auth) = (text(header::CONTENT_TYPE), text(header::AUTHORIZATION));
    match token_request::read(kind, auth, &body) {
        Ok(request) => answer(&endpoint, request, Shape::Present).await,
        Err(fault) => {
            let error = match fault {
                Unreadable::Grant => "unsupported_grant_type",
                _ => "invalid_request",
            };
            oauth_error(StatusCode::BAD_REQUEST, error, &fault.to_string())
        }
    }
}

/// Which endpoint's answer the caller reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// That of `/v2/token`.
    Present,
    /// That of `/v1/requestToken`, which names no addresses.
    Legacy,
}

/// Judges who asks and hands out what it may have.
async fn answer(endpoint: &Endpoint, request: TokenRequest, shape: Shape) -> Response {
    let Some(holder) = endpoint.holder(&request.client_id, &request.client_secret) else {
        return oauth_error(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "client_id is an integration's id here, and client_secret this run's key.",
        );
    };
    let lent = match holder.get_for(request.account_id).await {
        Ok(lent) => lent,
        Err(why) if why.denied => {
            return oauth_error(StatusCode::FORBIDDEN, "access_denied", &why.words);
        }
        Err(why) => return refused(&why),
    };
    if shape == Shape::Legacy && lent.held.for_gateway {
        return oauth_error(StatusCode::BAD_REQUEST, NO_ADDRESSES, NEEDS_ADDRESSES);
    }
    let held: Vec<&str> = lent.held.scope.split_whitespace().collect();
    let asked = request.scope.unwrap_or_default();
    if !held.is_empty() && !asked.iter().all(|scope| held.contains(&scope.as_str())) {
        let words = "scope: one or more scopes are not held by this integration.";
        return oauth_error(StatusCode::BAD_REQUEST, "invalid_scope", words);
    }
    no_store(Json(granted(&lent)))
}

fn granted(lent: &Lent) -> Value {
    let held = &lent.held;
    let mut body = json!({
        "access_token": held.lend(str::to_owned),
        "token_type": "Bearer",
        "expires_in": lent.expires_in_s,
        "scope": held.scope,
    });
    let urls = [
        ("rest_instance_url", &held.rest_url),
        ("soap_instance_url", &held.soap_url),
    ];
    for (name, url) in urls {
        if let Some(url) = url {
            body[name] = json!(url);
        }
    }
    body
}

fn no_store(body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    let value = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    response
}

/// 503 with `Retry-After`: it fails closed, and says when to come back.
fn refused(why: &NoToken) -> Response {
    not_now(&why.words, why.retry_after_s)
}

async fn legacy(
    State(endpoint): State<Endpoint>,
    Query(query): Query<Legacy>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match asked(&query, body) {
        Ok(request) => renamed(answer(&endpoint, request, Shape::Legacy).await).await,
        Err(refusal) => refusal,
    }
}
