//! Consumers in the vault: their keys' lookups and what is known of them.

use super::{Books, BooksError, document, text};
use crate::consumer::Consumer;
use countersign_model::Timestamp;
use countersign_model::id::ConsumerId;
use countersign_vault_store::{AuditEntry, Change, ConsumerRow};

impl Books {
    /// Admits a consumer.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn consumer_put(
        &self,
        lookup: [u8; 32],
        consumer: &Consumer,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), BooksError> {
        let row = ConsumerRow {
            id: consumer.id.clone(),
            lookup,
            record: text(consumer),
        };
        let entry = AuditEntry::done(now, actor, "consumer.added", consumer.id.as_str())
            .with("integration", &consumer.integration);
        self.vault
            .change(now, vec![Change::ConsumerAdd(row), Change::Audit(entry)])
            .await?;
        Ok(())
    }

    /// All consumers whose key was not revoked.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn consumers(&self) -> Result<Vec<([u8; 32], Consumer)>, BooksError> {
        let rows = self.vault.consumers().await?;
        rows.into_iter()
            .map(|row| Ok((row.lookup, document("a consumer", &row.record)?)))
            .collect()
    }

    /// Ends a consumer's key; whether there was one.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn consumer_revoke(
        &self,
        id: &ConsumerId,
        actor: &str,
        now: Timestamp,
    ) -> Result<bool, BooksError> {
        if !self
            .consumers()
            .await?
            .iter()
            .any(|(_, known)| known.id == *id)
        {
            return Ok(false);
        }
        let entry = AuditEntry::done(now, actor, "consumer.revoked", id.as_str());
        let changes = vec![
            Change::ConsumerRevoke { id: id.clone() },
            Change::Audit(entry),
        ];
        Ok(self.vault.change(now, changes).await?.consumers_revoked > 0)
    }
}
