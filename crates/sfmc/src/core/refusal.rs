//! The two envelopes of core: OAuth's objects at the token URL, arrays everywhere else.

use crate::request::Answer;
use serde_json::json;

/// An OAuth error; all of them have status 400 (documented).
pub(super) fn oauth(error: &str, description: &str) -> Answer {
    let body = json!({ "error": error, "error_description": description });
    Answer::json(400, body).with("cache-control", "no-store")
}

/// `invalid_grant`, with what is wrong.
pub(super) fn grant(description: &str) -> Answer {
    oauth("invalid_grant", description)
}

/// A REST error.
pub(super) fn rest(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(status, json!([{ "message": message, "errorCode": code }]))
}

/// A REST error about fields.
pub(super) fn fields(code: &str, message: &str, fields: &[&str]) -> Answer {
    let body = json!([{ "message": message, "errorCode": code, "fields": fields }]);
    Answer::json(400, body)
}

/// A session that is missing, unknown, ended or past its life: one body for all of them.
pub(super) fn session() -> Answer {
    rest(401, "INVALID_SESSION_ID", "Session expired or invalid")
}

/// Nothing there.
pub(super) fn not_found() -> Answer {
    rest(404, "NOT_FOUND", "The requested resource does not exist")
}

/// The day's calls are used up.
pub(super) fn limit() -> Answer {
    let words = "TotalRequests Limit exceeded.";
    rest(403, "REQUEST_LIMIT_EXCEEDED", words)
}

/// Another method.
pub(super) fn method(method: &str) -> Answer {
    let shown: String = method.chars().take(20).collect();
    let message = format!("HTTP Method '{shown}' not allowed.");
    rest(405, "METHOD_NOT_ALLOWED", &message)
}

/// Core is down.
pub(super) fn down() -> Answer {
    rest(503, "SERVER_UNAVAILABLE", "The service is unavailable")
}
