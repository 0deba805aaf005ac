//! What outcomes came to: written with the turn that judged them, read by spans, removed when old.

use crate::dropped::{self, Dropped};
use crate::error::StoreError;
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::id::IntegrationId;
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

    pub(crate) fn start(self, at: Timestamp) -> i64 {
        let span = i64::try_from(self.span().as_millis()).expect("an hour at most");
        row::ms(at).div_euclid(span) * span
    }
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
            let mut tally: Tally = match known.map(|body| serde_json::from_str(&body)) {
                None => Tally::default(),
                Some(Ok(tally)) => tally,
                // Counts that nobody can read must not stop the counting.
                Some(Err(_)) => {
                    dropped::add(connection, Dropped::CountsUnreadable, 1)?;
                    Tally::default()
                }
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
