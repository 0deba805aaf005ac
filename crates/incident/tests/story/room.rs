//! Correlator and engine as the watch drives them, with a ledger of everything that was made durable.

use countersign_incident::{Change, Correlator, CorrelatorState, Engine, Health, Step};
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::id::IncidentId;
use countersign_model::incident::{Incident, IncidentState, RootCause};
use countersign_model::notice::Notice;
use countersign_model::signal::Signal;
use std::collections::BTreeMap;

const SEED: u64 = 7;

/// The room, and what it left behind.
#[derive(Clone)]
pub(crate) struct Room {
    estate: Estate,
    correlator: Correlator,
    engine: Engine,
    memory: CorrelatorState,
    tally: BTreeMap<String, String>,
    pub(crate) health: Health,
    /// Every incident as it was last put.
    pub(crate) ledger: BTreeMap<IncidentId, Incident>,
    /// Every notice, in order.
    pub(crate) notices: Vec<Notice>,
}

impl Room {
    pub(crate) fn new(estate: &Estate) -> Room {
        Room {
            estate: estate.clone(),
            correlator: Correlator::new(estate),
            engine: Engine::new(estate, SEED),
            memory: CorrelatorState::default(),
            tally: BTreeMap::new(),
            health: Health::default(),
            ledger: BTreeMap::new(),
            notices: Vec::new(),
        }
    }

    /// Takes one signal; the incidents it changed, as they were put.
    pub(crate) fn take(&mut self, now: Timestamp, signal: &Signal) -> Vec<Incident> {
        let steps = self.correlator.weigh(now, signal, &self.health);
        let put = self.carry_out(now, steps);
        self.keep();
        put
    }

    /// Lets time pass.
    pub(crate) fn tick(&mut self, now: Timestamp) -> Vec<Incident> {
        let steps = self.correlator.tick(now, &self.health);
        let mut put = self.carry_out(now, steps);
        let changes = self.engine.tick(now);
        put.extend(self.put(changes));
        self.keep();
        put
    }

    /// Stops, and starts again from what is durable.
    pub(crate) fn restart(&mut self) {
        self.correlator = Correlator::new(&self.estate);
        let kept = serde_json::to_string(&self.memory).unwrap();
        self.correlator
            .restore(serde_json::from_str(&kept).unwrap());
        self.engine = Engine::new(&self.estate, SEED);
        let body = |one: &Incident| -> Incident {
            serde_json::from_str(&serde_json::to_string(one).unwrap()).unwrap()
        };
        let (live, ended): (Vec<Incident>, Vec<Incident>) =
            self.ledger.values().map(body).partition(is_live);
        self.engine.restore(ended);
        self.engine.restore(live);
        for (part, text) in &self.tally {
            self.engine.recall_tally(part, text).unwrap();
        }
    }

    /// The live incident of each cause, by the ledger.
    pub(crate) fn live(&self) -> Vec<&Incident> {
        self.ledger.values().filter(|one| is_live(one)).collect()
    }

    /// What each symptom is a part of.
    pub(crate) fn part_of(&self) -> BTreeMap<String, RootCause> {
        let memory = serde_json::to_value(&self.memory).unwrap();
        serde_json::from_value(memory["part_of"].clone()).unwrap()
    }

    fn carry_out(&mut self, now: Timestamp, steps: Vec<Step>) -> Vec<Incident> {
        let mut put = Vec::new();
        for step in steps {
            let changes = match step {
                Step::Take(signal) => self.engine.step(now, &signal, &self.health.healthy),
                Step::Absorb { child, parent } => self.engine.absorb(now, &child, &parent),
            };
            put.extend(self.put(changes));
        }
        put
    }

    fn put(&mut self, changes: Vec<Change>) -> Vec<Incident> {
        let mut put = Vec::new();
        for change in changes {
            match change {
                Change::Put(incident) => {
                    self.ledger.insert(incident.id.clone(), incident.clone());
                    put.push(incident);
                }
                Change::Notice(notice) => self.notices.push(notice),
                Change::Expect(_) | Change::ExpectNoMore { .. } => {}
            }
        }
        put
    }

    fn keep(&mut self) {
        if let Some(state) = self.correlator.take_changed() {
            self.memory = state.clone();
        }
        for (part, text) in self.engine.take_tally() {
            match text {
                Some(text) => self.tally.insert(part, text),
                None => self.tally.remove(&part),
            };
        }
    }
}

pub(crate) fn is_live(incident: &Incident) -> bool {
    matches!(incident.state, IncidentState::Suspect | IncidentState::Open)
}
