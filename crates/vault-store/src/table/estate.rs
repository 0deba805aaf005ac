//! The estate, as applied last.

use crate::error::{Doing as _, VaultError};
use crate::writer::Ctx;
use rusqlite::{Connection, OptionalExtension as _, params};

pub(crate) fn put(ctx: &mut Ctx<'_>, json: &str) -> Result<(), VaultError> {
    let upsert = "INSERT INTO estate (id, json, at) VALUES (1, ?1, ?2) \
                  ON CONFLICT (id) DO UPDATE SET json = excluded.json, at = excluded.at";
    let stored = ctx
        .sql
        .execute(upsert, params![json, ctx.now.as_millisecond()]);
    stored.doing("storing the estate").map(drop)
}

pub(crate) fn find(sql: &Connection) -> Result<Option<String>, VaultError> {
    let found = sql
        .query_row("SELECT json FROM estate", [], |row| row.get(0))
        .optional();
    found.doing("reading the estate")
}
