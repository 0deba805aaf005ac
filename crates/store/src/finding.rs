//! Findings: written with the turn that made them, read by pages and commands.

use crate::error::StoreError;
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::finding::Finding;
use rusqlite::{Connection, params};

/// Which findings a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingFilter {
    /// Those that stand now.
    Open,
    /// Closed ones too.
    All,
}

impl WatchStore {
    /// Findings, gravest first, then the newest, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn findings(
        &self,
        filter: FindingFilter,
        limit: usize,
    ) -> Result<Vec<Finding>, StoreError> {
        let mut findings = self
            .read(move |connection| match filter {
                FindingFilter::Open => open(connection),
                FindingFilter::All => {
                    let sql = "SELECT body FROM finding ORDER BY since DESC, id";
                    row::bodies(connection, "finding", sql, [])
                }
            })
            .await?;
        findings.sort_by(|a, b| {
            let rank = |one: &Finding| (one.is_open(), one.severity, one.since);
            rank(b).cmp(&rank(a)).then_with(|| a.id.cmp(&b.id))
        });
        findings.truncate(limit);
        Ok(findings)
    }
}

/// Findings that stand, oldest first.
pub(crate) fn open(connection: &Connection) -> Result<Vec<Finding>, StoreError> {
    let sql = "SELECT body FROM finding WHERE closed_at IS NULL ORDER BY since, id";
    row::bodies(connection, "finding", sql, [])
}

/// Writes a finding as it is now.
pub(crate) fn put(connection: &Connection, finding: &Finding) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(
        "INSERT INTO finding (id, since, closed_at, body) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET since = excluded.since,
         closed_at = excluded.closed_at, body = excluded.body",
    )?;
    put.execute(params![
        finding.id.as_str(),
        row::ms(finding.since),
        finding.closed_at.map(row::ms),
        row::body("finding", finding)?,
    ])?;
    Ok(())
}
