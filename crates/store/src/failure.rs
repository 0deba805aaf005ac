//! Outcomes that failed, with their class: a sample of each minute, bounded by age and by rows.
//!
//! One flow that fails a thousand times a second says the same thing each time. Of each integration,
//! class and minute the first few are kept and all are counted.

use crate::dropped::{self, Dropped};
use crate::error::StoreError;
use crate::keep::{Keep, PURGE_MAX, before};
use crate::rollup::Grain;
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::Timestamp;
use countersign_model::id::IntegrationId;
use countersign_model::outcome::Outcome;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// An outcome that failed, and as what.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Its class; `other` where none fits.
    pub class: String,
    /// The outcome.
    pub outcome: Outcome,
}

/// An outcome of the road that failed, to be kept under its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureMark {
    /// Its sequence number.
    pub seq: u64,
    /// Its class.
    pub class: &'static str,
    /// Whose it is, if known.
    pub integration: Option<IntegrationId>,
    /// When it happened.
    pub at: Timestamp,
    /// How many equal facts it stands for.
    pub n: u64,
}

/// The failures of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failures {
    /// Which.
    pub marks: Vec<FailureMark>,
    /// How many rows of one integration, class and minute are kept; see [`Keep::failures_sample`].
    pub sample: u32,
}

impl Default for Failures {
    fn default() -> Failures {
        Failures {
            marks: Vec::new(),
            sample: Keep::default().failures_sample,
        }
    }
}

impl WatchStore {
    /// The newest failures of one integration, newest first.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn failures_recent(
        &self,
        integration: IntegrationId,
        limit: usize,
    ) -> Result<Vec<Failure>, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT class, body FROM failure WHERE integration = ?1
                       ORDER BY seq DESC LIMIT ?2";
            let mut query = connection.prepare_cached(sql)?;
            let params = params![integration.as_str(), row::limit(limit)];
            let rows =
                query.query_map(params, |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
            let whole = |(class, body): (String, String)| {
                let outcome = row::parse("outcome", &body)?;
                Ok(Failure { class, outcome })
            };
            rows.map(|found| whole(found?)).collect()
        })
        .await
    }
}

/// Keeps outcomes of the road as failures, as many as their minute's sample has room for.
pub(crate) fn put(connection: &Connection, failures: &Failures) -> Result<(), StoreError> {
    let mut minutes: BTreeMap<(i64, &str, &str), Vec<&FailureMark>> = BTreeMap::new();
    for mark in &failures.marks {
        let integration = mark.integration.as_ref().map_or("", IntegrationId::as_str);
        let key = (Grain::Minute.start(mark.at), integration, mark.class);
        minutes.entry(key).or_default().push(mark);
    }
    let mut left_out = 0;
    for (key, marks) in minutes {
        left_out += put_minute(connection, key, &marks, failures.sample)?;
    }
    dropped::add(connection, Dropped::FailuresBeyondSample, left_out)
}

/// Keeps failures of one minute; gives how many it had no room for.
fn put_minute(
    connection: &Connection,
    key: (i64, &str, &str),
    marks: &[&FailureMark],
    sample: u32,
) -> Result<usize, StoreError> {
    let mut find = connection.prepare_cached(
        "SELECT n_kept FROM failure_minute WHERE at = ?1 AND integration = ?2 AND class = ?3",
    )?;
    let kept: Option<i64> = find.query_row(key, |row| row.get(0)).optional()?;
    let kept = usize::try_from(kept.unwrap_or(0)).unwrap_or(usize::MAX);
    let room = usize::try_from(sample)
        .unwrap_or(usize::MAX)
        .saturating_sub(kept);
    let mut put = connection.prepare_cached(
        "INSERT OR IGNORE INTO failure (seq, received_at, integration, class, body)
         SELECT seq, received_at, integration, ?2, body FROM outcome WHERE seq = ?1",
    )?;
    let n_new = room.min(marks.len());
    for mark in &marks[..n_new] {
        put.execute(params![row::signed(mark.seq), mark.class])?;
    }
    let seen = marks.iter().fold(0, |all, mark| mark.n.saturating_add(all));
    let mut count = connection.prepare_cached(
        "INSERT INTO failure_minute (at, integration, class, n_kept, n_seen)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (at, integration, class) DO UPDATE SET
         n_kept = n_kept + excluded.n_kept, n_seen = n_seen + excluded.n_seen",
    )?;
    let (at, integration, class) = key;
    let values = params![at, integration, class, row::limit(n_new), row::signed(seen)];
    count.execute(values)?;
    Ok(marks.len() - n_new)
}

/// Removes failures that are too old, and the oldest of those beyond the bound; gives both numbers.
pub(crate) fn purge(
    connection: &Connection,
    now: Timestamp,
    keep: &Keep,
) -> Result<(usize, usize), StoreError> {
    let old = before(now, keep.failures);
    let sql = "DELETE FROM failure WHERE seq IN (SELECT seq FROM
                 (SELECT seq, received_at FROM failure ORDER BY seq LIMIT ?2)
               WHERE received_at < ?1)";
    let aged = connection.execute(sql, params![old, PURGE_MAX])?;
    let bound = i64::from(keep.failures_max);
    let sql = "DELETE FROM failure WHERE seq IN (SELECT seq FROM failure ORDER BY seq
                 LIMIT min(?2, max(0, (SELECT count(*) FROM failure) - ?1)))";
    let beyond = connection.execute(sql, params![bound, PURGE_MAX])?;
    dropped::add(connection, Dropped::FailuresBeyondBound, beyond)?;
    let sql = "DELETE FROM failure_minute WHERE (at, integration, class) IN
                 (SELECT at, integration, class FROM failure_minute WHERE at < ?1
                  ORDER BY at LIMIT ?2)";
    connection.execute(sql, params![old, PURGE_MAX])?;
    let sql = "DELETE FROM failure_minute WHERE (at, integration, class) IN
                 (SELECT at, integration, class FROM failure_minute ORDER BY at
                  LIMIT min(?2, max(0, (SELECT count(*) FROM failure_minute) - ?1)))";
    connection.execute(sql, params![bound, PURGE_MAX])?;
    Ok((aged, beyond))
}
