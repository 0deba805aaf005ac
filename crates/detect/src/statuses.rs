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
use seen::{Said, Seen};
use serde::{Deserialize, Serialize};
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
    state: StatusesState,
    /// Minutes within which a loss of volume of an asset would be noticed.
    noticeable: BTreeMap<AssetId, u32>,
    turn: Turn,
    well: Well,
    touched: BTreeSet<IntegrationId>,
    touched_assets: BTreeSet<AssetId>,
}

/// What the statuses rest on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StatusesState {
    flows: BTreeMap<IntegrationId, Seen>,
    #[serde(default)]
    assets: BTreeMap<AssetId, AssetSight>,
}

impl StatusesState {
    /// What counters tell of assets.
    pub fn assets(&self) -> impl Iterator<Item = &AssetSight> {
        self.assets.values()
    }
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
        let index = Index::of(estate);
        let mut turn = Turn::default();
        turn.judge_all(estate.integrations.len());
        Statuses {
            rules,
            estate: estate.clone(),
            index,
            state: StatusesState::default(),
            noticeable: BTreeMap::new(),
            turn,
            well: Well::default(),
            touched: BTreeSet::new(),
            touched_assets: BTreeSet::new(),
        }
    }

    /// Takes a new estate and forgets what left it.
    pub fn set_estate(&mut self, estate: &Estate) {
        self.estate = estate.clone();
        self.index = Index::of(estate);
        let index = &self.index;
        let flows = self
            .state
            .flows
            .extract_if(.., |id, _| index.flow(id).is_none());
        self.touched.extend(flows.map(|(id, _)| id));
        let assets = self
            .state
            .assets
            .extract_if(.., |id, _| !index.has_asset(id));
        self.touched_assets.extend(assets.map(|(id, _)| id));
        self.judge_all_anew();
    }

    fn judge_all_anew(&mut self) {
        self.turn.judge_all(self.estate.integrations.len());
        let index = &self.index;
        let seen = self.state.flows.keys().filter_map(|id| index.flow(id));
        self.well.start_over(seen);
    }

    /// What to keep until the next start, all of it.
    #[must_use]
    pub fn snapshot(&self) -> &StatusesState {
        &self.state
    }

    /// Takes up what [`snapshot`](Self::snapshot) gave.
    pub fn restore(&mut self, state: StatusesState) {
        self.state = state;
        self.judge_all_anew();
    }

    /// Takes the minutes within which a loss of volume would be noticed, by asset; what is not named has
    /// none.
    pub fn set_noticeable(&mut self, noticeable: BTreeMap<AssetId, u32>) {
        let ids: BTreeSet<&AssetId> = self.noticeable.keys().chain(noticeable.keys()).collect();
        for id in ids {
            if self.noticeable.get(id) != noticeable.get(id) {
                for place in self.index.feeders(id) {
                    self.turn.judge(*place);
                }
            }
        }
        self.noticeable = noticeable;
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
        let id = &self.estate.integrations[place].id;
        let seen = self.state.flows.entry(id.clone()).or_default();
        let was_refused = seen.is_refused();
        seen.observe(outcome, said);
        let turned = said.verdict != Verdict::Ignored
            || was_refused != seen.is_refused()
            || (said.works && !self.turn.shows_healthy(id));
        self.touched.insert(id.clone());
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
        let mut sight = self.state.assets.remove(asset);
        let is_new = seen::sample(&mut sight, asset, outcome);
        self.state
            .assets
            .extend(sight.map(|sight| (asset.clone(), sight)));
        if is_new {
            self.touched_assets.insert(asset.clone());
            for place in self.index.feeders(asset) {
                self.turn.judge(*place);
            }
        }
    }

    /// How every integration is doing, in the estate's order. Costs as much as there are integrations.
    #[must_use]
    pub fn view(&self, now: Timestamp, incidents: &[Incident]) -> Vec<IntegrationStatus> {
        let hits = hit::hits(&self.index, incidents.iter());
        let judged = |(place, flow): (Place, &Integration)| {
            let mut status = self.judge(now, flow, hits.get(&place)).status;
            self.turn.date(now, &mut status);
            status
        };
        self.estate
            .integrations
            .iter()
            .enumerate()
            .map(judged)
            .collect()
    }

    /// Takes the statuses as they were last kept, so that [`changes`](Self::changes) tells what differs
    /// from them.
    pub fn resume(&mut self, shown: impl IntoIterator<Item = IntegrationStatus>) {
        self.turn.resume(shown);
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
            gone: self.turn.gone(|id| self.index.flow(id).is_some()),
            ..Changes::default()
        };
        for place in places {
            let flow = &self.estate.integrations[place];
            let judged = self.judge(now, flow, self.turn.hit_at(place));
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
        let is_healthy = |(id, seen): (&IntegrationId, &Seen)| {
            let flow = &self.estate.integrations[self.index.flow(id)?];
            self.well_until(now, flow, seen).map(|_| id.clone())
        };
        self.state.flows.iter().filter_map(is_healthy).collect()
    }

    /// Newest answered call or issued token of each integration of which any was seen.
    #[must_use]
    pub fn worked_at(&self) -> BTreeMap<IntegrationId, Timestamp> {
        let newest = |(id, seen): (&IntegrationId, &Seen)| Some((id.clone(), seen.worked_at()?));
        self.state.flows.iter().filter_map(newest).collect()
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
            let Some(seen) = self.state.flows.get(&flow.id) else {
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
