//! Calls that passed through the gateway, counted until they are told once a second: equal ones are
//! one outcome that stands for all of them.

use countersign_model::id::{ConsumerId, CredentialId, IntegrationId};
use countersign_model::outcome::Call;
use papaya::HashMap as Papaya;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Sorts of calls kept apart between two tellings; beyond that, all but who called and the status is
/// left out, so that there are at most this many, and one for each consumer and status.
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
    /// How many, or [`CLOSED`].
    n: AtomicU64,
    latency_ms: AtomicU64,
}

/// It was told, and counts no more: whoever still holds it counts in a new one.
const CLOSED: u64 = 1 << 63;

/// All tallies. Counting takes no lock, and what was told is forgotten.
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
            sort.method = None;
            sort.route = None;
            sort.error_code = None;
            sort.attempt = None;
        }
        loop {
            let tally = pinned.get_or_insert_with(sort.clone(), Arc::default);
            tally.latency_ms.fetch_add(latency_ms, Ordering::Relaxed);
            if tally.n.fetch_add(1, Ordering::Relaxed) & CLOSED == 0 {
                return;
            }
            self.forget(&sort, tally);
        }
    }

    /// What was counted since the last time.
    pub fn take(&self) -> Vec<Counted> {
        let pinned = self.0.pin();
        let counted = pinned.iter().map(|(sort, tally)| {
            let n = tally.n.swap(CLOSED, Ordering::Relaxed) & !CLOSED;
            let sum = tally.latency_ms.load(Ordering::Relaxed);
            self.forget(sort, tally);
            Counted {
                sort: sort.clone(),
                n,
                latency_ms: sum / n.max(1),
            }
        });
        counted.filter(|counted| counted.n > 0).collect()
    }

    /// Takes out a closed tally, and none that stands in its place by now.
    fn forget(&self, sort: &Sort, closed: &Arc<Tally>) {
        let pinned = self.0.pin();
        // Somebody else may have done it.
        pinned
            .remove_if(sort, |_, tally| Arc::ptr_eq(tally, closed))
            .ok();
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
