//! One span or log record as an outcome's fields.
//!
//! Names of attributes: semantic conventions 1.x for HTTP, and the ones before them
//! (`http.status_code` and the like), which many libraries still write.

use super::at;
use super::attribute::Attributes;
use super::wire::{LogRecord, Scalar, Span};
use crate::logs::{FIELDS, put};
use crate::route;
use countersign_model::Timestamp;
use serde_json::{Map, Value};
use std::fmt::Write;

/// `SPAN_KIND_CLIENT`.
const CLIENT: i32 = 3;
/// `STATUS_CODE_ERROR`.
const ERROR: i32 = 2;

const INTEGRATION: [&str; 2] = ["countersign.integration", "sfmc.integration"];
const METHOD: [&str; 2] = ["http.request.method", "http.method"];
const STATUS: [&str; 2] = ["http.response.status_code", "http.status_code"];
const HOST: [&str; 3] = ["server.address", "net.peer.name", "http.host"];
/// A template, if there is one, is better than what we make of the address.
const ROUTE: [&str; 6] = [
    "url.template",
    "http.route",
    "url.full",
    "http.url",
    "url.path",
    "http.target",
];

/// Hosts of Marketing Cloud and of the Salesforce core.
const HOSTS: [&str; 5] = [
    "marketingcloudapis.com",
    "exacttargetapis.com",
    "exacttarget.com",
    "salesforce.com",
    "force.com",
];

/// An HTTP call that somebody else made.
pub(super) fn of_span(resource: &Attributes<'_>, span: &Span) -> Option<Map<String, Value>> {
    if span.kind != CLIENT {
        return None;
    }
    let attributes = Attributes::of(&span.attributes);
    let ended = at(span.end_time_unix_nano).or_else(|| at(span.start_time_unix_nano));
    let mut fields = call(resource, &attributes, ended?)?;
    if !span.span_id.is_empty() {
        let id = span.span_id.iter().fold(String::new(), |mut id, byte| {
            write!(id, "{byte:02x}").expect("a text takes everything");
            id
        });
        fields.insert("id".to_owned(), Value::String(id));
    }
    let nanos = span
        .end_time_unix_nano
        .checked_sub(span.start_time_unix_nano)
        .filter(|_| span.start_time_unix_nano != 0);
    if let Some(nanos) = nanos {
        let latency_ms = (nanos + 500_000) / 1_000_000;
        fields.insert("latency_ms".to_owned(), Value::from(latency_ms));
    }
    let is_error = span
        .status
        .as_ref()
        .is_some_and(|status| status.code == ERROR);
    if !fields.contains_key("status") && !fields.contains_key("error_code") {
        // No answer, and no word why: an error is one, anything else is no evidence.
        is_error.then_some(())?;
        fields.insert("error_code".to_owned(), Value::from("connect_failed"));
    }
    Some(fields)
}

/// A record whose body is an outcome line, whose attributes are an outcome's fields, or which tells
/// of an HTTP call.
pub(super) fn of_record(
    resource: &Attributes<'_>,
    record: &LogRecord,
) -> Option<Map<String, Value>> {
    let attributes = Attributes::of(&record.attributes);
    let ts = at(record.time_unix_nano).or_else(|| at(record.observed_time_unix_nano));
    let body = record.body.as_ref().and_then(|body| body.value.as_ref());
    if let Some(Scalar::Text(text)) = body
        && let Ok(mut line) = serde_json::from_str::<Map<String, Value>>(text)
        && line.contains_key("kind")
    {
        if let Some(ts) = ts {
            line.entry("ts")
                .or_insert_with(|| Value::from(ts.to_string()));
        }
        origin(resource, &attributes, &mut line);
        return Some(line);
    }
    if attributes.text(&["kind"]).is_some() {
        let mut fields = Map::new();
        for name in FIELDS {
            if let Some(value) = attributes.get(name) {
                put(&mut fields, name, &value.to_text());
            }
        }
        if let Some(ts) = ts {
            fields
                .entry("ts")
                .or_insert_with(|| Value::from(ts.to_string()));
        }
        origin(resource, &attributes, &mut fields);
        return Some(fields);
    }
    let fields = call(resource, &attributes, ts?)?;
    (fields.contains_key("status") || fields.contains_key("error_code")).then_some(fields)
}

/// The fields of an HTTP call; `None` if it is none, or none of ours.
fn call(
    resource: &Attributes<'_>,
    attributes: &Attributes<'_>,
    ts: Timestamp,
) -> Option<Map<String, Value>> {
    let method = attributes.text(&METHOD)?;
    let mut fields = Map::new();
    origin(resource, attributes, &mut fields);
    let host = attributes.text(&HOST);
    if !fields.contains_key("integration") && host.is_some_and(|host| !is_ours(host)) {
        return None;
    }
    let address = attributes.text(&ROUTE);
    let is_mint = [attributes.text(&ROUTE[2..]), address]
        .iter()
        .flatten()
        .any(|address| route::is_token_route(address));
    fields.insert("ts".to_owned(), Value::from(ts.to_string()));
    let kind = if is_mint { "mint" } else { "call" };
    fields.insert("kind".to_owned(), Value::from(kind));
    fields.insert("method".to_owned(), Value::from(method));
    if let Some(address) = address {
        fields.insert("route".to_owned(), Value::from(route::template(address)));
    }
    let status = attributes
        .whole(&STATUS)
        .filter(|status| (100..=599).contains(status));
    if let Some(status) = status {
        fields.insert("status".to_owned(), Value::from(status));
    }
    let code = attributes.text(&["countersign.error_code", "sfmc.error_code"]);
    let error = attributes
        .text(&["error.type"])
        .filter(|_| status.is_none());
    if let Some(code) = code.or_else(|| error.map(code_of)) {
        fields.insert("error_code".to_owned(), Value::from(code));
    }
    if let Some(resends) = attributes.whole(&["http.request.resend_count", "http.resend_count"]) {
        fields.insert("attempt".to_owned(), Value::from(resends.saturating_add(1)));
    }
    Some(fields)
}

/// Puts in whose it is, where it is said and not there already.
fn origin(resource: &Attributes<'_>, attributes: &Attributes<'_>, fields: &mut Map<String, Value>) {
    let either = |names: &[&str]| attributes.text(names).or_else(|| resource.text(names));
    let service = resource.text(&["service.name"]);
    let said = [
        ("integration", either(&INTEGRATION)),
        ("credential", either(&["countersign.credential"])),
        (
            "client_id",
            either(&["countersign.client_id", "sfmc.client_id"]),
        ),
        ("bu", either(&["countersign.bu", "sfmc.bu"])),
        ("source", service),
        (
            "consumer",
            either(&["countersign.consumer"]).or_else(|| service.filter(|s| is_id(s))),
        ),
    ];
    for (name, value) in said {
        if let Some(value) = value {
            fields.entry(name).or_insert_with(|| Value::from(value));
        }
    }
}

fn is_id(text: &str) -> bool {
    text.parse::<countersign_model::id::ConsumerId>().is_ok()
}

fn is_ours(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    HOSTS.iter().any(|ours| {
        host.strip_suffix(ours)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// Our word for an `error.type`: the name of an exception in whatever language, or a short word.
fn code_of(error: &str) -> &'static str {
    let error = error.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| error.contains(word));
    if has(&["expired"]) && has(&["cert", "ssl", "tls"]) {
        "tls_certificate_expired"
    } else if has(&["ssl", "tls", "certificate", "x509"]) {
        "tls_failed"
    } else if has(&[
        "resolution",
        "unknownhost",
        "gaierror",
        "dns",
        "getaddrinfo",
        "notfound",
    ]) {
        "dns_failed"
    } else if has(&["timeout", "timedout", "timed_out", "deadline"]) {
        if has(&["connect"]) {
            "connect_timeout"
        } else {
            "timeout"
        }
    } else if has(&["reset", "aborted", "remotedisconnected", "broken"]) {
        "connection_reset"
    } else {
        "connect_failed"
    }
}
