//! The two lines of a token's life: advisory (renewed in the background) and mandatory (readers wait).
//!
//! Everything is a fraction of the life the server told, anchored at the moment the request was
//! sent: a fixed margin would exceed short lives, and our end is never later than the server's.

use crate::instant::{after, before, ms_until, share_ms};
use crate::policy::Policy;
use countersign_model::Timestamp;

/// Longest life believed, milliseconds (broker rule 2.1: 24 h).
const LIFETIME_MS_MAX: u64 = 24 * 3_600_000;
/// Lives below this follow the rule for short ones, milliseconds (broker rule 2.1).
const SHORT_MS: u64 = 120_000;
/// Share of a short life at which it is renewed at the latest (broker rule 2.1).
const SHORT_REFRESH: f64 = 0.5;
/// Share of a short life at which readers wait (broker rule 2.1).
const SHORT_HARD: f64 = 0.9;
/// Lives from here on are renewed [`LONG_MARGIN_MS`] before their end at the latest (design 3.5).
const LONG_MS: u64 = 40 * 60_000;
/// R033: 10 to 15 minutes left, for lives that have them.
const LONG_MARGIN_MS: u64 = 15 * 60_000;
/// Latency up to here is inside the plan, milliseconds; what is beyond widens the margin.
const LATENCY_PLANNED_MS: u64 = 1_000;
/// The margin grows by this many slow answers.
const LATENCY_TRIES: u64 = 3;
/// Widest widening by full throttling, as a share of life.
const THROTTLE_SHARE: f64 = 0.10;
/// Widest widening in all, as a share of life.
const WIDEN_SHARE_MAX: f64 = 0.15;
/// A renewal that is due already waits this long or a quarter of the life (broker rule 2.1).
const FLOOR_MS: u64 = 10_000;

/// What the host has lately been like: widens the margin (R034).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margin {
    /// 99th percentile of the host's answer times, milliseconds.
    pub p99_ms: u64,
    /// Rate the host allows now, as a share of its nominal rate: 1.0 is unthrottled.
    pub rate_ratio: f64,
}

impl Margin {
    /// A host that answers at once and does not throttle.
    pub const CALM: Margin = Margin {
        p99_ms: 0,
        rate_ratio: 1.0,
    };

    /// By how much renewal comes earlier, for a token that lives `lifetime_ms`.
    fn widening_ms(self, lifetime_ms: u64) -> u64 {
        let slow = self
            .p99_ms
            .saturating_sub(LATENCY_PLANNED_MS)
            .saturating_mul(LATENCY_TRIES);
        let missing_rate = (1.0 - self.rate_ratio).clamp(0.0, 1.0);
        let throttled = share_ms(lifetime_ms, missing_rate * THROTTLE_SHARE);
        slow.saturating_add(throttled)
            .min(share_ms(lifetime_ms, WIDEN_SHARE_MAX))
    }
}

/// A token's end and its two lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines {
    /// Life believed, milliseconds.
    pub lifetime_ms: u64,
    /// End of life.
    pub expires_at: Timestamp,
    /// Advisory line.
    pub refresh_at: Timestamp,
    /// Mandatory line.
    pub hard_at: Timestamp,
    /// True if the advisory line had passed when the answer came, and was moved.
    pub too_short: bool,
}

/// Draws the lines of a token whose request was sent at `sent_at` and answered at `now`.
///
/// `lifetime_ms` is clamped to 1 s .. 24 h. `unit` is the jitter's draw, in `0.0..1.0`. The advisory
/// line lies at `f − j·unit` of the life (`f`, `j` from the policy), never later: jitter, slow
/// answers, throttling, a long life or a short one only bring it forward. The mandatory line lies
/// 30 to 60 s (5 % of life) before the end. A short life (< 120 s) is renewed at 50 % and has its
/// mandatory line at 90 %.
///
/// Source: broker rule 2.1, design 3.5; R032, R033, R034, R040, R142, R143.
#[must_use]
pub fn lines(
    sent_at: Timestamp,
    now: Timestamp,
    lifetime_ms: u64,
    policy: &Policy,
    unit: f64,
    margin: Margin,
) -> Lines {
    let lifetime_ms = lifetime_ms.clamp(1_000, LIFETIME_MS_MAX);
    let expires_at = after(sent_at, lifetime_ms);
    let hard_at = after(sent_at, hard_ms(lifetime_ms));
    let planned = after(sent_at, refresh_ms(lifetime_ms, policy, unit, margin));
    let too_short = planned <= now;
    let refresh_at = if too_short {
        after(now, FLOOR_MS.max(lifetime_ms / 4))
    } else {
        planned
    };
    Lines {
        lifetime_ms,
        expires_at,
        refresh_at,
        hard_at,
        too_short,
    }
}

fn hard_ms(lifetime_ms: u64) -> u64 {
    if lifetime_ms < SHORT_MS {
        return share_ms(lifetime_ms, SHORT_HARD);
    }
    lifetime_ms - (lifetime_ms / 20).clamp(30_000, 60_000)
}

fn refresh_ms(lifetime_ms: u64, policy: &Policy, unit: f64, margin: Margin) -> u64 {
    let ratio = policy.refresh_ratio - policy.jitter_ratio * unit.clamp(0.0, 1.0);
    let ratio = if lifetime_ms < SHORT_MS {
        ratio.min(SHORT_REFRESH)
    } else {
        ratio
    };
    let mut at = share_ms(lifetime_ms, ratio);
    if lifetime_ms >= LONG_MS {
        at = at.min(lifetime_ms - LONG_MARGIN_MS);
    }
    at.saturating_sub(margin.widening_ms(lifetime_ms))
        .min(hard_ms(lifetime_ms).saturating_sub(lifetime_ms / 10))
}

/// The least and the greatest share of life at which a calm host's token is renewed, and how long
/// an outage from there it survives, milliseconds: what a policy says about itself.
pub(crate) fn renewal_window(lifetime_ms: u64, policy: &Policy) -> (u64, u64, u64) {
    let lifetime_ms = lifetime_ms.clamp(1_000, LIFETIME_MS_MAX);
    let early = refresh_ms(lifetime_ms, policy, 1.0, Margin::CALM);
    let late = refresh_ms(lifetime_ms, policy, 0.0, Margin::CALM);
    (early, late, lifetime_ms - late)
}

/// When to mint for a job that starts at `at`: within the first half of `max(60 s, 5 % of life)`
/// before it, so that a full lead of retries is left and jobs of one minute do not meet.
///
/// Source: R037, R095, R144.
pub(crate) fn job_due_at(at: Timestamp, lifetime_ms: u64, unit: f64) -> Timestamp {
    let lead_ms = job_lead_ms(lifetime_ms);
    after(
        before(at, lead_ms),
        share_ms(lead_ms, unit.clamp(0.0, 1.0) / 2.0),
    )
}

/// The lead of a job, milliseconds.
pub(crate) fn job_lead_ms(lifetime_ms: u64) -> u64 {
    (lifetime_ms / 20).max(60_000).min(lifetime_ms)
}

/// How long an overdue slot waits after a start, an unlock or an outage, by its draw: up to 60 s
/// and at most half the time left to its mandatory line (broker rule 2.6).
pub(crate) fn slack_ms(now: Timestamp, hard_at: Timestamp, unit: f64) -> u64 {
    share_ms(60_000.min(ms_until(now, hard_at) / 2), unit.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests;
