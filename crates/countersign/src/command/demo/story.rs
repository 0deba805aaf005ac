//! Stories: scenarios the demo can play, and the prelude that puts every slot in mid-flight.

use super::stand::Stand;
use crate::args::Args;
use crate::exit::Exit;
use crate::output;
use countersign_brokerd::BrokerHand;
use countersign_host::clock::{Clock, ClockControl};
use countersign_host::task::Tasks;
use countersign_model::estate::Estate;
use countersign_model::id::CredentialId;
use countersign_model::{SignedDuration, Timestamp};
use countersign_sim::scenario::Scenario;
use countersign_sim::{Simulator, first_refresh_token_for, secret_for};
use serde_json::json;

const TOLD: [(&str, &str, &[&str]); 3] = [
    (
        include_str!("../../../../sim/stories/quiet-sunday.yaml"),
        "A client secret ends on a Sunday morning, and nothing on the provider's screens turns red.",
        &[
            "12:40 UTC  the secret of INT-029, Points balance load, ends",
            "12:50:59   its renewal is refused: suspect, nobody is told yet",
            "12:51:29   refused again: one incident, one notice, before the token even ends",
            "12:52:29   a third time: locked, so that nothing hammers the provider",
            "16:00      the first customer would notice",
        ],
    ),
    (
        include_str!("../../../../sim/stories/vendor-outage.yaml"),
        "Every token host answers 503 for eleven minutes.",
        &[
            "12:50 UTC  token hosts fail; tokens that live carry the calls",
            "12:55      one platform incident, no credential is blamed or locked",
            "13:01      the hosts are back: renewals drain in order of their deadlines",
        ],
    ),
    (
        include_str!("../../../../sim/stories/stampede.yaml"),
        "Our own broker restarts in mid-flight.",
        &[
            "13:00 UTC  the broker restarts: tokens come from the vault, nothing is minted, nobody is told",
        ],
    ),
];

/// A story to play.
pub(crate) struct Story {
    scenario: Option<Scenario>,
    sights: &'static [&'static str],
}

impl Story {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.scenario
            .as_ref()
            .map_or("none", |scenario| &scenario.name)
    }

    /// What happens when, for people.
    pub(crate) fn what_to_look_at(&self) -> &'static [&'static str] {
        self.sights
    }
}

fn parsed(text: &str) -> Scenario {
    Scenario::parse(text).expect("the stories in this binary are tested")
}

/// The story of that name.
pub(crate) fn find(name: &str) -> Result<Story, Exit> {
    if name == "none" {
        return Ok(Story {
            scenario: None,
            sights: &["nothing happens by itself"],
        });
    }
    for (text, _, sights) in TOLD {
        let scenario = parsed(text);
        if scenario.name == name {
            return Ok(Story {
                scenario: Some(scenario),
                sights,
            });
        }
    }
    let names: Vec<String> = TOLD.iter().map(|(text, ..)| parsed(text).name).collect();
    Err(Exit::input(format!(
        "--story: {name:?} is none of {}, none",
        names.join(", ")
    )))
}

/// Lists the stories.
pub(crate) fn list(args: &Args) -> Result<(), Exit> {
    for (text, about, _) in TOLD {
        let name = parsed(text).name;
        if args.json {
            output::document(&json!({ "story": name, "about": about }));
        } else {
            println!("{name:<16} {about}");
        }
    }
    Ok(())
}

/// Puts secrets in one after the other, so that the first tokens are spread over a renewal's cycle
/// and those the story names are minted at the instant it asks for; then moves the clock to `start`.
pub(crate) async fn prelude(
    story: &Story,
    estate: &Estate,
    simulator: &Simulator,
    hand: &BrokerHand,
    clock: &Clock,
    control: &ClockControl,
    start: Timestamp,
) -> Result<(), Exit> {
    let mut plan: Vec<(Timestamp, CredentialId, String, Option<String>)> = Vec::new();
    let begin = clock.now();
    for credential in &estate.credentials {
        if let Some(secret) = secret_for(estate, &credential.id) {
            let at = first_mint(story, &credential.id, begin, start);
            // What a consent of earlier left behind, for the kinds that need one.
            let refresh = first_refresh_token_for(estate, &credential.id);
            plan.push((at, credential.id.clone(), secret, refresh));
        }
    }
    plan.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    for (at, credential, secret, refresh) in plan {
        control.advance(at.duration_since(clock.now())).await;
        let hold = clock.hold();
        hand.secret_put(&credential, secret, super::ACTOR)
            .await
            .map_err(Exit::failed)?;
        if let Some(refresh) = refresh {
            let put = hand.refresh_token_put(&credential, refresh, super::ACTOR);
            put.await.map_err(Exit::failed)?;
        }
        drop(hold);
    }
    control.advance(start.duration_since(clock.now())).await;
    let refused = simulator.refusals();
    if refused > 0 {
        return Err(Exit::failed(format!(
            "the simulator refused {refused} of the first tokens"
        )));
    }
    Ok(())
}

/// When a credential gets its first token: spread over 15 minutes by its place in the alphabet of
/// hashes, or so that the story's `minted_at` is its first renewal.
fn first_mint(story: &Story, id: &CredentialId, begin: Timestamp, start: Timestamp) -> Timestamp {
    let named = story.scenario.as_ref().and_then(|scenario| {
        scenario
            .slots
            .iter()
            .find(|slot| slot.credential == id.as_str())
            .map(|slot| slot.minted_at)
    });
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

/// Starts the story's faults at their instants.
pub(crate) fn play(
    tasks: &mut Tasks,
    story: Story,
    simulator: Simulator,
    stand: Stand,
    clock: Clock,
    start: Timestamp,
) {
    tasks.spawn("story", async move {
        let mut faults = story
            .scenario
            .map(|scenario| scenario.faults)
            .unwrap_or_default();
        faults.sort_by_key(|fault| fault.at);
        let mut hold = clock.hold();
        for fault in faults {
            hold = clock.rest_until(start + fault.at, hold).await;
            if let Err(error) = simulator.inject(&fault) {
                tracing::error!(error = %error, "the story's fault could not be played");
            }
            if fault.kind == "broker_restart"
                && let Err(exit) = stand.restart().await
            {
                tracing::error!(why = exit.words, "the broker could not be restarted");
            }
        }
        drop(hold);
        // The story is told; the estate lives on.
        std::future::pending::<()>().await;
    });
}
