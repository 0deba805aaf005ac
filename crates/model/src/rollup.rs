//! What many outcomes came to in one minute or hour, when they themselves are no longer kept.

use crate::Timestamp;
use crate::id::IntegrationId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Upper ends of the latency buckets, in ms, each included; what took longer is in one more bucket.
pub const LATENCY_MS: [u64; 12] = [
    10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000,
];

/// Latencies, counted into the buckets of [`LATENCY_MS`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Latency([u64; LATENCY_MS.len() + 1]);

impl Latency {
    /// Counts `n` answers that took `latency_ms` each.
    pub fn add(&mut self, latency_ms: u64, n: u64) {
        let bucket = LATENCY_MS.partition_point(|end| *end < latency_ms);
        self.0[bucket] = self.0[bucket].saturating_add(n);
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Latency) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine = mine.saturating_add(theirs);
        }
    }

    /// The counts, in the order of the buckets.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.0
    }

    /// The end of the bucket, in ms, in which the answer lies that `share` (0.0 to 1.0) of all were at
    /// most as slow as; `None` if nothing was measured, or if it is slower than the last end.
    #[must_use]
    pub fn quantile_ms(&self, share: f64) -> Option<u64> {
        let total = self.0.iter().fold(0, |sum: u64, n| sum.saturating_add(*n));
        let wanted = ((total as f64 * share).ceil() as u64).clamp(1, total.max(1));
        let mut sum: u64 = 0;
        let bucket = self.0.iter().position(|n| {
            sum = sum.saturating_add(*n);
            sum >= wanted
        });
        bucket.and_then(|bucket| LATENCY_MS.get(bucket).copied())
    }
}

/// Counts of exchanges: calls, token requests, probes and runs of jobs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// All of them, with those below.
    pub calls: u64,
    /// Those that said that they were a retry.
    pub retries: u64,
    /// Those that failed, by class; `other` where no class fits.
    pub failures: BTreeMap<String, u64>,
    /// How long they took, as far as they said.
    pub latency: Latency,
}

impl Tally {
    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Tally) {
        self.calls = self.calls.saturating_add(other.calls);
        self.retries = self.retries.saturating_add(other.retries);
        for (class, n) in &other.failures {
            let mine = self.failures.entry(class.clone()).or_default();
            *mine = mine.saturating_add(*n);
        }
        self.latency.merge(&other.latency);
    }
}

/// How many an integration made in one minute or hour to one family of endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollup {
    /// Start of the minute or hour, in UTC.
    pub at: Timestamp,
    /// Whose.
    pub integration: IntegrationId,
    /// `token`, `probe`, `run`, or the first segment of the routes called; empty if they named none.
    pub family: String,
    /// The counts.
    pub tally: Tally,
}

#[cfg(test)]
mod tests;
