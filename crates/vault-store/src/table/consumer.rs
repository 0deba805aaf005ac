//! Consumers: who may ask for tokens, by the HMAC of their key.

use crate::change::ConsumerRow;
use crate::error::{Doing as _, RowFault, VaultError};
use crate::writer::Ctx;
use countersign_model::id::ConsumerId;
use rusqlite::{Connection, params};

/// Admits a consumer. The id of a revoked one may be used again.
pub(crate) fn add(ctx: &mut Ctx<'_>, row: &ConsumerRow) -> Result<(), VaultError> {
    let doing = "storing a consumer";
    let revoked = "DELETE FROM consumer WHERE id = ?1 AND revoked_at IS NOT NULL";
    ctx.sql.execute(revoked, [row.id.as_str()]).doing(doing)?;
    let insert = "INSERT INTO consumer (id, lookup, record, created_at) VALUES (?1, ?2, ?3, ?4) \
                  ON CONFLICT DO NOTHING";
    let now = ctx.now.as_millisecond();
    let values = params![row.id.as_str(), row.lookup.as_slice(), row.record, now];
    match ctx.sql.execute(insert, values).doing(doing)? {
        0 => Err(VaultError::ConsumerExists { id: row.id.clone() }),
        _ => Ok(()),
    }
}

/// Ends a consumer's key; returns how many ended: 1, or 0 if there is none or it has ended before.
pub(crate) fn revoke(ctx: &mut Ctx<'_>, id: &ConsumerId) -> Result<usize, VaultError> {
    let update = "UPDATE consumer SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
    let ended = ctx
        .sql
        .execute(update, params![id.as_str(), ctx.now.as_millisecond()]);
    ended.doing("revoking a consumer")
}

/// Consumers whose key has not been revoked.
pub(crate) fn list(sql: &Connection) -> Result<Vec<ConsumerRow>, VaultError> {
    let doing = "listing consumers";
    let query = "SELECT id, lookup, record FROM consumer WHERE revoked_at IS NULL ORDER BY id";
    let mut statement = sql.prepare_cached(query).doing(doing)?;
    let rows = statement
        .query_map([], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, Vec<u8>>(1)?,
                row.get(2)?,
            ))
        })
        .doing(doing)?;
    rows.map(|row| {
        let (id, lookup, record) = row.doing(doing)?;
        let fault =
            |field| VaultError::unreadable(format!("consumer {id}"), RowFault::Field { field });
        let lookup = lookup.try_into().map_err(|_| fault("lookup"))?;
        let id = id.parse().map_err(|_| fault("id"))?;
        Ok(ConsumerRow { id, lookup, record })
    })
    .collect()
}
