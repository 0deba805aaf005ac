//! A wait that cannot be zero, and the back-off between two tries.

use crate::instant::{after, share_ms};
use countersign_model::Timestamp;

/// A wait of at least [`Delay::MIN_MS`]: a hot loop cannot be written (broker rule 2.1; R4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delay(u64);

impl Delay {
    /// The shortest wait there is, milliseconds.
    pub const MIN_MS: u64 = 200;

    /// `ms` milliseconds, or [`Delay::MIN_MS`] if that is more.
    #[must_use]
    pub fn from_ms(ms: u64) -> Delay {
        Delay(ms.max(Delay::MIN_MS))
    }

    /// The wait in milliseconds, never below [`Delay::MIN_MS`].
    #[must_use]
    pub fn ms(self) -> u64 {
        self.0
    }

    /// The instant at which a wait begun at `now` is over.
    #[must_use]
    pub fn after(self, now: Timestamp) -> Timestamp {
        after(now, self.0)
    }
}

/// First step of the back-off, milliseconds (broker rule 2.1).
const STEP_MS: u64 = 1_000;
/// The cap is never below this, milliseconds (broker rule 2.1).
const CAP_MIN_MS: u64 = 5_000;
/// The cap is never above this, milliseconds (broker rule 2.1).
const CAP_MAX_MS: u64 = 60_000;

/// Returns the wait after failure number `fails` (0 for the first): `U(½,1)·min(cap, 1 s·2^fails)`.
///
/// `to_line_ms` is the time left until the token's mandatory line: the cap is a quarter of it,
/// between 5 s and 60 s, so tries grow denser towards the line. `None` means that the line has
/// passed or that there is no token: the cap is 60 s, so tries end up 30 to 60 s apart, for ever.
/// `unit` is the draw, in `0.0..1.0`.
///
/// Source: broker rule 2.1; R041.
#[must_use]
pub fn backoff(fails: u32, to_line_ms: Option<u64>, unit: f64) -> Delay {
    let cap = to_line_ms.map_or(CAP_MAX_MS, |left| (left / 4).clamp(CAP_MIN_MS, CAP_MAX_MS));
    let grown = STEP_MS.saturating_mul(1u64 << fails.min(16));
    Delay::from_ms(share_ms(cap.min(grown), 0.5 + unit.clamp(0.0, 1.0) / 2.0))
}

#[cfg(test)]
mod tests;
