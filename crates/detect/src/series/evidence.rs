//! The three channels of evidence: nothing comes, a trickle is left, half is left.

use super::likelihood::llr;
use countersign_model::Timestamp;
use serde::{Deserialize, Serialize};

/// Most evidence that a channel holds, nats.
pub(super) const MOST: f64 = 80.0;
/// A run of zeros younger than this is a blip, seconds.
pub(super) const SILENCE_MIN_S: u32 = 720;
/// What the other channels may say during a blip, nats.
const BLIP: f64 = 5.0;
/// Above so much evidence a bucket is not learned, nats.
const GATE: f64 = 15.0;
/// But no longer than this in a row, seconds.
const GATE_S: u32 = 36 * 3600;
/// What is left of the flow in each channel.
pub(super) const LEFT: [f64; 3] = [0.001, 0.05, 0.5];

/// One bucket and what was known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bin {
    /// Its start.
    pub(super) start: Timestamp,
    /// Its length, seconds.
    pub(super) interval_s: u32,
    /// Events in it.
    pub(super) seen: f64,
    /// Events expected in it.
    pub(super) expected: f64,
    /// Dispersion at its hour.
    pub(super) dispersion: f64,
    /// What its evidence is worth.
    pub(super) temper: f64,
    /// Whether a partial loss may be told: not on holidays and launches.
    pub(super) is_usual: bool,
}

impl Bin {
    /// Evidence for a partial loss in this bucket alone.
    pub(super) fn half(&self) -> f64 {
        self.temper * llr(self.seen, self.expected, LEFT[2], self.dispersion)
    }
}

/// One channel: evidence, and what came and should have come since it was zero.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Channel {
    /// Nats, from zero to 80.
    pub(super) nats: f64,
    /// Start of the first bucket that added to it.
    pub(super) since: Option<Timestamp>,
    /// Events expected since then.
    pub(super) expected: f32,
    /// Events that came.
    pub(super) seen: f32,
}

impl Channel {
    fn add(&mut self, bin: &Bin, nats: f64) {
        self.nats = (self.nats + nats).clamp(0.0, MOST);
        if self.nats == 0.0 {
            *self = Channel::default();
            return;
        }
        self.since.get_or_insert(bin.start);
        self.expected += bin.expected as f32;
        self.seen += bin.seen as f32;
    }
}

/// Evidence so far.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Evidence {
    silence: Channel,
    trickle: Channel,
    partial: Channel,
    /// Buckets of zero in a row.
    zeros: u32,
    /// Buckets in a row that were not learned.
    gated: u32,
}

impl Evidence {
    /// Takes a bucket. Returns whether it may be learned.
    pub(super) fn take(&mut self, bin: &Bin) -> bool {
        let ratio = |left: f64| llr(bin.seen, bin.expected, left, bin.dispersion);
        self.trickle.add(bin, bin.temper * ratio(LEFT[1]));
        if bin.is_usual {
            self.partial.add(bin, bin.half());
        }
        if bin.seen > 0.0 {
            self.silence = Channel::default();
            self.zeros = 0;
        } else {
            self.silence.add(bin, ratio(LEFT[0]));
            self.zeros = self.zeros.saturating_add(1);
        }
        self.gate(bin.interval_s)
    }

    fn gate(&mut self, interval_s: u32) -> bool {
        if self.trickle.nats <= GATE && self.partial.nats <= GATE {
            self.gated = 0;
            return true;
        }
        if self.gated >= GATE_S / interval_s.max(1) {
            return true;
        }
        self.gated += 1;
        false
    }

    /// Whether zeros came for too short to mean anything.
    fn is_blip(&self, interval_s: u32) -> bool {
        self.zeros > 0 && self.zeros.saturating_mul(interval_s) < SILENCE_MIN_S
    }

    /// What the partial channel gathered is explained.
    pub(super) fn forget_partial(&mut self) {
        self.partial = Channel::default();
    }

    /// Buckets of zero in a row.
    pub(super) fn zeros(&self) -> u32 {
        self.zeros
    }

    /// What the channels say now, nats: silence, trickle, partial.
    pub(super) fn nats(&self, interval_s: u32) -> [f64; 3] {
        match self.is_blip(interval_s) {
            true => [
                0.0,
                self.trickle.nats.min(BLIP),
                self.partial.nats.min(BLIP),
            ],
            false => [self.silence.nats, self.trickle.nats, self.partial.nats],
        }
    }

    /// A channel: 0 silence, 1 trickle, 2 partial.
    pub(super) fn channel(&self, n: usize) -> &Channel {
        [&self.silence, &self.trickle, &self.partial][n]
    }
}

#[cfg(test)]
mod tests;
