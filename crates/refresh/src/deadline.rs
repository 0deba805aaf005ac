//! One ordered set of deadlines for everything that waits (broker rule 2.1: one heap, not a task per
//! slot; removing a slot removes its entry).

use countersign_model::Timestamp;
use countersign_model::id::SlotId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Who waits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// A slot: its renewal, its answer, its end.
    Slot(SlotId),
    /// A host: its limiter, its breaker.
    Host(Arc<str>),
}

/// At most one instant per timer, earliest first.
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    at: BTreeMap<Timer, Timestamp>,
    order: BTreeSet<(Timestamp, Timer)>,
}

impl Deadlines {
    /// Sets, moves or (with `None`) removes a timer.
    pub(crate) fn set(&mut self, timer: &Timer, at: Option<Timestamp>) {
        if self.at.get(timer).copied() == at {
            return;
        }
        if let Some(old) = self.at.remove(timer) {
            self.order.remove(&(old, timer.clone()));
        }
        if let Some(at) = at {
            self.at.insert(timer.clone(), at);
            self.order.insert((at, timer.clone()));
        }
    }

    /// The earliest instant.
    pub(crate) fn first(&self) -> Option<Timestamp> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Takes the earliest timer that is due at `now`.
    pub(crate) fn pop_due(&mut self, now: Timestamp) -> Option<Timer> {
        if self.first()? > now {
            return None;
        }
        let (_, timer) = self.order.pop_first()?;
        self.at.remove(&timer);
        Some(timer)
    }
}
