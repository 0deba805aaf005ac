//! The life of an estate around a live broker: everything its programs, tables, journeys and sends
//! do, in step with a clock.
//!
//! It is the world of `simulate`, but for the tokens of brokered credentials: those are fetched by
//! programs outside, from the broker that runs, and each brings its errand back with the token it
//! got. What a person breaks in the simulator is therefore felt by all.

use crate::history::History;
use crate::scenario::Scenario;
use crate::simulate::SimulateError;
use crate::simulator::Simulator;
use crate::world::{Attempt, Times, World};
use countersign_model::estate::{Estate, Planned};
use countersign_model::id::IntegrationId;
use countersign_model::outcome::Outcome;
use countersign_model::{SignedDuration, Timestamp};

/// How long its schedules are known: longer than anybody lets a demo run.
const LASTS: SignedDuration = SignedDuration::from_hours(92 * 24);

/// What a program is to send with a token of the broker's.
#[derive(Debug, Clone)]
pub struct Errand {
    /// Whose program.
    pub integration: IntegrationId,
    attempt: Attempt,
}

/// The estate, alive.
pub struct Life {
    world: World,
}

impl Life {
    /// The life of `estate` under a scenario, from where `history` ends. Its detail, its errands and
    /// its faults begin at the scenario's start.
    ///
    /// # Errors
    /// [`SimulateError::Fault`] for the first fault that cannot be played.
    pub fn new(
        scenario: &Scenario,
        estate: &Estate,
        history: &History,
        simulator: Simulator,
    ) -> Result<Life, SimulateError> {
        let times = Times {
            begin: history.until(),
            live_from: scenario.start,
            start: scenario.start,
            end: scenario.start.checked_add(LASTS).unwrap_or(Timestamp::MAX),
        };
        let ground = history.ground.on(scenario, estate, times);
        let world = World::beside(scenario, estate, ground, simulator);
        let world = world.map_err(|source| SimulateError::Fault {
            name: scenario.name.clone(),
            source,
        })?;
        Ok(Life { world })
    }

    /// What the calendar of the estate knows of the scenario's faults.
    #[must_use]
    pub fn planned(&self) -> Vec<Planned> {
        self.world.planned()
    }

    /// When something happens next.
    #[must_use]
    pub fn next_at(&self) -> Timestamp {
        self.world.next_at()
    }

    /// Lets happen what is due next: what reaches the watch, and the errands of programs outside.
    pub fn step(&mut self) -> (Vec<Outcome>, Vec<Errand>) {
        let (_, outcomes) = self.world.step();
        let errands = self.world.take_errands();
        let errands = errands.into_iter().map(|one| self.errand(one)).collect();
        (outcomes, errands)
    }

    /// Makes an errand's calls at `now` with a token; what was refused and is to be tried once more
    /// with another.
    pub fn run(&mut self, now: Timestamp, errand: &Errand, token: &str) -> Vec<Errand> {
        let refused = self.world.run_errand(now, &errand.attempt, token);
        refused.into_iter().map(|one| self.errand(one)).collect()
    }

    /// No token was to be had for an errand.
    pub fn give_up(&mut self, now: Timestamp, errand: &Errand) {
        self.world.give_errand_up(now, &errand.attempt);
    }

    /// What errands have left to tell the watch until `now`.
    pub fn told(&mut self, now: Timestamp) -> Vec<Outcome> {
        self.world.delivered(now)
    }

    fn errand(&self, attempt: Attempt) -> Errand {
        Errand {
            integration: self.world.sender(&attempt).clone(),
            attempt,
        }
    }
}
