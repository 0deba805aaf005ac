//! What requests bring: bodies, ids in paths, queries. What cannot be read becomes a problem that names
//! the field and the fix, and repeats no value of a body.

use crate::problem::Problem;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, MatchedPath, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use countersign_feed::json;
use countersign_host::pace::{Pace, paced};
use countersign_model::id::{ConsumerId, CredentialId, IdError, IntegrationId};
use serde::de::DeserializeOwned;
use std::str::FromStr;

/// Longest id that an answer repeats, in characters.
const ID_CHARS_TOLD: usize = 64;

/// A JSON body.
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Sent<T>, Problem> {
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|error| not_arrived(error.status()))?;
        json::read(&body)
            .map(Sent)
            .map_err(|fault| Problem::new(StatusCode::BAD_REQUEST, "bad_field", fault.to_string()))
    }
}

/// An id in the path.
pub(super) struct Named<T>(pub(super) T);

/// What an id names, in words.
pub(super) trait Noun {
    const NOUN: &'static str;
}

impl Noun for CredentialId {
    const NOUN: &'static str = "credential";
}
impl Noun for ConsumerId {
    const NOUN: &'static str = "consumer";
}
impl Noun for IntegrationId {
    const NOUN: &'static str = "integration";
}

impl<T: FromStr<Err = IdError> + Noun, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Named<T>, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| of_status(StatusCode::BAD_REQUEST))?;
        // What cannot be an id is in no estate.
        text.parse().map(Named).map_err(|_| {
            let told: String = text.chars().take(ID_CHARS_TOLD).collect();
            let detail = format!("{} {told:?} is not in the estate", T::NOUN);
            Problem::new(StatusCode::NOT_FOUND, "unknown_object", detail)
        })
    }
}

/// Bodies of our own routes come at once, or not at all.
pub(super) async fn brisk(request: Request, next: Next) -> Response {
    next.run(request.map(|body| paced(body, Pace::BRISK))).await
}

/// Answers to operators hold keys and tokens: nothing on their way keeps them.
pub(super) async fn unkept(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What became of a body that is not here.
pub(super) fn not_arrived(status: StatusCode) -> Problem {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => of_status(status),
        _ => {
            let detail = "body: it broke off, or came too slowly; send all of it at once";
            Problem::new(StatusCode::REQUEST_TIMEOUT, "request_timeout", detail)
        }
    }
}

/// Gives answers that the framework makes by itself our shape. Answers in SFMC's shapes have a JSON
/// body already and pass.
pub(super) async fn shape(request: Request, next: Next) -> Response {
    let known = request.extensions().get::<MatchedPath>().is_some();
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE);
    let plain = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !known || !plain || !response.status().is_client_error() {
        return response;
    }
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut shaped = of_status(response.status()).into_response();
    if let Some(allow) = allow {
        shaped.headers_mut().insert(header::ALLOW, allow);
    }
    shaped
}

fn of_status(status: StatusCode) -> Problem {
    let (code, detail) = match status {
        StatusCode::METHOD_NOT_ALLOWED => (
            "method_not_allowed",
            "method: this route takes another one; the Allow header names it",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "body_too_large",
            "body: it is too large: at most 8 MiB, and 16 KiB where a few fields are asked for",
        ),
        _ => (
            "bad_field",
            "path: it holds what is no text; percent-encode it as UTF-8",
        ),
    };
    Problem::new(status, code, detail)
}
