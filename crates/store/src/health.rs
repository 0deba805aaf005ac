//! How long each integration had each health, by month: what uptime is made of.
//!
//! Time is booked when a health ends, in the transaction that writes the new one; what runs still is
//! added when it is read. Time in which the watch did not run is booked as unknown.

use crate::error::StoreError;
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::SignedDuration;
use countersign_model::Timestamp;
use countersign_model::id::IntegrationId;
use countersign_model::objective::{HealthTime, Month};
use countersign_model::status::{Health, IntegrationStatus};
use rusqlite::{Connection, OptionalExtension, params};

impl WatchStore {
    /// How long each integration had each health since the start of month `from`, with what runs still
    /// up to `now`.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn health_times(
        &self,
        from: Month,
        now: Timestamp,
    ) -> Result<Vec<HealthTime>, StoreError> {
        self.read(move |connection| {
            let mut times = booked(connection, from)?;
            let running = |(integration, health, at): (IntegrationId, Health, Timestamp)| {
                let pieces = Month::pieces(at.max(from.starts_at()), now);
                pieces.into_iter().map(move |(month, lasted)| HealthTime {
                    integration: integration.clone(),
                    month,
                    health,
                    lasted,
                })
            };
            times.extend(open(connection)?.into_iter().flat_map(running));
            Ok(times)
        })
        .await
    }

    /// Adds time that was judged elsewhere, such as a history that is taken over.
    ///
    /// # Errors
    /// [`StoreError`]; then none of it was kept.
    pub async fn health_times_add(&self, times: Vec<HealthTime>) -> Result<(), StoreError> {
        self.write(move |connection| {
            for time in &times {
                let HealthTime {
                    integration,
                    month,
                    health,
                    lasted,
                } = time;
                add(connection, integration, *month, *health, *lasted)?;
            }
            Ok(())
        })
        .await
    }

    /// Books the time from `from` to `to` as unknown for every integration: the watch did not run.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was booked.
    pub async fn health_gap(&self, from: Timestamp, to: Timestamp) -> Result<(), StoreError> {
        self.write(move |connection| {
            for (id, health, at) in open(connection)? {
                add_span(connection, &id, health, at, from)?;
                add_span(connection, &id, Health::Unknown, from.max(at), to)?;
            }
            let sql = "UPDATE integration_status SET booked_at = ?1 WHERE booked_at < ?1";
            connection.execute(sql, [row::ms(to)])?;
            let sql = "UPDATE pipeline SET judged_at = ?1";
            connection.execute(sql, [row::ms(to)])?;
            Ok(())
        })
        .await
    }
}

/// Books how long the health before this one lasted.
pub(crate) fn book(connection: &Connection, status: &IntegrationStatus) -> Result<(), StoreError> {
    let Some(since) = status.since else {
        return Ok(());
    };
    let mut query = connection.prepare_cached(
        "SELECT health, booked_at FROM integration_status
         WHERE integration = ?1 AND health IS NOT NULL AND booked_at < ?2",
    )?;
    let before: Option<(String, i64)> = query
        .query_row(
            params![status.integration.as_str(), row::ms(since)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    match before {
        None => Ok(()),
        Some((health, at)) => add_span(
            connection,
            &status.integration,
            read_name(&health),
            row::at(at),
            since,
        ),
    }
}

fn add_span(
    connection: &Connection,
    integration: &IntegrationId,
    health: Health,
    from: Timestamp,
    to: Timestamp,
) -> Result<(), StoreError> {
    for (month, lasted) in Month::pieces(from, to) {
        add(connection, integration, month, health, lasted)?;
    }
    Ok(())
}

fn add(
    connection: &Connection,
    integration: &IntegrationId,
    month: Month,
    health: Health,
    lasted: SignedDuration,
) -> Result<(), StoreError> {
    let mut add = connection.prepare_cached(
        "INSERT INTO health_time (month, integration, health, lasted_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (month, integration, health) DO UPDATE SET
         lasted_ms = lasted_ms + excluded.lasted_ms",
    )?;
    let lasted_ms = i64::try_from(lasted.as_millis()).unwrap_or(i64::MAX);
    let (month, health) = (month.to_string(), name(health));
    add.execute(params![month, integration.as_str(), health, lasted_ms])?;
    Ok(())
}

fn booked(connection: &Connection, from: Month) -> Result<Vec<HealthTime>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT month, integration, health, lasted_ms FROM health_time WHERE month >= ?1",
    )?;
    let rows = query.query_map([from.to_string()], |row| {
        let (month, integration): (String, String) = (row.get(0)?, row.get(1)?);
        Ok((
            month,
            integration,
            row.get::<_, String>(2)?,
            row.get::<_, i64>(3)?,
        ))
    })?;
    let mut times = Vec::new();
    for found in rows {
        let (month, integration, health, lasted_ms) = found?;
        times.push(HealthTime {
            integration: row::id("health time", integration)?,
            month: row::id("health time", month)?,
            health: read_name(&health),
            lasted: SignedDuration::from_millis(lasted_ms),
        });
    }
    Ok(times)
}

/// The health each integration has now, and up to when its time is booked.
fn open(connection: &Connection) -> Result<Vec<(IntegrationId, Health, Timestamp)>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT integration, health, booked_at FROM integration_status
         WHERE health IS NOT NULL AND booked_at > 0",
    )?;
    let rows = query.query_map([], |row| {
        let (id, health): (String, String) = (row.get(0)?, row.get(1)?);
        Ok((id, health, row.get::<_, i64>(2)?))
    })?;
    let mut open = Vec::new();
    for found in rows {
        let (id, health, at) = found?;
        open.push((row::id("status", id)?, read_name(&health), row::at(at)));
    }
    Ok(open)
}

/// A health as its column says it; the same words as on the wire.
pub(crate) fn name(health: Health) -> &'static str {
    match health {
        Health::Healthy => "healthy",
        Health::Unknown => "unknown",
        Health::AtRisk => "at_risk",
        Health::Degraded => "degraded",
        Health::Failing => "failing",
    }
}

/// What cannot be read, nobody can tell.
fn read_name(name: &str) -> Health {
    match name {
        "healthy" => Health::Healthy,
        "at_risk" => Health::AtRisk,
        "degraded" => Health::Degraded,
        "failing" => Health::Failing,
        _ => Health::Unknown,
    }
}
