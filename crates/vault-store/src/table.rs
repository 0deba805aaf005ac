//! One file per table: what is written in a transaction, what is read from the last commit.

pub(crate) mod consumer;
pub(crate) mod credential;
pub(crate) mod estate;
pub(crate) mod grant;
pub(crate) mod outbox;
pub(crate) mod secret;
pub(crate) mod slot;

use crate::error::RowFault;
use countersign_model::Timestamp;

/// A number as SQLite keeps it: 64 bits, signed.
pub(crate) fn column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number as it was kept.
pub(crate) fn number(column: i64) -> Result<u64, RowFault> {
    u64::try_from(column).map_err(|_| RowFault::Field { field: "number" })
}

/// An instant as it was kept: milliseconds since 1970.
pub(crate) fn time(ms: i64) -> Result<Timestamp, RowFault> {
    Timestamp::from_millisecond(ms).map_err(|_| RowFault::Field { field: "time" })
}
