//! The demo's background traffic: the life of the estate, and for every integration whose secret we
//! hold a program that asks the broker for a token and calls the platform with it.
//!
//! In process and counted: one request stands for all equal ones of its minute.

mod program;

use super::stand::Stand;
use crate::exit::Exit;
use countersign_brokerd::BrokerHand;
use countersign_host::clock::Clock;
use countersign_host::task::Tasks;
use countersign_model::estate::{Estate, VendMode};
use countersign_model::id::IntegrationId;
use countersign_model::outcome::Outcome;
use countersign_sim::life::{Errand, Life};
use countersign_sim::secret_for;
use countersign_watchd::Watch;
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use program::Program;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The estate's life, and all programs, each a consumer of its integration. Cheap to clone.
#[derive(Clone)]
pub(super) struct Callers(Arc<Inner>);

struct Inner {
    life: Mutex<Life>,
    programs: Mutex<BTreeMap<IntegrationId, Arc<Program>>>,
    watch: Watch,
    clock: Clock,
}

impl Callers {
    /// Life without programs yet.
    pub(super) fn new(life: Life, watch: &Watch, clock: &Clock) -> Callers {
        Callers(Arc::new(Inner {
            life: Mutex::new(life),
            programs: Mutex::default(),
            watch: watch.clone(),
            clock: clock.clone(),
        }))
    }

    fn life(&self) -> MutexGuard<'_, Life> {
        self.0.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn programs(&self) -> MutexGuard<'_, BTreeMap<IntegrationId, Arc<Program>>> {
        let programs = self.0.programs.lock();
        programs.unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives every integration whose secret is in the vault a consumer of its own.
    pub(super) async fn hire(
        &self,
        estate: &Estate,
        stand: &Stand,
        hand: &BrokerHand,
    ) -> Result<(), Exit> {
        for flow in &estate.integrations {
            if secret_for(estate, &flow.credential).is_none() {
                continue;
            }
            let id = format!("app-{}", flow.id);
            let (mode, ttl_s) = (VendMode::Direct, program::MIN_TTL_S);
            let added = hand.consumer_add(&flow.id, &id, ttl_s, mode, super::ACTOR);
            let (client_id, client_secret, _) = added.await.map_err(Exit::failed)?;
            let program = Program {
                client_id,
                client_secret,
                broker: stand.router(),
            };
            self.programs().insert(flow.id.clone(), Arc::new(program));
        }
        Ok(())
    }

    /// Lets happen all that is due until the clock's now, before anybody works.
    pub(super) async fn catch_up(&self) {
        let now = self.0.clock.now();
        let mut told = Vec::new();
        {
            let mut life = self.life();
            while life.next_at() <= now {
                told.extend(life.step().0);
            }
        }
        self.tell(told).await;
    }

    /// Lets life go on, and everybody work, with the clock.
    pub(super) fn start(self, tasks: &mut Tasks) {
        let clock = self.0.clock.clone();
        tasks.spawn("background traffic", async move {
            let mut under_way = FuturesUnordered::new();
            let mut hold = clock.hold();
            loop {
                let next = self.life().next_at();
                let mut resting = std::pin::pin!(clock.rest_until(next, hold));
                hold = loop {
                    tokio::select! {
                        biased;
                        woken = &mut resting => break woken,
                        Some(()) = under_way.next() => {}
                    }
                };
                let mut work = Box::pin(self.clone().turn());
                // Who finds a live token is done before time goes on; who waits for one waits in it.
                if (&mut work).now_or_never().is_none() {
                    under_way.push(work);
                }
            }
        });
    }

    /// What is due now, told to the watch.
    async fn turn(self) {
        let (mut told, errands) = self.life().step();
        if !errands.is_empty() {
            join_all(errands.iter().map(|errand| self.run(errand))).await;
            told.extend(self.life().told(self.0.clock.now()));
        }
        self.tell(told).await;
    }

    /// A program's errand; a refused token is reported, and the calls made once more with the next.
    async fn run(&self, errand: &Errand) {
        let program = self.programs().get(&errand.integration).cloned();
        let Some(program) = program else { return };
        let Some(token) = program.token().await else {
            self.life().give_up(self.0.clock.now(), errand);
            return;
        };
        let refused = self.call(errand, &token);
        if refused.is_empty() {
            return;
        }
        program.reject(&token).await;
        let next = program.token().await;
        for errand in &refused {
            match &next {
                Some(token) => drop(self.call(errand, token)),
                None => self.life().give_up(self.0.clock.now(), errand),
            }
        }
    }

    fn call(&self, errand: &Errand, token: &program::Token) -> Vec<Errand> {
        let now = self.0.clock.now();
        self.life().run(now, errand, &token.bearer)
    }

    async fn tell(&self, outcomes: Vec<Outcome>) {
        if outcomes.is_empty() {
            return;
        }
        if let Err(error) = self.0.watch.outcomes(outcomes).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the background traffic's outcomes were not kept"
            );
        }
    }
}
