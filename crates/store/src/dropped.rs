//! How often the ledger had to let go of something: counted where it happens, for whoever asks.

use crate::error::StoreError;
use crate::row;
use crate::watch_store::WatchStore;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// What the ledger let go of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// Rows of the road that hold no outcome; they are set aside.
    OutcomesUnreadable,
    /// Counts of a minute or an hour that nobody can read; they begin anew.
    CountsUnreadable,
    /// Failures beyond the sample of their integration, class and minute; they are counted there.
    FailuresBeyondSample,
    /// Failures beyond the bound of all: the oldest.
    FailuresBeyondBound,
}

impl Dropped {
    /// All of them.
    pub const ALL: [Dropped; 4] = [
        Dropped::OutcomesUnreadable,
        Dropped::CountsUnreadable,
        Dropped::FailuresBeyondSample,
        Dropped::FailuresBeyondBound,
    ];

    /// The name of its counter, in the ledger and in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Dropped::OutcomesUnreadable => "outcomes_unreadable",
            Dropped::CountsUnreadable => "counts_unreadable",
            Dropped::FailuresBeyondSample => "failures_beyond_sample",
            Dropped::FailuresBeyondBound => "failures_beyond_bound",
        }
    }
}

impl WatchStore {
    /// How many rows of each kind were let go of since the ledger was made.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn dropped(&self) -> Result<BTreeMap<Dropped, u64>, StoreError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT n FROM dropped WHERE what = ?1")?;
            let count = |what: Dropped| {
                let mut rows = query.query([what.as_str()])?;
                let n = rows.next()?.map_or(Ok(0), |row| row.get(0))?;
                Ok((what, row::unsigned(n)))
            };
            Dropped::ALL.into_iter().map(count).collect()
        })
        .await
    }
}

/// Counts `n` more.
pub(crate) fn add(connection: &Connection, what: Dropped, n: usize) -> Result<(), StoreError> {
    if n == 0 {
        return Ok(());
    }
    let mut put = connection.prepare_cached(
        "INSERT INTO dropped (what, n) VALUES (?1, ?2)
         ON CONFLICT (what) DO UPDATE SET n = n + excluded.n",
    )?;
    put.execute(params![what.as_str(), row::limit(n)])?;
    Ok(())
}
