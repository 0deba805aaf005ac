//! Bodies, queries and port errors as problems.

use crate::app::PortError;
use crate::problem::{Code, Problem};
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
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
        PortError::Busy => Problem::new(
            Code::Unavailable,
            "The watch has too much to do; nothing was kept.",
        ),
        PortError::Failed { source } => Problem::internal(&*source),
    }
}
