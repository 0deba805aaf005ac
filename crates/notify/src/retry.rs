//! When a delivery that failed is tried again. Pure: time and chance are arguments.

use countersign_model::{SignedDuration, Timestamp};

/// Wait after the first failure, before jitter.
const FIRST_WAIT_MS: i64 = 2_000;
/// Longest wait between attempts: a receiver that heals hears of us within this.
const WAIT_MS_MAX: i64 = 300_000;
/// Longest `Retry-After` that is honoured; an incident cannot wait longer.
const RETRY_AFTER_MS_MAX: i64 = 3_600_000;
/// For so long after the first failure a delivery is tried; then it is given up, visibly. Standard
/// Webhooks asks for days.
const TRY_FOR: SignedDuration = SignedDuration::from_hours(72);

/// An attempt that failed and may be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedAttempt {
    /// The time now, wall time.
    pub now: Timestamp,
    /// Number of the attempt that failed, 1 for the first.
    pub attempt: u32,
    /// When the first attempt failed; `None` if this is it.
    pub first_at: Option<Timestamp>,
    /// What the receiver asked for in `Retry-After`, milliseconds.
    pub retry_after_ms: Option<u64>,
    /// Any number; spreads receivers' load (invariant R4).
    pub chance: u64,
}

/// What follows a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextAttempt {
    /// Tried again then.
    At(Timestamp),
    /// Given up.
    Never,
}

/// Decides what follows: 2 s doubling to 5 min, drawn from its upper half, never sooner than the
/// receiver asked for (at most 1 h), for 72 h.
#[must_use]
pub fn plan_retry(failed: &FailedAttempt) -> NextAttempt {
    let asked = failed
        .retry_after_ms
        .map_or(0, |ms| i64::try_from(ms).unwrap_or(i64::MAX));
    let wait_ms = drawn_wait_ms(failed).max(asked.min(RETRY_AFTER_MS_MAX));
    let give_up_at = failed.first_at.unwrap_or(failed.now).checked_add(TRY_FOR);
    let next = failed.now.checked_add(SignedDuration::from_millis(wait_ms));
    match (next, give_up_at) {
        (Ok(next), Ok(give_up_at)) if next <= give_up_at => NextAttempt::At(next),
        _ => NextAttempt::Never,
    }
}

fn drawn_wait_ms(failed: &FailedAttempt) -> i64 {
    let doublings = failed.attempt.saturating_sub(1).min(16);
    let full = (FIRST_WAIT_MS << doublings).min(WAIT_MS_MAX);
    let half = full / 2;
    let share = i64::try_from(failed.chance % 1_001).unwrap_or(0);
    half + half * share / 1_000
}

#[cfg(test)]
mod tests;
