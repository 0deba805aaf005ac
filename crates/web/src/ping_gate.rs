//! How often a job may ping, and how often somebody may guess keys.

use countersign_model::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Pings in a row of one key.
const BURST: f64 = 30.0;
/// Pings a second of one key, in the long run.
const PER_S: f64 = 1.0;
/// Keys looked up in a row that we do not remember, and a second in the long run: guesses, for the
/// most part.
const NEW_BURST: f64 = 500.0;
const NEW_PER_S: f64 = 50.0;
/// Most keys remembered; then all are forgotten, which costs each a look-up.
const KEYS_MAX: usize = 20_000;

/// Counts pings of the last minutes. Cheap to clone; all clones count together.
#[derive(Clone, Default)]
pub struct PingGate(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    keys: BTreeMap<[u8; 32], Bucket>,
    new: Option<Bucket>,
}

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

impl PingGate {
    /// Whether a ping with a key of this hash may be looked at now.
    pub(crate) fn admits(&self, now: Timestamp, hash: [u8; 32]) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = counts.keys.get_mut(&hash) {
            return known.take(now, BURST, PER_S);
        }
        let new = counts.new.get_or_insert(Bucket::full(now, NEW_BURST));
        if !new.take(now, NEW_BURST, NEW_PER_S) {
            return false;
        }
        if counts.keys.len() >= KEYS_MAX {
            counts.keys.clear();
        }
        counts.keys.insert(hash, Bucket::full(now, BURST - 1.0));
        true
    }

    /// Nobody has this key: its place is for those who do.
    pub(crate) fn forget(&self, hash: [u8; 32]) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.keys.remove(&hash);
    }
}

impl Bucket {
    fn full(now: Timestamp, left: f64) -> Bucket {
        Bucket { left, at: now }
    }

    fn take(&mut self, now: Timestamp, burst: f64, per_s: f64) -> bool {
        let passed = now.duration_since(self.at).as_secs_f64().max(0.0);
        self.left = (self.left + passed * per_s).min(burst);
        self.at = now;
        let is_left = self.left >= 1.0;
        if is_left {
            self.left -= 1.0;
        }
        is_left
    }
}

#[cfg(test)]
mod tests;
