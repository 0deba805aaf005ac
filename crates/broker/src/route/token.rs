//! `POST /v2/token`: SFMC's request and answer, for unmodified SDKs.

use super::App;
use super::caller::Caller;
use crate::bearer::{Bearer, PROMISED_S};
use crate::consumer::Known;
use crate::legacy::{NEEDS_ADDRESSES, NO_ADDRESSES};
use crate::problem::{oauth_error, unavailable};
use crate::token_request::{self, TokenRequest, Unreadable, arrived};
use crate::vend::{Handed, NotHanded};
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_model::estate::VendMode;
use countersign_refresh::retry_after_spread;
use serde::Serialize;
use std::sync::atomic::Ordering;

/// Tells which token of the slot it is.
const GENERATION: HeaderName = HeaderName::from_static("x-countersign-generation");
/// Tells tokens apart and reveals nothing.
const FINGERPRINT: HeaderName = HeaderName::from_static("x-countersign-fingerprint");
/// Names the slot, for reports of a dead token.
const SLOT: HeaderName = HeaderName::from_static("x-countersign-slot");
/// Set when the token will not last: renewal fails, or it is shorter than asked for.
const REMARK: HeaderName = HeaderName::from_static("x-countersign-remark");

/// When to ask again for a token whose secret is not in the vault, milliseconds.
const NO_SECRET_MS: u64 = 60_000;

/// One answer for unknown, revoked, ended and misplaced keys.
const STRANGER: &str = "This consumer id and key were not accepted: unknown, revoked, past the key's \
     end date, or used from an address it is not allowed from.";

#[derive(Serialize)]
struct Answer<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rest_instance_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    soap_instance_url: Option<&'a str>,
}

pub(super) async fn vend(
    State(app): State<App>,
    caller: Caller,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match arrived(body) {
        Ok(body) => body,
        Err((status, words)) => return refuse(status, "invalid_request", words),
    };
    let request = token_request::read(
        caller.text(header::CONTENT_TYPE),
        caller.text(header::AUTHORIZATION),
        &body,
    );
    match request {
        Ok(request) => answer(&app, &caller, request, Shape::Present).await,
        Err(fault @ Unreadable::Grant) => {
            let words = fault.to_string();
            refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type", &words)
        }
        Err(fault) => {
            let words = fault.to_string();
            refuse(StatusCode::BAD_REQUEST, "invalid_request", &words)
        }
    }
}

/// Which endpoint's answer the caller reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// That of `/v2/token`.
    Present,
    /// That of `/v1/requestToken`, which names no addresses.
    Legacy,
}

/// Judges who asks and hands out what it may have.
pub(super) async fn answer(
    app: &App,
    caller: &Caller,
    request: TokenRequest,
    shape: Shape,
) -> Response {
    let shared = &app.0;
    let now = shared.vendor.clock().now();
    let (id, key) = (&request.client_id, &request.client_secret);
    let Some(known) = shared.registry.find(id, key, now, caller.peer) else {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client", STRANGER);
    };
    caller.is_known();
    if shape == Shape::Legacy && known.consumer.vend == VendMode::Gateway {
        known.refused.fetch_add(1, Ordering::Relaxed);
        return refuse(StatusCode::BAD_REQUEST, NO_ADDRESSES, NEEDS_ADDRESSES);
    }
    let vended = shared
        .vendor
        .vend(
            &known.consumer,
            request.account_id,
            request.scope.as_deref(),
        )
        .await;
    match vended {
        Ok(handed) => {
            known.vended.fetch_add(1, Ordering::Relaxed);
            match known.consumer.vend {
                VendMode::Direct => granted(app, &handed),
                VendMode::Gateway => {
                    let mid = request.account_id.unwrap_or(known.consumer.default_mid);
                    passed(app, &known, &handed, mid, caller)
                }
            }
        }
        Err(error) => {
            known.refused.fetch_add(1, Ordering::Relaxed);
            not_handed(app, &known, &error)
        }
    }
}

fn refuse(status: StatusCode, error: &str, description: &str) -> Response {
    oauth_error(status, error, description)
}

/// The token as SFMC would hand it out; its life in the caller's seconds.
fn granted(app: &App, handed: &Handed) -> Response {
    let expires_in = wall_s(handed.expires_in_s, app.0.vendor.clock().speed());
    let facts = &handed.facts;
    let answer = |token: &str| {
        serde_json::to_vec(&Answer {
            access_token: token,
            token_type: "Bearer",
            expires_in,
            scope: facts
                .scope
                .as_ref()
                .map(|scope| scope.join(" "))
                .unwrap_or_default(),
            rest_instance_url: handed.live.rest_url.as_deref(),
            soap_instance_url: handed.live.soap_url.as_deref(),
        })
    };
    let body = handed
        .live
        .token
        .expose(|bytes| answer(std::str::from_utf8(bytes).unwrap_or_default()))
        .expect("texts and a number are JSON");
    let mut response = (StatusCode::OK, body).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(GENERATION, HeaderValue::from(facts.generation.0));
    if let Ok(fingerprint) = HeaderValue::from_str(&facts.fingerprint) {
        headers.insert(FINGERPRINT, fingerprint);
    }
    if let Ok(slot) = HeaderValue::from_str(handed.slot.as_str()) {
        headers.insert(SLOT, slot);
    }
    if handed.flag.is_some() {
        headers.insert(REMARK, HeaderValue::from_static("will-not-last"));
    }
    response
}

/// A bearer for the gateway, with hosts that are ours, as this caller reached us.
fn passed(app: &App, known: &Known, handed: &Handed, mid: u64, caller: &Caller) -> Response {
    let clock = app.0.vendor.clock();
    let ours = app.0.public_url.clone().or_else(|| caller.base_url());
    let Some(ours) = ours else {
        let words = "Host: the header is missing or is no host, and there is no other address to \
                     work at";
        return refuse(StatusCode::BAD_REQUEST, "invalid_request", words);
    };
    let whose = Bearer {
        consumer: known.consumer.id.clone(),
        mid,
    };
    let chance = app.0.requests.fetch_add(1, Ordering::Relaxed);
    let bearer = app.0.passage.bearers.issue(&whose, clock.now(), chance);
    let scope = handed.facts.scope.as_deref().unwrap_or_default().join(" ");
    let answer = Answer {
        access_token: &bearer,
        token_type: "Bearer",
        expires_in: wall_s(PROMISED_S, clock.speed()).max(1),
        scope,
        rest_instance_url: Some(&format!("{ours}/rest.com/")),
        soap_instance_url: Some(&format!("{ours}/soap.com/")),
    };
    let mut response = axum::Json(answer).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if handed.flag.is_some() {
        headers.insert(REMARK, HeaderValue::from_static("will-not-last"));
    }
    response
}

/// A life in whole seconds of the caller's wall.
pub(super) fn wall_s(seconds: u64, speed: f64) -> u64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a life in seconds is far below 2^52 and never negative"
    )]
    let wall = (seconds as f64 / speed.max(1.0)) as u64;
    wall
}

fn not_handed(app: &App, known: &Known, error: &NotHanded) -> Response {
    match error {
        NotHanded::Mid => refuse(
            StatusCode::FORBIDDEN,
            "access_denied",
            "account_id: this consumer may not act in that business unit.",
        ),
        NotHanded::Scope => refuse(
            StatusCode::BAD_REQUEST,
            "invalid_scope",
            "scope: one or more scopes are not held by this credential or consumer.",
        ),
        NotHanded::NoSlot => {
            tracing::warn!(consumer = %known.consumer.id, "a consumer asked, its slot has no secret");
            let wait_s = app.0.vendor.wall_wait_s(NO_SECRET_MS);
            unavailable(countersign_refresh::RefusalClass::UnknownSlot, wait_s)
        }
        NotHanded::Refused(refusal) => {
            let number = app.0.requests.fetch_add(1, Ordering::Relaxed);
            let wait_ms = retry_after_spread(refusal.retry_after_ms, number, app.0.jitter_key);
            unavailable(refusal.class, app.0.vendor.wall_wait_s(wait_ms))
        }
    }
}
