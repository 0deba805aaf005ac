//! The demo's background traffic: every integration of which we hold the secret, as a program that
//! asks the broker for a token, calls the platform with it, and reports how that went.
//!
//! In process and counted: one request stands for all equal ones of its minute.

mod program;

use super::stand::Stand;
use crate::exit::Exit;
use countersign_brokerd::BrokerHand;
use countersign_host::clock::Clock;
use countersign_host::task::Tasks;
use countersign_model::estate::{CredentialKind, Estate, VendMode};
use countersign_model::outcome::Outcome;
use countersign_model::{SignedDuration, Timestamp};
use countersign_sim::{Simulator, secret_for, traffic::Traffic};
use countersign_watchd::Watch;
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use program::Program;
use std::sync::Arc;

/// Everybody acts on the minute.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// All programs, each a consumer of its integration.
pub(super) struct Callers {
    programs: Vec<Arc<Program>>,
    watch: Watch,
}

impl Callers {
    /// Gives every integration whose secret is in the vault a consumer of its own.
    pub(super) async fn hire(
        estate: &Estate,
        stand: &Stand,
        simulator: &Simulator,
        watch: &Watch,
        hand: &BrokerHand,
    ) -> Result<Callers, Exit> {
        let habits = Arc::new(Traffic::new(estate, super::SEED));
        let mut programs = Vec::new();
        for flow in &estate.integrations {
            let package = estate
                .credential(&flow.credential)
                .is_some_and(|held| held.kind == CredentialKind::S2sV2);
            if !package || secret_for(estate, &flow.credential).is_none() {
                continue;
            }
            let id = format!("app-{}", flow.id);
            let added = hand
                .consumer_add(
                    &flow.id,
                    &id,
                    program::MIN_TTL_S,
                    VendMode::Direct,
                    super::ACTOR,
                )
                .await;
            let (client_id, client_secret, _) = added.map_err(Exit::failed)?;
            programs.push(Arc::new(Program::new(program::Parts {
                integration: flow.clone(),
                client_id,
                client_secret,
                broker: stand.router(),
                simulator: simulator.clone(),
                habits: Arc::clone(&habits),
            })));
        }
        let watch = watch.clone();
        Ok(Callers { programs, watch })
    }

    /// Lets them work from `start` on.
    pub(super) fn start(self, tasks: &mut Tasks, clock: Clock, start: Timestamp) {
        tasks.spawn("background traffic", async move {
            let mut under_way = FuturesUnordered::new();
            let (mut minute, mut hold) = (start, clock.hold());
            loop {
                let mut resting = std::pin::pin!(clock.rest_until(minute, hold));
                let woken = loop {
                    tokio::select! {
                        biased;
                        woken = &mut resting => break woken,
                        Some(()) = under_way.next() => {}
                    }
                };
                let mut work = Box::pin(self.minute(minute));
                // Who finds a live token is done before time goes on; who waits for one waits in it.
                if (&mut work).now_or_never().is_none() {
                    under_way.push(work);
                }
                (minute, hold) = (minute + MINUTE, woken);
            }
        });
    }

    /// What everybody does in that minute, told to the watch.
    async fn minute(&self, at: Timestamp) {
        let acting = self.programs.iter().map(|program| program.act(at));
        let outcomes: Vec<Outcome> = join_all(acting).await.into_iter().flatten().collect();
        if outcomes.is_empty() {
            return;
        }
        if let Err(error) = self.watch.outcomes(outcomes).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the background traffic's outcomes were not kept"
            );
        }
    }
}
