//! The outbox: outcomes that wait for the watch, bounded in age and size (design 3.6).

use super::{column, number, time};
use crate::error::{Doing as _, RowFault, VaultError};
use crate::row::OutboxStatus;
use crate::writer::Ctx;
use countersign_model::outcome::Outcome;
use rusqlite::{Connection, params};

/// Rows taken out at a time when the size is over its bound.
const STEP: i64 = 1_000;
const DOING: &str = "writing the outbox";

/// Puts outcomes in; returns how many older ones the bound pushed out.
pub(crate) fn append(ctx: &mut Ctx<'_>, outcomes: &[Outcome]) -> Result<u64, VaultError> {
    let (mut rows, mut bytes) = (0_i64, 0_i64);
    for outcome in outcomes {
        let body = serde_json::to_string(outcome).expect("an outcome is plain data");
        rows += 1;
        bytes += i64::try_from(body.len()).unwrap_or(i64::MAX);
        let insert = "INSERT INTO outbox (at, outcome) VALUES (?1, ?2)";
        let row = params![ctx.now.as_millisecond(), body];
        let stored = ctx
            .sql
            .prepare_cached(insert)
            .and_then(|mut put| put.execute(row));
        stored.doing(DOING)?;
    }
    let add = "UPDATE outbox_state SET row_count = row_count + ?1, bytes = bytes + ?2";
    ctx.sql.execute(add, [rows, bytes]).doing(DOING)?;
    keep_bound(ctx)
}

fn keep_bound(ctx: &Ctx<'_>) -> Result<u64, VaultError> {
    let oldest = ctx
        .now
        .as_millisecond()
        .saturating_sub(column(ctx.bound.age_ms_max));
    let mut dropped = take_out(ctx, "SELECT seq FROM outbox WHERE at < ?1", oldest)?;
    loop {
        let size: i64 = ctx
            .sql
            .query_row("SELECT bytes FROM outbox_state", [], |row| row.get(0))
            .doing(DOING)?;
        if size <= column(ctx.bound.bytes_max) {
            break;
        }
        let gone = take_out(ctx, "SELECT seq FROM outbox ORDER BY seq LIMIT ?1", STEP)?;
        if gone == 0 {
            break;
        }
        dropped += gone;
    }
    if dropped > 0 {
        let add = "UPDATE outbox_state SET dropped = dropped + ?1";
        ctx.sql.execute(add, [dropped]).doing(DOING)?;
    }
    Ok(dropped.unsigned_abs())
}

/// Takes out the rows that `which` names; returns how many.
fn take_out(ctx: &Ctx<'_>, which: &str, argument: i64) -> Result<i64, VaultError> {
    let sum = format!(
        "SELECT count(*), coalesce(sum(octet_length(outcome)), 0) FROM outbox WHERE seq IN ({which})"
    );
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
    let (rows, bytes) = ctx.sql.query_row(&sum, [argument], read).doing(DOING)?;
    if rows > 0 {
        let delete = format!("DELETE FROM outbox WHERE seq IN ({which})");
        ctx.sql.execute(&delete, [argument]).doing(DOING)?;
        let less = "UPDATE outbox_state SET row_count = row_count - ?1, bytes = bytes - ?2";
        ctx.sql.execute(less, [rows, bytes]).doing(DOING)?;
    }
    Ok(rows)
}

/// Takes delivered outcomes out.
pub(crate) fn ack(ctx: &mut Ctx<'_>, up_to_seq: u64) -> Result<(), VaultError> {
    take_out(
        ctx,
        "SELECT seq FROM outbox WHERE seq <= ?1",
        column(up_to_seq),
    )
    .map(drop)
}

/// The oldest outcomes that wait, as JSON, with their numbers.
pub(crate) fn batch(sql: &Connection, limit: usize) -> Result<Vec<(u64, String)>, VaultError> {
    let doing = "reading the outbox";
    let query = "SELECT seq, outcome FROM outbox ORDER BY seq LIMIT ?1";
    let mut statement = sql.prepare_cached(query).doing(doing)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement
        .query_map([limit], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))
        .doing(doing)?;
    rows.map(|row| {
        let (seq, body) = row.doing(doing)?;
        let seq = number(seq).map_err(|fault| VaultError::unreadable("an outcome", fault))?;
        Ok((seq, body))
    })
    .collect()
}

/// How full it is.
pub(crate) fn status(sql: &Connection) -> Result<OutboxStatus, VaultError> {
    let query = "SELECT row_count, bytes, dropped, (SELECT min(at) FROM outbox) FROM outbox_state";
    let read = |row: &rusqlite::Row<'_>| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, i64>(1)?,
            row.get::<_, i64>(2)?,
            row.get(3)?,
        ))
    };
    let (rows, bytes, dropped, oldest): (i64, i64, i64, Option<i64>) = sql
        .query_row(query, [], read)
        .doing("reading the outbox's state")?;
    let status = || -> Result<OutboxStatus, RowFault> {
        Ok(OutboxStatus {
            rows: number(rows)?,
            bytes: number(bytes)?,
            dropped: number(dropped)?,
            oldest_at: oldest.map(time).transpose()?,
        })
    };
    status().map_err(|fault| VaultError::unreadable("the outbox's state", fault))
}
