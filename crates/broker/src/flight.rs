//! One token request, from the sealed secret to the answer. Its callers may come and go; it flies on.

use crate::books::Books;
use crate::driver::Command;
use countersign_host::clock::Hold;
use countersign_model::Timestamp;
use countersign_model::id::{CredentialId, SlotId};
use countersign_oauth::answer::Granted;
use countersign_oauth::client::{Exchange, Style, TokenClient, TokenRequest};
use countersign_refresh::AttemptId;
use std::sync::Arc;
use tokio::sync::mpsc;

/// What a flight needs to know about its slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The slot.
    pub slot: SlotId,
    /// Whose secret.
    pub credential: CredentialId,
    /// OAuth client id.
    pub client_id: String,
    /// Where the request goes.
    pub token_url: String,
    /// How it is written.
    pub style: Style,
    /// MID, for SFMC.
    pub mid: Option<u64>,
}

/// What a flight brings home.
pub struct Landing {
    /// The slot.
    pub slot: SlotId,
    /// Which request.
    pub attempt: AttemptId,
    /// Just before the request was written.
    pub sent_at: Timestamp,
    /// The answer, or `None` if the request could not be made for a reason of our own.
    pub result: Option<countersign_model::mint::MintResult>,
    /// The token, when issued.
    pub grant: Option<Granted>,
    /// Keeps stepped time still until the answer is applied.
    pub hold: Hold,
}

/// What all flights share.
#[derive(Clone)]
pub struct Airline {
    /// The sealed store.
    pub books: Arc<Books>,
    /// The road out.
    pub client: TokenClient,
    /// The house's clock.
    pub clock: countersign_host::clock::Clock,
    /// The way home.
    pub driver: mpsc::Sender<Command>,
}

impl Airline {
    /// Starts a flight nobody has to wait for.
    pub fn depart(&self, target: Target, attempt: AttemptId, hold: Hold) {
        let airline = self.clone();
        countersign_host::task::spawn(async move {
            let landing = airline.fly(target, attempt, hold).await;
            // The driver is gone only when the process ends; then nobody waits for the answer.
            drop(
                airline
                    .driver
                    .send(Command::Landed(Box::new(landing)))
                    .await,
            );
        });
    }

    async fn fly(&self, target: Target, attempt: AttemptId, mut hold: Hold) -> Landing {
        let sent_at = self.clock.now();
        let slot = target.slot.clone();
        let secret = match self.books.secret(&target.credential).await {
            Ok(Some(secret)) => secret,
            Ok(None) => {
                return Landing {
                    slot,
                    attempt,
                    sent_at,
                    result: None,
                    grant: None,
                    hold,
                };
            }
            Err(error) => {
                tracing::error!(%slot, error = %error, "the client secret could not be opened");
                return Landing {
                    slot,
                    attempt,
                    sent_at,
                    result: None,
                    grant: None,
                    hold,
                };
            }
        };
        let request = TokenRequest {
            token_url: &target.token_url,
            style: target.style,
            client_id: &target.client_id,
            client_secret: &secret,
            account_id: target.mid,
            scope: None,
        };
        let Exchange {
            result,
            grant,
            told_latency_ms,
        } = self.client.exchange(&request).await;
        if let Some(ms) = told_latency_ms {
            // The simulator told its latency instead of sleeping it: let that much time pass.
            let span = countersign_model::SignedDuration::from_millis(ms.cast_signed());
            let lands_at = sent_at.checked_add(span).unwrap_or(sent_at);
            hold = self.clock.rest_until(lands_at, hold).await;
        }
        Landing {
            slot,
            attempt,
            sent_at,
            result: Some(result),
            grant,
            hold,
        }
    }
}
