//! Refresh tokens in the vault, and the exchanges they are in (broker rule 2.5).

use super::{Books, BooksError, chance};
use crate::bundle::{self, Received};
use countersign_host::entropy::Entropy;
use countersign_model::Timestamp;
use countersign_model::estate::Credential;
use countersign_model::id::CredentialId;
use countersign_refresh::GrantState;
use countersign_secret::TokenBytes;
use countersign_vault_store::{
    AuditEntry, Change, GrantStands, SpoolFile, SpoolKey, Spooled, StoredGrant,
};
use std::sync::Arc;

/// A refresh token that was written down as about to be sent.
pub struct Armed {
    /// Its credential.
    pub credential: CredentialId,
    /// Names the exchange.
    pub attempt: String,
    /// The token.
    pub token: TokenBytes,
    /// Seals the answer.
    pub key: Arc<SpoolKey>,
}

/// An answer of an earlier run, and its file.
pub struct Answered {
    /// What was received.
    pub received: Received,
    /// Goes when its access token is stored too.
    pub file: SpoolFile,
}

/// A state as the vault keeps it.
pub(super) fn stored(state: GrantState) -> GrantStands {
    match state {
        GrantState::Ready { doubt_since } => GrantStands::Ready { doubt_since },
        GrantState::Armed { since } => GrantStands::Armed { since },
        GrantState::Unknown { since } => GrantStands::Unknown { since },
        GrantState::Dead => GrantStands::Dead,
    }
}

fn state(stands: GrantStands) -> GrantState {
    match stands {
        GrantStands::Ready { doubt_since } => GrantState::Ready { doubt_since },
        GrantStands::Armed { since } => GrantState::Armed { since },
        GrantStands::Unknown { since } => GrantState::Unknown { since },
        GrantStands::Dead => GrantState::Dead,
    }
}

impl Books {
    /// Where refresh tokens stand.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn grants(&self) -> Result<Vec<(CredentialId, GrantState)>, BooksError> {
        let grants = self.vault.grants().await?.into_iter();
        Ok(grants
            .map(|one| (one.credential, state(one.stands)))
            .collect())
    }

    /// Seals a refresh token that a consent brought, or that a person holds already.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn grant_put(
        &self,
        credential: &Credential,
        token: TokenBytes,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), BooksError> {
        let entry = AuditEntry::done(now, actor, "credential.authorized", credential.id.as_str());
        let put = Change::GrantPut {
            credential: credential.id.clone(),
            bu: credential.bu.clone(),
            token,
        };
        self.vault
            .change(now, vec![put, Change::Audit(entry)])
            .await?;
        Ok(())
    }

    /// Allows one more send of a refresh token whose last exchange has no known end.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn grant_replay(
        &self,
        id: &CredentialId,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), BooksError> {
        let entry = AuditEntry::done(now, actor, "credential.replay_allowed", id.as_str());
        let end = Change::GrantEnd {
            credential: id.clone(),
            attempt: None,
            stands: GrantStands::FRESH,
        };
        self.vault
            .change(now, vec![end, Change::Audit(entry)])
            .await?;
        Ok(())
    }

    /// Opens a credential's refresh token and writes down, durably, that it is about to be sent. `None`
    /// if there is none. Nothing may be sent unless this returns one (R6).
    ///
    /// # Errors
    /// [`BooksError`], also if another exchange is open.
    pub async fn grant_arm(
        &self,
        id: &CredentialId,
        attempt: &str,
        now: Timestamp,
    ) -> Result<Option<Armed>, BooksError> {
        let Some(opened) = self.vault.grant_open(id.clone()).await? else {
            return Ok(None);
        };
        let generation = opened.generation;
        let entry = AuditEntry::done(now, super::BROKER, "grant.armed", id.as_str())
            .with("attempt", attempt)
            .with("generation", generation.0);
        let arm = Change::GrantArm {
            credential: id.clone(),
            attempt: attempt.to_owned(),
            generation,
        };
        self.vault
            .change(now, vec![arm, Change::Audit(entry)])
            .await?;
        Ok(Some(Armed {
            credential: id.clone(),
            attempt: attempt.to_owned(),
            token: opened.token,
            key: Arc::new(opened.spool),
        }))
    }

    /// A credential's key, opened ahead of a consent's exchange.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn spool_key(&self, id: &CredentialId) -> Result<Option<Arc<SpoolKey>>, BooksError> {
        Ok(self.vault.spool_key(id.clone()).await?.map(Arc::new))
    }

    /// Puts what an exchange received on disk, sealed, before anything else is done with it (R3). The
    /// database is not needed.
    ///
    /// # Errors
    /// [`BooksError`] if the disk does not take it.
    pub async fn spool(
        &self,
        (id, attempt): (&CredentialId, &str),
        key: &Arc<SpoolKey>,
        received: &Received,
        entropy: &Entropy,
    ) -> Result<SpoolFile, BooksError> {
        let written = self.vault.spool_write(
            Arc::clone(key),
            id.clone(),
            attempt.to_owned(),
            bundle::spooled(received),
            chance(entropy),
        );
        Ok(written.await?)
    }

    /// Takes an answer off the disk: it is stored. A file that stays is found at the next start, and
    /// that it is no longer needed.
    pub async fn spool_done(&self, file: SpoolFile) {
        if let Err(error) = self.vault.spool_remove(file).await {
            tracing::warn!(error = %error, "a spooled answer could not be removed");
        }
    }

    /// Stores the refresh tokens of answers that an earlier run received (broker rule 2.5 step 7); the
    /// access tokens that came with them are for the driver.
    pub(super) async fn recover(&self, now: Timestamp) -> Result<Vec<Answered>, BooksError> {
        let found = self.vault.spool_list().await?;
        for (path, error) in &found.unreadable {
            let path = path.display();
            tracing::error!(%path, error = %error, "a spooled answer cannot be opened; it stays there");
        }
        let grants = self.vault.grants().await?;
        let mut answers = Vec::new();
        for one in found.answers {
            let known = grants
                .iter()
                .find(|grant| grant.credential == one.credential);
            if let Some(answered) = self.recover_one(one, known, now).await? {
                answers.push(answered);
            }
        }
        Ok(answers)
    }

    async fn recover_one(
        &self,
        one: Spooled,
        known: Option<&StoredGrant>,
        now: Timestamp,
    ) -> Result<Option<Answered>, BooksError> {
        let id = one.credential.clone();
        let Some(received) = bundle::received(&one.plain) else {
            tracing::error!(credential = %id, "a spooled answer is none; it stays where it is");
            return Ok(None);
        };
        let Some(key) = self.vault.spool_key(id.clone()).await? else {
            return Ok(None);
        };
        let bu = key.owner().clone();
        let token = received.refresh.clone();
        let change = match &received.slot {
            Some(_) => Change::GrantRotate {
                credential: id.clone(),
                bu,
                attempt: one.attempt.clone(),
                token: Some(token),
            },
            // A consent that was stored already, or has been replaced since, is not stored again.
            None if known.is_some_and(|grant| grant.given_at >= received.sent_at) => {
                self.spool_done(one.file).await;
                return Ok(None);
            }
            None => Change::GrantPut {
                credential: id.clone(),
                bu,
                token,
            },
        };
        let entry = AuditEntry::done(now, super::BROKER, "grant.recovered", id.as_str())
            .with("attempt", &one.attempt);
        self.vault
            .change(now, vec![change, Change::Audit(entry)])
            .await?;
        tracing::warn!(credential = %id, "an answer that an earlier run received is stored now");
        Ok(Some(Answered {
            received,
            file: one.file,
        }))
    }
}
