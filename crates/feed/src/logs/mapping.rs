//! JSON lines of any program, by a mapping from their paths to our fields.
//!
//! ```toml
//! [fields]
//! ts = "@timestamp"
//! integration = "labels.app"
//! status = "http.response.status_code"
//! route = "url.path"
//! error_code = "error.code"
//! latency_ms = { path = "event.duration", unit = "ns" }
//! kind = { path = "event.action", values = { token = "mint", request = "call" } }
//!
//! [constants]
//! source = "middleware"
//! ```
//!
//! A path's dots lead into objects; a key that holds dots itself is found as well. What a line does
//! not have is absent.

use super::{FIELDS, finish, put, whole_or_not};
use crate::ndjson::{OneRead, RejectReason};
use countersign_model::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Where each field of ours is found.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Our name, and where its value lies.
    pub fields: BTreeMap<String, Place>,
    /// Our name, and a value for every line that has none.
    #[serde(default)]
    pub constants: BTreeMap<String, Value>,
}

/// Where a value lies, and how it is read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Place {
    /// A path of keys with dots between.
    Path(String),
    /// A path, and what becomes of its value.
    Read(Read),
}

/// A path, and what becomes of its value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// A path of keys with dots between.
    pub path: String,
    /// The unit in which a duration is written; ours are ms.
    #[serde(default)]
    pub unit: Unit,
    /// What their words mean in ours; others stay.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

/// Units of durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds.
    S,
    /// Milliseconds, or no duration at all.
    #[default]
    Ms,
    /// Microseconds.
    Us,
    /// Nanoseconds.
    Ns,
}

/// Why a mapping cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingFault {
    /// It is not in the form of a mapping.
    #[error("{0}")]
    Form(String),
    /// It names a field that outcomes do not have.
    #[error("`{name}` is no field of an outcome; write one of {known}", known = FIELDS.join(", "))]
    Field {
        /// The name.
        name: String,
    },
    /// It says nothing of the time or of how calls went.
    #[error("`fields` must say where `ts` is, and one of `status`, `error_code` and `kind`")]
    Bare,
}

impl Mapping {
    /// Reads a mapping in TOML, or in YAML or JSON.
    ///
    /// # Errors
    /// [`MappingFault`].
    pub fn decode(text: &str, is_toml: bool) -> Result<Mapping, MappingFault> {
        let mapping: Mapping = if is_toml {
            toml::from_str(text).map_err(|error| MappingFault::Form(error.to_string()))?
        } else {
            serde_saphyr::from_str(text).map_err(|error| MappingFault::Form(error.to_string()))?
        };
        let names = mapping.fields.keys().chain(mapping.constants.keys());
        for name in names {
            if !FIELDS.contains(&name.as_str()) {
                return Err(MappingFault::Field { name: name.clone() });
            }
        }
        let tells = ["status", "error_code", "kind"];
        let tells = tells.iter().any(|name| mapping.fields.contains_key(*name));
        if !tells || !mapping.fields.contains_key("ts") {
            return Err(MappingFault::Bare);
        }
        Ok(mapping)
    }

    /// Reads one line by it.
    ///
    /// # Errors
    /// [`RejectReason`].
    pub fn read(&self, line: &[u8], number: u64, now: Timestamp) -> Result<OneRead, RejectReason> {
        let line_read: Map<String, Value> =
            serde_json::from_slice(line).map_err(|_| RejectReason::NotJson)?;
        let mut fields = Map::new();
        for (name, place) in &self.fields {
            let (path, unit, values) = match place {
                Place::Path(path) => (path, Unit::Ms, None),
                Place::Read(read) => (&read.path, read.unit, Some(&read.values)),
            };
            if let Some(value) = find(&line_read, path) {
                take(&mut fields, name, value, unit, values);
            }
        }
        for (name, value) in &self.constants {
            fields.entry(name).or_insert_with(|| value.clone());
        }
        if !fields.contains_key("ts") {
            return Err(RejectReason::Missing {
                kind: "line",
                field: "ts",
            });
        }
        finish(fields, line, number, now)
    }
}

/// The value at a path: at each step the longest key that is there.
fn find<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = object.get(path) {
        return Some(value);
    }
    path.rmatch_indices('.').find_map(|(dot, _)| {
        let inner = object.get(&path[..dot])?.as_object()?;
        find(inner, &path[dot + 1..])
    })
}

fn take(
    fields: &mut Map<String, Value>,
    name: &str,
    value: &Value,
    unit: Unit,
    values: Option<&BTreeMap<String, String>>,
) {
    let text = match value {
        Value::Null | Value::Array(_) | Value::Object(_) => return,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let text = values.and_then(|values| values.get(&text)).unwrap_or(&text);
    let factor = match unit {
        Unit::S => 1e3,
        Unit::Ms => return put(fields, name, text),
        Unit::Us => 1e-3,
        Unit::Ns => 1e-6,
    };
    let ms = text
        .parse::<f64>()
        .ok()
        .map(|number| (number * factor).round());
    if let Some(ms) = ms.and_then(whole_or_not) {
        fields.insert(name.to_owned(), ms);
    }
}

#[cfg(test)]
mod tests;
