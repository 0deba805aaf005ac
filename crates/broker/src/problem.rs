//! Errors as they leave the house: RFC 9457 on our own API, SFMC's two envelopes on its routes.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_refresh::RefusalClass;
use serde_json::json;

/// A problem document with a stable code; each code has a page in `docs/problems/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    retry_after_s: Option<u64>,
}

impl Problem {
    /// A problem of this status and code.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Problem {
        Problem {
            status,
            code,
            detail: detail.into(),
            retry_after_s: None,
        }
    }

    /// Says when to come back.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Problem {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Our own fault: the chain goes to the log, the code to the wire.
    #[must_use]
    pub fn internal(error: &dyn std::error::Error) -> Problem {
        let mut chain = error.to_string();
        let mut cause = error.source();
        while let Some(link) = cause {
            chain = format!("{chain}: {link}");
            cause = link.source();
        }
        tracing::error!(error = chain, "request failed");
        let detail = "The broker could not do this; its log says why.";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": format!("/problems/{}", self.code),
            "title": self.code.replace('_', " "),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Where SFMC's errors point for more.
const ERROR_URI: &str = "https://developer.salesforce.com/docs";

/// SFMC's OAuth envelope.
#[must_use]
pub fn oauth_error(status: StatusCode, error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description, "error_uri": ERROR_URI });
    (status, Json(body)).into_response()
}

/// SFMC's REST envelope for "not now", with a `Retry-After` in seconds.
#[must_use]
pub fn unavailable(class: RefusalClass, retry_after_s: u64) -> Response {
    not_now(class.class().as_str(), retry_after_s)
}

/// The same, for a reason in words.
#[must_use]
pub fn not_now(reason: &str, retry_after_s: u64) -> Response {
    let message =
        format!("No usable token at the moment ({reason}). Ask again in {retry_after_s} s.");
    let body = json!({ "message": message, "errorcode": 50_300, "documentation": "" });
    let retry = [(header::RETRY_AFTER, HeaderValue::from(retry_after_s))];
    (StatusCode::SERVICE_UNAVAILABLE, retry, Json(body)).into_response()
}
