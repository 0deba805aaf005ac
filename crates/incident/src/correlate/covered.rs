//! What is expected to be down: under a span of the calendar, or in the wake of the provider's outage.

use super::{BEFORE_CAUSE, Correlator};
use crate::health::Health;
use countersign_model::class::Class;
use countersign_model::estate::{Integration, Planned, PlannedKind};
use countersign_model::incident::RootCause;
use countersign_model::signal::Signal;
use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What goes on for so long after a planned span is no part of it.
pub(super) const AFTER_PLAN: SignedDuration = SignedDuration::from_mins(10);
/// What an outage of the provider stopped has so long to start again; our choice: backlogs are drained
/// and counters polled by then.
const AFTER_OUTAGE: SignedDuration = SignedDuration::from_hours(1);
/// A run that an outage spoiled is made good by the next, a day later at the latest as a rule.
const AFTER_SPOILED_RUN: SignedDuration = SignedDuration::from_hours(26);
/// A table that is filled more rarely than this gets no longer respite after a planned span.
const LATENESS_MAX: SignedDuration = SignedDuration::from_hours(24);

/// An outage of the provider that is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct PastOutage {
    pub(super) signal: Signal,
    pub(super) ended: Timestamp,
}

impl Correlator {
    /// Until when a signal is no news of its own, if it is none now.
    pub(super) fn covered_until(
        &self,
        now: Timestamp,
        signal: &Signal,
        health: &Health,
    ) -> Option<Timestamp> {
        let until = self
            .planned_until(now, signal)
            .max(self.in_wake_until(signal, health))
            .max(self.expected_until(now, signal));
        until.filter(|until| *until > now)
    }

    /// Until when a pause or maintenance covers a signal's cause: the end of the span, and the time that
    /// a recovery takes to show. A table may be late anew after that, since nothing filled it.
    fn planned_until(&self, now: Timestamp, signal: &Signal) -> Option<Timestamp> {
        let respite = match signal.class {
            Class::Frozen => {
                let late_after = signal.at.duration_since(signal.since);
                AFTER_PLAN + late_after.clamp(SignedDuration::ZERO, LATENESS_MAX)
            }
            _ => AFTER_PLAN,
        };
        let just_now = now.checked_sub(respite).unwrap_or(now);
        let instants = [now, just_now, signal.at, signal.since];
        let ends = instants
            .into_iter()
            .filter_map(|at| self.planned_at(at, signal));
        ends.max()?.checked_add(respite).ok()
    }

    /// Until when a symptom is the wake of an outage of the provider in which it began.
    fn in_wake_until(&self, signal: &Signal, health: &Health) -> Option<Timestamp> {
        let RootCause::Asset(id) = &signal.cause else {
            return None;
        };
        let past = self.state.past_outage.as_ref()?;
        let began_by = past.ended.checked_add(BEFORE_CAUSE).ok()?;
        let began_in_it = signal.since <= began_by && past.signal.since <= signal.at;
        // Whether its flow's calls work now says nothing of then.
        let then = Health {
            worked_at: BTreeMap::new(),
            ..health.clone()
        };
        let respite = match signal.class {
            Class::ZeroRows => AFTER_SPOILED_RUN,
            _ => AFTER_OUTAGE,
        };
        let is_part = began_in_it && self.reaches(&past.signal, id, signal, &then);
        is_part.then(|| past.ended.checked_add(respite).ok())?
    }

    fn planned_at(&self, now: Timestamp, signal: &Signal) -> Option<Timestamp> {
        let stops =
            |span: &&Planned| matches!(span.kind, PlannedKind::Pause | PlannedKind::Maintenance);
        let of_flow = |flow: &Integration| {
            let spans = self.estate.planned_for_flow(flow, now);
            spans.filter(stops).map(|span| span.to).max()
        };
        let flows = self.estate.integrations.iter();
        match &signal.cause {
            RootCause::Asset(id) => {
                let spans = self.estate.planned_for_asset(self.estate.asset(id)?, now);
                spans.filter(stops).map(|span| span.to).max()
            }
            RootCause::Credential(id) => flows
                .filter(|flow| flow.credential == *id)
                .filter_map(of_flow)
                .max(),
            RootCause::Platform => {
                let hit = flows.filter(|flow| signal.integrations.contains(&flow.id));
                let until: Option<Vec<Timestamp>> = hit.map(of_flow).collect();
                until.and_then(|all| all.into_iter().min())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
