//! A cause that goes away and comes back takes up again what was a part of it.

use super::graph;
use super::interleaving::start;
use super::room::Room;
use countersign_model::class::Class;
use countersign_model::incident::{Confidence, Evidence, RootCause};
use countersign_model::signal::{Signal, Strength};
use countersign_model::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::collections::BTreeSet;

fn told(cause: &RootCause, class: Class, strength: Strength, minute: i64) -> Signal {
    let at = start() + SignedDuration::from_mins(minute);
    Signal {
        at,
        cause: cause.clone(),
        class,
        refused: None,
        strength,
        confidence: Confidence::Likely,
        since: at,
        credentials: match cause {
            RootCause::Credential(id) => vec![id.clone()],
            _ => Vec::new(),
        },
        integrations: Vec::new(),
        evidence: vec![Evidence {
            at,
            outcome: None,
            words: format!("{class:?} of {cause}"),
        }],
        token_ends_at: None,
        calls_refused_since: None,
        blind_spots: Vec::new(),
    }
}

fn take(room: &mut Room, signal: &Signal) {
    room.take(signal.at, signal);
    room.tick(signal.at);
}

/// Live causes with their incidents.
fn live(room: &Room) -> BTreeSet<(String, String)> {
    let live = room.live().into_iter();
    live.map(|one| (one.root_cause.to_string(), one.id.to_string()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn split_and_merged_again_it_is_what_it_was(
        estate in graph::estate(),
        place in 0..graph::CREDENTIALS,
        stopped in prop::collection::btree_set(0..graph::ASSETS, 1..5),
    ) {
        let cause: RootCause = format!("credential:{}", graph::credential(place)).parse().unwrap();
        let symptoms: Vec<RootCause> = stopped
            .iter()
            .map(|place| format!("asset:{}", graph::asset(*place)).parse().unwrap())
            .collect();
        let mut room = Room::new(&estate);
        take(&mut room, &told(&cause, Class::AuthRejected, Strength::Page, 0));
        for symptom in &symptoms {
            take(&mut room, &told(symptom, Class::Stopped, Strength::Page, 2));
        }
        let (before, parts) = (live(&room), room.part_of());
        let parts: BTreeSet<String> = parts
            .into_iter()
            .filter(|(_, parent)| *parent == cause)
            .map(|(id, _)| id)
            .collect();

        // The cause heals and its symptoms go on: each is judged by itself again.
        take(&mut room, &told(&cause, Class::AuthRejected, Strength::Healed, 5));
        let whole: Timestamp = start() + SignedDuration::from_mins(5);
        let ended = room.ledger.values().any(|one| one.root_cause == cause && one.resolved_at == Some(whole));
        prop_assert!(ended, "{:#?}", room.live());
        for symptom in &symptoms {
            take(&mut room, &told(symptom, Class::Stopped, Strength::Page, 7));
        }
        // It comes back, and so does everything that hung on it.
        take(&mut room, &told(&cause, Class::AuthRejected, Strength::Page, 10));
        let again: BTreeSet<String> = room
            .part_of()
            .into_iter()
            .filter(|(_, parent)| *parent == cause)
            .map(|(id, _)| id)
            .collect();
        prop_assert!(again.is_superset(&parts), "{:?} of {:?}", again, parts);
        let after = live(&room);
        for one in &before {
            let own = one.0.strip_prefix("asset:");
            let joined = own.is_some_and(|id| room.part_of().contains_key(id));
            prop_assert!(joined || after.contains(one), "{:?} is gone from {:?}", one, after);
        }
        let whole = before.iter().find(|one| one.0 == cause.to_string());
        prop_assert!(whole.is_some_and(|whole| after.contains(whole)), "the same incident");
    }
}
