//! The road of outcomes: producers append, the pipeline follows.

use crate::error::StoreError;
use crate::keep::{SEEN_FOR, before};
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::Timestamp;
use countersign_model::id::IntegrationId;
use countersign_model::outcome::Outcome;
use rusqlite::{Connection, params};

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Appended {
    /// New outcomes, now durable.
    pub accepted: usize,
    /// Outcomes whose id came within the last 48 h; ignored.
    pub duplicates: usize,
}

impl WatchStore {
    /// Appends outcomes in their order; durable when it returns. `now` is the watch's clock.
    ///
    /// # Errors
    /// [`StoreError`]; then none of the batch was kept and it may be sent again whole.
    pub async fn outcomes_append(
        &self,
        now: Timestamp,
        outcomes: Vec<Outcome>,
    ) -> Result<Appended, StoreError> {
        if outcomes.is_empty() {
            return Ok(Appended::default());
        }
        self.write(move |connection| append(connection, now, &outcomes))
            .await
    }

    /// At most `limit` outcomes past `cursor`, each with the sequence number to go on from.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn outcomes_after(
        &self,
        cursor: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Outcome)>, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT seq, body FROM outcome WHERE seq > ?1 ORDER BY seq LIMIT ?2";
            let mut query = connection.prepare_cached(sql)?;
            let rows = query.query_map([row::signed(cursor), row::limit(limit)], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })?;
            rows.map(|row| {
                let (seq, body) = row?;
                Ok((row::unsigned(seq), row::parse("outcome", &body)?))
            })
            .collect()
        })
        .await
    }
}

pub(crate) fn append(
    connection: &Connection,
    now: Timestamp,
    outcomes: &[Outcome],
) -> Result<Appended, StoreError> {
    let mut see = connection.prepare_cached(
        "INSERT INTO outcome_seen (id, seen_at) VALUES (?1, ?2)
         ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at WHERE seen_at <= ?3",
    )?;
    let mut put = connection.prepare_cached(
        "INSERT INTO outcome (received_at, integration, body) VALUES (?1, ?2, ?3)",
    )?;
    let mut appended = Appended::default();
    for outcome in outcomes {
        let new = see.execute(params![
            outcome.id.as_str(),
            row::ms(now),
            before(now, SEEN_FOR)
        ])?;
        if new == 0 {
            appended.duplicates += 1;
            continue;
        }
        let integration = outcome.integration.as_ref().map(IntegrationId::as_str);
        put.execute(params![
            row::ms(now),
            integration,
            row::body("outcome", outcome)?
        ])?;
        appended.accepted += 1;
    }
    Ok(appended)
}
