//! Who may ask for which token. Keys are 256 random bits and looked up by their HMAC: no slow hash
//! on the hot path (design 3.7).

mod claims;
mod seen;

use countersign_model::Timestamp;
use countersign_model::estate::VendMode;
use countersign_model::id::{ConsumerId, CredentialId, IntegrationId};
use ipnet::IpNet;
use papaya::HashMap as Papaya;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A program that asks for tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Consumer {
    /// Its id: the `client_id` it sends.
    pub id: ConsumerId,
    /// The integration it belongs to.
    pub integration: IntegrationId,
    /// The credential behind it.
    pub credential: CredentialId,
    /// MID it gets when it names none.
    pub default_mid: u64,
    /// MIDs it may name.
    pub mids: Vec<u64>,
    /// Scopes it may name; empty: all of the slot.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Least life of a token it is handed, seconds.
    #[serde(default)]
    pub min_ttl_s: u64,
    /// When its key ends.
    pub ends_at: Option<Timestamp>,
    /// Addresses it may call from; empty: any.
    #[serde(default)]
    pub sources: Vec<IpNet>,
    /// What it is handed.
    #[serde(default)]
    pub vend: VendMode,
    /// Through the gateway it only reads what the allow-list names, and sees no contacts.
    #[serde(default)]
    pub read_only: bool,
    /// The gateway sends a refused write once more with another token.
    #[serde(default = "yes")]
    pub resends_writes: bool,
}

fn yes() -> bool {
    true
}

impl Consumer {
    /// Whether its key may be used from `peer` at `now`.
    #[must_use]
    pub fn admits(&self, now: Timestamp, peer: Option<IpAddr>) -> bool {
        let lives = self.ends_at.is_none_or(|ends| now < ends);
        let near = self.sources.is_empty()
            || peer.is_some_and(|peer| {
                self.sources
                    .iter()
                    .any(|net| net.contains(&peer.to_canonical()))
            });
        lives && near
    }

    /// Whether it may name this MID.
    #[must_use]
    pub fn may_act_in(&self, mid: u64) -> bool {
        mid == self.default_mid || self.mids.contains(&mid)
    }
}

/// A consumer and what it did since it was last accounted for.
pub struct Known {
    /// Who.
    pub consumer: Consumer,
    /// Tokens handed out.
    pub vended: AtomicU64,
    /// Requests answered without a token.
    pub refused: AtomicU64,
}

pub use claims::Claim;
use claims::Claims;
pub use seen::{Seen, Sight};

/// The HMAC under which a key is kept.
pub type Lookup = Arc<dyn Fn(&[u8]) -> [u8; 32] + Send + Sync>;

/// All consumers, by the HMAC of their key. Reads take no lock.
pub struct Registry {
    hmac: Lookup,
    known: Papaya<[u8; 32], Arc<Known>>,
    named: Papaya<ConsumerId, Arc<Known>>,
    /// Requests with an unknown, revoked or misplaced key.
    strangers: AtomicU64,
    claims: Claims,
    seen: Seen,
}

impl Registry {
    /// An empty registry.
    #[must_use]
    pub fn new(hmac: Lookup) -> Registry {
        Registry {
            hmac,
            known: Papaya::new(),
            named: Papaya::new(),
            strangers: AtomicU64::new(0),
            claims: Claims::default(),
            seen: Seen::default(),
        }
    }

    /// When who was last seen, as far as it was accounted for.
    #[must_use]
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// The HMAC under which a key is kept.
    #[must_use]
    pub fn lookup(&self, key: &[u8]) -> [u8; 32] {
        (self.hmac)(key)
    }

    /// Adds a consumer, or replaces it.
    pub fn put(&self, lookup: [u8; 32], consumer: Consumer) {
        let known = Known {
            consumer,
            vended: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        };
        let known = Arc::new(known);
        self.named
            .pin()
            .insert(known.consumer.id.clone(), Arc::clone(&known));
        self.known.pin().insert(lookup, known);
    }

    /// Takes a consumer out.
    pub fn remove(&self, id: &ConsumerId) {
        self.known.pin().retain(|_, known| known.consumer.id != *id);
        self.named.pin().remove(id);
    }

    /// Finds who sent this id and key from `peer`. One answer for unknown, revoked, ended and
    /// misplaced; each is counted, none locks anybody out.
    pub fn find(
        &self,
        id: &str,
        key: &str,
        now: Timestamp,
        peer: Option<IpAddr>,
    ) -> Option<Arc<Known>> {
        let known = self.known.pin().get(&self.lookup(key.as_bytes())).cloned();
        let admitted = known
            .filter(|known| known.consumer.id.as_str() == id && known.consumer.admits(now, peer));
        if admitted.is_none() {
            self.strangers.fetch_add(1, Ordering::Relaxed);
            if let Some(claimed) = self.named.pin().get(id) {
                self.claims.count(Arc::clone(claimed), peer);
            }
        }
        admitted
    }

    /// The consumer of that id, whose bearer was verified.
    #[must_use]
    pub fn by_id(&self, id: &ConsumerId) -> Option<Arc<Known>> {
        self.named.pin().get(id).cloned()
    }

    /// Who was claimed to be asking, with a key that was not accepted, since the last call. They are among
    /// the strangers of [`Registry::take_counts`] too.
    #[must_use]
    pub fn take_claims(&self) -> Vec<Claim> {
        self.claims.take()
    }

    /// What everybody did since the last call: (consumer, vended, refused), and strangers.
    #[must_use]
    pub fn take_counts(&self) -> (Vec<(Arc<Known>, u64, u64)>, u64) {
        let take = |count: &AtomicU64| count.swap(0, Ordering::Relaxed);
        let pinned = self.known.pin();
        let busy = pinned
            .values()
            .map(|known| (Arc::clone(known), take(&known.vended), take(&known.refused)))
            .filter(|(_, vended, refused)| vended + refused > 0)
            .collect();
        (busy, take(&self.strangers))
    }
}

#[cfg(test)]
mod tests;
