//! Reads the lines of one file, whatever its format, as outcomes: one way for every format.

use super::format::Format;
use super::nginx;
use crate::line::Line;
use crate::ndjson::{self, Limits, OneRead, RejectReason};
use countersign_model::Timestamp;
use countersign_model::id::OutcomeId;
use countersign_model::outcome::{Call, Fact, Outcome};
use std::str::FromStr;

const ID: &str = "an id of letters, digits and . _ : @ -";

/// Reads lines of one format.
#[derive(Debug)]
pub struct LineReader {
    format: Format,
    nginx: nginx::Reader,
    limits: Limits,
}

impl LineReader {
    /// A reader of lines of that format.
    #[must_use]
    pub fn new(format: Format, limits: Limits) -> LineReader {
        LineReader {
            format,
            nginx: nginx::Reader::default(),
            limits,
        }
    }

    /// Reads one line, without its end. `number` counts from 1, `now` is the time of a line that
    /// says none. A CSV header is no line: pass it over.
    ///
    /// # Errors
    /// [`RejectReason`]; also for a line that is too long, too old or of the future.
    pub fn read(
        &mut self,
        line: &[u8],
        number: u64,
        now: Timestamp,
    ) -> Result<OneRead, RejectReason> {
        let bytes_max = self.limits.line_bytes_max;
        if line.len() > bytes_max {
            let bytes = line.len();
            return Err(RejectReason::TooLong { bytes, bytes_max });
        }
        let read = match &self.format {
            Format::Ndjson => ndjson::decode_one(line, number, now)?,
            Format::Nginx => of_nginx(&self.nginx.read(text(line)?)?, line, number)?,
            Format::Csv(header) => header.decode(text(line)?, number, now)?,
            Format::Json(mapping) => mapping.read(line, number, now)?,
        };
        self.limits.check_time(read.outcome.ts, now)?;
        Ok(read)
    }
}

fn text(line: &[u8]) -> Result<&str, RejectReason> {
    std::str::from_utf8(line).map_err(|_| RejectReason::Form {
        expected: "text in UTF-8",
    })
}

/// A line of an access log as an outcome. Its log writes equal lines for different facts, so without an
/// id of its own it is made from the line and its number.
fn of_nginx(line: &Line<'_>, raw: &[u8], number: u64) -> Result<OneRead, RejectReason> {
    let call = Call {
        method: some(line.method),
        route: some(line.route),
        status: (line.status != 0).then_some(line.status),
        error_code: some(line.error_code),
        attempt: line.attempt,
        retry_of: id("retry_of", line.retry_of)?,
        latency_ms: line.latency_ms,
    };
    let fact = match line.is_mint {
        false => Fact::Call(call),
        true => Fact::Mint {
            call,
            expires_in: None,
            scope: None,
            generation: None,
            refresh_at: None,
            grant: None,
        },
    };
    let ts = line
        .ts_ms
        .and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let ts = ts.ok_or(RejectReason::Missing {
        kind: "line of a file",
        field: "ts",
    })?;
    let given: Option<OutcomeId> = id("id", line.id)?;
    let outcome = Outcome {
        id: given
            .clone()
            .unwrap_or_else(|| ndjson::minted(raw, Some((ts, number)))),
        ts,
        source: line.source.to_owned(),
        integration: id("integration", line.integration)?,
        bu: id("bu", line.bu)?,
        credential: id("credential", line.credential)?,
        consumer: id("consumer", line.consumer)?,
        peer_ip: line.peer_ip.parse().ok(),
        n: line.n,
        fact,
    };
    Ok(OneRead {
        id_is_given: given.is_some(),
        outcome,
        client_id: some(line.client_id),
        unknown_fields: Vec::new(),
    })
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn id<T: FromStr>(field: &'static str, text: &str) -> Result<Option<T>, RejectReason> {
    if text.is_empty() {
        return Ok(None);
    }
    let expected = ID;
    text.parse()
        .map(Some)
        .map_err(|_| RejectReason::Field { field, expected })
}

#[cfg(test)]
mod tests;
