//! The circuit breaker of one auth host (broker rule 2.7; R098).
//!
//! Fed by transport errors, timeouts, 5xx and rubbish, never by a 4xx: those prove that the host is
//! up. There is none per credential, or one bad secret would open the circuit for its neighbours.

use crate::effect::AttemptId;
use crate::instant::{after, before, share_ms};
use countersign_model::Timestamp;
use countersign_model::id::SlotId;
use std::collections::{BTreeSet, VecDeque};

/// Failures in a row that open it, over two slots or on the only one.
const RUN_MAX: u32 = 5;
/// Span over which the share of failures is taken, milliseconds.
const WINDOW_MS: u64 = 30_000;
/// Calls in the span that make a share meaningful.
const WINDOW_CALLS_MIN: usize = 10;
/// Calls remembered at most.
const WINDOW_CALLS_MAX: usize = 512;
/// First time open, milliseconds.
const OPEN_MS: u64 = 5_000;
/// Longest time open, milliseconds: a host that is back is noticed within ten seconds (P7).
const OPEN_MS_MAX: u64 = 8_000;
/// Successes that close it.
const CLOSE_AFTER: u8 = 2;

/// Where a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerPhase {
    /// Requests flow.
    Closed,
    /// None does, until then.
    Open {
        /// When a probe may go.
        until: Timestamp,
    },
    /// One probe at a time.
    HalfOpen,
}

/// What a breaker answers to "may this request leave?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// Yes.
    Go,
    /// Yes, as a probe.
    Probe,
    /// Not before then.
    Wait(Timestamp),
    /// Not while the probe is out.
    Busy,
}

/// What a breaker became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// It opened, until then.
    Opened(Timestamp),
    /// It closed.
    Closed,
}

#[derive(Debug)]
enum State {
    Closed,
    Open {
        until: Timestamp,
    },
    Half {
        probe: Option<AttemptId>,
        successes: u8,
    },
}

/// The breaker of one host.
#[derive(Debug)]
pub(crate) struct Breaker {
    state: State,
    openings: u32,
    run: u32,
    run_slots: BTreeSet<SlotId>,
    window: VecDeque<(Timestamp, bool)>,
    window_failures: usize,
}

impl Breaker {
    pub(crate) fn new() -> Breaker {
        Breaker {
            state: State::Closed,
            openings: 0,
            run: 0,
            run_slots: BTreeSet::new(),
            window: VecDeque::new(),
            window_failures: 0,
        }
    }

    pub(crate) fn phase(&self) -> BreakerPhase {
        match self.state {
            State::Closed => BreakerPhase::Closed,
            State::Open { until } => BreakerPhase::Open { until },
            State::Half { .. } => BreakerPhase::HalfOpen,
        }
    }

    /// Until when nothing leaves, if it is open at `now`.
    pub(crate) fn open_until(&self, now: Timestamp) -> Option<Timestamp> {
        match self.state {
            State::Open { until } if now < until => Some(until),
            State::Open { .. } | State::Closed | State::Half { .. } => None,
        }
    }

    pub(crate) fn gate(&self, now: Timestamp) -> Gate {
        match self.state {
            State::Closed => Gate::Go,
            State::Open { until } if now < until => Gate::Wait(until),
            State::Open { .. } | State::Half { probe: None, .. } => Gate::Probe,
            State::Half { probe: Some(_), .. } => Gate::Busy,
        }
    }

    /// A request leaves as a probe. True if the breaker was open until now.
    pub(crate) fn probe_sent(&mut self, attempt: AttemptId) -> bool {
        let (successes, opened) = match self.state {
            State::Half { successes, .. } => (successes, false),
            State::Open { .. } | State::Closed => (0, true),
        };
        self.state = State::Half {
            probe: Some(attempt),
            successes,
        };
        opened
    }

    /// The host answered, whatever it said.
    pub(crate) fn answered(&mut self, now: Timestamp, attempt: AttemptId) -> Option<Change> {
        self.note(now, false);
        self.run = 0;
        self.run_slots.clear();
        let State::Half { probe, successes } = self.state else {
            return None;
        };
        if probe != Some(attempt) {
            return None;
        }
        if successes + 1 < CLOSE_AFTER {
            self.state = State::Half {
                probe: None,
                successes: successes + 1,
            };
            return None;
        }
        self.state = State::Closed;
        self.openings = 0;
        self.window.clear();
        self.window_failures = 0;
        Some(Change::Closed)
    }

    /// The host did not answer, or is in trouble. `alone`: it has this one slot only. `unit` is the
    /// draw for the time it stays open.
    pub(crate) fn failed(
        &mut self,
        now: Timestamp,
        (slot, attempt): (&SlotId, AttemptId),
        alone: bool,
        unit: f64,
    ) -> Option<Change> {
        self.note(now, true);
        match self.state {
            State::Open { .. } => None,
            State::Half { probe, .. } if probe == Some(attempt) => Some(self.open(now, unit)),
            State::Half { .. } => None,
            State::Closed => {
                self.run = self.run.saturating_add(1);
                if self.run_slots.len() < 2 {
                    self.run_slots.insert(slot.clone());
                }
                self.must_open(alone).then(|| self.open(now, unit))
            }
        }
    }

    /// A probe ended without telling anything about the host.
    pub(crate) fn probe_void(&mut self, attempt: AttemptId) {
        if let State::Half { probe, .. } = &mut self.state
            && *probe == Some(attempt)
        {
            *probe = None;
        }
    }

    /// The clock stepped: stay open no longer than a first time from now.
    pub(crate) fn rebase(&mut self, now: Timestamp) {
        self.window.clear();
        self.window_failures = 0;
        if let State::Open { until } = &mut self.state {
            *until = (*until).min(after(now, OPEN_MS));
        }
    }

    fn must_open(&self, alone: bool) -> bool {
        let in_a_row = self.run >= RUN_MAX && (alone || self.run_slots.len() >= 2);
        let calls = self.window.len();
        in_a_row || (calls >= WINDOW_CALLS_MIN && self.window_failures * 2 >= calls)
    }

    fn open(&mut self, now: Timestamp, unit: f64) -> Change {
        let grown = OPEN_MS.saturating_mul(1 << self.openings.min(8));
        let until = after(now, share_ms(grown, 0.8 + 0.4 * unit).min(OPEN_MS_MAX));
        self.openings = self.openings.saturating_add(1);
        self.run = 0;
        self.run_slots.clear();
        self.state = State::Open { until };
        Change::Opened(until)
    }

    fn note(&mut self, now: Timestamp, failed: bool) {
        let oldest = before(now, WINDOW_MS);
        while let Some((at, was_failure)) = self.window.front().copied() {
            if at >= oldest && self.window.len() < WINDOW_CALLS_MAX {
                break;
            }
            self.window.pop_front();
            self.window_failures -= usize::from(was_failure);
        }
        self.window.push_back((now, failed));
        self.window_failures += usize::from(failed);
    }
}

#[cfg(test)]
mod tests;
