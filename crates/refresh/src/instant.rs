//! Arithmetic on instants in whole milliseconds that neither panics nor wraps.

use countersign_model::{SignedDuration, Timestamp};

/// `ms` milliseconds after `at`; the end of time if that lies beyond it.
pub(crate) fn after(at: Timestamp, ms: u64) -> Timestamp {
    let span = SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX));
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}

/// `ms` milliseconds before `at`; the beginning of time if that lies before it.
pub(crate) fn before(at: Timestamp, ms: u64) -> Timestamp {
    let span = SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX));
    at.checked_sub(span).unwrap_or(Timestamp::MIN)
}

/// Milliseconds from `from` until `to`, rounded up so that waiting them out is enough; 0 if past.
pub(crate) fn ms_until(from: Timestamp, to: Timestamp) -> u64 {
    let nanos = to.duration_since(from).as_nanos();
    u64::try_from(nanos.max(0)).map_or(u64::MAX / 2_000_000, |n| n.div_ceil(1_000_000))
}

/// `share` of `ms`, rounded down; a negative or unreadable product is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped just before"
)]
#[expect(clippy::cast_precision_loss, reason = "lives are far below 2^52 ms")]
pub(crate) fn share_ms(ms: u64, share: f64) -> u64 {
    (ms as f64 * share).clamp(0.0, 9.0e15) as u64
}
