//! Secrets in, credentials off and on.

use super::{Admin, AdminError};
use crate::driver::CredentialChange;
use countersign_model::estate::{Credential, CredentialMode};
use countersign_model::id::CredentialId;
use countersign_secret::Secret;

/// Longest client secret taken, in bytes.
const SECRET_BYTES_MAX: usize = 4 * 1024;

impl Admin {
    pub(super) async fn brokered(&self, id: &CredentialId) -> Result<Credential, AdminError> {
        let estate = self.estate().await?;
        let unknown = || AdminError::Unknown {
            kind: "credential",
            id: id.to_string(),
        };
        let credential = estate.credential(id).ok_or_else(unknown)?.clone();
        if credential.mode != CredentialMode::Brokered {
            let mut flows = estate.integrations.iter();
            let owner = flows
                .find(|flow| flow.credential == *id)
                .and_then(|flow| flow.owner.clone());
            return Err(AdminError::Observed {
                credential: id.clone(),
                owner,
            });
        }
        Ok(credential)
    }

    /// Seals a new secret for a credential; it is used from now on.
    ///
    /// # Errors
    /// [`AdminError::Unknown`], [`AdminError::Observed`], [`AdminError::Field`] if the secret is
    /// empty, too long or holds control characters, [`AdminError::NoSlot`] if its kind has none.
    pub async fn secret_put(
        &self,
        id: &CredentialId,
        secret: Secret,
        actor: &str,
    ) -> Result<u32, AdminError> {
        let credential = self.brokered(id).await?;
        if credential.kind.grant().is_none() {
            return Err(AdminError::NoSlot {
                credential: id.clone(),
            });
        }
        let wrong = |why: &str| AdminError::Field {
            field: "client_secret",
            why: why.to_owned(),
        };
        if secret.is_empty() || secret.len() > SECRET_BYTES_MAX {
            return Err(wrong("it must have 1 to 4096 bytes"));
        }
        let readable = secret.expose(|bytes| {
            std::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(char::is_control))
        });
        if !readable {
            return Err(wrong(
                "it must be text without control characters (no line break at its end)",
            ));
        }
        let version = self
            .books
            .secret_put(&credential, secret, actor, self.now())
            .await?;
        // The first secret makes the slot; a later one starts the strikes afresh.
        self.reload().await?;
        self.tell_credential(id, CredentialChange::Edited).await?;
        Ok(version)
    }

    /// Turns a credential off: no token is minted or handed out until it is turned on again.
    ///
    /// # Errors
    /// As [`Admin::secret_put`].
    pub async fn disable(
        &self,
        id: &CredentialId,
        reason: &str,
        actor: &str,
    ) -> Result<(), AdminError> {
        self.turn(id, CredentialChange::Disabled, reason, actor)
            .await
    }

    /// Turns a credential on again, and opens its lock.
    ///
    /// # Errors
    /// As [`Admin::secret_put`].
    pub async fn enable(
        &self,
        id: &CredentialId,
        reason: &str,
        actor: &str,
    ) -> Result<(), AdminError> {
        self.turn(id, CredentialChange::Enabled, reason, actor)
            .await
    }

    async fn turn(
        &self,
        id: &CredentialId,
        change: CredentialChange,
        reason: &str,
        actor: &str,
    ) -> Result<(), AdminError> {
        self.brokered(id).await?;
        if reason.trim().is_empty() {
            let why = "say why, for the audit trail".to_owned();
            return Err(AdminError::Field {
                field: "reason",
                why,
            });
        }
        self.books
            .credential_turn(id, change, reason, actor, self.now())
            .await?;
        self.tell_credential(id, change).await
    }
}
