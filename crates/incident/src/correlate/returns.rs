//! Causes that come and go: the end of one that keeps coming back is believed after a longer calm.
//!
//! A job that outlives its token at every run, or a share of the workers behind a blocked address, is
//! well between two failures. Its first end is told at once. Once it came back, an end has to last
//! longer than the calms before it did, and until then the cause stands: it opens and closes nothing,
//! and what it brings about joins it (detection 6: no flapping).

use countersign_model::incident::RootCause;
use countersign_model::signal::{Signal, Strength};
use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A cause that is well for longer than this starts anew, and no end waits for longer; our choice: what
/// fails once in hours is told each time.
const FORGET_AFTER: SignedDuration = SignedDuration::from_hours(2);
/// A calm has to last so many times the longest before it; our choice.
const TIMES: i32 = 2;
/// And this long at least.
const CALM_MIN: SignedDuration = SignedDuration::from_mins(10);

/// Causes that ended of late, and what is known of their coming back.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Returns(BTreeMap<RootCause, Course>);

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Course {
    /// Whether it was worth a page; what came to nothing may do so again at once.
    paged: bool,
    /// Since when it seems over; `None` while it shows.
    over_since: Option<Timestamp>,
    /// The longest calm from which it came back.
    calm_s: Option<i64>,
    /// The end that is not believed yet.
    end: Option<Signal>,
}

impl Course {
    /// When its last end may be believed; `None` while it shows.
    fn believed_at(&self) -> Option<Timestamp> {
        let calm = self.calm_s.map(SignedDuration::from_secs);
        let wait = calm.map_or(SignedDuration::ZERO, |calm| {
            (calm * TIMES).clamp(CALM_MIN, FORGET_AFTER)
        });
        self.over_since?.checked_add(wait).ok()
    }

    fn is_old(&self, now: Timestamp) -> bool {
        self.over_since
            .is_some_and(|since| now.duration_since(since) > FORGET_AFTER)
    }
}

impl Returns {
    /// Takes that a cause shows: an end that was waited for was none.
    pub(super) fn shown(&mut self, now: Timestamp, signal: &Signal) {
        let course = self.0.entry(signal.cause.clone()).or_default();
        if course.is_old(now) {
            *course = Course::default();
        }
        course.paged |= signal.strength >= Strength::Page;
        course.end = None;
        if let Some(since) = course.over_since.take() {
            let calm = now.duration_since(since).as_secs();
            course.calm_s = course.calm_s.max(Some(calm));
        }
    }

    /// Takes an end; whether it is to be believed at once.
    pub(super) fn ended(&mut self, now: Timestamp, end: &Signal) -> bool {
        let course = self.0.entry(end.cause.clone()).or_default();
        course.over_since.get_or_insert(now);
        let waits = course.paged && course.believed_at().is_some_and(|at| at > now);
        course.end = waits.then(|| end.clone());
        !waits
    }

    /// Ends that lasted, and are to be believed now; what ended long ago is forgotten.
    pub(super) fn due(&mut self, now: Timestamp) -> Vec<Signal> {
        let is_due = |one: &&mut Course| one.believed_at().is_some_and(|at| at <= now);
        let due = self.0.values_mut().filter(is_due);
        let due: Vec<Signal> = due.filter_map(|course| course.end.take()).collect();
        self.0
            .retain(|_, one| one.end.is_some() || !one.is_old(now));
        due
    }

    /// When an end may be believed next.
    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        let waiting = self.0.values().filter(|one| one.end.is_some());
        waiting.filter_map(Course::believed_at).min()
    }

    /// Forgets causes that are not kept.
    pub(super) fn retain(&mut self, keep: impl Fn(&RootCause) -> bool) {
        self.0.retain(|cause, _| keep(cause));
    }
}

#[cfg(test)]
mod tests;
