//! Keeps one integration's token: hands on what it has, asks the broker for the next, one request at a
//! time for all who wait, and when the broker is away serves the last one to 5 s before its end.

mod unit;

use crate::agent::held::Held;
use crate::agent::road::{NoToken, Road, now_ms};
use countersign_model::id::IntegrationId;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// After a failure the broker is asked again at the earliest after this, milliseconds: those who waited
/// on a failed request share its answer.
const REST_MS: i64 = 1_000;
/// Longest wait between tries of the prefetch, milliseconds.
const BACKOFF_MS_MAX: i64 = 15_000;
/// Life asked for beyond what a caller needs, seconds: what is kept back of every token, a second to
/// hand on, and one for the way here, so that fractions that are cut leave something.
const KEPT_BACK_S: u64 = 7;

/// One integration's token.
pub(crate) struct Holder {
    /// Whose.
    pub(crate) integration: IntegrationId,
    /// Its MID, once it is known.
    mid: OnceLock<u64>,
    road: Arc<Road>,
    min_ttl_s: u64,
    held: Mutex<Option<Arc<Held>>>,
    flight: tokio::sync::Mutex<Flight>,
    /// Of a consumer whose MID is not known: those it was asked for and got.
    others: unit::Others,
}

/// What became of the last request.
#[derive(Default)]
struct Flight {
    /// The last failure, and when; none after a success.
    failed: Option<(NoToken, i64)>,
    failures: u32,
}

/// A token to hand on, and for how long.
pub(crate) struct Lent {
    pub(crate) held: Arc<Held>,
    pub(crate) expires_in_s: i64,
}

impl Holder {
    /// An empty one. `min_ttl_s`: least life of what it asks for.
    pub(crate) fn new(
        integration: IntegrationId,
        mid: Option<u64>,
        road: Arc<Road>,
        min_ttl_s: u64,
    ) -> Holder {
        Holder {
            integration,
            mid: mid.map(OnceLock::from).unwrap_or_default(),
            road,
            min_ttl_s,
            held: Mutex::default(),
            flight: tokio::sync::Mutex::default(),
            others: unit::Others::default(),
        }
    }

    fn held(&self) -> Option<Arc<Held>> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.clone()
    }

    fn planned(&self) -> Option<Lent> {
        let held = self.held()?;
        let expires_in_s = held.plan_left_s(now_ms());
        let needed = i64::try_from(self.min_ttl_s).unwrap_or(i64::MAX).max(1);
        // One that the broker says will not last is as good as there is: asking again would loop.
        let enough = expires_in_s >= needed || (held.will_not_last && expires_in_s > 0);
        enough.then_some(Lent { held, expires_in_s })
    }

    /// A token to hand on: the one it has, else the broker's next, else the one it has to 5 s before
    /// its end.
    pub(crate) async fn get(&self) -> Result<Lent, NoToken> {
        if let Some(lent) = self.planned() {
            return Ok(lent);
        }
        let mut flight = self.flight.lock().await;
        if let Some(lent) = self.planned() {
            return Ok(lent);
        }
        let rested = |at: &i64| now_ms() - at >= REST_MS;
        let failed = match &flight.failed {
            Some((why, at)) if !rested(at) => Some(why.clone()),
            _ => self.fetch_told(&mut flight).await.err(),
        };
        self.lend(failed)
    }

    /// What it has now, whatever the plan says.
    fn lend(&self, failed: Option<NoToken>) -> Result<Lent, NoToken> {
        let now = now_ms();
        let held = self.held();
        let left = |held: &Held| match failed {
            Some(_) => held.last_left_s(now),
            None => held.plan_left_s(now).max(held.last_left_s(now).min(1)),
        };
        match held.map(|held| (left(&held), held)) {
            Some((expires_in_s, held)) if expires_in_s > 0 => Ok(Lent { held, expires_in_s }),
            _ => Err(failed.unwrap_or_else(|| NoToken {
                retry_after_s: 1,
                ..NoToken::refused("its tokens live too short to be handed on")
            })),
        }
    }

    /// The life to ask for: what a caller needs, and what is kept back, which for the broker's tokens is
    /// seen at the last one.
    fn asked_s(&self) -> u64 {
        let kept_back = self
            .held()
            .map_or(0, |held| (held.valid_ms - held.plan_ms) / 1_000 + 1);
        let kept_back = u64::try_from(kept_back).unwrap_or(0).max(KEPT_BACK_S);
        match self.min_ttl_s {
            0 => KEPT_BACK_S,
            needed => needed.saturating_add(kept_back),
        }
    }

    /// A token for the start of a job: one with at least half of its life, where the broker can renew.
    pub(crate) async fn first(&self) -> Result<Arc<Held>, NoToken> {
        let mut flight = self.flight.lock().await;
        let held = self.fetch(&mut flight, self.asked_s()).await?;
        let half_s = u64::try_from(held.lifetime_ms / 2_000).unwrap_or(0);
        let left_s = u64::try_from(held.valid_left_s(now_ms())).unwrap_or(0);
        if left_s >= half_s || held.will_not_last {
            return Ok(held);
        }
        self.fetch(&mut flight, half_s.max(self.asked_s())).await
    }

    /// The longest-lived token to be had, for a program that cannot ask again: 85 % of a whole life or
    /// more, where the broker can renew.
    pub(crate) async fn longest(&self) -> Result<Arc<Held>, NoToken> {
        let held = self.first().await?;
        let wanted_ms = held.lifetime_ms * 85 / 100;
        if held.valid_left_s(now_ms()) * 1_000 >= wanted_ms {
            return Ok(held);
        }
        let mut flight = self.flight.lock().await;
        let wanted_s = u64::try_from(wanted_ms / 1_000).unwrap_or(0);
        self.fetch(&mut flight, wanted_s).await
    }

    /// Asks the broker, and keeps what it gives.
    async fn fetch(&self, flight: &mut Flight, min_ttl_s: u64) -> Result<Arc<Held>, NoToken> {
        let mid = self.mid.get().copied();
        let asked = self.road.token(self.integration.as_str(), mid, min_ttl_s);
        match asked.await {
            Ok(held) => {
                (flight.failed, flight.failures) = (None, 0);
                let held = Arc::new(held);
                *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&held));
                Ok(held)
            }
            Err(why) => {
                flight.failures = flight.failures.saturating_add(1);
                flight.failed = Some((why.clone(), now_ms()));
                Err(why)
            }
        }
    }

    /// The same, and tells on standard error when tokens stop being had and when they are again.
    async fn fetch_told(&self, flight: &mut Flight) -> Result<Arc<Held>, NoToken> {
        let (id, failed_before) = (self.integration.as_str(), flight.failed.is_some());
        let fetched = self.fetch(flight, self.asked_s()).await;
        let left = self.held().map_or(0, |held| held.last_left_s(now_ms()));
        match &fetched {
            Ok(_) if failed_before => {
                eprintln!("countersign: {id}: tokens are to be had again");
            }
            Err(why) if !failed_before && left > 0 => {
                let words = &why.words;
                eprintln!(
                    "countersign: {id}: {words}; the token at hand is served for {left} s more"
                );
            }
            Err(why) if !failed_before && !why.denied => {
                eprintln!("countersign: {id}: {}; callers are told to wait", why.words);
            }
            _ => {}
        }
        fetched
    }

    /// Remembers that it starts without a token, so that the first one is told of.
    pub(crate) async fn without(&self, why: NoToken) {
        self.flight.lock().await.failed = Some((why, now_ms()));
    }

    /// Fetches ahead, for as long as the process runs: at 75 % of what was received, and with growing
    /// waits while it fails.
    pub(crate) async fn keep(self: Arc<Holder>) {
        loop {
            let wait_ms = {
                let flight = self.flight.lock().await;
                wait_ms(self.held().as_deref(), flight.failures, now_ms())
            };
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
            let mut flight = self.flight.lock().await;
            // What became of it is kept in `flight`, and said.
            drop(self.fetch_told(&mut flight).await);
        }
    }
}

/// How long the prefetch rests: to 75 % of what was received, at least a second; after failures 1, 2, 4,
/// … 15 s.
fn wait_ms(held: Option<&Held>, failures: u32, now_ms: i64) -> u64 {
    let wait = match (failures, held) {
        (0, Some(held)) => held.prefetch_at_ms() - now_ms,
        (0, None) => 0,
        (n, _) => (500_i64 << n.min(6)).min(BACKOFF_MS_MAX),
    };
    let least = if held.is_none() && failures == 0 {
        0
    } else {
        1_000
    };
    u64::try_from(wait.max(least)).unwrap_or(0)
}

#[cfg(test)]
mod tests;
