//! Statuses of integrations with what they rest on, and what counters tell of assets.

use crate::error::StoreError;
use crate::health;
use crate::pipeline::PipelineCommit;
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::id::IntegrationId;
use countersign_model::status::{ASSET_PART, AssetSight, IntegrationStatus};
use rusqlite::{Connection, OptionalExtension, params};

impl WatchStore {
    /// Every integration's status as of the last turn, by id.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn statuses(&self) -> Result<Vec<IntegrationStatus>, StoreError> {
        let sql = "SELECT body FROM integration_status ORDER BY integration";
        self.read(move |connection| row::bodies(connection, "status", sql, []))
            .await
    }

    /// One integration's status as of the last turn.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn status(&self, id: IntegrationId) -> Result<Option<IntegrationStatus>, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT body FROM integration_status WHERE integration = ?1";
            let body: Option<String> = connection
                .query_row(sql, [id.as_str()], |row| row.get(0))
                .optional()?;
            body.map(|body| row::parse("status", &body)).transpose()
        })
        .await
    }

    /// What counters tell of assets, by id: the parts of memory whose names begin with
    /// [`ASSET_PART`].
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn asset_sights(&self) -> Result<Vec<AssetSight>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT body FROM memory WHERE part >= ?1 AND part < ?2 ORDER BY part";
            let (from, to) = (ASSET_PART, "asset0");
            row::bodies(connection, "asset sight", sql, [from, to])
        })
        .await
    }
}

/// Writes what a turn changed, and books how long the health before lasted.
pub(crate) fn put(connection: &Connection, turn: &PipelineCommit) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(
        "INSERT INTO integration_status (integration, body, health, booked_at)
         VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (integration) DO UPDATE SET body = excluded.body, health = excluded.health,
         booked_at = max(coalesce(booked_at, 0), coalesce(excluded.booked_at, 0))",
    )?;
    for status in &turn.statuses {
        health::book(connection, status)?;
        put.execute(params![
            status.integration.as_str(),
            row::body("status", status)?,
            health::name(status.health),
            status.since.map(row::ms),
        ])?;
    }
    let sql = "DELETE FROM integration_status WHERE integration = ?1";
    for id in &turn.statuses_gone {
        connection.execute(sql, [id.as_str()])?;
    }
    Ok(())
}
