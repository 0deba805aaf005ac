//! How every integration is doing, from evidence. Silence is unknown, never healthy.
//!
//! An outcome is looked up and counted ([`Statuses::observe`]); a turn judges only what outcomes,
//! incidents or time may have changed ([`Statuses::changes`]); the whole picture is for those who ask for
//! it ([`Statuses::view`]). So the cost of an outcome does not grow with the estate.

mod evidence;
mod hit;
mod index;
mod judge;
mod memory;
mod part;
mod rate;
mod seen;
mod turn;
mod well;

use crate::classify::{Verdict, classify};
use crate::rules::Rules;
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::estate::{Estate, Integration};
use countersign_model::id::{AssetId, CredentialId, IntegrationId};
use countersign_model::incident::Incident;
use countersign_model::outcome::Outcome;
use countersign_model::status::{AssetSight, IntegrationStatus};
use index::{Index, Place};
use memory::Touched;
use seen::{Said, Seen};
use std::collections::{BTreeMap, BTreeSet};
use turn::Turn;
use well::Well;

pub use turn::Changes;

/// Keeps what is known of every integration.
#[derive(Debug, Clone)]
pub struct Statuses {
    rules: Rules,
    estate: Estate,
    index: Index,
    /// By place in the estate, because an outcome pays for each look-up by name.
    flows: Vec<Option<Box<Seen>>>,
    assets: BTreeMap<AssetId, AssetSight>,
    /// Minutes within which a loss of volume of an asset would be noticed.
    noticeable: BTreeMap<AssetId, u32>,
    turn: Turn,
    well: Well,
    touched: Touched,
}

impl Statuses {
    /// Statuses of an estate of which nothing was seen yet, under the default rules.
    #[must_use]
    pub fn new(estate: &Estate) -> Statuses {
        Statuses::under(Rules::default(), estate)
    }

    /// Statuses of an estate of which nothing was seen yet.
    #[must_use]
    pub fn under(rules: Rules, estate: &Estate) -> Statuses {
        let n = estate.integrations.len();
        Statuses {
            rules,
            estate: estate.clone(),
            index: Index::of(estate),
            flows: vec![None; n],
            assets: BTreeMap::new(),
            noticeable: BTreeMap::new(),
            turn: Turn::of(n),
            well: Well::of(n),
            touched: Touched::default(),
        }
    }

    /// Takes a new estate and forgets what left it.
    pub fn set_estate(&mut self, estate: &Estate) {
        let old = std::mem::replace(&mut self.estate, estate.clone());
        self.index = Index::of(estate);
        let index = &self.index;
        let new_place = |old_place: Place| index.flow(&old.integrations[old_place].id);
        let mut flows = vec![None; estate.integrations.len()];
        for (old_place, seen) in std::mem::take(&mut self.flows).into_iter().enumerate() {
            match (seen, new_place(old_place)) {
                (None, _) => {}
                (Some(seen), Some(place)) => flows[place] = Some(seen),
                (Some(_), None) => self.touched.gone(&old.integrations[old_place].id),
            }
        }
        let seen = (0..flows.len()).filter(|place| flows[*place].is_some());
        self.well = Well::starting_over(flows.len(), seen);
        self.turn.moved(flows.len(), |id| index.flow(id));
        self.touched.moved(new_place);
        self.flows = flows;
        let gone = self.assets.extract_if(.., |id, _| !index.has_asset(id));
        self.touched.assets.extend(gone.map(|(id, _)| id));
    }

    /// Takes the minutes within which a standstill of an asset would be noticed by its counters; `None`
    /// where it would not.
    pub fn set_noticeable(&mut self, asset: &AssetId, minutes: Option<u32>) {
        let before = match minutes {
            Some(minutes) => self.noticeable.insert(asset.clone(), minutes),
            None => self.noticeable.remove(asset),
        };
        if before != minutes {
            for place in self.index.feeders(asset) {
                self.turn.judge(*place);
            }
        }
    }

    /// Counts one outcome for its integration, or for all on its credential.
    pub fn observe(&mut self, now: Timestamp, outcome: &Outcome) {
        if outcome.ts > now {
            let outcome = Outcome {
                ts: now,
                ..outcome.clone()
            };
            return self.observe(now, &outcome);
        }
        if let Some(asset) = index::sampled(outcome) {
            return self.sample(asset, outcome);
        }
        let grant = outcome
            .credential
            .as_ref()
            .and_then(|id| self.index.credential(&self.estate, id))
            .and_then(|credential| credential.kind.grant());
        let said = Said::by(outcome, classify(outcome, grant));
        if said.is_nothing() {
            return;
        }
        for place in self.index.meant(outcome) {
            self.observe_at(now, place, outcome, &said);
        }
    }

    fn observe_at(&mut self, now: Timestamp, place: Place, outcome: &Outcome, said: &Said) {
        let seen = self.flows[place].get_or_insert_default();
        let was_refused = seen.is_refused();
        seen.observe(outcome, said);
        let turned = said.verdict != Verdict::Ignored
            || was_refused != seen.is_refused()
            || (said.works && !self.turn.shows_healthy(place));
        self.touched.flows.insert(place);
        self.well.look_at(place);
        match turned {
            true => self.turn.judge(place),
            false => self.turn.judge_soon(now, place),
        }
    }

    fn sample(&mut self, asset: &AssetId, outcome: &Outcome) {
        if !self.index.has_asset(asset) {
            return;
        }
        let mut sight = self.assets.remove(asset);
        let is_new = seen::sample(&mut sight, asset, outcome);
        self.assets
            .extend(sight.map(|sight| (asset.clone(), sight)));
        if is_new {
            self.touched.assets.insert(asset.clone());
            for place in self.index.feeders(asset) {
                self.turn.judge(*place);
            }
        }
    }

    /// How every integration is doing, in the estate's order. Costs as much as there are integrations.
    #[must_use]
    pub fn view(&self, now: Timestamp, incidents: &[Incident]) -> Vec<IntegrationStatus> {
        let hits = hit::hits(&self.index, incidents.iter());
        let judged = |place: Place| {
            let mut status = self.judge(now, place, hits.get(&place)).status;
            self.turn.date(now, place, &mut status);
            status
        };
        (0..self.flows.len()).map(judged).collect()
    }

    /// Takes the statuses as they were last kept, so that [`changes`](Self::changes) tells what differs
    /// from them.
    pub fn resume(&mut self, shown: impl IntoIterator<Item = IntegrationStatus>) {
        let index = &self.index;
        self.turn.resume(shown, |id| index.flow(id));
    }

    /// The integrations whose status is not what it was at the last call. Judges only those that an
    /// outcome, an incident or the time may have changed.
    pub fn changes<'a>(
        &mut self,
        now: Timestamp,
        incidents: impl Iterator<Item = &'a Incident> + Clone,
    ) -> Changes {
        if self.turn.incidents_changed(incidents.clone()) {
            self.turn.hit(hit::hits(&self.index, incidents));
        }
        let places = self.turn.take_due(now);
        let mut changes = Changes {
            n_judged: places.len(),
            gone: self.turn.take_gone(),
            ..Changes::default()
        };
        for place in places {
            let judged = self.judge(now, place, self.turn.hit_at(place));
            changes.changed.extend(
                self.turn
                    .settle(now, place, judged.status, judged.changes_at),
            );
        }
        changes
    }

    /// The integrations that evidence says are healthy: a token lives or calls are answered, and the
    /// newest attempt and call were not refused. Incidents are for the caller to look at. Costs as much
    /// as there are integrations seen; [`refresh`](Self::refresh) does not.
    #[must_use]
    pub fn healthy(&self, now: Timestamp) -> BTreeSet<IntegrationId> {
        let is_healthy = |(flow, seen): (&Integration, &Seen)| {
            self.well_until(now, flow, seen).map(|_| flow.id.clone())
        };
        self.seen().filter_map(is_healthy).collect()
    }

    /// Newest answered call or issued token of each integration of which any was seen.
    #[must_use]
    pub fn worked_at(&self) -> BTreeMap<IntegrationId, Timestamp> {
        let newest =
            |(flow, seen): (&Integration, &Seen)| Some((flow.id.clone(), seen.worked_at()?));
        self.seen().filter_map(newest).collect()
    }

    fn seen(&self) -> impl Iterator<Item = (&Integration, &Seen)> {
        let both = self.estate.integrations.iter().zip(&self.flows);
        both.filter_map(|(flow, seen)| Some((flow, seen.as_deref()?)))
    }

    /// Brings what [`healthy`](Self::healthy) and [`worked_at`](Self::worked_at) once gave up to date.
    /// Looks only at what outcomes or time may have changed since the last call, so always hand in the
    /// same two.
    pub fn refresh(
        &mut self,
        now: Timestamp,
        healthy: &mut BTreeSet<IntegrationId>,
        worked_at: &mut BTreeMap<IntegrationId, Timestamp>,
    ) {
        if self.well.starts_over() {
            healthy.clear();
            worked_at.clear();
        }
        for place in self.well.take_due(now) {
            let flow = &self.estate.integrations[place];
            let Some(seen) = self.flows[place].as_deref() else {
                continue;
            };
            let until = self.well_until(now, flow, seen);
            if let Some(at) = seen.worked_at() {
                worked_at.insert(flow.id.clone(), at);
            }
            match until {
                Some(_) => healthy.insert(flow.id.clone()),
                None => healthy.remove(&flow.id),
            };
            self.well.until(place, until);
        }
    }
}

#[cfg(test)]
mod tests;
