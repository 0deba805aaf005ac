//! Runs of scheduled flows.

use super::broker::Held;
use countersign_model::{SignedDuration, Timestamp};

/// A run that gets nowhere gives up after this many minutes.
const GIVES_UP_MIN: i64 = 4;

/// A run under way.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    pub(crate) flow: usize,
    pub(crate) started_at: Timestamp,
    pub(crate) minutes: u32,
    /// Calls it means to make.
    calls: u64,
    asked: u64,
    pub(crate) ok: u64,
    pub(crate) failed: u64,
    pub(crate) without_token: u64,
    /// It keeps the token it began with.
    pub(crate) overruns: bool,
    pub(crate) held: Option<Held>,
}

impl Running {
    pub(crate) fn new(flow: usize, started_at: Timestamp, minutes: u32, calls: u64) -> Running {
        Running {
            flow,
            started_at,
            minutes,
            calls,
            asked: 0,
            ok: 0,
            failed: 0,
            without_token: 0,
            overruns: false,
            held: None,
        }
    }

    /// When it ends if nothing stops it, or when it gives up.
    pub(crate) fn ends_at(&self) -> Timestamp {
        let whole = i64::from(self.minutes);
        let vain = self.ok == 0 && self.failed + self.without_token > 0;
        let minutes = if vain { whole.min(GIVES_UP_MIN) } else { whole };
        self.started_at + SignedDuration::from_mins(minutes)
    }

    /// Calls to make until `to`, spread evenly over the run.
    pub(crate) fn calls_until(&mut self, to: Timestamp) -> u64 {
        let elapsed = to.duration_since(self.started_at).as_mins().max(0);
        let elapsed = u64::try_from(elapsed)
            .unwrap_or(0)
            .min(u64::from(self.minutes));
        let due = (self.calls * elapsed).div_ceil(u64::from(self.minutes.max(1)));
        let n = due.saturating_sub(self.asked);
        self.asked += n;
        n
    }

    /// Which minute of the run it is at `at`.
    pub(crate) fn turn(&self, at: Timestamp) -> usize {
        usize::try_from(at.duration_since(self.started_at).as_mins()).unwrap_or(0)
    }

    /// Share of its calls that got through.
    pub(crate) fn ratio(&self) -> f64 {
        let all = self.ok + self.failed + self.without_token;
        match all {
            0 => 1.0,
            all => super::counter::float(self.ok) / super::counter::float(all),
        }
    }

    /// How it ended, in the words of outcomes.
    pub(crate) fn state(&self) -> &'static str {
        match () {
            () if self.overruns || self.failed + self.without_token == 0 => "completed",
            () if self.ok + self.failed == 0 => "refused",
            () => "failed",
        }
    }
}
