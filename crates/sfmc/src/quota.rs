//! The throttle of a host: a token bucket, and a block for those who keep knocking.

use jiff::{SignedDuration, Timestamp};

/// Knocks on a closed door are counted over this span.
const KNOCKS_WITHIN: SignedDuration = SignedDuration::from_mins(1);

/// What a host admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Requests a second it sustains; 0 admits all.
    pub(crate) rate_per_s: u64,
    /// Requests it admits at once after a rest.
    pub(crate) burst: u64,
    /// Refused requests within a minute before it blocks; 0 never does.
    pub(crate) knocks_max: u64,
    /// How long it then blocks, seconds.
    pub(crate) block_s: u64,
}

/// What a host says to one more request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Come in.
    Admitted,
    /// Slow down.
    Throttled,
    /// Go away.
    Blocked,
}

/// A host's throttle.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quota {
    /// When it was last asked, and how much was left then; full before the first request.
    level: Option<(Timestamp, f64)>,
    /// When counting knocks began, and how many there were.
    knocks: Option<(Timestamp, u64)>,
    blocked_until: Option<Timestamp>,
}

impl Quota {
    /// Asks for one request.
    pub(crate) fn ask(&mut self, now: Timestamp, limits: Limits) -> Verdict {
        if limits.rate_per_s == 0 {
            return Verdict::Admitted;
        }
        if self.blocked_until.is_some_and(|until| now < until) {
            return Verdict::Blocked;
        }
        if self.take(now, limits) {
            return Verdict::Admitted;
        }
        self.knock(now, limits)
    }

    #[expect(clippy::cast_precision_loss, reason = "rates and bursts are small")]
    fn take(&mut self, now: Timestamp, limits: Limits) -> bool {
        let full = limits.burst.max(1) as f64;
        let level = self.level.map_or(full, |(at, level)| {
            let passed_s = now.duration_since(at).as_secs_f64().max(0.0);
            (level + passed_s * limits.rate_per_s as f64).min(full)
        });
        let admitted = level >= 1.0;
        self.level = Some((now, if admitted { level - 1.0 } else { level }));
        admitted
    }

    fn knock(&mut self, now: Timestamp, limits: Limits) -> Verdict {
        let (since, n) = self
            .knocks
            .filter(|(since, _)| now.duration_since(*since) < KNOCKS_WITHIN)
            .unwrap_or((now, 0));
        self.knocks = Some((since, n + 1));
        if limits.knocks_max == 0 || n < limits.knocks_max {
            return Verdict::Throttled;
        }
        self.knocks = None;
        let span = SignedDuration::from_secs(i64::try_from(limits.block_s).unwrap_or(i64::MAX));
        self.blocked_until = now.checked_add(span).ok();
        Verdict::Blocked
    }
}

#[cfg(test)]
mod tests;
