//! Planned runs of batch integrations: a fresh token before each, dropped after (R037, R038, R095).

use countersign_model::id::SlotId;
use countersign_model::schedule::Schedule;
use countersign_model::{SignedDuration, Timestamp};
use countersign_refresh::Input;
use std::collections::BTreeSet;

/// A run of unknown length counts as over after this many minutes; asking again mints again.
const USUAL_MIN: u32 = 15;

/// A planned job: when it starts, and on which slot.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The slot it uses.
    pub slot: SlotId,
    /// When it starts.
    pub schedule: Schedule,
    /// The zone the schedule is read in.
    pub zone: String,
}

/// The next start and the next end of every job.
#[derive(Default)]
pub(super) struct Jobs {
    planned: Vec<Job>,
    starts: BTreeSet<(Timestamp, usize)>,
    ends: BTreeSet<(Timestamp, usize)>,
    untold: Vec<Input>,
}

impl Jobs {
    /// Replaces the plan.
    pub(super) fn plan(&mut self, now: Timestamp, jobs: Vec<Job>) {
        self.planned = jobs;
        self.starts.clear();
        self.ends.clear();
        for job in 0..self.planned.len() {
            self.plan_next(now, job);
        }
    }

    fn plan_next(&mut self, now: Timestamp, job: usize) {
        let Job {
            slot,
            schedule,
            zone,
        } = &self.planned[job];
        // A schedule that cannot be read was refused with its estate.
        if let Ok(Some(at)) = schedule.next_after(now, zone) {
            self.starts.insert((at, job));
            self.untold.push(Input::JobPlanned {
                slot: slot.clone(),
                at,
            });
        }
    }

    /// When something is due.
    #[must_use]
    pub(super) fn next_at(&self) -> Option<Timestamp> {
        if !self.untold.is_empty() {
            return Some(Timestamp::MIN);
        }
        let first = |due: &BTreeSet<(Timestamp, usize)>| due.first().map(|key| key.0);
        [first(&self.starts), first(&self.ends)]
            .into_iter()
            .flatten()
            .min()
    }

    /// What the machine has to be told at `now`.
    pub(super) fn due(&mut self, now: Timestamp) -> Vec<Input> {
        while let Some((at, job)) = self.starts.first().copied().filter(|key| key.0 <= now) {
            self.starts.remove(&(at, job));
            let minutes = self.planned[job].schedule.usual_min.unwrap_or(USUAL_MIN);
            let length = SignedDuration::from_mins(i64::from(minutes));
            self.ends
                .insert((at.checked_add(length).unwrap_or(Timestamp::MAX), job));
            self.plan_next(at, job);
        }
        let mut inputs = Vec::new();
        while let Some((at, job)) = self.ends.first().copied().filter(|key| key.0 <= now) {
            self.ends.remove(&(at, job));
            inputs.push(Input::JobEnded {
                slot: self.planned[job].slot.clone(),
            });
        }
        inputs.append(&mut self.untold);
        inputs
    }
}
