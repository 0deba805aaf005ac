//! One line as named fields that are taken out one by one; what is left was not understood.
//!
//! A field that is `null` is absent. Of a field given twice the last one counts.

use super::RejectReason;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The fields of one line that nobody has taken yet.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a line.
    pub(super) fn parse(line: &[u8]) -> Result<Fields, RejectReason> {
        serde_json::from_slice(line)
            .map(Fields)
            .map_err(|_| RejectReason::NotJson)
    }

    /// Fields that were read elsewhere.
    pub(super) fn of(fields: Map<String, Value>) -> Fields {
        Fields(fields)
    }

    /// Takes a field, if it is there; `expected` is what it must be, in words.
    pub(super) fn take<T: DeserializeOwned>(
        &mut self,
        field: &'static str,
        expected: &'static str,
    ) -> Result<Option<T>, RejectReason> {
        match self.0.shift_remove(field) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value)
                .map(Some)
                .map_err(|_| RejectReason::Field { field, expected }),
        }
    }

    /// Takes a field that a kind cannot do without.
    pub(super) fn require<T: DeserializeOwned>(
        &mut self,
        kind: &'static str,
        field: &'static str,
        expected: &'static str,
    ) -> Result<T, RejectReason> {
        self.take(field, expected)?
            .ok_or(RejectReason::Missing { kind, field })
    }

    /// Takes a text.
    pub(super) fn text(&mut self, field: &'static str) -> Result<Option<String>, RejectReason> {
        self.take(field, "text")
    }

    /// Takes a whole number of 64 bits.
    pub(super) fn whole(&mut self, field: &'static str) -> Result<Option<u64>, RejectReason> {
        self.take(field, "a whole number from 0")
    }

    /// Takes a code that some producers write as text and some as a number.
    pub(super) fn code(&mut self, field: &'static str) -> Result<Option<String>, RejectReason> {
        if let Some(Value::Number(number)) = self.0.get(field) {
            let text = number.to_string();
            self.0.shift_remove(field);
            return Ok(Some(text));
        }
        self.text(field)
    }

    /// The names that nobody took.
    pub(super) fn left(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
