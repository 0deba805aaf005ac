//! The stepped clock: virtual time that waits for whoever is at work.

use super::stopwatch;
use countersign_model::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};

/// How often the run loop looks at the wall while nobody's deadline is due.
const LOOK_MS: u64 = 5;

pub(super) struct Stepped {
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    now: Timestamp,
    speed: f64,
    /// Where virtual and wall time were last tied together.
    anchor: (Instant, Timestamp),
    holds: usize,
    /// Jump here as fast as the work allows, whatever the speed.
    goal: Option<Timestamp>,
    sleepers: BTreeMap<(Timestamp, u64), oneshot::Sender<Hold>>,
    sleepers_seen: u64,
}

impl State {
    /// Where the clock may stand now: never past the first sleeper, never while held.
    fn reachable(&self) -> Timestamp {
        if self.holds > 0 {
            return self.now;
        }
        let paced = match self.goal {
            Some(goal) => goal,
            None => self.paced(),
        };
        let bound = self
            .sleepers
            .keys()
            .next()
            .map_or(Timestamp::MAX, |(at, _)| *at);
        paced.min(bound).max(self.now)
    }

    fn paced(&self) -> Timestamp {
        let wall_s = self.anchor.0.elapsed().as_secs_f64();
        let span = SignedDuration::try_from_secs_f64(wall_s * self.speed);
        span.ok()
            .and_then(|span| self.anchor.1.checked_add(span).ok())
            .unwrap_or(self.anchor.1)
    }

    fn tie(&mut self) {
        self.anchor = (stopwatch(), self.now);
    }
}

impl Stepped {
    pub(super) fn new(start: Timestamp, speed: f64) -> Stepped {
        let state = State {
            now: start,
            speed,
            anchor: (stopwatch(), start),
            holds: 0,
            goal: None,
            sleepers: BTreeMap::new(),
            sleepers_seen: 0,
        };
        Stepped {
            state: Mutex::new(state),
            changed: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Timestamp {
        let mut state = self.state();
        state.now = state.reachable();
        state.now
    }

    pub(super) fn speed(&self) -> f64 {
        self.state().speed
    }

    pub(super) fn hold(self: &Arc<Self>) -> Hold {
        let mut state = self.state();
        state.now = state.reachable();
        state.holds += 1;
        drop(state);
        Hold(Some(Arc::clone(self)))
    }

    pub(super) async fn rest_until(self: &Arc<Self>, at: Timestamp, held: Option<Hold>) -> Hold {
        let woken = {
            let mut state = self.state();
            state.now = state.reachable();
            if at <= state.now {
                state.holds += 1;
                drop(state);
                return Hold(Some(Arc::clone(self)));
            }
            let (wake, woken) = oneshot::channel();
            let number = state.sleepers_seen;
            state.sleepers_seen += 1;
            state.sleepers.insert((at, number), wake);
            woken
        };
        drop(held);
        self.changed.notify_one();
        // The sender is dropped unsent only when the clock itself is gone; then time stands still.
        match woken.await {
            Ok(hold) => hold,
            Err(_) => std::future::pending().await,
        }
    }

    fn release(&self) {
        let mut state = self.state();
        state.holds -= 1;
        if state.holds == 0 {
            state.tie();
            drop(state);
            self.changed.notify_one();
        }
    }

    /// Wakes whoever is due at the earliest reachable instant; how long to look away otherwise.
    fn turn(self: &Arc<Self>) -> Option<Duration> {
        let mut woken = Vec::new();
        let look_away = {
            let mut state = self.state();
            state.now = state.reachable();
            let now = state.now;
            if state.holds == 0 {
                state.sleepers.retain(|_, wake| !wake.is_closed());
                while let Some(entry) = state.sleepers.first_entry().filter(|e| e.key().0 <= now) {
                    woken.push(entry.remove());
                    state.holds += 1;
                }
            }
            if state.goal == Some(now) && state.holds == 0 && woken.is_empty() {
                state.goal = None;
                state.tie();
            }
            state.holds == 0 && (state.speed > 0.0 || state.goal.is_some())
        };
        for wake in woken {
            // A waiter that went away hands its hold back here, by dropping it.
            drop(wake.send(Hold(Some(Arc::clone(self)))));
        }
        look_away.then(|| Duration::from_millis(LOOK_MS))
    }
}

/// Keeps a stepped clock standing still while it lives.
#[must_use = "the clock runs on when this is dropped"]
pub struct Hold(Option<Arc<Stepped>>);

impl Hold {
    /// A hold that holds nothing: what the system clock gives.
    pub fn none() -> Hold {
        Hold(None)
    }

    /// A second hold on the same clock, for work that goes on elsewhere.
    pub fn share(&self) -> Hold {
        match &self.0 {
            None => Hold(None),
            Some(clock) => clock.hold(),
        }
    }
}

impl std::fmt::Debug for Hold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hold")
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(clock) = self.0.take() {
            clock.release();
        }
    }
}

/// Moves a stepped clock and changes its speed.
#[derive(Clone)]
pub struct ClockControl(Arc<Stepped>);

impl ClockControl {
    pub(super) fn new(stepped: Arc<Stepped>) -> ClockControl {
        ClockControl(stepped)
    }

    /// Moves the clock; poll it in a task of its own. Never ends.
    pub async fn run(&self) {
        loop {
            match self.0.turn() {
                Some(look_away) => {
                    let busy = self.0.state().goal.is_some();
                    if busy {
                        tokio::task::yield_now().await;
                    } else {
                        // Either the wall moved on, or somebody came or let go.
                        drop(tokio::time::timeout(look_away, self.0.changed.notified()).await);
                    }
                }
                None => self.0.changed.notified().await,
            }
        }
    }

    /// Sets the speed from now on; 0 stands still.
    pub fn set_speed(&self, speed: f64) {
        let mut state = self.0.state();
        state.now = state.reachable();
        state.speed = speed;
        state.tie();
        drop(state);
        self.0.changed.notify_one();
    }

    /// Jumps ahead by `span`, stopping at every instant somebody waits for; returns when it is there
    /// and everybody is done.
    pub async fn advance(&self, span: SignedDuration) {
        let goal = {
            let mut state = self.0.state();
            state.now = state.reachable();
            let goal = state.now.checked_add(span).unwrap_or(Timestamp::MAX);
            state.goal = Some(state.goal.map_or(goal, |other| other.max(goal)));
            goal
        };
        self.0.changed.notify_one();
        loop {
            {
                let state = self.0.state();
                if state.goal.is_none_or(|at| at > goal) && state.now >= goal && state.holds == 0 {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}
