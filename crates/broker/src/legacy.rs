//! The legacy token endpoint's shapes, for SDKs of before 2019: fields are renamed on the way in, and what
//! `/v2/token` answers is renamed on the way out. Spoken by the broker and by the agent beside a program.

use crate::token_request::{TokenRequest, arrived};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

/// What this endpoint says of a client that needs what it has not: SFMC's own number.
const NOT_LEGACY: u64 = 10_007;
/// SFMC's number for a client it does not accept.
const UNAUTHORIZED: u64 = 1;
/// SFMC's number for a body it cannot read.
const MALFORMED: u64 = 10_004;
/// SFMC's number for "no right to".
const FORBIDDEN: u64 = 20_000;
/// Answers of `/v2/token` are far below this, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// What `/v2/token` calls a refusal for want of addresses, for [`renamed`].
pub const NO_ADDRESSES: &str = "unauthorized_client";
/// Why a consumer of the gateway gets nothing in the legacy shape.
pub const NEEDS_ADDRESSES: &str = "This consumer works through the gateway, and this endpoint's answer names \
     no addresses: the client would carry its bearer to the platform, which does not know it. Let the \
     client ask POST /v2/token and work at the addresses it is told, or add a consumer that is handed \
     the platform's own token (countersign consumer add INTEGRATION --vend direct).";

/// The query of the legacy endpoint.
#[derive(Deserialize)]
pub struct Legacy {
    /// `1`: a token of the old SOAP interface is wanted as well.
    #[serde(default)]
    legacy: Option<String>,
}

/// What old SDKs send. `accessType` and a `refreshToken` of theirs are read and not needed: the
/// broker renews.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    client_id: String,
    #[serde(deserialize_with = "wiped")]
    client_secret: Zeroizing<String>,
}

/// A text that is zeroed when it is let go.
fn wiped<'de, D: Deserializer<'de>>(from: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(from).map(Zeroizing::new)
}

#[derive(Deserialize)]
struct Vended {
    #[serde(deserialize_with = "wiped")]
    access_token: Zeroizing<String>,
    expires_in: u64,
}

#[derive(Deserialize, Default)]
struct Refused {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Granted<'a> {
    access_token: &'a str,
    expires_in: u64,
}

/// The request as that of `/v2/token`.
///
/// # Errors
/// The refusal to answer.
#[expect(
    clippy::result_large_err,
    reason = "an answer is what it becomes, once"
)]
pub fn asked(
    query: &Legacy,
    body: Result<Bytes, BytesRejection>,
) -> Result<TokenRequest, Response> {
    if query.legacy.as_deref().is_some_and(|asked| asked != "0") {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            NOT_LEGACY,
            "No legacy token is to be had here: only tokens of /v2/token are. Ask without legacy=1 and \
             work with REST, or let the client use /v2/token, whose token SOAP takes in the fueloauth \
             header.",
        ));
    }
    let body = arrived(body).map_err(|(status, words)| refuse(status, MALFORMED, words))?;
    let asked = serde_json::from_slice::<Asked>(&body).map_err(|_| {
        let words = "Send {\"clientId\": \"…\", \"clientSecret\": \"…\"} as JSON.";
        refuse(StatusCode::BAD_REQUEST, MALFORMED, words)
    })?;
    Ok(TokenRequest {
        client_id: asked.client_id,
        client_secret: asked.client_secret,
        account_id: None,
        scope: None,
    })
}

/// The answer of `/v2/token` in the legacy shape; headers stay.
pub async fn renamed(answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, ANSWER_BYTES_MAX).await else {
        return refuse(
            StatusCode::BAD_GATEWAY,
            FORBIDDEN,
            "The answer was cut off.",
        );
    };
    if parts.status == StatusCode::OK {
        let Ok(vended) = serde_json::from_slice::<Vended>(&bytes) else {
            return refuse(
                StatusCode::BAD_GATEWAY,
                FORBIDDEN,
                "The answer is no token.",
            );
        };
        let granted = serde_json::to_vec(&Granted {
            access_token: &vended.access_token,
            expires_in: vended.expires_in,
        });
        parts.headers.remove(header::CONTENT_LENGTH);
        let granted = granted.expect("a text and a number are JSON");
        return Response::from_parts(parts, Body::from(granted));
    }
    let refused: Refused = serde_json::from_slice(&bytes).unwrap_or_default();
    match parts.status {
        StatusCode::UNAUTHORIZED => refuse(parts.status, UNAUTHORIZED, "Unauthorized"),
        // "Not now" has SFMC's REST envelope and a Retry-After already.
        StatusCode::SERVICE_UNAVAILABLE => Response::from_parts(parts, Body::from(bytes)),
        StatusCode::FORBIDDEN => refuse(parts.status, FORBIDDEN, &refused.error_description),
        status if refused.error == NO_ADDRESSES => {
            refuse(status, NOT_LEGACY, &refused.error_description)
        }
        status => refuse(status, MALFORMED, &refused.error_description),
    }
}

/// The envelope old SDKs read.
fn refuse(status: StatusCode, errorcode: u64, message: &str) -> Response {
    let body = json!({ "message": message, "errorcode": errorcode, "documentation": "" });
    (status, Json(body)).into_response()
}
