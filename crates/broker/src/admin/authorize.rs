//! Consents: sent for, exchanged, put in by hand; and the one way past a lost answer.

use super::{Admin, AdminError};
use crate::bundle::Received;
use crate::driver::CredentialChange;
use crate::specs;
use countersign_model::Timestamp;
use countersign_model::estate::{Credential, Estate};
use countersign_model::id::CredentialId;
use countersign_model::mint::MintResult;
use countersign_oauth::client::TokenClient;
use countersign_oauth::request::{Presented, TokenRequest};
use countersign_refresh::{Fate, fate};
use countersign_secret::TokenBytes;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Longest refresh token or code taken, in bytes; SFMC documents 512 for the first.
const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// A consent that was begun: where the person goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The address to open in a browser.
    pub url: String,
    /// Where the provider sends the browser back to; it has to be registered there.
    pub redirect_uri: String,
    /// When the address is no longer good.
    pub ends_at: Timestamp,
}

/// Why a consent brought nothing. `Display` says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    /// The state is none of ours, or not any more.
    #[error("this address was used already, has ended, or was never given out by this broker")]
    UnknownState,
    /// The provider sent the person back without a code.
    #[error("the provider did not consent: {code}")]
    Denied {
        /// Its OAuth error code, or `none`.
        code: String,
    },
    /// The token endpoint refused the code.
    #[error("the token endpoint refused the code: {code}")]
    Refused {
        /// Its OAuth error code or status.
        code: String,
    },
    /// Nothing was sent.
    #[error("the token endpoint could not be reached, and nothing was sent")]
    Unreached,
    /// The code may have been used up.
    #[error("the token endpoint gave no answer that can be used")]
    NoAnswer,
    /// A success without a refresh token.
    #[error("the answer holds no refresh token")]
    NoRefreshToken,
    /// The rest.
    #[error("{0}")]
    Admin(#[from] AdminError),
}

impl Admin {
    /// A brokered credential whose kind is consented to, with its estate.
    async fn consented(&self, id: &CredentialId) -> Result<(Estate, Credential), AdminError> {
        let credential = self.brokered(id).await?;
        let grant = credential.kind.grant();
        if !grant.is_some_and(countersign_model::estate::Grant::presents_refresh_token) {
            return Err(AdminError::NoConsent {
                credential: id.clone(),
            });
        }
        if self.books.secret_version(id).await?.is_none() {
            return Err(AdminError::NoClientSecret {
                credential: id.clone(),
            });
        }
        Ok((self.estate().await?, credential))
    }

    /// Begins a consent: the address a person opens. `base_url` is where this broker is reached by
    /// that person's browser.
    ///
    /// # Errors
    /// [`AdminError::Unknown`], [`AdminError::Observed`], [`AdminError::NoConsent`],
    /// [`AdminError::NoClientSecret`], [`AdminError::NotRunning`].
    pub async fn authorize(
        &self,
        id: &CredentialId,
        base_url: &str,
        actor: &str,
    ) -> Result<Begun, AdminError> {
        let (estate, credential) = self.consented(id).await?;
        if self.consents.client.is_none() {
            return Err(AdminError::NotRunning);
        }
        let no_slot = || AdminError::NoSlot {
            credential: id.clone(),
        };
        let address = specs::authorize_url(&estate, &credential).ok_or_else(no_slot)?;
        let redirect_uri = format!("{}/oauth/callback", base_url.trim_end_matches('/'));
        let asked = self
            .consents
            .begin(id.clone(), redirect_uri.clone(), &self.entropy);
        self.books
            .note("credential.consent_asked", id.as_str(), actor, self.now())
            .await?;
        let scope = credential.scopes.join(" ");
        let mut query = vec![
            ("response_type", "code"),
            (
                "client_id",
                credential.client_id.as_deref().unwrap_or_default(),
            ),
            ("redirect_uri", &redirect_uri),
            ("state", &asked.state),
            ("code_challenge", &asked.challenge),
            ("code_challenge_method", "S256"),
        ];
        if !scope.is_empty() {
            query.push(("scope", &scope));
        }
        let query = serde_urlencoded::to_string(query).expect("pairs of texts can be encoded");
        Ok(Begun {
            url: format!("{address}?{query}"),
            redirect_uri,
            ends_at: asked.ends_at,
        })
    }

    /// The provider sent a person back without a code; the consent is over.
    #[must_use]
    pub fn consent_denied(&self, state: &str, code: &str) -> (ConsentError, Option<CredentialId>) {
        let shaped = !code.is_empty()
            && code.len() <= 64
            && code
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        match self.consents.take(state) {
            Some(pending) => {
                let code = if shaped { code } else { "none" }.to_owned();
                (ConsentError::Denied { code }, Some(pending.credential))
            }
            None => (ConsentError::UnknownState, None),
        }
    }

    /// Exchanges the code of a consent and seals the refresh token it brings. Goes on when the caller
    /// goes away: the code works once.
    ///
    /// # Errors
    /// [`ConsentError`], with the credential if the state named one.
    pub async fn consent_given(
        self: &Arc<Admin>,
        state: &str,
        code: TokenBytes,
    ) -> Result<CredentialId, (ConsentError, Option<CredentialId>)> {
        let Some(pending) = self.consents.take(state) else {
            return Err((ConsentError::UnknownState, None));
        };
        let id = pending.credential.clone();
        let (done, answer) = oneshot::channel();
        let admin = Arc::clone(self);
        countersign_host::task::spawn(async move {
            // Whoever asked may be gone; the token is sealed all the same.
            drop(done.send(admin.exchange_code(pending, code).await));
        });
        match answer.await {
            Ok(Ok(())) => Ok(id),
            Ok(Err(error)) => Err((error, Some(id))),
            Err(_) => Err((ConsentError::NoAnswer, Some(id))),
        }
    }

    async fn exchange_code(
        &self,
        pending: crate::consent::Pending,
        code: TokenBytes,
    ) -> Result<(), ConsentError> {
        let id = pending.credential;
        if code.is_empty() || code.len() > TOKEN_BYTES_MAX {
            return Err(ConsentError::UnknownState);
        }
        let (estate, credential) = self.consented(&id).await?;
        let client = self.consents.client.clone().ok_or(AdminError::NotRunning)?;
        let target =
            specs::code_target(&estate, &credential).ok_or_else(|| AdminError::NoSlot {
                credential: id.clone(),
            })?;
        let books = &self.books;
        let secret = books.secret(&id).await.map_err(AdminError::from)?;
        let key = books.spool_key(&id).await.map_err(AdminError::from)?;
        let (Some(secret), Some(key)) = (secret, key) else {
            return Err(AdminError::NoClientSecret { credential: id }.into());
        };
        let noted = books.note("credential.code_sent", id.as_str(), "broker", self.now());
        noted.await.map_err(AdminError::from)?;
        let sent_at = self.now();
        let (token_url, style) = &target;
        let request = TokenRequest {
            token_url,
            style: *style,
            client_id: credential.client_id.as_deref().unwrap_or_default(),
            client_secret: &secret,
            presented: Presented::Code {
                code: &code,
                redirect_uri: &pending.redirect_uri,
                verifier: &pending.verifier,
            },
            account_id: None,
            scope: None,
        };
        let refresh = refresh_token(&client, &request).await?;
        let received = Received {
            slot: None,
            sent_at,
            refresh: refresh.clone(),
            issued: None,
        };
        let attempt = format!("consent.{:016x}", self.entropy.u64());
        let spooled = books.spool((&id, &attempt), &key, &received, &self.entropy);
        let file = spooled.await.map_err(AdminError::from)?;
        self.take_in(&credential, refresh, "consent").await?;
        books.spool_done(file).await;
        Ok(())
    }

    /// Seals a refresh token and sets its slots going.
    async fn take_in(
        &self,
        credential: &Credential,
        token: TokenBytes,
        actor: &str,
    ) -> Result<(), AdminError> {
        let now = self.now();
        self.books.grant_put(credential, token, actor, now).await?;
        self.tell_credential(&credential.id, CredentialChange::Authorized)
            .await?;
        // The first refresh token makes the slot; a later one finds it waiting.
        self.reload().await
    }

    /// Seals a refresh token that a person holds already.
    ///
    /// # Errors
    /// As [`Admin::authorize`], and [`AdminError::Field`].
    pub async fn refresh_token_put(
        &self,
        id: &CredentialId,
        token: TokenBytes,
        actor: &str,
    ) -> Result<(), AdminError> {
        let (_, credential) = self.consented(id).await?;
        let graphic = token.expose(|bytes| bytes.iter().all(u8::is_ascii_graphic));
        if token.is_empty() || token.len() > TOKEN_BYTES_MAX || !graphic {
            let why = "it must be 1 to 16384 characters without blanks or line breaks".to_owned();
            return Err(AdminError::Field {
                field: "refresh_token",
                why,
            });
        }
        self.take_in(&credential, token, actor).await
    }

    /// Allows one more send of a refresh token that waits for a person. If it was used after all, its
    /// provider may revoke the grant.
    ///
    /// # Errors
    /// As [`Admin::authorize`], and [`AdminError::NotInDoubt`] if it does not wait.
    pub async fn replay_once(&self, id: &CredentialId, actor: &str) -> Result<(), AdminError> {
        self.consented(id).await?;
        let grants = self.books.grants().await?;
        let known = grants.into_iter().find(|(credential, _)| credential == id);
        if !known.is_some_and(|(_, state)| state.waits_for_person()) {
            return Err(AdminError::NotInDoubt {
                credential: id.clone(),
            });
        }
        self.books.grant_replay(id, actor, self.now()).await?;
        self.tell_credential(id, CredentialChange::ReplayAllowed)
            .await
    }
}

/// One exchange of a code; the refresh token it brings.
async fn refresh_token(
    client: &TokenClient,
    request: &TokenRequest<'_>,
) -> Result<TokenBytes, ConsentError> {
    let exchange = client.exchange(request).await;
    if let Some(token) = exchange.refresh_token {
        return Ok(token);
    }
    Err(match (fate(&exchange.result, false), exchange.result) {
        (Fate::Answered, _) => ConsentError::NoRefreshToken,
        (Fate::Unspent | Fate::Refused, MintResult::Refused { status, error, .. }) => {
            let code = error.unwrap_or_else(|| status.to_string());
            ConsentError::Refused { code }
        }
        (Fate::Unspent, _) => ConsentError::Unreached,
        (_, _) => ConsentError::NoAnswer,
    })
}
