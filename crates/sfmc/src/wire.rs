//! A request as it came, the answer as it leaves, and the two error envelopes.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Where the REST envelope's `documentation` points.
const DOCUMENTATION: &str =
    "https://developer.salesforce.com/docs/atlas.en-us.mc-apis.meta/mc-apis/error-handling.htm";
/// Where the OAuth envelope's `error_uri` points.
const ERROR_URI: &str = "https://developer.salesforce.com/docs";

/// One HTTP request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, without `?`; empty if none.
    pub query: String,
    /// Headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
    /// Who sent it.
    pub peer_ip: IpAddr,
}

impl Request {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// A query parameter; names are compared without case.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&self.query).ok()?;
        let found = pairs
            .into_iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }
}

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers, lower-case.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// The tenant's usual latency, milliseconds.
    pub latency_ms: u64,
    /// What a fault adds to it, milliseconds.
    pub slowed_ms: u64,
}

/// What comes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// An answer.
    Answer(Answer),
    /// Nothing: the connection ends without a byte.
    Drop,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Answer {
        Answer {
            status,
            headers: vec![("content-type", "application/json; charset=utf-8".to_owned())],
            body: body.to_string().into_bytes(),
            latency_ms: 0,
            slowed_ms: 0,
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }

    /// The OAuth envelope of the token endpoint (RFC 6749 section 5.2).
    pub(crate) fn oauth(status: u16, error: &str, description: &str) -> Answer {
        let body = json!({
            "error": error, "error_description": description, "error_uri": ERROR_URI,
        });
        Answer::json(status, &body)
    }

    /// The REST envelope.
    pub(crate) fn rest(status: u16, errorcode: u32, message: &str) -> Answer {
        let body = json!({
            "documentation": DOCUMENTATION, "errorcode": errorcode, "message": message,
        });
        Answer::json(status, &body)
    }

    /// 401: no token, a wrong one or an expired one.
    pub(crate) fn not_authorized() -> Answer {
        Answer::rest(401, 0, "Not Authorized")
    }

    /// 404: no such route.
    pub(crate) fn not_found() -> Answer {
        Answer::rest(404, 404, "Not Found")
    }

    /// 404: no such object.
    pub(crate) fn no_object() -> Answer {
        Answer::rest(404, 30003, "Object not found")
    }

    /// 429 with the documented pause.
    pub(crate) fn throttled() -> Answer {
        Answer::rest(429, 50100, "Rate limit exceeded").with("retry-after", "5")
    }

    /// 503 with a pause.
    pub(crate) fn unavailable() -> Answer {
        Answer::rest(503, 50300, "Service unavailable").with("retry-after", "5")
    }
}
