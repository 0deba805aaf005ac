//! What pages and commands read about incidents.

use crate::error::StoreError;
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::Timestamp;
use countersign_model::id::IncidentId;
use countersign_model::incident::Incident;
use countersign_model::notice::Notice;
use rusqlite::OptionalExtension;

/// Which incidents a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentFilter {
    /// Those that are open now.
    Open,
    /// Those people were told about: open and resolved.
    Told,
    /// Suspicions too, also those that came to nothing.
    All,
}

impl WatchStore {
    /// Incidents, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn incidents(
        &self,
        filter: IncidentFilter,
        limit: usize,
    ) -> Result<Vec<Incident>, StoreError> {
        let sql = match filter {
            IncidentFilter::Open => {
                "SELECT body FROM incident WHERE state = 'open'
                 ORDER BY started_at DESC, id DESC LIMIT ?1"
            }
            IncidentFilter::Told => {
                "SELECT body FROM incident WHERE state IN ('open', 'resolved')
                 ORDER BY started_at DESC, id DESC LIMIT ?1"
            }
            IncidentFilter::All => {
                "SELECT body FROM incident ORDER BY started_at DESC, id DESC LIMIT ?1"
            }
        };
        self.read(move |connection| row::bodies(connection, "incident", sql, [row::limit(limit)]))
            .await
    }

    /// One incident, in whatever state.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn incident(&self, id: IncidentId) -> Result<Option<Incident>, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT body FROM incident WHERE id = ?1";
            let body: Option<String> = connection
                .query_row(sql, [id.as_str()], |row| row.get(0))
                .optional()?;
            body.map(|body| row::parse("incident", &body)).transpose()
        })
        .await
    }

    /// Every notice of one incident, in the order written.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn notices_of(&self, id: IncidentId) -> Result<Vec<Notice>, StoreError> {
        let sql = "SELECT body FROM notice WHERE incident = ?1 ORDER BY seq";
        self.read(move |connection| row::bodies(connection, "notice", sql, [id.as_str()]))
            .await
    }

    /// Incidents that people were told of and that were open at `from` or later, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn incidents_since(&self, from: Timestamp) -> Result<Vec<Incident>, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT body FROM incident WHERE state = 'open'
                       OR (state = 'resolved' AND resolved_at >= ?1) ORDER BY started_at, id";
            row::bodies(connection, "incident", sql, [row::ms(from)])
        })
        .await
    }
}
