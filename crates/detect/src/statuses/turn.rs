//! Which integrations a turn must judge again, and what was last told of each.

use super::hit::Hit;
use super::{Incident, IntegrationId, IntegrationStatus, Place};
use countersign_model::id::IncidentId;
use countersign_model::incident::IncidentState;
use countersign_model::status::Health;
use countersign_model::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What only counts is told at most so often of one integration; what turns it, at once.
const COUNTS_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// What one turn changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    /// Statuses that are not what they were.
    pub changed: Vec<IntegrationStatus>,
    /// Integrations that left the estate.
    pub gone: Vec<IntegrationId>,
    /// How many integrations were judged to find that out.
    pub n_judged: usize,
}

/// What is told of the integrations, and what may have to be told anew.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    shown: Vec<Option<Box<IntegrationStatus>>>,
    gone: Vec<IntegrationId>,
    judge: BTreeSet<Place>,
    due: BTreeSet<(Timestamp, Place)>,
    due_of: Vec<Option<Timestamp>>,
    hits: BTreeMap<Place, Hit>,
    incidents: Vec<Print>,
}

/// As much of an incident as can change whom it hits and what is said of it.
#[derive(Debug, Clone, PartialEq)]
struct Print {
    id: IncidentId,
    state: IncidentState,
    title: String,
    n_flows: usize,
    n_affected: usize,
}

impl Print {
    fn of(incident: &Incident) -> Print {
        Print {
            id: incident.id.clone(),
            state: incident.state,
            title: incident.title.clone(),
            n_flows: incident.integrations.len(),
            n_affected: incident.affected.len(),
        }
    }

    fn is_of(&self, incident: &Incident) -> bool {
        self.id == incident.id
            && self.state == incident.state
            && self.n_flows == incident.integrations.len()
            && self.n_affected == incident.affected.len()
            && self.title == incident.title
    }
}

impl Turn {
    /// Of `n` integrations, all to be judged.
    pub(super) fn of(n: usize) -> Turn {
        Turn {
            shown: vec![None; n],
            gone: Vec::new(),
            judge: (0..n).collect(),
            due: BTreeSet::new(),
            due_of: vec![None; n],
            hits: BTreeMap::new(),
            incidents: Vec::new(),
        }
    }

    /// Places mean others than before, `n` in all.
    pub(super) fn moved(&mut self, n: usize, place: impl Fn(&IntegrationId) -> Option<Place>) {
        let old = std::mem::replace(self, Turn::of(n));
        self.gone = old.gone;
        let shown = old.shown.into_iter().flatten().map(|status| *status);
        self.resume(shown, place);
    }

    pub(super) fn judge(&mut self, place: Place) {
        self.judge.insert(place);
    }

    /// Judges it within a minute, unless it is to be sooner.
    pub(super) fn judge_soon(&mut self, now: Timestamp, place: Place) {
        let at = now.checked_add(COUNTS_EVERY).unwrap_or(Timestamp::MAX);
        if self.due_of[place].is_none_or(|due| due > at) {
            self.plan(place, Some(at));
        }
    }

    /// Takes statuses as they were last told.
    pub(super) fn resume(
        &mut self,
        shown: impl IntoIterator<Item = IntegrationStatus>,
        place: impl Fn(&IntegrationId) -> Option<Place>,
    ) {
        for status in shown {
            match place(&status.integration) {
                Some(place) => self.shown[place] = Some(Box::new(status)),
                None => self.gone.push(status.integration),
            }
        }
    }

    pub(super) fn shows_healthy(&self, place: Place) -> bool {
        let shown = self.shown[place].as_deref();
        shown.is_some_and(|status| status.health == Health::Healthy)
    }

    /// Whether the incidents are not those of the last call; they are remembered.
    pub(super) fn incidents_changed<'a>(
        &mut self,
        incidents: impl Iterator<Item = &'a Incident> + Clone,
    ) -> bool {
        let mut known = self.incidents.iter();
        let same = incidents
            .clone()
            .all(|incident| known.next().is_some_and(|print| print.is_of(incident)))
            && known.next().is_none();
        if !same {
            self.incidents = incidents.map(Print::of).collect();
        }
        !same
    }

    /// Takes whom incidents hit now.
    pub(super) fn hit(&mut self, hits: BTreeMap<Place, Hit>) {
        let old = std::mem::replace(&mut self.hits, hits);
        let new = &self.hits;
        let differs = |place: &&Place| old.get(place) != new.get(place);
        let places = old.keys().chain(new.keys()).filter(differs);
        self.judge.extend(places);
    }

    pub(super) fn hit_at(&self, place: Place) -> Option<&Hit> {
        self.hits.get(&place)
    }

    /// Those to judge now.
    pub(super) fn take_due(&mut self, now: Timestamp) -> BTreeSet<Place> {
        while let Some((at, place)) = self.due.first().copied().filter(|(at, _)| *at <= now) {
            self.due.remove(&(at, place));
            self.due_of[place] = None;
            self.judge.insert(place);
        }
        std::mem::take(&mut self.judge)
    }

    /// Those that were shown and are no more.
    pub(super) fn take_gone(&mut self) -> Vec<IntegrationId> {
        std::mem::take(&mut self.gone)
    }

    /// Takes a judgement; the status, if it says anything new.
    pub(super) fn settle(
        &mut self,
        now: Timestamp,
        place: Place,
        mut status: IntegrationStatus,
        changes_at: Option<Timestamp>,
    ) -> Option<IntegrationStatus> {
        self.plan(place, changes_at);
        self.date(now, place, &mut status);
        if self.shown[place].as_deref() == Some(&status) {
            return None;
        }
        self.shown[place] = Some(Box::new(status.clone()));
        Some(status)
    }

    /// Says since when it has its health: as long as was told, or from now on.
    pub(super) fn date(&self, now: Timestamp, place: Place, status: &mut IntegrationStatus) {
        let shown = self.shown[place].as_deref();
        let same = shown.filter(|shown| shown.health == status.health);
        status.since = same.and_then(|shown| shown.since).or(Some(now));
    }

    fn plan(&mut self, place: Place, at: Option<Timestamp>) {
        if let Some(old) = std::mem::replace(&mut self.due_of[place], at) {
            self.due.remove(&(old, place));
        }
        self.due.extend(at.map(|at| (at, place)));
    }
}
