//! Routes on which a consumer was refused with one token and with the next: what is refused there is
//! the route, for want of a scope, and not the token.

use super::trip::Trip;
use countersign_host::clock::stopwatch;
use countersign_model::id::ConsumerId;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Afterwards it is tried anew: a scope may have been given.
const REMEMBERED: Duration = Duration::from_secs(600);
/// Most remembered; beyond that all are forgotten.
const SPOTS_MAX: usize = 4_096;

/// A consumer on a route.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    consumer: ConsumerId,
    method: String,
    route: String,
}

impl Spot {
    pub(super) fn of(trip: &Trip<'_>) -> Spot {
        Spot {
            consumer: trip.passenger.consumer.clone(),
            method: trip.parts.method.to_string(),
            route: trip.route(),
        }
    }
}

/// All of them. Looked at only when a call was refused.
#[derive(Default)]
pub(super) struct Forbidden(Mutex<BTreeMap<Spot, Instant>>);

impl Forbidden {
    pub(super) fn holds(&self, spot: &Spot) -> bool {
        let spots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = spots.get(spot);
        noted.is_some_and(|at| stopwatch().duration_since(*at) < REMEMBERED)
    }

    /// Notes a spot; one that is known keeps its time.
    pub(super) fn note(&self, spot: Spot) {
        let mut spots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spots.len() >= SPOTS_MAX {
            spots.clear();
        }
        let now = stopwatch();
        spots.retain(|_, at| now.duration_since(*at) < REMEMBERED);
        spots.entry(spot).or_insert(now);
    }
}
