//! Errors as they leave the house: RFC 9457 problem documents with a stable code and a fix.
//!
//! Each code has a page in `docs/problems/`, which this listener serves under `/problems/{code}`.

mod code;

pub use code::Code;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_store::StoreError;
use serde::Serialize;

/// One thing that went wrong, for a program and for a person.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: String,
    faults: Vec<serde_json::Value>,
}

/// The wire shape: RFC 9457 section 3.1, with our `code`, `fix` and `faults` as extensions.
#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    code: &'static str,
    fix: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    faults: &'a [serde_json::Value],
}

impl Problem {
    /// A problem of this kind; `detail` says what is special about this one, for a person.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Problem {
        Problem {
            code,
            detail: detail.into(),
            faults: Vec::new(),
        }
    }

    /// The same with a list of single faults, each with what is wrong and what to do.
    #[must_use]
    pub fn with_faults(self, faults: impl IntoIterator<Item = impl Serialize>) -> Problem {
        let written = |fault| serde_json::to_value(fault).expect("a fault is plain data");
        Problem {
            faults: faults.into_iter().map(written).collect(),
            ..self
        }
    }

    /// Our own failure: the chain of causes goes to the log, the code to the wire.
    #[must_use]
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Problem {
        let mut chain = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            chain.push_str(": ");
            chain.push_str(&inner.to_string());
            cause = inner.source();
        }
        tracing::error!(error = chain, "request failed");
        Problem::new(
            Code::Internal,
            "The request failed on our side; the log says why.",
        )
    }

    /// Its kind.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// What is special about this one.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match error {
            StoreError::Closed => {
                Problem::new(Code::Unavailable, "The watch's ledger is closing down.")
            }
            failed => Problem::internal(&failed),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let code = self.code;
        let document = Document {
            r#type: format!("/problems/{}", code.as_str()),
            title: code.title(),
            status: code.status().as_u16(),
            detail: &self.detail,
            code: code.as_str(),
            fix: code.fix(),
            faults: &self.faults,
        };
        let body = serde_json::to_vec(&document).expect("a problem is plain data");
        let kind = (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        let mut response = (code.status(), [kind], body).into_response();
        let extra = match code.status() {
            StatusCode::UNAUTHORIZED => Some((header::WWW_AUTHENTICATE, "Bearer")),
            StatusCode::SERVICE_UNAVAILABLE => Some((header::RETRY_AFTER, "5")),
            _ => None,
        };
        if let Some((name, value)) = extra {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
