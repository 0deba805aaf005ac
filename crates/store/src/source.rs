//! Producers of outcomes and the hashes of their ingest keys.

use crate::error::StoreError;
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::Timestamp;
use countersign_model::id::IntegrationId;
use rusqlite::{OptionalExtension, Row, params};
use std::collections::BTreeSet;

/// A producer that may post outcomes with a key of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What people call it; unique.
    pub name: String,
    /// The integrations it may speak for; `None`: all, as a broker does.
    pub integrations: Option<BTreeSet<IntegrationId>>,
    /// Its key only pings, for the one integration above.
    pub ping: bool,
    /// When it was added, in wall time.
    pub added_at: Timestamp,
}

impl WatchStore {
    /// Keeps a new source under the SHA-256 of its key. `false`, and nothing is kept, if the name is
    /// taken.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger refuses; nothing is kept then.
    pub async fn source_add(&self, hash: [u8; 32], source: &Source) -> Result<bool, StoreError> {
        let Source {
            name,
            integrations,
            ping,
            added_at,
        } = source.clone();
        let listed = integrations
            .as_ref()
            .map(|ids| row::body("source", ids))
            .transpose()?;
        self.write(move |connection| {
            let sql = "INSERT INTO source (name, hash, integrations, ping, added_at)
                       VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO NOTHING";
            let values = params![name, hash, listed, ping, row::ms(added_at)];
            let kept = connection.execute(sql, values)?;
            Ok(kept == 1)
        })
        .await
    }

    /// All sources, by name; no hashes.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn source_list(&self) -> Result<Vec<Source>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT name, integrations, ping, added_at FROM source ORDER BY name";
            let mut query = connection.prepare_cached(sql)?;
            let rows = query.query_map([], columns)?;
            rows.map(|row| source_of(row?)).collect()
        })
        .await
    }

    /// The source whose key has this hash.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn source_find(&self, hash: [u8; 32]) -> Result<Option<Source>, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT name, integrations, ping, added_at FROM source WHERE hash = ?1";
            let row = connection.query_row(sql, [hash], columns).optional()?;
            row.map(source_of).transpose()
        })
        .await
    }

    /// Forgets a source and its key; `false` if there is none of that name.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger refuses; the key still works then.
    pub async fn source_revoke(&self, name: String) -> Result<bool, StoreError> {
        self.write(move |connection| {
            let gone = connection.execute("DELETE FROM source WHERE name = ?1", [name])?;
            Ok(gone == 1)
        })
        .await
    }
}

type Columns = (String, Option<String>, bool, i64);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn source_of((name, integrations, ping, added_at): Columns) -> Result<Source, StoreError> {
    let parsed = integrations.map(|text| row::parse("source", &text));
    Ok(Source {
        name,
        integrations: parsed.transpose()?,
        ping,
        added_at: row::at(added_at),
    })
}
