//! Calls that passed through the gateway, counted until they are told once a second: equal ones are
//! one outcome that stands for all of them.

use countersign_model::id::{ConsumerId, CredentialId, IntegrationId};
use countersign_model::outcome::Call;
use papaya::HashMap as Papaya;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Sorts of calls kept apart; beyond that, where a call came from and its route are left out.
const SORTS_MAX: usize = 10_000;

/// What makes two calls equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sort {
    /// Who made it.
    pub consumer: ConsumerId,
    /// For which integration.
    pub integration: IntegrationId,
    /// With whose token.
    pub credential: CredentialId,
    /// From where.
    pub peer_ip: Option<IpAddr>,
    /// HTTP method.
    pub method: Option<String>,
    /// Route.
    pub route: Option<String>,
    /// Status.
    pub status: Option<u16>,
    /// Error code.
    pub error_code: Option<String>,
    /// Which try.
    pub attempt: Option<u32>,
}

#[derive(Default)]
struct Tally {
    n: AtomicU64,
    latency_ms: AtomicU64,
}

/// All tallies. Counting takes no lock.
#[derive(Default)]
pub struct Calls(Papaya<Sort, Arc<Tally>>);

/// Equal calls since the last telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// What they were.
    pub sort: Sort,
    /// How many.
    pub n: u64,
    /// Their mean latency, milliseconds.
    pub latency_ms: u64,
}

impl Calls {
    /// Counts one call.
    pub fn count(&self, mut sort: Sort, latency_ms: u64) {
        let pinned = self.0.pin();
        if pinned.len() >= SORTS_MAX && pinned.get(&sort).is_none() {
            sort.peer_ip = None;
            sort.route = None;
        }
        let tally = pinned.get_or_insert_with(sort, Arc::default);
        tally.latency_ms.fetch_add(latency_ms, Ordering::Relaxed);
        tally.n.fetch_add(1, Ordering::Relaxed);
    }

    /// What was counted since the last time.
    pub fn take(&self) -> Vec<Counted> {
        let pinned = self.0.pin();
        let counted = pinned.iter().map(|(sort, tally)| {
            let n = tally.n.swap(0, Ordering::Relaxed);
            let sum = tally.latency_ms.swap(0, Ordering::Relaxed);
            Counted {
                sort: sort.clone(),
                n,
                latency_ms: sum / n.max(1),
            }
        });
        counted.filter(|counted| counted.n > 0).collect()
    }
}

impl Counted {
    /// The call as an outcome tells it.
    #[must_use]
    pub fn call(&self) -> Call {
        Call {
            method: self.sort.method.clone(),
            route: self.sort.route.clone(),
            status: self.sort.status,
            error_code: self.sort.error_code.clone(),
            attempt: self.sort.attempt,
            retry_of: None,
            latency_ms: Some(self.latency_ms),
        }
    }
}

#[cfg(test)]
mod tests;
