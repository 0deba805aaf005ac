//! Retrievals that read-only consumers began here: only those may they continue, since a request's id
//! says nothing about what it was.

use countersign_host::clock::stopwatch;
use countersign_model::id::ConsumerId;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A retrieval is continued at once; after this it has to be begun anew.
const REMEMBERED: Duration = Duration::from_secs(600);
/// Most remembered; beyond that the oldest is forgotten.
const REQUESTS_MAX: usize = 4_096;
/// Longest id remembered, bytes; the platform's are 36.
const ID_BYTES_MAX: usize = 128;

/// Since when, and objects of which kind.
type Since = (Instant, &'static str);

/// All of them, by who began it and under which id.
#[derive(Default)]
pub(super) struct Begun(Mutex<BTreeMap<(ConsumerId, String), Since>>);

impl Begun {
    /// A retrieval of `kind` has more to give.
    pub(super) fn note(&self, consumer: &ConsumerId, id: &str, kind: &'static str) {
        if id.is_empty() || id.len() > ID_BYTES_MAX {
            return;
        }
        let now = stopwatch();
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if begun.len() >= REQUESTS_MAX {
            begun.retain(|_, (at, _)| now.duration_since(*at) < REMEMBERED);
            let oldest = begun.iter().min_by_key(|(_, (at, _))| *at);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone())
                && begun.len() >= REQUESTS_MAX
            {
                begun.remove(&oldest);
            }
        }
        begun.insert((consumer.clone(), id.to_owned()), (now, kind));
    }

    /// Objects of which kind this consumer's retrieval brings; `None` if it began none of that id.
    pub(super) fn kind(&self, consumer: &ConsumerId, id: &str) -> Option<&'static str> {
        let begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, kind) = begun.get(&(consumer.clone(), id.to_owned()))?;
        (stopwatch().duration_since(*at) < REMEMBERED).then_some(*kind)
    }
}

#[cfg(test)]
mod tests;
