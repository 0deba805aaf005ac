//! The messages of OTLP that we read, as far as we read them; fields we do not know are skipped.
//!
//! Numbers and names are those of `opentelemetry/proto` 1.x. In JSON, ids are hexadecimal and
//! numbers of 64 bits may be text (OTLP specification, "JSON Protobuf Encoding").

use super::attribute::Attributes;
use super::{Encoding, Signal};
use prost::Message;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Traces {
    #[prost(message, repeated, tag = "1")]
    pub(super) resource_spans: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ResourceSpans {
    #[prost(message, optional, tag = "1")]
    resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    pub(super) scope_spans: Vec<ScopeSpans>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Resource {
    #[prost(message, repeated, tag = "1")]
    attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ScopeSpans {
    #[prost(message, repeated, tag = "2")]
    pub(super) spans: Vec<Span>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Span {
    #[prost(bytes = "vec", tag = "2")]
    #[serde(deserialize_with = "hex")]
    pub(super) span_id: Vec<u8>,
    /// 3 is a client.
    #[prost(int32, tag = "6")]
    #[serde(deserialize_with = "kind")]
    pub(super) kind: i32,
    #[prost(fixed64, tag = "7")]
    #[serde(deserialize_with = "number")]
    pub(super) start_time_unix_nano: u64,
    #[prost(fixed64, tag = "8")]
    #[serde(deserialize_with = "number")]
    pub(super) end_time_unix_nano: u64,
    #[prost(message, repeated, tag = "9")]
    pub(super) attributes: Vec<KeyValue>,
    #[prost(message, optional, tag = "15")]
    pub(super) status: Option<Status>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Status {
    /// 2 is an error.
    #[prost(int32, tag = "3")]
    #[serde(deserialize_with = "kind")]
    pub(super) code: i32,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Logs {
    #[prost(message, repeated, tag = "1")]
    pub(super) resource_logs: Vec<ResourceLogs>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ResourceLogs {
    #[prost(message, optional, tag = "1")]
    resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    pub(super) scope_logs: Vec<ScopeLogs>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ScopeLogs {
    #[prost(message, repeated, tag = "2")]
    pub(super) log_records: Vec<LogRecord>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct LogRecord {
    #[prost(fixed64, tag = "1")]
    #[serde(deserialize_with = "number")]
    pub(super) time_unix_nano: u64,
    #[prost(message, optional, tag = "5")]
    pub(super) body: Option<AnyValue>,
    #[prost(message, repeated, tag = "6")]
    pub(super) attributes: Vec<KeyValue>,
    #[prost(fixed64, tag = "11")]
    #[serde(deserialize_with = "number")]
    pub(super) observed_time_unix_nano: u64,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct KeyValue {
    #[prost(string, tag = "1")]
    pub(super) key: String,
    #[prost(message, optional, tag = "2")]
    pub(super) value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub(super) struct AnyValue {
    #[prost(oneof = "Scalar", tags = "1, 2, 3, 4")]
    #[serde(flatten)]
    pub(super) value: Option<Scalar>,
}

/// A value; lists and maps are not read.
#[derive(Clone, PartialEq, prost::Oneof, Deserialize)]
pub(super) enum Scalar {
    #[prost(string, tag = "1")]
    #[serde(rename = "stringValue")]
    Text(String),
    #[prost(bool, tag = "2")]
    #[serde(rename = "boolValue")]
    Bool(bool),
    #[prost(int64, tag = "3")]
    #[serde(rename = "intValue", deserialize_with = "number")]
    Int(i64),
    #[prost(double, tag = "4")]
    #[serde(rename = "doubleValue")]
    Double(f64),
}

impl ResourceSpans {
    pub(super) fn attributes(&self) -> Attributes<'_> {
        Attributes::of(
            self.resource
                .iter()
                .flat_map(|resource| &resource.attributes),
        )
    }
}

impl ResourceLogs {
    pub(super) fn attributes(&self) -> Attributes<'_> {
        Attributes::of(
            self.resource
                .iter()
                .flat_map(|resource| &resource.attributes),
        )
    }
}

/// Reads a message; `None` if the body is none.
pub(super) fn read<T: Message + Default + DeserializeOwned>(
    encoding: Encoding,
    body: &[u8],
) -> Option<T> {
    match encoding {
        Encoding::Protobuf => T::decode(body).ok(),
        // An array would be read as the fields in their order.
        Encoding::Json if !body.trim_ascii_start().starts_with(b"{") => None,
        Encoding::Json => serde_json::from_slice(body).ok(),
    }
}

#[derive(Clone, PartialEq, Message)]
struct Answer {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

#[derive(Clone, PartialEq, Message)]
struct PartialSuccess {
    /// Spans or log records.
    #[prost(int64, tag = "1")]
    rejected: i64,
    #[prost(string, tag = "2")]
    error_message: String,
}

#[derive(Clone, PartialEq, Message)]
struct Refusal {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// `INVALID_ARGUMENT` of `google.rpc.Code`.
const INVALID_ARGUMENT: i32 = 3;

pub(super) fn answer(signal: Signal, encoding: Encoding, n_rejected: u64, why: &str) -> Vec<u8> {
    if encoding == Encoding::Json {
        let rejected = match signal {
            Signal::Traces => "rejectedSpans",
            Signal::Logs => "rejectedLogRecords",
        };
        let answer = match n_rejected {
            0 => serde_json::json!({}),
            n => serde_json::json!({
                "partialSuccess": { rejected: n.to_string(), "errorMessage": why }
            }),
        };
        return answer.to_string().into_bytes();
    }
    let partial_success = (n_rejected > 0).then(|| PartialSuccess {
        rejected: i64::try_from(n_rejected).unwrap_or(i64::MAX),
        error_message: why.to_owned(),
    });
    Answer { partial_success }.encode_to_vec()
}

pub(super) fn refusal(encoding: Encoding, why: &str) -> Vec<u8> {
    match encoding {
        Encoding::Json => serde_json::json!({ "code": INVALID_ARGUMENT, "message": why })
            .to_string()
            .into_bytes(),
        Encoding::Protobuf => Refusal {
            code: INVALID_ARGUMENT,
            message: why.to_owned(),
        }
        .encode_to_vec(),
    }
}

/// A number of 64 bits, or its text.
fn number<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + std::str::FromStr + Default,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either<T> {
        Number(T),
        Text(String),
        Absent(()),
    }
    match Either::<T>::deserialize(deserializer)? {
        Either::Number(number) => Ok(number),
        Either::Text(text) => text
            .parse()
            .map_err(|_| serde::de::Error::custom("no number of 64 bits")),
        Either::Absent(()) => Ok(T::default()),
    }
}

/// A number of an enumeration; its name is read as well where it matters.
fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(i32),
        Name(String),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Number(number) => number,
        Either::Name(name) => match name.as_str() {
            "SPAN_KIND_CLIENT" => 3,
            "STATUS_CODE_ERROR" => 2,
            _ => 0,
        },
    })
}

/// Bytes in hexadecimal.
fn hex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let pair = std::str::from_utf8(pair)
                .ok()
                .filter(|pair| pair.len() == 2);
            pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())
                .ok_or_else(|| serde::de::Error::custom("no hexadecimal id"))
        })
        .collect()
}
