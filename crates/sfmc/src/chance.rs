//! Chance from a seed: the same seed and the same questions give the same luck.

use std::f64::consts::TAU;

/// Latency of a token request: median 240 ms and 95th percentile 900 ms (demo estate D.8), as the
/// spread of a log-normal distribution: ln(900 / 240) / 1.645.
const LATENCY_SIGMA: f64 = 0.8035;
/// Longest latency that chance gives, milliseconds.
const LATENCY_MS_MAX: f64 = 30_000.0;

/// A source of luck.
#[derive(Debug, Clone)]
pub(crate) struct Chance {
    seed: u64,
    drawn: u64,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance { seed, drawn: 0 }
    }

    /// 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.drawn += 1;
        mixed(
            self.seed
                .wrapping_add(self.drawn.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        )
    }

    /// At least 0 and below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether one of `share` requests is hit; 1 and more always is, and draws nothing.
    pub(crate) fn hits(&mut self, share: f64) -> bool {
        share >= 1.0 || self.unit() < share
    }

    /// A number from 0 to `max`.
    pub(crate) fn up_to(&mut self, max: u64) -> u64 {
        self.bits() % max.saturating_add(1).max(1)
    }

    /// A latency around `median_ms`.
    #[expect(clippy::cast_precision_loss, reason = "a latency is small")]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped before"
    )]
    pub(crate) fn latency_ms(&mut self, median_ms: u64) -> u64 {
        // Box and Muller: two even draws make one normal.
        let (radius, angle) = ((-2.0 * (1.0 - self.unit()).ln()).sqrt(), TAU * self.unit());
        let spread = (LATENCY_SIGMA * radius * angle.cos()).exp();
        (median_ms as f64 * spread).clamp(1.0, LATENCY_MS_MAX) as u64
    }

    /// An id in the form of a GUID.
    pub(crate) fn guid(&mut self) -> String {
        guid(self.bits(), self.bits())
    }
}

/// A GUID that is always the same for a name.
pub(crate) fn guid_of(name: &str) -> String {
    let hash = name.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    guid(mixed(hash), mixed(!hash))
}

fn guid(high: u64, low: u64) -> String {
    let (a, b, c) = (high >> 32, (high >> 16) & 0xFFFF, high & 0xFFFF);
    let (d, e) = (low >> 48, low & 0xFFFF_FFFF_FFFF);
    format!("{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}")
}

/// The output function of SplitMix64.
fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests;
