//! What people said is to be expected: written with the turn that took it, read by pages and commands.

use crate::error::StoreError;
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::expectation::Expectation;
use rusqlite::{Connection, params};

/// Rules that [`WatchStore::pipeline_load`](crate::WatchStore::pipeline_load) gives, and that a list
/// holds, at most: the newest.
const RULES_MAX: i64 = 500;

impl WatchStore {
    /// The rules that people wrote and did not take back, newest first, at most 500; ended ones too.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn expectations(&self) -> Result<Vec<Expectation>, StoreError> {
        self.read(standing).await
    }
}

/// Rules that were not taken back, newest first.
pub(crate) fn standing(connection: &Connection) -> Result<Vec<Expectation>, StoreError> {
    let sql = "SELECT body FROM expectation ORDER BY made_at DESC, incident LIMIT ?1";
    let mut rules: Vec<Expectation> = row::bodies(connection, "expectation", sql, [RULES_MAX])?;
    rules.retain(|rule| rule.withdrawn.is_none());
    Ok(rules)
}

/// Writes a rule as it is now.
pub(crate) fn put(connection: &Connection, rule: &Expectation) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(
        "INSERT INTO expectation (incident, made_at, over_at, body) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (incident) DO UPDATE SET made_at = excluded.made_at,
         over_at = excluded.over_at, body = excluded.body",
    )?;
    put.execute(params![
        rule.incident.as_str(),
        row::ms(rule.made_at),
        rule.over_at().map(row::ms),
        row::body("expectation", rule)?,
    ])?;
    Ok(())
}
