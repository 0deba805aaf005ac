//! The outbox: outcomes on their way to the watch. Bounded in age and size (design 3.6): the oldest
//! go first, no more of them than need be, and are counted.

use super::{column, number, time};
use crate::error::{Doing as _, RowFault, VaultError};
use crate::row::OutboxStatus;
use crate::writer::Ctx;
use countersign_model::outcome::Outcome;
use rusqlite::{Connection, OptionalExtension as _, params};

/// Rows pushed out by one change at most, so that no change takes long; the next one goes on.
const DROPS_MAX: u64 = 10_000;

fn unreadable(fault: RowFault) -> VaultError {
    VaultError::unreadable("the outbox", fault)
}

/// Adds outcomes; returns how many older ones the bound pushed out.
pub(crate) fn append(ctx: &mut Ctx<'_>, outcomes: &[Outcome]) -> Result<u64, VaultError> {
    let doing = "storing outcomes";
    let now_ms = ctx.now.as_millisecond();
    let insert = "INSERT INTO outbox (at, outcome) VALUES (?1, ?2)";
    let mut statement = ctx.sql.prepare_cached(insert).doing(doing)?;
    let (mut rows, mut bytes) = (0, 0);
    for outcome in outcomes {
        let json = serde_json::to_string(outcome).expect("an outcome is plain data");
        statement.execute(params![now_ms, json]).doing(doing)?;
        rows += 1;
        bytes += i64::try_from(json.len()).unwrap_or(i64::MAX);
    }
    let update = "UPDATE outbox_state SET row_count = row_count + ?1, bytes = bytes + ?2";
    ctx.sql.execute(update, [rows, bytes]).doing(doing)?;
    push_out(ctx)
}

/// Takes out what is too old or too much, oldest first.
fn push_out(ctx: &mut Ctx<'_>) -> Result<u64, VaultError> {
    let doing = "bounding the outbox";
    let oldest_ms = ctx
        .now
        .as_millisecond()
        .saturating_sub(column(ctx.bound.age_ms_max));
    let bytes_max = column(ctx.bound.bytes_max);
    let query = "SELECT o.seq, o.at, s.bytes FROM outbox o, outbox_state s ORDER BY o.seq LIMIT 1";
    let mut statement = ctx.sql.prepare_cached(query).doing(doing)?;
    let mut dropped = 0;
    while dropped < DROPS_MAX {
        let oldest: Option<(i64, i64, i64)> = statement
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()
            .doing(doing)?;
        let Some((seq, at_ms, bytes)) = oldest else {
            break;
        };
        if at_ms >= oldest_ms && bytes <= bytes_max {
            break;
        }
        take_out(ctx.sql, seq)?;
        dropped += 1;
    }
    if dropped > 0 {
        let update = "UPDATE outbox_state SET dropped = dropped + ?1";
        ctx.sql.execute(update, [column(dropped)]).doing(doing)?;
    }
    Ok(dropped)
}

/// Takes everything up to `seq` out.
fn take_out(sql: &Connection, seq: i64) -> Result<(), VaultError> {
    let doing = "taking outcomes out of the outbox";
    let sum =
        "SELECT count(*), coalesce(sum(octet_length(outcome)), 0) FROM outbox WHERE seq <= ?1";
    let (rows, bytes): (i64, i64) = sql
        .prepare_cached(sum)
        .and_then(|mut sum| sum.query_row([seq], |row| Ok((row.get(0)?, row.get(1)?))))
        .doing(doing)?;
    sql.execute("DELETE FROM outbox WHERE seq <= ?1", [seq])
        .doing(doing)?;
    let update = "UPDATE outbox_state SET row_count = row_count - ?1, bytes = bytes - ?2";
    sql.execute(update, [rows, bytes]).doing(doing).map(drop)
}

/// Takes delivered outcomes out.
pub(crate) fn ack(ctx: &mut Ctx<'_>, up_to_seq: u64) -> Result<(), VaultError> {
    take_out(ctx.sql, column(up_to_seq))
}

/// The oldest outcomes that wait, as JSON behind their number.
pub(crate) fn batch(sql: &Connection, limit: usize) -> Result<Vec<(u64, String)>, VaultError> {
    let doing = "reading the outbox";
    let query = "SELECT seq, outcome FROM outbox ORDER BY seq LIMIT ?1";
    let mut statement = sql.prepare_cached(query).doing(doing)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement
        .query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))
        .doing(doing)?;
    rows.map(|row| {
        let (seq, outcome) = row.doing(doing)?;
        Ok((number(seq).map_err(unreadable)?, outcome))
    })
    .collect()
}

/// How full it is.
pub(crate) fn status(sql: &Connection) -> Result<OutboxStatus, VaultError> {
    let query = "SELECT row_count, bytes, dropped, (SELECT at FROM outbox ORDER BY seq LIMIT 1) \
                 FROM outbox_state";
    let (rows, bytes, dropped, oldest_ms): (i64, i64, i64, Option<i64>) = sql
        .query_row(query, [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .doing("reading the outbox")?;
    let read = || {
        Ok(OutboxStatus {
            rows: number(rows)?,
            bytes: number(bytes)?,
            oldest_at: oldest_ms.map(time).transpose()?,
            dropped: number(dropped)?,
        })
    };
    read().map_err(unreadable)
}
