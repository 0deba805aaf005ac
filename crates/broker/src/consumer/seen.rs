//! When a consumer last asked: what `connect` waits for and `leave` checks. Kept in memory, written
//! by the accounts once a second, so that the hot path counts and nothing more.

use super::Consumer;
use countersign_model::Timestamp;
use countersign_model::id::{ConsumerId, IntegrationId};
use papaya::HashMap as Papaya;
use std::sync::atomic::{AtomicU64, Ordering};

/// What was seen of one consumer since this process started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// The integration it belongs to.
    pub integration: IntegrationId,
    /// Tokens handed out.
    pub vended: u64,
    /// Requests answered without a token.
    pub refused: u64,
    /// The last token, to the second.
    pub last_vended_at: Option<Timestamp>,
    /// The last refusal, to the second.
    pub last_refused_at: Option<Timestamp>,
}

/// Everybody that was seen since this process started; a revoked consumer stays in it.
#[derive(Default)]
pub struct Seen {
    consumers: Papaya<ConsumerId, Sight>,
    operator: Papaya<IntegrationId, Timestamp>,
    strangers: AtomicU64,
}

impl Seen {
    /// Adds what `consumer` did up to `now`.
    pub fn counted(&self, consumer: &Consumer, vended: u64, refused: u64, now: Timestamp) {
        let at = |n: u64, before: Option<Timestamp>| if n > 0 { Some(now) } else { before };
        let pinned = self.consumers.pin();
        let before = pinned.get(&consumer.id);
        let sight = Sight {
            integration: consumer.integration.clone(),
            vended: before.map_or(0, |sight| sight.vended) + vended,
            refused: before.map_or(0, |sight| sight.refused) + refused,
            last_vended_at: at(vended, before.and_then(|sight| sight.last_vended_at)),
            last_refused_at: at(refused, before.and_then(|sight| sight.last_refused_at)),
        };
        pinned.insert(consumer.id.clone(), sight);
    }

    /// Notes that people's commands were handed a token of `integration`.
    pub fn operator(&self, integration: &IntegrationId, now: Timestamp) {
        self.operator.pin().insert(integration.clone(), now);
    }

    /// Adds requests with an unknown, revoked or misplaced key.
    pub fn strangers(&self, n: u64) {
        self.strangers.fetch_add(n, Ordering::Relaxed);
    }

    /// When people's commands last got a token of an integration.
    #[must_use]
    pub fn operator_at(&self, integration: &IntegrationId) -> Option<Timestamp> {
        self.operator.pin().get(integration).copied()
    }

    /// All consumers that were seen, by id.
    #[must_use]
    pub fn all(&self) -> Vec<(ConsumerId, Sight)> {
        let pinned = self.consumers.pin();
        let mut all: Vec<_> = pinned
            .iter()
            .map(|(id, sight)| (id.clone(), sight.clone()))
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    /// Requests with an unknown, revoked or misplaced key.
    #[must_use]
    pub fn strangers_n(&self) -> u64 {
        self.strangers.load(Ordering::Relaxed)
    }
}
