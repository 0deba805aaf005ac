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
#[derive(Debug, Clone, Default)]
pub(super) struct Turn {
    shown: BTreeMap<IntegrationId, IntegrationStatus>,
    judge: BTreeSet<Place>,
    due: BTreeSet<(Timestamp, Place)>,
    due_of: BTreeMap<Place, Timestamp>,
    hits: BTreeMap<Place, Hit>,
    incidents: Vec<Print>,
    estate_is_new: bool,
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
    /// All are to be judged; places mean others than before.
    pub(super) fn judge_all(&mut self, n: usize) {
        *self = Turn {
            shown: std::mem::take(&mut self.shown),
            judge: (0..n).collect(),
            estate_is_new: true,
            ..Turn::default()
        };
    }

    pub(super) fn judge(&mut self, place: Place) {
        self.judge.insert(place);
    }

    /// Judges it within a minute, unless it is to be sooner.
    pub(super) fn judge_soon(&mut self, now: Timestamp, place: Place) {
        let at = now.checked_add(COUNTS_EVERY).unwrap_or(Timestamp::MAX);
        if self.due_of.get(&place).is_none_or(|due| *due > at) {
            self.plan(place, Some(at));
        }
    }

    pub(super) fn resume(&mut self, shown: impl IntoIterator<Item = IntegrationStatus>) {
        let by_id = |status: IntegrationStatus| (status.integration.clone(), status);
        self.shown = shown.into_iter().map(by_id).collect();
        self.estate_is_new = true;
    }

    pub(super) fn shows_healthy(&self, id: &IntegrationId) -> bool {
        let shown = self.shown.get(id);
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
            self.due_of.remove(&place);
            self.judge.insert(place);
        }
        std::mem::take(&mut self.judge)
    }

    /// Those that were shown and are no more.
    pub(super) fn gone(&mut self, exists: impl Fn(&IntegrationId) -> bool) -> Vec<IntegrationId> {
        if !std::mem::take(&mut self.estate_is_new) {
            return Vec::new();
        }
        let gone: Vec<IntegrationId> = self
            .shown
            .keys()
            .filter(|id| !exists(id))
            .cloned()
            .collect();
        for id in &gone {
            self.shown.remove(id);
        }
        gone
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
        self.date(now, &mut status);
        if self.shown.get(&status.integration) == Some(&status) {
            return None;
        }
        self.shown
            .insert(status.integration.clone(), status.clone());
        Some(status)
    }

    /// Says since when it has its health: as long as was told, or from now on.
    pub(super) fn date(&self, now: Timestamp, status: &mut IntegrationStatus) {
        let shown = self.shown.get(&status.integration);
        let same = shown.filter(|shown| shown.health == status.health);
        status.since = same.and_then(|shown| shown.since).or(Some(now));
    }

    fn plan(&mut self, place: Place, at: Option<Timestamp>) {
        if let Some(old) = self.due_of.remove(&place) {
            self.due.remove(&(old, place));
        }
        if let Some(at) = at {
            self.due_of.insert(place, at);
            self.due.insert((at, place));
        }
    }
}
