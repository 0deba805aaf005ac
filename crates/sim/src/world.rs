//! The world of a scenario: what an estate does, minute by minute, and what faults make of it.
//!
//! It shares no code with detectors and does no I/O: the same scenario and seed lead to the same
//! outcomes. The broker in it is the product's own machine, the provider the executable model of
//! `countersign-sfmc`; everything else, from the first demand to the counters of each asset, is
//! generated here. Start at `World::step`.

mod act;
mod beat;
mod broker;
mod change;
mod client;
mod counter;
mod evidence;
mod habits;
mod run;
mod say;
mod times;
pub(crate) mod trouble;
mod wire;

pub(crate) use act::Attempt;
pub(crate) use evidence::Evidence;
pub(crate) use times::Times;
pub use trouble::TroubleError;

use crate::scenario::Scenario;
use crate::simulator::Simulator;
use broker::{Broker, Tally};
use client::OwnClient;
use counter::Counter;
use countersign_model::estate::{CredentialMode, Estate, Planned};
use countersign_model::id::{CredentialId, IntegrationId};
use countersign_model::outcome::Outcome;
use countersign_model::{SignedDuration, Timestamp};
use habits::{Habits, Span};
use run::Running;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trouble::{Act, Trouble, troubles};
use wire::Wire;

/// First tokens are spread over this span: one renewal's cycle.
const FIRST_SPREAD_MS: u64 = 880_000;
/// Life of a token of the provider, milliseconds (design 4.1).
const LIFE_MS: f64 = 1_199_000.0;
/// One beat before the detail begins, minutes.
const WARM_BEAT_MIN: i64 = 5;
/// One beat from then on, minutes.
const LIVE_BEAT_MIN: i64 = 1;
/// Clients of observed credentials fetch tokens so long before a fault that reaches them.
const CLIENT_LEAD: SignedDuration = SignedDuration::from_mins(40);

/// Something that is due at an instant.
enum Due {
    Fault(usize),
    FaultEnds(usize),
    /// The next run of a flow is to be planned with the broker.
    Plan(usize),
    JobEnds(usize),
    /// A program asks or calls once more.
    Again(Attempt),
}

/// What a fault-free history leaves behind: where the counters stand. Cheap to clone, so that many
/// scenarios share one.
#[derive(Clone)]
pub(crate) struct Ground {
    habits: Arc<Habits>,
    counters: Vec<Counter>,
    running: BTreeMap<u64, Running>,
    /// The last runs' share of success, by flow.
    health: Vec<f64>,
    number: u64,
    beat_at: Timestamp,
}

/// The world.
pub(crate) struct World {
    ground: Ground,
    estate: Estate,
    troubles: Vec<Trouble>,
    live_from: Timestamp,
    wire: Wire,
    broker: Broker,
    clients: BTreeMap<usize, OwnClient>,
    /// Flows whose programs are others, with a broker of their own.
    outside: BTreeSet<usize>,
    /// What those programs are to send.
    errands: Vec<Attempt>,
    due: BTreeMap<(Timestamp, u64), Due>,
    evidence: Evidence,
    /// What has been reported and is not delivered yet.
    mail: BTreeMap<(Timestamp, u64), Outcome>,
}

/// The estate as the scenario has it: some credentials are somebody else's.
pub(crate) fn estate_of(scenario: &Scenario, estate: &Estate) -> Estate {
    let mut estate = estate.clone();
    for credential in &mut estate.credentials {
        if scenario
            .observed
            .iter()
            .any(|id| *id == credential.id.as_str())
        {
            credential.mode = CredentialMode::Observed;
        }
    }
    estate
}

impl Ground {
    /// The ground of an estate at the beginning of its history.
    pub(crate) fn new(scenario: &Scenario, estate: &Estate, times: Times) -> Ground {
        let span = Span {
            from: times.begin - SignedDuration::from_secs(1),
            to: times.end,
        };
        let mut habits = Habits::new(estate, scenario.seed, span);
        for flow in &mut habits.flows {
            let named = |list: &[String]| list.iter().any(|id| *id == flow.it.id.as_str());
            flow.seen = (flow.seen || named(&scenario.seen)) && !named(&scenario.unseen);
        }
        let counters = habits
            .things
            .iter()
            .map(|thing| Counter::new(thing, times.begin));
        Ground {
            counters: counters.collect(),
            running: BTreeMap::new(),
            health: vec![1.0; habits.flows.len()],
            number: 0,
            beat_at: times.begin,
            habits: Arc::new(habits),
        }
    }

    /// The same history, going on as `scenario` has it.
    pub(crate) fn on(&self, scenario: &Scenario, estate: &Estate, times: Times) -> Ground {
        let fresh = Ground::new(scenario, estate, times);
        Ground {
            habits: fresh.habits,
            ..self.clone()
        }
    }

    fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }
}

impl World {
    /// The world of a scenario, standing on `ground`. `estate` is that of [`estate_of`].
    ///
    /// # Errors
    /// [`TroubleError`] for the first fault that cannot be played.
    pub(crate) fn new(
        scenario: &Scenario,
        estate: &Estate,
        ground: Ground,
    ) -> Result<World, TroubleError> {
        let times = Times::of(scenario);
        let wire = Wire::new(estate, times.live_from, scenario.seed, &scenario.switches);
        let mut starts = BTreeMap::new();
        let broker = Broker::new(estate, scenario.seed, |id, ratio| {
            let first = first_token(scenario, times, id, ratio);
            starts.insert(id.clone(), first.0);
            first
        });
        let mut world = World::assembled(scenario, estate, ground, wire, broker)?;
        world.live_from = times.live_from;
        world.plan(&starts);
        Ok(world)
    }

    /// A world in which a broker that is not its own gets the tokens, and the provider is one that
    /// others talk to as well. Its detail begins at the scenario's start.
    ///
    /// # Errors
    /// [`TroubleError`] for the first fault that cannot be played.
    pub(crate) fn beside(
        scenario: &Scenario,
        estate: &Estate,
        ground: Ground,
        simulator: Simulator,
    ) -> Result<World, TroubleError> {
        let strangers = Estate {
            credentials: Vec::new(),
            integrations: Vec::new(),
            ..estate.clone()
        };
        let no_broker = Broker::new(&strangers, scenario.seed, |_, _| (scenario.start, None));
        let wire = Wire::over(simulator);
        let mut world = World::assembled(scenario, estate, ground, wire, no_broker)?;
        let flows = world.ground.habits.flows.iter().enumerate();
        let brokered = flows.filter(|(_, flow)| !flow.observed);
        world.outside = brokered.map(|(place, _)| place).collect();
        world.plan(&BTreeMap::new());
        Ok(world)
    }

    fn assembled(
        scenario: &Scenario,
        estate: &Estate,
        ground: Ground,
        wire: Wire,
        broker: Broker,
    ) -> Result<World, TroubleError> {
        let troubles = troubles(scenario, estate)?;
        check_provided(&troubles, &wire)?;
        Ok(World {
            ground,
            estate: estate.clone(),
            live_from: scenario.start,
            wire,
            broker,
            clients: BTreeMap::new(),
            outside: BTreeSet::new(),
            errands: Vec::new(),
            due: BTreeMap::new(),
            evidence: Evidence::default(),
            mail: BTreeMap::new(),
            troubles,
        })
    }

    /// Puts everything on the calendar that is known beforehand.
    fn plan(&mut self, starts: &BTreeMap<CredentialId, Timestamp>) {
        for number in 0..self.troubles.len() {
            let (at, until) = (self.troubles[number].at, self.troubles[number].until);
            self.later(at, Due::Fault(number));
            if until < Timestamp::MAX {
                self.later(until, Due::FaultEnds(number));
            }
        }
        let habits = Arc::clone(&self.ground.habits);
        for (place, flow) in habits.flows.iter().enumerate() {
            if flow.observed {
                let client = OwnClient::new(&self.estate, &flow.it.credential);
                self.clients.extend(client.map(|client| (place, client)));
            }
            let planned = flow.starts.is_some() && !flow.observed;
            if let Some(at) = starts.get(&flow.it.credential).filter(|_| planned) {
                self.later(*at + SignedDuration::from_secs(1), Due::Plan(place));
            }
        }
    }

    /// What the calendar of the estate knows of the scenario's faults.
    pub(crate) fn planned(&self) -> Vec<Planned> {
        let troubles = self.troubles.iter().enumerate();
        troubles
            .filter_map(|(number, one)| one.planned(number))
            .collect()
    }

    pub(crate) fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    pub(crate) fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.broker.tally
    }

    /// The provider's switches that an answer depended on so far, by name.
    pub(crate) fn switches_read(&self) -> Vec<&'static str> {
        self.wire.switches_read()
    }

    /// Calls that programs with a credential make a minute at `at`, runs left out.
    pub(crate) fn calls_a_minute(&self, credential: &CredentialId, at: Timestamp) -> f64 {
        self.ground.habits.calls_a_minute(credential, at)
    }

    /// What history has left, for worlds that share it.
    pub(crate) fn ground(&self) -> Ground {
        self.ground.clone()
    }

    /// When something happens next.
    pub(crate) fn next_at(&self) -> Timestamp {
        let others = [
            self.due.keys().next().map(|key| key.0),
            self.mail.keys().next().map(|key| key.0),
            self.broker.next_at(),
        ];
        let first = others.into_iter().flatten().min();
        first.map_or(self.ground.beat_at, |at| at.min(self.ground.beat_at))
    }

    /// Lets happen what is due at [`next_at`](Self::next_at); the outcomes that reach the watch then.
    pub(crate) fn step(&mut self) -> (Timestamp, Vec<Outcome>) {
        let now = self.next_at();
        if self.broker.next_at().is_some_and(|at| at <= now) {
            self.broker.turn(now, &mut self.wire);
            self.hear_broker(now);
        }
        while let Some(entry) = self.due.first_entry().filter(|entry| entry.key().0 <= now) {
            let due = entry.remove();
            self.happen(now, due);
        }
        if self.ground.beat_at <= now {
            let minutes = match now < self.live_from {
                true => WARM_BEAT_MIN,
                false => LIVE_BEAT_MIN,
            };
            self.beat(now, minutes);
            self.ground.beat_at = now + SignedDuration::from_mins(minutes);
        }
        (now, self.delivered(now))
    }

    /// What reaches the watch until `now`, and has not yet.
    pub(crate) fn delivered(&mut self, now: Timestamp) -> Vec<Outcome> {
        let mut delivered = Vec::new();
        while let Some(entry) = self.mail.first_entry().filter(|entry| entry.key().0 <= now) {
            delivered.push(entry.remove());
        }
        delivered
    }

    /// What programs outside are to send; each is given once.
    pub(crate) fn take_errands(&mut self) -> Vec<Attempt> {
        std::mem::take(&mut self.errands)
    }

    /// Whose errand it is.
    pub(crate) fn sender(&self, errand: &Attempt) -> &IntegrationId {
        &self.ground.habits.flows[errand.flow()].it.id
    }

    fn later(&mut self, at: Timestamp, due: Due) {
        let number = self.ground.next_number();
        self.due.insert((at, number), due);
    }

    fn happen(&mut self, now: Timestamp, due: Due) {
        match due {
            Due::Fault(number) => self.begin(now, number),
            Due::FaultEnds(number) => {
                if self.troubles[number].act == Act::ClockSkew {
                    self.broker.skew = SignedDuration::ZERO;
                }
            }
            Due::Plan(flow) => self.plan_run(now, flow),
            Due::JobEnds(flow) => {
                let slot = self
                    .broker
                    .slot_of(&self.ground.habits.flows[flow].it.id)
                    .cloned();
                if let Some(slot) = slot {
                    self.broker.job_ended(now, &slot, &mut self.wire);
                }
            }
            Due::Again(attempt) => self.attempt(now, attempt),
        }
        self.hear_broker(now);
    }

    /// A fault begins.
    fn begin(&mut self, now: Timestamp, number: usize) {
        let trouble = self.troubles[number].clone();
        if trouble.is_provided() {
            let order = trouble.provided().order();
            let order = order.expect("it was checked before the world began");
            self.wire.inject(now, &order);
        }
        match trouble.act {
            Act::ClockSkew => self.broker.skew = trouble.fault.by.unwrap_or(SignedDuration::ZERO),
            Act::BrokerRestart => self.broker.restart(now, &mut self.wire),
            Act::TruncateReload => {
                for (place, thing) in self.ground.habits.things.iter().enumerate() {
                    if trouble.hits_thing(thing) {
                        self.ground.counters[place].truncate(now);
                    }
                }
            }
            _ => {}
        }
    }

    /// Tells the broker of a flow's next run.
    fn plan_run(&mut self, now: Timestamp, place: usize) {
        let habits = Arc::clone(&self.ground.habits);
        let flow = &habits.flows[place];
        let (Some(starts), Some(slot)) = (&flow.starts, self.broker.slot_of(&flow.it.id).cloned())
        else {
            return;
        };
        if let Some(next) = starts.get(starts.partition_point(|start| *start <= now)) {
            self.broker.job(now, &slot, *next, &mut self.wire);
        }
    }
}

/// The instant of a credential's first token, and its jitter if the scenario tells.
fn first_token(
    scenario: &Scenario,
    times: Times,
    id: &CredentialId,
    refresh_ratio: f64,
) -> (Timestamp, Option<f64>) {
    let named = scenario
        .slots
        .iter()
        .find(|slot| slot.credential == id.as_str());
    if let Some(slot) = named {
        // One renewal before the mint that the scenario tells of.
        #[expect(clippy::cast_possible_truncation, reason = "a share of twenty minutes")]
        let before_ms = (LIFE_MS * refresh_ratio) as i64;
        let at = slot.minted_at - SignedDuration::from_millis(before_ms);
        return (at, Some(slot.jitter_ratio));
    }
    let spread = id.as_str().bytes().fold(scenario.seed, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    let after = SignedDuration::from_millis((spread % FIRST_SPREAD_MS).cast_signed());
    (times.live_from + after, None)
}

/// Asks the provider's model whether it could play what it is to play.
fn check_provided(troubles: &[Trouble], wire: &Wire) -> Result<(), TroubleError> {
    for trouble in troubles.iter().filter(|trouble| trouble.is_provided()) {
        let checked = trouble
            .provided()
            .order()
            .and_then(|order| wire.check(&order));
        checked.map_err(|error| TroubleError::Value {
            field: error.field(),
            words: error.to_string(),
        })?;
    }
    Ok(())
}
