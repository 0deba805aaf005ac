//! Stories: scenarios the demo can play, and the prelude that puts every slot in mid-flight.

mod told;

use super::callers::Callers;
use super::stand::Stand;
use crate::args::Args;
use crate::exit::Exit;
use crate::output;
use countersign_brokerd::BrokerHand;
use countersign_host::clock::{Clock, ClockControl};
use countersign_host::task::Tasks;
use countersign_model::estate::{CredentialMode, Estate};
use countersign_model::id::CredentialId;
use countersign_model::{SignedDuration, Timestamp};
use countersign_sim::history::History;
use countersign_sim::scenario::Scenario;
use countersign_sim::{Simulator, first_refresh_token_for, secret_for};
use serde_json::json;
use told::TOLD;

/// A fault whose player is whoever holds the broker.
const RESTART: &str = "broker_restart";

/// A story to play.
pub(crate) struct Story {
    /// What goes wrong when.
    pub(crate) scenario: Scenario,
    sights: &'static [&'static str],
}

impl Story {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.scenario.name
    }

    /// When the demo's clock starts.
    pub(crate) fn start(&self) -> Timestamp {
        self.scenario.start
    }

    /// What happens when, for people.
    pub(crate) fn what_to_look_at(&self) -> &'static [&'static str] {
        self.sights
    }

    /// The demo estate as the story has it: some credentials are somebody else's.
    pub(crate) fn estate(&self) -> Estate {
        let mut estate = countersign_feed::demo_estate();
        for credential in &mut estate.credentials {
            let observed = self.scenario.observed.iter();
            if observed.into_iter().any(|id| id == credential.id.as_str()) {
                credential.mode = CredentialMode::Observed;
            }
        }
        told::adapt(self.name(), &mut estate);
        estate
    }

    /// What the estate has lived through before `begin`: ninety days, or, if it is `fresh`, nothing.
    pub(crate) async fn past(
        &self,
        estate: &Estate,
        begin: Timestamp,
        fresh: bool,
    ) -> Result<History, Exit> {
        if fresh {
            return Ok(History::none(&self.scenario, estate, begin));
        }
        let (scenario, estate) = (self.scenario.clone(), estate.clone());
        let lived = move || History::lived(&scenario, &estate, begin);
        let lived = tokio::task::spawn_blocking(lived).await;
        lived.map_err(|error| Exit::failed(format!("the history was not made: {error}")))
    }
}

/// The story of that name.
pub(crate) fn find(name: &str) -> Result<Story, Exit> {
    match told::scenario(name) {
        Some((scenario, sights)) => Ok(Story { scenario, sights }),
        None => {
            let names: Vec<&str> = TOLD.iter().map(|(name, _)| *name).collect();
            Err(Exit::input(format!(
                "--story: {name:?} is none of {}, {}",
                names.join(", "),
                told::NONE
            )))
        }
    }
}

/// Lists the stories.
pub(crate) fn list(args: &Args) -> Result<(), Exit> {
    for (name, _) in TOLD {
        let about = told::scenario(name).map(|(scenario, _)| scenario.about);
        let about = about.unwrap_or_default();
        if args.json {
            output::document(&json!({ "story": name, "about": about }));
        } else {
            println!("{name:<33} {about}");
        }
    }
    Ok(())
}

/// The time before the story, in which secrets are put in one after the other.
pub(crate) struct Prelude<'a> {
    /// What will be played.
    pub(crate) story: &'a Story,
    /// Where.
    pub(crate) estate: &'a Estate,
    /// Who hands out the first tokens.
    pub(crate) simulator: &'a Simulator,
    /// Who takes the secrets.
    pub(crate) hand: &'a BrokerHand,
    /// Who lives meanwhile.
    pub(crate) callers: &'a Callers,
    /// The demo's time,
    pub(crate) clock: &'a Clock,
    /// and who moves it.
    pub(crate) control: &'a ClockControl,
}

impl Prelude<'_> {
    /// Spreads the first tokens over a renewal's cycle, those the story names so that they are
    /// minted at the instant it asks for; then moves the clock to the story's start.
    pub(crate) async fn play(&self) -> Result<(), Exit> {
        let start = self.story.start();
        let mut plan: Vec<(Timestamp, CredentialId, String, Option<String>)> = Vec::new();
        let begin = self.clock.now();
        for credential in &self.estate.credentials {
            if let Some(secret) = secret_for(self.estate, &credential.id) {
                let at = first_mint(self.story, &credential.id, begin, start);
                // What a consent of earlier left behind, for the kinds that need one.
                let refresh = first_refresh_token_for(self.estate, &credential.id);
                plan.push((at, credential.id.clone(), secret, refresh));
            }
        }
        plan.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        for (at, credential, secret, refresh) in plan {
            self.move_to(at).await;
            let hold = self.clock.hold();
            let put = self.hand.secret_put(&credential, secret, super::ACTOR);
            put.await.map_err(Exit::failed)?;
            if let Some(refresh) = refresh {
                let put = self
                    .hand
                    .refresh_token_put(&credential, refresh, super::ACTOR);
                put.await.map_err(Exit::failed)?;
            }
            drop(hold);
        }
        self.move_to(start).await;
        let refused = self.simulator.refusals();
        if refused > 0 {
            return Err(Exit::failed(format!(
                "the simulator refused {refused} of the first tokens"
            )));
        }
        Ok(())
    }

    /// Moves the clock; what the estate did meanwhile is told.
    async fn move_to(&self, at: Timestamp) {
        let span = at.duration_since(self.clock.now());
        self.control.advance(span).await;
        if at < self.story.start() {
            self.callers.catch_up().await;
        }
    }
}

/// When a credential gets its first token: spread over 15 minutes by its place in the alphabet of
/// hashes, or so that the story's `minted_at` is its first renewal.
fn first_mint(story: &Story, id: &CredentialId, begin: Timestamp, start: Timestamp) -> Timestamp {
    let slots = &story.scenario.slots;
    let named = slots.iter().find(|slot| slot.credential == id.as_str());
    let named = named.map(|slot| slot.minted_at);
    if let Some(minted_at) = named {
        // One advisory line (75 % of the life) before the mint the story tells of.
        let life_ms = i64::from(super::EXPIRES_IN_S) * 1_000;
        let first = minted_at - SignedDuration::from_millis(life_ms * 3 / 4);
        if first >= begin && minted_at >= start {
            return first;
        }
    }
    let spread = id.as_str().bytes().fold(0_u64, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    begin + SignedDuration::from_millis((spread % 880_000).cast_signed())
}

/// Plays what only the holder of the broker can: its restarts. All else lives in the estate.
pub(crate) fn play(tasks: &mut Tasks, story: Story, stand: Stand, clock: Clock) {
    tasks.spawn("story", async move {
        let start = story.start();
        let faults = story.scenario.faults.iter();
        let restarts = faults.filter(|fault| fault.kind == RESTART);
        let mut restarts: Vec<Timestamp> = restarts.map(|fault| start + fault.at).collect();
        restarts.sort();
        let mut hold = clock.hold();
        for at in restarts {
            hold = clock.rest_until(at, hold).await;
            if let Err(exit) = stand.restart().await {
                tracing::error!(why = exit.words, "the broker could not be restarted");
            }
        }
        drop(hold);
        // The story is told; the estate lives on.
        std::future::pending::<()>().await;
    });
}
