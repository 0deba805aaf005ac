//! How values become columns: JSON bodies, instants as Unix milliseconds.

use crate::error::StoreError;
use countersign_model::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) fn body<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Body { what, source })
}

pub(crate) fn parse<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Body { what, source })
}

pub(crate) fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The instant of a column. Ours always fit; a column changed by hand is pulled to the nearest end.
pub(crate) fn at(ms: i64) -> Timestamp {
    let nearest = if ms < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    Timestamp::from_millisecond(ms).unwrap_or(nearest)
}

pub(crate) fn limit(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A sequence number or a count; never negative in our columns.
pub(crate) fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

pub(crate) fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Reads all bodies of a query with any parameters.
pub(crate) fn bodies<T: DeserializeOwned>(
    connection: &rusqlite::Connection,
    what: &'static str,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<T>, StoreError> {
    let mut query = connection.prepare_cached(sql)?;
    let texts = query.query_map(params, |row| row.get::<_, String>(0))?;
    texts.map(|text| parse(what, &text?)).collect()
}

/// An id, a month or another value whose text is its wire form.
pub(crate) fn id<T: DeserializeOwned>(what: &'static str, text: String) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(text))
        .map_err(|source| StoreError::Body { what, source })
}
