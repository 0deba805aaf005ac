//! OpenTelemetry's traces and logs (OTLP 1.x over HTTP) as outcome lines.
//!
//! A span of kind client with the HTTP attributes of the semantic conventions is a `call`; one that
//! asks for a token is a `mint`. A log record is an outcome if its body is an outcome line, or if its
//! attributes are those of such a span or have the names of an outcome's fields. All else is
//! somebody else's telemetry, and passed over: that is no fault.
//!
//! Attributes of ours, on the span or on the resource: `countersign.integration` (or
//! `sfmc.integration`), `countersign.credential`, `countersign.client_id`, `countersign.bu`,
//! `countersign.consumer`, `countersign.error_code`.

mod attribute;
mod exchange;
mod wire;

use countersign_model::Timestamp;
use countersign_model::id::IntegrationId;
use serde_json::{Map, Value};
use wire::{Logs, Traces};

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Binary Protocol Buffers.
    Protobuf,
    /// JSON, by OTLP's own rules.
    Json,
}

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Log records.
    Logs,
}

/// A body came to this.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapped {
    /// Outcome lines, each with its end.
    pub lines: Vec<u8>,
    /// How many.
    pub n_lines: u64,
    /// Spans or records that say nothing about a call of ours.
    pub n_ignored: u64,
}

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OtlpFault {
    /// It is not what its kind says.
    #[error("the body is no export request of OTLP in {encoding}", encoding = .0.name())]
    Unreadable(Encoding),
}

impl Encoding {
    fn name(self) -> &'static str {
        match self {
            Encoding::Protobuf => "protobuf",
            Encoding::Json => "JSON",
        }
    }
}

/// Reads an export request. `whose` is the integration of calls that name none: of the one that the
/// sender may speak for.
///
/// # Errors
/// [`OtlpFault`] if it is none; then nothing of it is used.
pub fn decode(
    signal: Signal,
    encoding: Encoding,
    body: &[u8],
    whose: Option<&IntegrationId>,
) -> Result<Mapped, OtlpFault> {
    let unreadable = || OtlpFault::Unreadable(encoding);
    let mut mapped = Mapped::default();
    match signal {
        Signal::Traces => {
            let traces = wire::read::<Traces>(encoding, body).ok_or_else(unreadable)?;
            for of_resource in &traces.resource_spans {
                let resource = of_resource.attributes();
                for span in of_resource
                    .scope_spans
                    .iter()
                    .flat_map(|scope| &scope.spans)
                {
                    mapped.take(whose, exchange::of_span(&resource, span));
                }
            }
        }
        Signal::Logs => {
            let logs = wire::read::<Logs>(encoding, body).ok_or_else(unreadable)?;
            for of_resource in &logs.resource_logs {
                let resource = of_resource.attributes();
                let records = of_resource.scope_logs.iter();
                for record in records.flat_map(|scope| &scope.log_records) {
                    mapped.take(whose, exchange::of_record(&resource, record));
                }
            }
        }
    }
    Ok(mapped)
}

impl Mapped {
    fn take(&mut self, whose: Option<&IntegrationId>, outcome: Option<Map<String, Value>>) {
        let Some(mut outcome) = outcome else {
            self.n_ignored += 1;
            return;
        };
        let names = ["integration", "credential", "client_id"];
        if let Some(whose) = whose
            && !names.iter().any(|name| outcome.contains_key(*name))
        {
            outcome.insert("integration".to_owned(), Value::from(whose.as_str()));
        }
        let line = serde_json::to_vec(&outcome).expect("plain data with text keys");
        self.lines.extend(line);
        self.lines.push(b'\n');
        self.n_lines += 1;
    }
}

/// The body of an answer: empty if all was taken, else how many were not and why.
///
/// Source: OTLP specification, "Partial Success".
#[must_use]
pub fn answer(signal: Signal, encoding: Encoding, n_rejected: u64, why: &str) -> Vec<u8> {
    wire::answer(signal, encoding, n_rejected, why)
}

/// The body of a refusal: a `google.rpc.Status` with a message for developers.
///
/// Source: OTLP specification, "Failures".
#[must_use]
pub fn refusal(encoding: Encoding, why: &str) -> Vec<u8> {
    wire::refusal(encoding, why)
}

/// A time in ns since 1970; 0 is none.
fn at(unix_nano: u64) -> Option<Timestamp> {
    let nanos = i128::from(unix_nano);
    (unix_nano != 0)
        .then(|| Timestamp::from_nanosecond(nanos).ok())
        .flatten()
}

#[cfg(test)]
mod tests;
