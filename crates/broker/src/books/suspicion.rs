//! Which credentials somebody else seems to mint with: the audit chain has it, also after a restart.

use super::{Books, BooksError};
use countersign_model::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// The record that tells of it (`tell::record`).
const ACTION: &str = "credential.outside_minter_suspected";
/// How long a suspicion stands when nothing confirms it.
const STANDS: SignedDuration = SignedDuration::from_hours(24);
/// Newest records looked at.
const RECORDS_MAX: usize = 1_000;

impl Books {
    /// The last suspicion of each credential that has one younger than a day at `now`, by its id. The
    /// audit chain keeps older ones.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn outside_minters(
        &self,
        now: Timestamp,
    ) -> Result<BTreeMap<String, Timestamp>, BooksError> {
        let records = self.vault.audit_latest(ACTION, RECORDS_MAX).await?;
        let mut last = BTreeMap::new();
        for record in records {
            if now.duration_since(record.at) > STANDS {
                continue;
            }
            last.entry(record.object).or_insert(record.at);
        }
        Ok(last)
    }
}
