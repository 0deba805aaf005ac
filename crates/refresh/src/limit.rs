//! How fast one auth host is asked: a token bucket that halves when the host throttles.
//!
//! Broker rule 2.6: default 5 per second with a burst of 10; 429 halves the rate (not below 0.2 per
//! second), +10 % of the nominal rate each 30 s; after an outage 1, 2, 4, 8 per second. A burst is
//! for a handful that fall due together: a backlog longer than the burst is paced from its first
//! request, so that the end of an outage is no storm (R4).

use crate::instant::{after, ms_until};
use countersign_model::Timestamp;

/// The rate is never cut below this, requests per second.
const RATE_MIN: f64 = 0.2;
/// Share of the nominal rate regained per step.
const REGAIN_SHARE: f64 = 0.1;
/// Length of a step of regaining, milliseconds.
const REGAIN_MS: u64 = 30_000;
/// Tolerance for sums of fractions.
const WHOLE: f64 = 1.0 - 1e-6;

/// Token bucket of one host.
#[derive(Debug)]
pub(crate) struct Bucket {
    nominal: f64,
    rate: f64,
    burst: f64,
    level: f64,
    at: Timestamp,
    cut_at: Option<Timestamp>,
    regained_at: Timestamp,
    ramp_from: Option<Timestamp>,
}

impl Bucket {
    pub(crate) fn new(nominal: f64, burst: u32, now: Timestamp) -> Bucket {
        let burst = f64::from(burst);
        Bucket {
            nominal,
            rate: nominal,
            burst,
            level: burst,
            at: now,
            cut_at: None,
            regained_at: now,
            ramp_from: None,
        }
    }

    /// Rate allowed now, requests per second.
    pub(crate) fn rate(&self, now: Timestamp) -> f64 {
        match self.ramp_from {
            Some(from) => self.rate.min(ramp(ms_until(from, now))),
            None => self.rate,
        }
    }

    /// Rate allowed now as a share of the nominal one, without the ramp.
    pub(crate) fn rate_ratio(&self) -> f64 {
        self.rate / self.nominal
    }

    /// Another nominal rate is known.
    pub(crate) fn set_nominal(&mut self, nominal: f64) {
        self.rate = (self.rate_ratio() * nominal).max(RATE_MIN.min(nominal));
        self.nominal = nominal;
    }

    /// The instant at which a request may leave, `now` if at once; `backlog` requests wait.
    pub(crate) fn ready_at(&mut self, now: Timestamp, backlog: usize) -> Timestamp {
        self.refill(now);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a queue is far shorter than 2^52"
        )]
        let long = backlog as f64 > self.burst;
        if long {
            self.level = self.level.min(1.0);
        }
        if self.level >= WHOLE {
            return now;
        }
        let rate = self.rate(now).max(RATE_MIN.min(self.nominal));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small"
        )]
        let wait_ms = ((1.0 - self.level) / rate * 1_000.0).ceil() as u64;
        after(now, wait_ms.max(1))
    }

    /// One request leaves.
    pub(crate) fn take(&mut self) {
        self.level = (self.level - 1.0).max(0.0);
    }

    /// The host throttled a request sent at `sent_at`. Halves the rate once per round: answers to
    /// requests sent before the last cut say nothing new. True if it was cut.
    pub(crate) fn cut(&mut self, now: Timestamp, sent_at: Timestamp) -> bool {
        if self.cut_at.is_some_and(|at| sent_at <= at) {
            return false;
        }
        self.refill(now);
        self.rate = (self.rate / 2.0).max(RATE_MIN.min(self.nominal));
        self.level = 0.0;
        self.cut_at = Some(now);
        self.regained_at = now;
        true
    }

    /// The host is back after an outage: begin slowly.
    pub(crate) fn ramp(&mut self, now: Timestamp) {
        self.refill(now);
        self.ramp_from = Some(now);
        self.level = 1.0;
    }

    /// The clock stepped: spans begun before it mean nothing.
    pub(crate) fn rebase(&mut self, now: Timestamp) {
        self.at = now;
        self.regained_at = now;
        self.cut_at = self.cut_at.map(|_| now);
        self.ramp_from = None;
    }

    #[expect(clippy::cast_precision_loss, reason = "spans are far below 2^52 ms")]
    fn refill(&mut self, now: Timestamp) {
        let steps = ms_until(self.regained_at, now) / REGAIN_MS;
        if steps > 0 {
            self.rate = (self.rate + self.nominal * REGAIN_SHARE * steps as f64).min(self.nominal);
            self.regained_at = after(self.regained_at, steps * REGAIN_MS);
        }
        let nanos = now.duration_since(self.at).as_nanos().max(0);
        self.level = (self.level + self.rate(now) * (nanos as f64 / 1e9)).min(self.burst);
        self.at = self.at.max(now);
        if self
            .ramp_from
            .is_some_and(|from| ramp(ms_until(from, now)) >= self.nominal)
        {
            self.ramp_from = None;
        }
    }
}

/// 1, 2, 4, 8, … requests per second, doubling each second.
fn ramp(since_ms: u64) -> f64 {
    let doublings = u32::try_from((since_ms / 1_000).min(20)).unwrap_or(20);
    f64::from(1u32 << doublings)
}

#[cfg(test)]
mod tests;
