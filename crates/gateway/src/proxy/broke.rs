//! What a failure is called: by the platform's answer, or by where the way to it broke.

use crate::dead;
use crate::path::Host;
use hyper_util::client::legacy::Error;
use std::error::Error as _;

/// SFMC's `errorcode`, OAuth's `error` or a SOAP fault of an answer.
pub(super) fn error_code(host: Host, body: &[u8]) -> Option<String> {
    if host == Host::Soap {
        return dead::fault(body).map(str::to_owned);
    }
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    match (&body["errorcode"], &body["error"]) {
        (serde_json::Value::Number(code), _) => Some(code.to_string()),
        (_, serde_json::Value::String(code)) => {
            let word = code
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
                .take(40);
            Some(word.collect())
        }
        _ => None,
    }
}

/// Whether it broke on our side: the caller's own body came to no end.
pub(super) fn is_ours(error: &Error) -> bool {
    let mut cause = error.source();
    while let Some(link) = cause {
        if let Some(hyper) = link.downcast_ref::<hyper::Error>() {
            return hyper.is_user();
        }
        cause = link.source();
    }
    false
}

/// Where it broke, as outcomes call it.
pub(super) fn code_of(error: &Error) -> &'static str {
    if !error.is_connect() {
        return "connection_reset";
    }
    let mut cause = error.source();
    while let Some(link) = cause {
        let words = link.to_string();
        if words.contains("address inside") {
            return "connect_inside";
        }
        if words.contains("dns error") {
            return "dns_failed";
        }
        if words.contains("certificate") {
            return "tls_certificate";
        }
        cause = link.source();
    }
    "connect_failed"
}
