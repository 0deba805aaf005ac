//! The road of outcomes: producers append, the pipeline follows, old ones go.

use crate::error::StoreError;
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::id::IntegrationId;
use countersign_model::objective::Month;
use countersign_model::outcome::Outcome;
use countersign_model::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

/// For this long an id is not accepted a second time (design 4.3).
const SEEN_FOR: SignedDuration = SignedDuration::from_hours(48);
/// Months of health that are kept beside the running one (13 in all).
const HEALTH_MONTHS: u8 = 12;
/// Rows one [`WatchStore::purge`] removes of each kind, so that it never holds up the others.
const PURGE_MAX: i64 = 10_000;

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Appended {
    /// New outcomes, now durable.
    pub accepted: usize,
    /// Outcomes whose id came within the last 48 h; ignored.
    pub duplicates: usize,
}

/// What a purge removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Purged {
    /// Outcomes past their keep.
    pub outcomes: usize,
    /// Ids that may come again.
    pub ids: usize,
    /// Months of health past their keep, one for each integration and health.
    pub health: usize,
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

    /// The newest outcomes of one integration, newest first.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn outcomes_recent(
        &self,
        integration: IntegrationId,
        limit: usize,
    ) -> Result<Vec<Outcome>, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT body FROM outcome WHERE integration = ?1 ORDER BY seq DESC LIMIT ?2";
            let params = params![integration.as_str(), row::limit(limit)];
            row::bodies(connection, "outcome", sql, params)
        })
        .await
    }

    /// Removes outcomes received more than `keep` ago that the pipeline has read, ids seen more than
    /// 48 h ago, and health of more than 13 months ago. Bounded: call it again while it removes something.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger refuses.
    pub async fn purge(&self, now: Timestamp, keep: SignedDuration) -> Result<Purged, StoreError> {
        self.write(move |connection| {
            let outcomes = connection.execute(
                "DELETE FROM outcome WHERE seq IN (SELECT seq FROM outcome WHERE received_at < ?1
                 AND seq <= (SELECT cursor FROM pipeline) ORDER BY received_at LIMIT ?2)",
                [before(now, keep), PURGE_MAX],
            )?;
            let ids = connection.execute(
                "DELETE FROM outcome_seen WHERE id IN
                 (SELECT id FROM outcome_seen WHERE seen_at <= ?1 LIMIT ?2)",
                [before(now, SEEN_FOR), PURGE_MAX],
            )?;
            let oldest = Month::of(now).back(HEALTH_MONTHS).to_string();
            let health = connection.execute(
                "DELETE FROM health_time WHERE (month, integration, health) IN
                 (SELECT month, integration, health FROM health_time WHERE month < ?1 LIMIT ?2)",
                params![oldest, PURGE_MAX],
            )?;
            Ok(Purged {
                outcomes,
                ids,
                health,
            })
        })
        .await
    }
}

fn before(now: Timestamp, span: SignedDuration) -> i64 {
    row::ms(now.checked_sub(span).unwrap_or(Timestamp::MIN))
}

fn append(
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
