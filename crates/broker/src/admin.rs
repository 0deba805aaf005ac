//! What people do to the broker: the estate, secrets, consumers, renewals. The same operations serve
//! the API of a running broker and commands on a folder where none runs.

mod activity;
mod authorize;
mod consumers;
mod credentials;
mod rows;

use crate::books::{Books, BooksError};
use crate::consent::Consents;
use crate::consumer::Registry;
use crate::driver::{Command, CredentialChange};
use crate::specs;
use crate::vend::{Handed, NotHanded, Vendor};
use countersign_feed::estate::{self, Finding, Severity};
use countersign_host::entity_tag::{Conditions, Unmet};
use countersign_host::entropy::Entropy;
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::estate::Estate;
use countersign_model::id::{CredentialId, IntegrationId, SlotId};
use countersign_refresh::RefusalClass;
use std::sync::Arc;
use tokio::sync::oneshot;

pub use activity::{Activity, ActivityRow};
pub use authorize::{Begun, ConsentError};
pub use consumers::{NewConsumer, Shown};
pub use rows::{CredentialRow, SlotRow};

/// Why an operation was not done. `Display` names what to change.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The estate has faults.
    #[error("the estate has {} faults", .0.len())]
    EstateFaulty(Vec<Finding>),
    /// The estate is not what a change was made from.
    #[error("the estate is not the one that this change was made from; nothing was changed")]
    EstateChanged,
    /// A change of the estate does not say what it was made from.
    #[error(
        "an estate is in force, and this change does not say that it was made from it; nothing was \
             changed. Read the estate, change what you read, and send it with If-Match and the ETag of \
             that answer (If-Match: * writes over whatever is there)"
    )]
    EstateUnconditional,
    /// No estate was applied yet.
    #[error("there is no estate yet: countersign estate apply FILE")]
    NoEstate,
    /// No such object.
    #[error("{kind} {id} is not in the estate")]
    Unknown {
        /// What kind of object.
        kind: &'static str,
        /// Its id.
        id: String,
    },
    /// Somebody else holds this credential.
    #[error("{credential} is observed: its secret is not here, so only its owner{} can do this",
            .owner.as_ref().map_or(String::new(), |owner| format!(" ({owner})")))]
    Observed {
        /// Which.
        credential: CredentialId,
        /// The team that can.
        owner: Option<String>,
    },
    /// The credential's kind has no token that we can get yet.
    #[error("{credential} is of a kind whose tokens this broker does not mint")]
    NoSlot {
        /// Which.
        credential: CredentialId,
    },
    /// The credential's kind is not consented to.
    #[error("{credential} is of a kind that nobody consents to: it has a client secret only")]
    NoConsent {
        /// Which.
        credential: CredentialId,
    },
    /// A consent needs the client's secret first.
    #[error("{credential} has no client secret yet: countersign credential add {credential}")]
    NoClientSecret {
        /// Which.
        credential: CredentialId,
    },
    /// Its refresh token does not wait for a person.
    #[error("the refresh token of {credential} is not in doubt: nothing was changed")]
    NotInDoubt {
        /// Which.
        credential: CredentialId,
    },
    /// Its refresh token waits for a person.
    #[error("the refresh token behind {slot} waits for a person: countersign credential authorize")]
    Quarantined {
        /// The slot.
        slot: SlotId,
    },
    /// A field of the request is wrong.
    #[error("{field}: {why}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is wrong and what would be right.
        why: String,
    },
    /// There is a slot, and no usable token.
    #[error("no usable token: {class}")]
    NoToken {
        /// The class of the failure behind it.
        class: &'static str,
        /// When asking again may help, seconds.
        retry_after_s: u64,
    },
    /// Nothing is sent for this slot until a person acts.
    #[error("the credential of {slot} is {state}: nothing is sent for it until {until}")]
    Held {
        /// The slot.
        slot: SlotId,
        /// `locked` or `disabled`.
        state: &'static str,
        /// What opens it.
        until: &'static str,
    },
    /// No broker runs here.
    #[error("no broker runs on this folder: countersign serve")]
    NotRunning,
    /// The store failed.
    #[error("the vault failed")]
    Books(#[from] BooksError),
}

/// The operations.
pub struct Admin {
    pub(crate) books: Arc<Books>,
    pub(crate) estate_turn: tokio::sync::Mutex<()>,
    pub(crate) vendor: Arc<Vendor>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) entropy: Entropy,
    pub(crate) consents: Consents,
    pub(crate) running: bool,
    pub(crate) started_at: Timestamp,
}

impl Admin {
    fn now(&self) -> Timestamp {
        self.vendor.clock().now()
    }

    /// The estate as applied.
    ///
    /// # Errors
    /// [`AdminError::NoEstate`], [`AdminError::Books`].
    pub async fn estate(&self) -> Result<Estate, AdminError> {
        self.books.estate().await?.ok_or(AdminError::NoEstate)
    }

    /// Replaces the estate, whatever is in force. Nothing changes if it has faults.
    ///
    /// # Errors
    /// [`AdminError::EstateFaulty`] with every fault, [`AdminError::Books`].
    pub async fn estate_put(&self, next: &Estate, actor: &str) -> Result<(), AdminError> {
        self.replace(next, actor, |_| Ok(())).await
    }

    /// Replaces the estate if what is in force meets the conditions; nobody changes it in between.
    ///
    /// # Errors
    /// As [`Admin::estate_put`], and [`AdminError::EstateChanged`] or
    /// [`AdminError::EstateUnconditional`].
    pub async fn estate_put_if(
        &self,
        conditions: &Conditions,
        next: &Estate,
        actor: &str,
    ) -> Result<(), AdminError> {
        let allow = |current: Option<&Estate>| {
            conditions
                .allow(current, next)
                .map_err(|unmet| match unmet {
                    Unmet::Missing => AdminError::EstateUnconditional,
                    Unmet::Changed => AdminError::EstateChanged,
                })
        };
        self.replace(next, actor, allow).await
    }

    /// Replaces the estate that a watch beside us has in force by its next one. The two stay a pair: what
    /// somebody gave to us alone is not written over.
    ///
    /// # Errors
    /// As [`Admin::estate_put`], and [`AdminError::EstateChanged`] if ours is neither of the two.
    pub async fn estate_follow(
        &self,
        before: Option<&Estate>,
        next: &Estate,
        actor: &str,
    ) -> Result<(), AdminError> {
        let allow = |current: Option<&Estate>| match current {
            Some(own) if Some(own) != before && own != next => Err(AdminError::EstateChanged),
            _ => Ok(()),
        };
        self.replace(next, actor, allow).await
    }

    async fn replace(
        &self,
        next: &Estate,
        actor: &str,
        allow: impl FnOnce(Option<&Estate>) -> Result<(), AdminError>,
    ) -> Result<(), AdminError> {
        let faults: Vec<Finding> = estate::lint(next)
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error)
            .collect();
        if !faults.is_empty() {
            return Err(AdminError::EstateFaulty(faults));
        }
        let _turn = self.estate_turn.lock().await;
        let current = self.books.estate().await?;
        allow(current.as_ref())?;
        if current.as_ref() != Some(next) {
            self.books.estate_put(next, actor, self.now()).await?;
        }
        self.reload().await
    }

    /// Makes the running slots those of the estate and the secrets in the vault.
    ///
    /// # Errors
    /// [`AdminError::Books`].
    pub async fn reload(&self) -> Result<(), AdminError> {
        let Some(estate) = self.books.estate().await? else {
            return Ok(());
        };
        let slots = specs::slots(&estate, &self.books.held().await?);
        let (done, reply) = oneshot::channel();
        self.tell(Command::Reload { slots, done }, reply).await
    }

    /// Hands the driver a command and waits until it is done; nothing to do where none runs.
    async fn tell(&self, command: Command, reply: oneshot::Receiver<()>) -> Result<(), AdminError> {
        if self.running && self.vendor.driver().send(command).await.is_ok() {
            // An error here means that the process is stopping: the change is on disk.
            drop(reply.await);
        }
        Ok(())
    }

    async fn tell_credential(
        &self,
        credential: &CredentialId,
        change: CredentialChange,
    ) -> Result<(), AdminError> {
        let (done, reply) = oneshot::channel();
        let credential = credential.clone();
        self.tell(
            Command::Credential {
                credential,
                change,
                done,
            },
            reply,
        )
        .await
    }

    /// Recomputes the audit chain.
    ///
    /// # Errors
    /// [`AdminError::Books`].
    pub async fn audit_verify(&self) -> Result<serde_json::Value, AdminError> {
        Ok(self.books.audit_verify().await?)
    }

    /// The slot of an integration.
    ///
    /// # Errors
    /// [`AdminError::Unknown`], [`AdminError::Observed`], [`AdminError::NoSlot`].
    pub async fn slot_of(&self, id: &IntegrationId) -> Result<SlotId, AdminError> {
        let estate = self.estate().await?;
        let unknown = || AdminError::Unknown {
            kind: "integration",
            id: id.to_string(),
        };
        let integration = estate.integration(id).ok_or_else(unknown)?;
        let credential = integration.credential.clone();
        if !crate::vend::is_brokered(&estate, &credential) {
            return Err(AdminError::Observed {
                credential,
                owner: integration.owner.clone(),
            });
        }
        let mid = estate.mid_of(integration).ok_or_else(unknown)?;
        let slot = SlotId::of(&credential, mid, None);
        match self.vendor.cell(&slot) {
            Some(_) => Ok(slot),
            None if !self.running => Err(AdminError::NotRunning),
            None => Err(AdminError::NoSlot { credential }),
        }
    }

    /// A fresh token for an integration, with at least `min_ttl_s` of life, handed to `actor`. It is
    /// in the audit chain before it is handed out.
    ///
    /// # Errors
    /// As [`Admin::slot_of`], and [`AdminError::Held`], [`AdminError::NoToken`].
    pub async fn token(
        &self,
        id: &IntegrationId,
        min_ttl_s: u64,
        actor: &str,
    ) -> Result<Handed, AdminError> {
        let slot = self.slot_of(id).await?;
        let handed = self
            .vendor
            .obtain(&slot, min_ttl_s.saturating_mul(1_000), None)
            .await
            .map_err(|error| self.no_token(&slot, error))?;
        let now = self.now();
        self.books
            .note("token.handed_to_operator", id.as_str(), actor, now)
            .await?;
        self.registry.seen().operator(id, now);
        Ok(handed)
    }

    /// Renews an integration's token now, over the back-off; the new token's facts.
    ///
    /// # Errors
    /// As [`Admin::token`].
    pub async fn renew(&self, id: &IntegrationId, actor: &str) -> Result<Handed, AdminError> {
        let slot = self.slot_of(id).await?;
        let cell = self.vendor.cell(&slot).ok_or(AdminError::NotRunning)?;
        let before = cell
            .shown()
            .view
            .facts
            .as_ref()
            .map(|facts| facts.generation);
        self.books
            .note("slot.renew_asked", slot.as_str(), actor, self.now())
            .await?;
        let (noted, reply) = oneshot::channel();
        self.tell(
            Command::RenewNow {
                slot: slot.clone(),
                noted,
            },
            reply,
        )
        .await?;
        let renewed = self.vendor.obtain(&slot, 0, before).await;
        renewed.map_err(|error| self.no_token(&slot, error))
    }

    fn no_token(&self, slot: &SlotId, error: NotHanded) -> AdminError {
        let held = |state, until| AdminError::Held {
            slot: slot.clone(),
            state,
            until,
        };
        match error {
            NotHanded::Refused(refusal) if refusal.class == RefusalClass::Locked => {
                held("locked", "a new secret is put in or it is enabled")
            }
            NotHanded::Refused(refusal) if refusal.class == RefusalClass::Disabled => {
                held("disabled", "it is enabled")
            }
            NotHanded::Refused(refusal) if refusal.class.class() == Class::GrantDead => {
                AdminError::Quarantined { slot: slot.clone() }
            }
            NotHanded::Refused(refusal) => AdminError::NoToken {
                class: refusal.class.class().as_str(),
                retry_after_s: self.vendor.wall_wait_s(refusal.retry_after_ms),
            },
            NotHanded::Mid | NotHanded::Scope | NotHanded::NoSlot => AdminError::NotRunning,
        }
    }
}
