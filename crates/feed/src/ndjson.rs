//! Outcome lines: one JSON object per line, in any mixture of good and bad.
//!
//! [`decode`] keeps what it can read and names what it cannot; [`encode`] writes the same shape.
//! The names of the fields are a wire promise.

mod fact;
pub mod scan;
mod wire;

use countersign_model::id::OutcomeId;
use countersign_model::outcome::Outcome;
use countersign_model::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use wire::Fields;

/// What an id must be, in words.
const ID: &str = "an id of letters, digits and . _ : @ -";

/// What a batch of lines may be. The defaults are the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Longest line, in bytes; 64 KiB.
    pub line_bytes_max: usize,
    /// Oldest `ts` accepted; 48 h, as long as ids de-duplicate.
    pub age_max: SignedDuration,
    /// Furthest `ts` in the future; 5 min, for clocks that are a little fast.
    pub ahead_max: SignedDuration,
    /// Most rejects told one by one; the rest is counted.
    pub rejects_max: usize,
    /// Most distinct names of unknown fields told apart; the rest is counted as `(others)`.
    pub names_max: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            line_bytes_max: 64 * 1024,
            age_max: SignedDuration::from_hours(48),
            ahead_max: SignedDuration::from_mins(5),
            rejects_max: 1_000,
            names_max: 64,
        }
    }
}

impl Limits {
    /// Whether a fact of `ts` may be told at `now`.
    ///
    /// # Errors
    /// [`RejectReason::TooOld`] and [`RejectReason::Future`].
    pub fn check_time(&self, ts: Timestamp, now: Timestamp) -> Result<(), RejectReason> {
        if now.duration_since(ts) > self.age_max {
            let age_max_s = self.age_max.as_secs();
            return Err(RejectReason::TooOld { age_max_s });
        }
        if ts.duration_since(now) > self.ahead_max {
            let ahead_max_s = self.ahead_max.as_secs();
            return Err(RejectReason::Future { ahead_max_s });
        }
        Ok(())
    }
}

/// What a batch of lines held.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decoded {
    /// The outcomes, in the order of their lines.
    pub outcomes: Vec<Outcome>,
    /// The numbers of their lines.
    pub lines: Vec<u64>,
    /// Client ids given beside an outcome, by which an absent integration can be resolved.
    pub client_ids: BTreeMap<OutcomeId, String>,
    /// Lines that could not be used, in their order, at most [`Limits::rejects_max`].
    pub rejects: Vec<Reject>,
    /// How many lines could not be used, told or not.
    pub n_rejected: u64,
    /// Fields that were ignored, by name: unknown ones, and ones of another kind of outcome.
    pub unknown_fields: BTreeMap<String, u64>,
}

/// One line that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// Its number in the batch, counted from 1.
    pub line: u64,
    /// Why.
    pub reason: RejectReason,
}

/// Why a line could not be used. Never repeats a value of the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum RejectReason {
    /// Longer than [`Limits::line_bytes_max`].
    #[error("the line has {bytes} bytes; at most {bytes_max}")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The bound.
        bytes_max: usize,
    },
    /// No JSON object.
    #[error("the line is not one JSON object")]
    NotJson,
    /// No line of the log's format.
    #[error("the line is not {expected}")]
    Form {
        /// What it should be, in words.
        expected: &'static str,
    },
    /// A field holds something else than it should.
    #[error("`{field}` must be {expected}")]
    Field {
        /// Which field.
        field: &'static str,
        /// What it must be, in words.
        expected: &'static str,
    },
    /// A field is needed and absent.
    #[error("a {kind} needs `{field}`")]
    Missing {
        /// The kind of outcome.
        kind: &'static str,
        /// Which field.
        field: &'static str,
    },
    /// `ts` is older than [`Limits::age_max`].
    #[error("`ts` is too old; at most {age_max_s} s")]
    TooOld {
        /// The bound, in seconds.
        age_max_s: i64,
    },
    /// `ts` is further ahead than [`Limits::ahead_max`].
    #[error("`ts` is in the future; at most {ahead_max_s} s")]
    Future {
        /// The bound, in seconds.
        ahead_max_s: i64,
    },
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl Decoded {
    fn reject(&mut self, line: u64, reason: RejectReason, limits: &Limits) {
        self.n_rejected += 1;
        if self.rejects.len() < limits.rejects_max {
            self.rejects.push(Reject { line, reason });
        }
    }
}

/// Reads a batch of outcome lines. Never fails as a whole.
///
/// Lines end with LF or CRLF; a byte order mark and blank lines are skipped; a last line without
/// an end counts. An absent `ts` is `now`. An absent `id` is made from a hash of the line, so that
/// a batch sent twice is still one; where `ts` is absent too, from `now` and the line's number as
/// well, since equal lines are then different facts. A route's query is cut off.
#[must_use]
pub fn decode(bytes: &[u8], now: Timestamp, limits: &Limits) -> Decoded {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    decode_from(1, bytes, now, limits)
}

/// Reads a part of a batch whose first line has the number `first`; see [`decode`].
#[must_use]
pub fn decode_from(first: u64, bytes: &[u8], now: Timestamp, limits: &Limits) -> Decoded {
    let mut decoded = Decoded::default();
    for (number, line) in (first..).zip(bytes.split(|byte| *byte == b'\n')) {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        match decode_line(line, number, now, limits, &mut decoded) {
            Ok(outcome) => {
                decoded.outcomes.push(outcome);
                decoded.lines.push(number);
            }
            Err(reason) => decoded.reject(number, reason, limits),
        }
    }
    decoded
}

/// Writes one outcome as one line, without the line's end.
///
/// # Panics
/// Never: an outcome is plain data with text keys.
#[must_use]
pub fn encode(outcome: &Outcome) -> String {
    serde_json::to_string(outcome).expect("an outcome is plain data with text keys")
}

fn decode_line(
    line: &[u8],
    number: u64,
    now: Timestamp,
    limits: &Limits,
    decoded: &mut Decoded,
) -> Result<Outcome, RejectReason> {
    if line.len() > limits.line_bytes_max {
        let bytes_max = limits.line_bytes_max;
        return Err(RejectReason::TooLong {
            bytes: line.len(),
            bytes_max,
        });
    }
    let read = read(Fields::parse(line)?, line, number, now)?;
    limits.check_time(read.outcome.ts, now)?;
    for name in &read.unknown_fields {
        count(&mut decoded.unknown_fields, name, 1, limits);
    }
    if let Some(client) = read.client_id {
        decoded.client_ids.insert(read.outcome.id.clone(), client);
    }
    Ok(read.outcome)
}

/// One line that was understood, whatever its time.
#[derive(Debug, Clone, PartialEq)]
pub struct OneRead {
    /// What it says.
    pub outcome: Outcome,
    /// Its id was in the line, not made from it.
    pub id_is_given: bool,
    /// The client id beside it.
    pub client_id: Option<String>,
    /// Fields that were ignored, by name.
    pub unknown_fields: Vec<String>,
}

/// Reads one line as [`decode`] does, with no bound on its age: for files of any time.
///
/// # Errors
/// [`RejectReason`].
pub fn decode_one(line: &[u8], number: u64, now: Timestamp) -> Result<OneRead, RejectReason> {
    read(Fields::parse(line)?, line, number, now)
}

/// Reads one object of a foreign log whose fields were given our names. `line` is where it came
/// from, for an id; such logs write equal lines for different facts, so `number` is part of it.
pub(crate) fn decode_fields(
    fields: serde_json::Map<String, serde_json::Value>,
    line: &[u8],
    number: u64,
    now: Timestamp,
) -> Result<OneRead, RejectReason> {
    let place = Some((now, number));
    let mut read = read(Fields::of(fields), line, number, now)?;
    if !read.id_is_given {
        read.outcome.id = minted(line, place);
    }
    Ok(read)
}

fn read(
    mut fields: Fields,
    line: &[u8],
    number: u64,
    now: Timestamp,
) -> Result<OneRead, RejectReason> {
    let given_ts: Option<Timestamp> = fields.take("ts", "a time of RFC 3339")?;
    let ts = given_ts.unwrap_or(now);
    let place = given_ts.is_none().then_some((now, number));
    let given_id: Option<OutcomeId> = fields.take("id", ID)?;
    let id_is_given = given_id.is_some();
    let id = given_id.unwrap_or_else(|| minted(line, place));
    let n = fields.whole("n")?.unwrap_or(1);
    if n == 0 {
        return Err(RejectReason::Field {
            field: "n",
            expected: "1 or more",
        });
    }
    let client_id = fields.text("client_id")?;
    let outcome = Outcome {
        id,
        ts,
        source: fields
            .text("source")?
            .unwrap_or_else(|| "unknown".to_owned()),
        integration: fields.take("integration", ID)?,
        bu: fields.take("bu", ID)?,
        credential: fields.take("credential", ID)?,
        consumer: fields.take("consumer", ID)?,
        peer_ip: fields.take("peer_ip", "an IP address")?,
        n,
        fact: fact::take(&mut fields)?,
    };
    Ok(OneRead {
        outcome,
        id_is_given,
        client_id,
        unknown_fields: fields.left().map(str::to_owned).collect(),
    })
}

/// Makes an id from the line and, where the line carries no time, from when and where it came.
pub(crate) fn minted(line: &[u8], place: Option<(Timestamp, u64)>) -> OutcomeId {
    let mut hash = Fnv::new();
    hash.push(line);
    if let Some((now, number)) = place {
        hash.push(&now.as_nanosecond().to_be_bytes());
        hash.push(&number.to_be_bytes());
    }
    OutcomeId::new(format!("out_{:032x}", hash.0)).expect("letters, digits and an underscore")
}

/// FNV-1a of 128 bits: spreads well, needs no key, and is no protection against forgery, which
/// the producer's key is for.
struct Fnv(u128);

impl Fnv {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

    fn new() -> Fnv {
        Fnv(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(Fnv::PRIME);
        }
    }
}

/// Most characters kept of a name that a producer made up.
const NAME_CHARS_MAX: usize = 64;

/// Counts a field of that name, which comes from outside, `n` times more.
pub fn count(counts: &mut BTreeMap<String, u64>, name: &str, n: u64, limits: &Limits) {
    let mut name: String = name.chars().take(NAME_CHARS_MAX).collect();
    if !counts.contains_key(&name) && counts.len() >= limits.names_max {
        name = "(others)".to_owned();
    }
    *counts.entry(name).or_default() += n;
}

#[cfg(test)]
mod tests;
