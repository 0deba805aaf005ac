//! CSV with a header. A line is one record: a line break inside a field is not understood.

use super::{FIELDS, finish, put};
use crate::ndjson::{OneRead, RejectReason};
use countersign_model::Timestamp;
use csv_core::{ReadRecordResult, Reader};
use serde_json::Map;

const RECORD: &str = "a record of the header's columns";
/// Longest record, in bytes, and most columns.
const BYTES_MAX: usize = 64 * 1024;
const COLUMNS_MAX: usize = 512;

/// Names that others give to our fields.
const OTHER_NAMES: [(&str, &str); 17] = [
    ("timestamp", "ts"),
    ("@timestamp", "ts"),
    ("time", "ts"),
    ("date", "ts"),
    ("datetime", "ts"),
    ("status_code", "status"),
    ("http_status", "status"),
    ("response_code", "status"),
    ("path", "route"),
    ("url", "route"),
    ("uri", "route"),
    ("request_uri", "route"),
    ("http_method", "method"),
    ("error", "error_code"),
    ("integration_id", "integration"),
    ("business_unit", "bu"),
    ("request_id", "id"),
];

/// A header: which column holds what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    delimiter: u8,
    /// Our name of each column; `None` for one that is ignored.
    columns: Vec<Option<&'static str>>,
    /// Names of ignored columns.
    pub unknown: Vec<String>,
}

impl Header {
    /// Reads a header; `None` if it names no time or no status, so that it can be none.
    #[must_use]
    pub fn read(line: &str) -> Option<Header> {
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .max_by_key(|delimiter| line.bytes().filter(|byte| byte == delimiter).count())?;
        let names = record(delimiter, line)?;
        let columns: Vec<_> = names.iter().map(|name| ours(name)).collect();
        let known: Vec<&str> = columns.iter().flatten().copied().collect();
        let tells = ["status", "kind", "error_code"];
        let is_header = known.contains(&"ts") && known.iter().any(|name| tells.contains(name));
        let ignored = names.into_iter().zip(&columns);
        let ignored = ignored.filter(|(_, column)| column.is_none());
        let unknown = ignored.map(|(name, _)| name).collect();
        is_header.then_some(Header {
            delimiter,
            columns,
            unknown,
        })
    }

    /// Reads one record.
    ///
    /// # Errors
    /// [`RejectReason`].
    pub fn decode(&self, line: &str, number: u64, now: Timestamp) -> Result<OneRead, RejectReason> {
        let values = record(self.delimiter, line)
            .filter(|values| values.len() == self.columns.len())
            .ok_or(RejectReason::Form { expected: RECORD })?;
        let mut fields = Map::new();
        for (name, value) in self.columns.iter().zip(&values) {
            if let Some(name) = name {
                put(&mut fields, name, value);
            }
        }
        finish(fields, line.as_bytes(), number, now)
    }
}

fn ours(name: &str) -> Option<&'static str> {
    let name = name.trim().to_ascii_lowercase();
    let other = OTHER_NAMES.iter().find(|(theirs, _)| *theirs == name);
    other
        .map(|(_, ours)| *ours)
        .or_else(|| FIELDS.iter().find(|field| **field == name).copied())
}

/// The fields of one record; `None` if they are not whole or too many.
fn record(delimiter: u8, line: &str) -> Option<Vec<String>> {
    if line.len() > BYTES_MAX {
        return None;
    }
    let mut reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
    let mut text = vec![0; line.len()];
    let mut ends = vec![0; COLUMNS_MAX.min(line.len() + 1)];
    let n = fill(&mut reader, line.as_bytes(), &mut text, &mut ends)?;
    let mut from = 0;
    ends[..n]
        .iter()
        .map(|end| {
            let field = std::str::from_utf8(text.get(from..*end)?).ok()?;
            from = *end;
            Some(field.to_owned())
        })
        .collect()
}

/// How many fields there are.
fn fill(reader: &mut Reader, line: &[u8], text: &mut [u8], ends: &mut [usize]) -> Option<usize> {
    let (result, n_in, n_text, n_ends) = reader.read_record(line, text, ends);
    match result {
        ReadRecordResult::Record if n_in == line.len() => Some(n_ends),
        // The line's end is still to be told, by an empty input.
        ReadRecordResult::InputEmpty => {
            let (result, _, _, more) =
                reader.read_record(&[], text.get_mut(n_text..)?, ends.get_mut(n_ends..)?);
            matches!(result, ReadRecordResult::Record).then_some(n_ends + more)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
