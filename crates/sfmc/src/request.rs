//! One HTTP exchange as values.

use serde_json::Value;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A request as it came, path and query apart.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `GET`, `POST`, ….
    pub method: String,
    /// The path as sent: any case, doubled slashes, a slash at the end, percent-encoded.
    pub path: String,
    /// The query's fields, decoded, names in lower case.
    pub query: BTreeMap<String, String>,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
    /// Who called.
    pub peer: Option<IpAddr>,
    /// How many equal requests it stands for; 0 and 1 are one.
    pub n: u64,
}

/// What the platform does with a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// It answers.
    Answer(Answer),
    /// It does not: there is no route to it.
    Drop,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers beside the content type.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Body,
    /// How long it takes, milliseconds, all told.
    pub latency_ms: u64,
    /// The part of `latency_ms` that a fault causes.
    pub slowed_ms: u64,
}

/// A body.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// A JSON document.
    Json(Value),
    /// Something else, sent as HTML.
    Text(String),
    /// An XML document.
    Xml(String),
}

impl Answer {
    /// A JSON answer.
    #[must_use]
    pub fn json(status: u16, body: Value) -> Answer {
        Answer {
            status,
            headers: Vec::new(),
            body: Body::Json(body),
            latency_ms: 0,
            slowed_ms: 0,
        }
    }

    /// An answer that is no JSON.
    #[must_use]
    pub fn text(status: u16, text: &str) -> Answer {
        Answer {
            body: Body::Text(text.to_owned()),
            ..Answer::json(status, Value::Null)
        }
    }

    /// An XML document.
    #[must_use]
    pub fn xml(status: u16, text: String) -> Answer {
        Answer {
            body: Body::Xml(text),
            ..Answer::json(status, Value::Null)
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Answer {
        self.headers.push((name, value.to_string()));
        self
    }
}

impl Request {
    /// How many equal requests it stands for.
    #[must_use]
    pub fn times(&self) -> u64 {
        self.n.max(1)
    }

    /// The parts of the path in their own case, decoded; empty ones are left out, so that doubled
    /// slashes and one at the end do not matter.
    #[must_use]
    pub fn segments(&self) -> Vec<String> {
        self.path
            .split('/')
            .filter(|part| !part.is_empty())
            .map(percent_decoded)
            .collect()
    }

    /// The bearer token, if one came.
    #[must_use]
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.headers.get("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// A number of the query, at least 1; `default` if it is absent or no number.
    #[must_use]
    pub fn number(&self, name: &str, default: u64) -> u64 {
        self.query
            .get(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
            .max(1)
    }

    /// The body as fields: a form if it says so, else a JSON object; empty if it is neither.
    #[must_use]
    pub fn fields(&self) -> BTreeMap<String, Value> {
        let kind = self.headers.get("content-type").map_or("", String::as_str);
        if kind.to_ascii_lowercase().contains("x-www-form-urlencoded") {
            let pairs: Vec<(String, String)> =
                serde_urlencoded::from_bytes(&self.body).unwrap_or_default();
            return pairs
                .into_iter()
                .map(|(name, text)| (name, Value::String(text)))
                .collect();
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) => object.into_iter().collect(),
            _ => BTreeMap::new(),
        }
    }
}

/// Decodes `%20` and the like; what is no valid escape stays as it is.
pub(crate) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escape {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
