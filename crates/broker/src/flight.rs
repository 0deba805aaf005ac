//! One token request, from the sealed secret to the answer. Its callers may come and go; it flies on.

use crate::books::Armed;
use crate::books::Books;
use crate::bundle::Received;
use crate::driver::Command;
use crate::rotation::{Rotation, step};
use countersign_host::clock::Hold;
use countersign_host::entropy::Entropy;
use countersign_model::Timestamp;
use countersign_model::estate::Grant;
use countersign_model::id::{CredentialId, SlotId};
use countersign_model::mint::MintResult;
use countersign_oauth::answer::Granted;
use countersign_oauth::client::{Exchange, TokenClient};
use countersign_oauth::request::{Presented, Style, TokenRequest};
use countersign_refresh::AttemptId;
use countersign_secret::Secret;
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
    /// How its tokens are got.
    pub grant: Grant,
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
    pub result: Option<MintResult>,
    /// The token, when issued.
    pub grant: Option<Granted>,
    /// The refresh token's side of it, if one was sent.
    pub rotation: Option<Rotation>,
    /// Keeps stepped time still until the answer is applied.
    pub hold: Hold,
}

/// A request by its number, and by the name it has on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its number in this run.
    pub attempt: AttemptId,
    /// Its name: unlike that of any other run.
    pub name: String,
}

/// What all flights share.
#[derive(Clone)]
pub struct Airline {
    /// Chance, for what is sealed on the way.
    pub entropy: Entropy,
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
    pub fn depart(&self, target: Target, named: Named, hold: Hold) {
        let airline = self.clone();
        countersign_host::task::spawn(async move {
            let landing = airline.fly(target, named, hold).await;
            // The driver is gone only when the process ends; then nobody waits for the answer.
            drop(
                airline
                    .driver
                    .send(Command::Landed(Box::new(landing)))
                    .await,
            );
        });
    }

    /// Asks a host for anything at all, without a credential.
    pub fn knock(&self, target: Target, attempt: AttemptId, hold: Hold) {
        let airline = self.clone();
        countersign_host::task::spawn(async move {
            let up = airline.client.knock(&target.token_url).await;
            let slot = target.slot;
            let knocked = Command::Knocked { slot, attempt, up };
            drop(airline.driver.send(knocked).await);
            drop(hold);
        });
    }

    async fn fly(&self, target: Target, named: Named, mut hold: Hold) -> Landing {
        let grounded = |sent_at, hold| Landing {
            slot: target.slot.clone(),
            attempt: named.attempt,
            sent_at,
            result: None,
            grant: None,
            rotation: None,
            hold,
        };
        let Some(secret) = self.secret(&target).await else {
            return grounded(self.clock.now(), hold);
        };
        let armed = match self.arm(&target, &named.name).await {
            Ok(armed) => armed,
            Err(NotArmed) => return grounded(self.clock.now(), hold),
        };
        let sent_at = self.clock.now();
        let request = TokenRequest {
            token_url: &target.token_url,
            style: target.style,
            client_id: &target.client_id,
            client_secret: &secret,
            presented: armed.as_ref().map_or(Presented::Client, |armed| {
                Presented::RefreshToken(&armed.token)
            }),
            account_id: target.mid,
            scope: None,
        };
        let exchange = self.client.exchange(&request).await;
        let told_latency_ms = exchange.told_latency_ms;
        let (result, grant, rotation) = match armed {
            Some(armed) => self.received(&target, armed, sent_at, exchange).await,
            None => (exchange.result, exchange.grant, None),
        };
        if let Some(ms) = told_latency_ms {
            // The simulator told its latency instead of sleeping it: let that much time pass.
            let span = countersign_model::SignedDuration::from_millis(ms.cast_signed());
            let lands_at = sent_at.checked_add(span).unwrap_or(sent_at);
            hold = self.clock.rest_until(lands_at, hold).await;
        }
        Landing {
            slot: target.slot,
            attempt: named.attempt,
            sent_at,
            result: Some(result),
            grant,
            rotation,
            hold,
        }
    }

    async fn secret(&self, target: &Target) -> Option<Secret> {
        match self.books.secret(&target.credential).await {
            Ok(secret) => secret,
            Err(error) => {
                let slot = &target.slot;
                tracing::error!(%slot, error = %error, "the client secret could not be opened");
                None
            }
        }
    }

    /// Writes down that the refresh token is about to be sent, for grants that have one (R6).
    async fn arm(&self, target: &Target, name: &str) -> Result<Option<Armed>, NotArmed> {
        if !target.grant.presents_refresh_token() {
            return Ok(None);
        }
        step("arming");
        let armed = self
            .books
            .grant_arm(&target.credential, name, self.clock.now())
            .await;
        match armed {
            Ok(Some(armed)) => {
                step("armed");
                Ok(Some(armed))
            }
            Ok(None) => Err(NotArmed),
            Err(error) => {
                let slot = &target.slot;
                tracing::error!(%slot, error = %error, "the refresh token was not sent");
                Err(NotArmed)
            }
        }
    }

    /// Puts what has come on disk before anybody is told of it (R3).
    async fn received(
        &self,
        target: &Target,
        armed: Armed,
        sent_at: Timestamp,
        exchange: Exchange,
    ) -> (MintResult, Option<Granted>, Option<Rotation>) {
        let Exchange {
            result,
            grant,
            refresh_token,
            ..
        } = exchange;
        step("answered");
        let Some(refresh) = refresh_token else {
            let rotation = Rotation {
                attempt: armed.attempt,
                refresh: None,
                file: None,
            };
            return (result, grant, Some(rotation));
        };
        let received = Received {
            slot: Some(target.slot.clone()),
            sent_at,
            refresh: refresh.clone(),
            issued: grant.map(|grant| (result.clone(), grant)),
        };
        let names = (&armed.credential, armed.attempt.as_str());
        let spooled = self
            .books
            .spool(names, &armed.key, &received, &self.entropy)
            .await;
        let file = match spooled {
            Ok(file) => Some(file),
            Err(error) => {
                // The database is tried next all the same, for as long as the process lives.
                tracing::error!(error = %error, "an answer could not be put on disk");
                None
            }
        };
        step("spooled");
        let rotation = Rotation {
            attempt: armed.attempt,
            refresh: Some(refresh),
            file,
        };
        let grant = received.issued.map(|(_, grant)| grant);
        (result, grant, Some(rotation))
    }
}

/// The refresh token was not written down as sent, so it is not sent.
struct NotArmed;
