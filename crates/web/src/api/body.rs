//! Bodies, queries and port errors as problems.

use crate::app::PortError;
use crate::problem::{Code, Problem};
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use countersign_feed::gzip::{self, InflateFault};
use countersign_feed::json;
use serde::de::DeserializeOwned;

/// The body, or why it did not arrive.
pub(crate) fn read(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Problem> {
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(Code::BodyTooLarge, "The body has more than 8 MiB.")
        }
        _ => Problem::new(Code::MalformedBody, "The body did not arrive whole."),
    })
}

/// Largest body once inflated, in bytes: 64 MiB.
const INFLATED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The body as it was before it was compressed: `Content-Encoding: gzip`, or a body that begins as
/// gzip does.
pub(crate) fn inflated(headers: &HeaderMap, body: Bytes) -> Result<Bytes, Problem> {
    let encoding = headers
        .get(header::CONTENT_ENCODING)
        .map_or(Ok(""), |value| value.to_str())
        .unwrap_or("?");
    let is_gzip = match encoding.trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => true,
        "" | "identity" => gzip::is_gzip(&body),
        _ => {
            let detail = "Send it as it is, or with Content-Encoding: gzip.";
            return Err(Problem::new(Code::MediaType, detail));
        }
    };
    if !is_gzip {
        return Ok(body);
    }
    let inflated = gzip::inflate(&body, INFLATED_BYTES_MAX);
    inflated.map(Bytes::from).map_err(|fault| match fault {
        InflateFault::Damaged => Problem::new(Code::MalformedBody, "The body is not whole gzip."),
        InflateFault::TooLarge { .. } => Problem::new(
            Code::BodyTooLarge,
            "The body has more than 64 MiB once it is inflated.",
        ),
    })
}

/// The kind of the body without its parameters, in lower case; empty if none was given.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let given = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let bare = given
        .and_then(|text| text.split(';').next())
        .unwrap_or_default();
    bare.trim().to_ascii_lowercase()
}

/// A JSON body as what it should be; a fault names the field and never repeats a value.
pub(crate) fn json<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    json::read(body).map_err(|fault| Problem::new(Code::BadField, fault.to_string()))
}

/// A query that cannot be read.
pub(crate) fn bad_query(rejection: &QueryRejection) -> Problem {
    Problem::new(Code::MalformedQuery, rejection.body_text())
}

/// A port's refusal; `refused` is the code for what the caller can mend.
pub(crate) fn port_problem(error: PortError, refused: Code) -> Problem {
    match error {
        PortError::Refused { reason } => Problem::new(refused, reason),
        PortError::Changed { reason } => Problem::new(Code::EstateChanged, reason),
        PortError::Busy => Problem::new(
            Code::Unavailable,
            "The watch has too much to do; nothing was kept.",
        ),
        PortError::Failed { source } => Problem::internal(&*source),
    }
}
