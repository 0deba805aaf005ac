//! [`Record`]: one thing that was done, and its canonical bytes.

use crate::format::{FormatError, Reader, Writer};
use countersign_model::Timestamp;
use serde::Serialize;

const FORMAT: u8 = 1;

/// How the thing that was done ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
    /// It was tried and failed.
    Failed,
}

impl Ending {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Ending::Done => "done",
            Ending::Refused => "refused",
            Ending::Failed => "failed",
        }
    }

    fn find(name: &str) -> Option<Ending> {
        [Ending::Done, Ending::Refused, Ending::Failed]
            .into_iter()
            .find(|it| it.as_str() == name)
    }
}

/// One thing that was done. Holds no secret: fingerprints and names at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Its place in the chain, from 1.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who did it: a person, a team, `broker`.
    pub actor: String,
    /// What was done: `credential.secret_put`, `token.vended`, ….
    pub action: String,
    /// To what.
    pub object: String,
    /// How it ended.
    pub outcome: Ending,
    /// Particulars, in the order given.
    pub detail: Vec<(String, String)>,
}

impl Record {
    /// The record as canonical bytes: equal records give equal bytes, different ones different.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let nanos = self.at.as_nanosecond();
        let mut writer = Writer::new(FORMAT)
            .number(self.seq)
            .fixed(&nanos.to_be_bytes())
            .field(self.actor.as_bytes())
            .field(self.action.as_bytes())
            .field(self.object.as_bytes())
            .field(self.outcome.as_str().as_bytes())
            .number(u64::try_from(self.detail.len()).unwrap_or(u64::MAX));
        for (name, value) in &self.detail {
            writer = writer.field(name.as_bytes()).field(value.as_bytes());
        }
        writer.finish()
    }

    /// Reads a record from its canonical bytes.
    ///
    /// # Errors
    /// [`FormatError`] if they are not exactly what [`Record::encode`] writes.
    pub fn decode(bytes: &[u8]) -> Result<Record, FormatError> {
        let bad = |field| FormatError::BadField { field };
        let mut reader = Reader::new(FORMAT, bytes)?;
        let seq = reader.number()?;
        let nanos = i128::from_be_bytes(reader.fixed()?);
        let at = Timestamp::from_nanosecond(nanos).map_err(|_| bad("at"))?;
        let actor = reader.text("actor")?.to_owned();
        let action = reader.text("action")?.to_owned();
        let object = reader.text("object")?.to_owned();
        let outcome = Ending::find(reader.text("outcome")?).ok_or(bad("outcome"))?;
        let n_details = reader.number()?;
        let mut detail = Vec::new();
        for _ in 0..n_details {
            let name = reader.text("detail")?.to_owned();
            detail.push((name, reader.text("detail")?.to_owned()));
        }
        reader.finish()?;
        Ok(Record {
            seq,
            at,
            actor,
            action,
            object,
            outcome,
            detail,
        })
    }
}

#[cfg(test)]
mod tests;
