//! Credentials in the vault: their secrets, counters and states.

use super::{Books, BooksError, document, text};
use crate::driver::CredentialChange;
use crate::specs::Held;
use countersign_model::Timestamp;
use countersign_model::estate::Credential;
use countersign_model::id::CredentialId;
use countersign_refresh::{CredentialRecord, CredentialState};
use countersign_secret::Secret;
use countersign_vault_store::{AuditEntry, Change, SecretRole};
use std::collections::BTreeSet;

impl Books {
    /// The active secret of a credential.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn secret(&self, credential: &CredentialId) -> Result<Option<Secret>, BooksError> {
        let active = self.vault.credential_secret(credential.clone()).await?;
        Ok(active.map(|(_, secret)| secret))
    }

    /// Seals a new secret and makes it the active one; its strikes start afresh.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn secret_put(
        &self,
        credential: &Credential,
        secret: Secret,
        actor: &str,
        now: Timestamp,
    ) -> Result<u32, BooksError> {
        let id = &credential.id;
        let mut record = self.record_of(id).await?;
        record.state = match record.state {
            CredentialState::Disabled => CredentialState::Disabled,
            CredentialState::Active | CredentialState::Locked => CredentialState::Active,
        };
        (record.strikes, record.last_strike_at, record.locked_at) = (0, None, None);
        record.edited_at = Some(now);
        let changes = vec![
            Change::SecretPut {
                credential: id.clone(),
                bu: credential.bu.clone(),
                secret,
                role: SecretRole::Active,
            },
            Change::RecordPut {
                credential: id.clone(),
                json: text(&record),
            },
            Change::Audit(AuditEntry::done(
                now,
                actor,
                "credential.secret_put",
                id.as_str(),
            )),
        ];
        let applied = self.vault.change(now, changes).await?;
        Ok(applied.secret_versions.first().copied().unwrap_or_default())
    }

    async fn record_of(&self, id: &CredentialId) -> Result<CredentialRecord, BooksError> {
        let known = self.credential_records().await?;
        let found = known.into_iter().find(|record| record.credential == *id);
        Ok(found.unwrap_or_else(|| CredentialRecord::new(id.clone())))
    }

    /// Turns a credential off or on; on also opens its lock.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn credential_turn(
        &self,
        id: &CredentialId,
        change: CredentialChange,
        reason: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), BooksError> {
        let mut record = self.record_of(id).await?;
        let disabled = change == CredentialChange::Disabled;
        let action = if disabled {
            "credential.disabled"
        } else {
            "credential.enabled"
        };
        record.state = if disabled {
            CredentialState::Disabled
        } else {
            CredentialState::Active
        };
        if !disabled {
            (record.strikes, record.last_strike_at, record.locked_at) = (0, None, None);
        }
        let entry = AuditEntry::done(now, actor, action, id.as_str()).with("reason", reason);
        let changes = vec![
            Change::CredentialTurn {
                credential: id.clone(),
                disabled,
            },
            Change::RecordPut {
                credential: id.clone(),
                json: text(&record),
            },
            Change::Audit(entry),
        ];
        self.vault.change(now, changes).await?;
        Ok(())
    }

    /// Counters and states of all credentials that have any.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn credential_records(&self) -> Result<Vec<CredentialRecord>, BooksError> {
        let stored = self.vault.credential_records().await?;
        stored
            .into_iter()
            .map(|one| {
                let known = one
                    .record
                    .map(|json| document("a credential's record", &json));
                let mut record =
                    known.unwrap_or_else(|| Ok(CredentialRecord::new(one.credential)))?;
                if one.disabled {
                    record.state = CredentialState::Disabled;
                }
                Ok(record)
            })
            .collect()
    }

    /// What of the vault decides which slots there are.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn held(&self) -> Result<Held, BooksError> {
        let grants = self.grants().await?;
        Ok(Held {
            secrets: self.credentials_with_secret().await?,
            grants: grants
                .into_iter()
                .map(|(credential, _)| credential)
                .collect(),
        })
    }

    /// Credentials whose active secret is here.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn credentials_with_secret(&self) -> Result<BTreeSet<String>, BooksError> {
        Ok(self.vault.credentials_with_secret().await?)
    }

    /// Version of a credential's active secret.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn secret_version(&self, id: &CredentialId) -> Result<Option<u32>, BooksError> {
        let versions = self.vault.secret_versions(id.clone()).await?;
        let active = versions
            .into_iter()
            .find(|one| one.role == SecretRole::Active);
        Ok(active.map(|one| one.version))
    }
}
