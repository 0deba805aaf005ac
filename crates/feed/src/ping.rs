//! Pings of jobs: a path and perhaps a few numbers, as an outcome line.

use countersign_model::Timestamp;
use countersign_model::id::IntegrationId;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What a ping says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The job began.
    Start,
    /// It ended well.
    Ok,
    /// It failed.
    Fail,
    /// It ended with this exit code.
    Code(u8),
}

/// Numbers that may come with a ping, in its query or body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Numbers {
    /// Rows moved.
    pub rows: Option<u64>,
    /// How long it took.
    pub duration_ms: Option<u64>,
}

impl State {
    /// Reads what stands behind the key: nothing, `start`, `fail` or an exit code.
    #[must_use]
    pub fn of(word: Option<&str>) -> Option<State> {
        match word {
            None | Some("" | "0" | "ok") => Some(State::Ok),
            Some("start") => Some(State::Start),
            Some("fail") => Some(State::Fail),
            Some(code) => code.parse().ok().map(State::Code),
        }
    }
}

impl Numbers {
    /// These, and the other's where these say nothing.
    #[must_use]
    pub fn or(self, other: Numbers) -> Numbers {
        Numbers {
            rows: self.rows.or(other.rows),
            duration_ms: self.duration_ms.or(other.duration_ms),
        }
    }

    /// Numbers of a body: JSON, or `rows=61000&duration_ms=183`. Any other body is a job's output,
    /// and says none.
    #[must_use]
    pub fn of_body(body: &[u8]) -> Numbers {
        if let Ok(numbers) = serde_json::from_slice(body) {
            return numbers;
        }
        let text = std::str::from_utf8(body).unwrap_or_default();
        let mut numbers = Numbers::default();
        for pair in text.trim().split('&') {
            match pair.split_once('=') {
                Some(("rows", value)) => numbers.rows = value.parse().ok(),
                Some(("duration_ms", value)) => numbers.duration_ms = value.parse().ok(),
                _ => {}
            }
        }
        numbers
    }
}

/// The outcome line of a ping: a `run` if it brings numbers of one that ended, else a `ping`.
#[must_use]
pub fn line(
    now: Timestamp,
    source: &str,
    integration: &IntegrationId,
    state: State,
    numbers: Numbers,
) -> Vec<u8> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("ts", Value::from(now.to_string()));
    put("source", Value::from(source));
    put("integration", Value::from(integration.as_str()));
    let has_numbers = numbers != Numbers::default();
    if has_numbers && state != State::Start {
        put("kind", Value::from("run"));
        let ended = if state == State::Ok {
            "completed"
        } else {
            "failed"
        };
        put("state", Value::from(ended));
        if let Some(rows) = numbers.rows {
            put("rows", Value::from(rows));
        }
        if let Some(duration_ms) = numbers.duration_ms {
            put("duration_ms", Value::from(duration_ms));
        }
    } else {
        put("kind", Value::from("ping"));
        let state = match state {
            State::Start => "start".to_owned(),
            State::Ok => "ok".to_owned(),
            State::Fail => "fail".to_owned(),
            State::Code(code) => code.to_string(),
        };
        put("state", Value::from(state));
    }
    serde_json::to_vec(&fields).expect("plain data with text keys")
}

#[cfg(test)]
mod tests;
