//! Logs of other programs, line by line: nginx, CSV, and JSON by a mapping.
//!
//! A line is read alone, so that a stray quote spoils its own line and no other.

pub mod csv;
pub mod format;
pub mod mapping;
pub mod nginx;
pub mod reader;

use crate::ndjson::{self, OneRead, RejectReason};
use crate::{route, time};
use countersign_model::Timestamp;
use serde_json::{Map, Number, Value};

/// Fields whose value is a number.
const NUMBERS: [&str; 9] = [
    "status",
    "n",
    "attempt",
    "latency_ms",
    "expires_in",
    "generation",
    "rows",
    "duration_ms",
    "value",
];

/// The names that a log's fields can be given: those of outcome lines.
pub const FIELDS: [&str; 29] = [
    "id",
    "ts",
    "source",
    "integration",
    "bu",
    "credential",
    "consumer",
    "client_id",
    "peer_ip",
    "n",
    "kind",
    "method",
    "route",
    "status",
    "error_code",
    "attempt",
    "retry_of",
    "latency_ms",
    "expires_in",
    "scope",
    "generation",
    "grant",
    "state",
    "rows",
    "duration_ms",
    "metric",
    "asset",
    "value",
    "action",
];

/// Puts a text under one of our names, in the form that the name takes. An empty text, `-` and
/// `null` are absent.
pub(crate) fn put(fields: &mut Map<String, Value>, name: &str, text: &str) {
    let text = text.trim();
    if matches!(text, "" | "-" | "null" | "NULL") {
        return;
    }
    let value = match name {
        _ if NUMBERS.contains(&name) => number(text),
        "ts" => time::any_time(text).map(|at| Value::String(at.to_string())),
        _ => None,
    };
    let value = value.unwrap_or_else(|| Value::String(text.to_owned()));
    fields.insert(name.to_owned(), value);
}

fn number(text: &str) -> Option<Value> {
    if let Ok(whole) = text.parse::<u64>() {
        return Some(Value::Number(whole.into()));
    }
    let number: f64 = text.parse().ok()?;
    whole_or_not(number)
}

/// A number; one without a fraction is whole, as our fields want it.
fn whole_or_not(number: f64) -> Option<Value> {
    const WHOLE_MAX: f64 = 9_007_199_254_740_992.0; // 2^53: beyond it a double skips numbers
    if number.fract() == 0.0 && (0.0..=WHOLE_MAX).contains(&number) {
        return Some(Value::Number((number as u64).into()));
    }
    Number::from_f64(number).map(Value::Number)
}

/// What every foreign log lacks: a template for its route, and a kind, `mint` where a token is
/// asked for and `call` elsewhere.
fn finish(
    mut fields: Map<String, Value>,
    line: &[u8],
    number: u64,
    now: Timestamp,
) -> Result<OneRead, RejectReason> {
    let path = fields.get("route").and_then(Value::as_str);
    let kind = match path {
        Some(path) if route::is_token_route(path) => "mint",
        _ => "call",
    };
    if let Some(path) = path {
        let template = route::template(path);
        fields.insert("route".to_owned(), Value::String(template));
    }
    let given = fields.entry("kind").or_insert_with(|| Value::from(kind));
    if given == "call" && !fields.contains_key("status") && !fields.contains_key("error_code") {
        return Err(RejectReason::Missing {
            kind: "call of a log",
            field: "status",
        });
    }
    ndjson::decode_fields(fields, line, number, now)
}
