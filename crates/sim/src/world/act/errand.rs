//! What programs outside this world send for it: they get their tokens from a broker that is not
//! the world's own.

use super::{Attempt, End};
use crate::world::World;
use crate::world::broker::Held;
use countersign_model::Timestamp;
use countersign_model::token::Generation;
use std::sync::Arc;

impl World {
    /// Makes an errand's calls with the token its program got; what was refused and is to be tried
    /// once more with another.
    pub(crate) fn run_errand(
        &mut self,
        at: Timestamp,
        errand: &Attempt,
        token: &str,
    ) -> Vec<Attempt> {
        let habits = Arc::clone(&self.ground.habits);
        let flow = &habits.flows[errand.flow];
        let fresh = || Held {
            text: token.to_owned(),
            generation: Generation::default(),
        };
        let held = self.held_by_run(errand).unwrap_or_else(fresh);
        self.keep_for_run(errand, &held);
        let mut refused = Vec::new();
        for part in &errand.parts {
            refused.extend(self.call(at, flow, errand, part, &held));
        }
        refused
    }

    /// Its program got no token: no call was made. What was tried before has failed.
    pub(crate) fn give_errand_up(&mut self, at: Timestamp, errand: &Attempt) {
        self.broker.tally.failed_vends += 1;
        let end = match errand.after {
            Some(_) => End::Failed,
            None => End::NoToken,
        };
        self.all_end(at, errand, &end);
    }
}

impl Attempt {
    /// Place of the flow whose errand it is.
    pub(crate) fn flow(&self) -> usize {
        self.flow
    }
}
