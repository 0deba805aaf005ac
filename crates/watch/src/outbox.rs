//! Brings what waits in the outbox to people, at least once, and keeps the trail.
//!
//! Invariant N1: a notice is sent until a channel accepts it or the plan gives up, always under its
//! own id. Deliveries and their retries live in wall time, whatever clock the watch runs on; a first
//! attempt holds a stepped clock for a moment, so that "told at" is the time it was written.

use crate::bell::Bell;
use crate::step;
use countersign_host::clock::{Clock, Hold, wall_now};
use countersign_model::Timestamp;
use countersign_notify::{Channels, DeliveryResult, FailedAttempt, NextAttempt, plan_retry};
use countersign_store::{Delivery, StoreError, WatchStore};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::oneshot;

/// Attempts at the same time, over all channels.
const FLIGHTS_MAX: usize = 256;
/// Attempts at the same time through one channel, so that a slow one leaves room for the others.
const FLIGHTS_PER_CHANNEL_MAX: usize = 2;
/// How long an attempt holds a stepped clock, in wall time.
const HOLD_MAX: Duration = Duration::from_secs(2);
/// Pause after the ledger refused.
const REFUSED_WAIT: Duration = Duration::from_secs(1);

pub(crate) struct Outbox {
    pub(crate) store: WatchStore,
    pub(crate) clock: Clock,
    pub(crate) channels: Channels,
    pub(crate) dashboard_url: Option<String>,
    pub(crate) bell: Bell,
    pub(crate) pipeline: Bell,
    pub(crate) seed: u64,
}

/// Which delivery: channel and notice.
type Key = (String, String);

impl Outbox {
    /// Runs until it is dropped.
    pub(crate) async fn run(self) {
        loop {
            let Err(error) = self.turns().await;
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the outbox is unreadable"
            );
            tokio::time::sleep(REFUSED_WAIT).await;
        }
    }

    async fn turns(&self) -> Result<Infallible, StoreError> {
        let mut flights = FuturesUnordered::new();
        let mut flying: BTreeSet<Key> = BTreeSet::new();
        let mut asked: Vec<oneshot::Sender<()>> = Vec::new();
        let mut holds = vec![self.clock.hold()];
        loop {
            asked.extend(self.bell.askers());
            let now = wall_now();
            for delivery in self.store.notices_due(now, FLIGHTS_PER_CHANNEL_MAX).await? {
                let key = (delivery.channel.clone(), delivery.notice.id.to_string());
                if has_room(&flying, &key) {
                    flying.insert(key.clone());
                    flights.push(self.attempt(key, delivery));
                }
            }
            holds.clear();
            if flying.is_empty() {
                asked.clear();
            }
            let next_at = self.store.notices_next_after(now).await?;
            tokio::select! {
                Some(landed) = flights.next() => {
                    flying.remove(&landed);
                }
                rung = self.bell.listen() => holds = rung,
                () = until(next_at, now) => {}
            }
        }
    }

    /// One attempt and its record. It does not end before the record is durable, so that a ledger
    /// that refuses cannot make us send again and again.
    async fn attempt(&self, key: Key, delivery: Delivery) -> Key {
        let hold = (delivery.attempt == 1).then(|| self.clock.hold());
        let hold = hold.unwrap_or_else(Hold::none);
        step::reached("sending");
        let (result, hold) = held(hold, self.deliver(&delivery)).await;
        step::reached("sent");
        while let Err(error) = self.record(&delivery, &result).await {
            log_unrecorded(&delivery, &error);
            tokio::time::sleep(REFUSED_WAIT).await;
        }
        step::reached("recorded");
        if result == DeliveryResult::Accepted {
            self.pipeline.ring(self.clock.hold());
        }
        drop(hold);
        key
    }

    async fn deliver(&self, delivery: &Delivery) -> DeliveryResult {
        match self.channels.find(&delivery.channel) {
            Some(channel) => {
                let link = self.dashboard_url.as_deref();
                channel.deliver(wall_now(), &delivery.notice, link).await
            }
            None => DeliveryResult::Failed {
                error: "no channel of this name is configured".to_owned(),
                retry_after_ms: None,
            },
        }
    }

    async fn record(&self, delivery: &Delivery, result: &DeliveryResult) -> Result<(), StoreError> {
        let now = wall_now();
        let (notice, channel) = (delivery.notice.id.clone(), delivery.channel.clone());
        let (error, next_at) = match result {
            DeliveryResult::Accepted => {
                tracing::info!(%notice, channel, "notice delivered");
                return self.store.delivery_done(notice, channel, now).await;
            }
            DeliveryResult::Refused { error } => (error, None),
            DeliveryResult::Failed {
                error,
                retry_after_ms,
            } => (error, self.next_attempt(delivery, now, *retry_after_ms)),
        };
        tracing::warn!(%notice, channel, error, ?next_at, "notice not delivered");
        self.store
            .delivery_failed(notice, channel, now, error.clone(), next_at)
            .await
    }

    fn next_attempt(
        &self,
        delivery: &Delivery,
        now: Timestamp,
        retry_after_ms: Option<u64>,
    ) -> Option<Timestamp> {
        let failed = FailedAttempt {
            now,
            attempt: delivery.attempt,
            first_at: delivery.first_at,
            retry_after_ms,
            chance: spread(self.seed, delivery),
        };
        match plan_retry(&failed) {
            NextAttempt::At(at) => Some(at),
            NextAttempt::Never => None,
        }
    }
}

fn log_unrecorded(delivery: &Delivery, error: &StoreError) {
    let (notice, channel) = (&delivery.notice.id, &delivery.channel);
    let error = error as &dyn std::error::Error;
    tracing::error!(error, %notice, channel, "a delivery was not recorded");
}

fn has_room(flying: &BTreeSet<Key>, key: &Key) -> bool {
    let same_channel = flying
        .iter()
        .filter(|(channel, _)| *channel == key.0)
        .count();
    !flying.contains(key) && flying.len() < FLIGHTS_MAX && same_channel < FLIGHTS_PER_CHANNEL_MAX
}

/// Waits for `work`, and lets the clock go on if that takes long.
async fn held<T>(hold: Hold, work: impl Future<Output = T>) -> (T, Hold) {
    let mut work = std::pin::pin!(work);
    match tokio::time::timeout(HOLD_MAX, &mut work).await {
        Ok(result) => (result, hold),
        Err(_) => {
            drop(hold);
            (work.await, Hold::none())
        }
    }
}

async fn until(at: Option<Timestamp>, now: Timestamp) {
    match at {
        None => std::future::pending().await,
        Some(at) => {
            let wait = Duration::try_from(at.duration_since(now)).unwrap_or_default();
            tokio::time::sleep(wait).await;
        }
    }
}

/// A number that differs by delivery and attempt (FNV-1a), so that retries spread.
fn spread(seed: u64, delivery: &Delivery) -> u64 {
    let text = format!(
        "{} {} {}",
        delivery.notice.id, delivery.channel, delivery.attempt
    );
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, mix)
}
