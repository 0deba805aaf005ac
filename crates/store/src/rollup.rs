//! What outcomes came to: written with the turn that judged them, read by spans, removed when old.

use crate::error::StoreError;
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::id::IntegrationId;
use countersign_model::outcome::Outcome;
use countersign_model::rollup::{Rollup, Tally};
use countersign_model::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

/// How fine a history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// One row a minute, kept for 48 h.
    Minute,
    /// One row an hour, kept for 13 months.
    Hour,
}

impl Grain {
    const BOTH: [Grain; 2] = [Grain::Minute, Grain::Hour];

    /// How long one row's time is.
    #[must_use]
    pub fn span(self) -> SignedDuration {
        match self {
            Grain::Minute => SignedDuration::from_mins(1),
            Grain::Hour => SignedDuration::from_hours(1),
        }
    }

    fn table(self) -> &'static str {
        match self {
            Grain::Minute => "rollup_minute",
            Grain::Hour => "rollup_hour",
        }
    }

    fn start(self, at: Timestamp) -> i64 {
        let span = i64::try_from(self.span().as_millis()).expect("an hour at most");
        row::ms(at).div_euclid(span) * span
    }
}

/// An outcome that failed, and as what.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Its class; `other` where none fits.
    pub class: String,
    /// The outcome.
    pub outcome: Outcome,
}

impl WatchStore {
    /// What one integration's outcomes from `from` until before `to` came to, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn rollups(
        &self,
        integration: IntegrationId,
        grain: Grain,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Rollup>, StoreError> {
        self.read(move |connection| {
            let sql = format!(
                "SELECT at, family, body FROM {} WHERE integration = ?1 AND at >= ?2 AND at < ?3
                 ORDER BY at, family",
                grain.table()
            );
            let mut query = connection.prepare_cached(&sql)?;
            let params = params![integration.as_str(), grain.start(from), row::ms(to)];
            let rows = query.query_map(params, |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, String>(2)?))
            })?;
            let whole = |(at, family, body): (i64, String, String)| {
                Ok(Rollup {
                    at: row::at(at),
                    integration: integration.clone(),
                    family,
                    tally: row::parse("rollup", &body)?,
                })
            };
            rows.map(|found| whole(found?)).collect()
        })
        .await
    }

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

/// Adds what a turn's outcomes came to, to minutes and hours.
pub(crate) fn put(connection: &Connection, rollups: &[Rollup]) -> Result<(), StoreError> {
    for grain in Grain::BOTH {
        let table = grain.table();
        let mut find = connection.prepare_cached(&format!(
            "SELECT body FROM {table} WHERE integration = ?1 AND at = ?2 AND family = ?3"
        ))?;
        let mut put = connection.prepare_cached(&format!(
            "INSERT OR REPLACE INTO {table} (integration, at, family, body) VALUES (?1, ?2, ?3, ?4)"
        ))?;
        for rollup in rollups {
            let at = grain.start(rollup.at);
            let key = params![rollup.integration.as_str(), at, rollup.family];
            let known: Option<String> = find.query_row(key, |row| row.get(0)).optional()?;
            let mut tally: Tally = match known {
                None => Tally::default(),
                Some(body) => row::parse("rollup", &body)?,
            };
            tally.merge(&rollup.tally);
            let body = row::body("rollup", &tally)?;
            put.execute(params![
                rollup.integration.as_str(),
                at,
                rollup.family,
                body
            ])?;
        }
    }
    Ok(())
}

/// Keeps outcomes of the road as failures, under their class.
pub(crate) fn put_failures(
    connection: &Connection,
    failures: &[(u64, &'static str)],
) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(
        "INSERT OR IGNORE INTO failure (seq, received_at, integration, class, body)
         SELECT seq, received_at, integration, ?2, body FROM outcome WHERE seq = ?1",
    )?;
    for (seq, class) in failures {
        put.execute(params![row::signed(*seq), class])?;
    }
    Ok(())
}

/// Removes at most `limit` rows of a grain that began before `before`.
pub(crate) fn purge(
    connection: &Connection,
    grain: Grain,
    before: i64,
    limit: i64,
) -> Result<usize, StoreError> {
    let table = grain.table();
    let sql = format!(
        "DELETE FROM {table} WHERE (integration, at, family) IN
         (SELECT integration, at, family FROM {table} WHERE at < ?1 LIMIT ?2)"
    );
    Ok(connection.execute(&sql, params![before, limit])?)
}
