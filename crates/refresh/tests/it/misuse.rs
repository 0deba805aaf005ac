//! Bad secrets, reports without end, restarts, moves and steps of the clock.

use crate::world::{Reply, World, at_ms, policy, spec, token};
use countersign_model::estate::{IntegrationKind, Tier};
use countersign_model::token::Generation;
use countersign_refresh::{CredentialRecord, CredentialState, Event, Input, SlotPhase, SlotSpec};

/// P8: a bad secret locks within 150 s and three requests, on a host where others work.
#[test]
fn a_bad_secret_locks_within_150_seconds_and_three_requests() {
    let mut world = World::new(|spec, _| match spec.credential.as_str() {
        "BAD" => Reply::refused(401, Some("invalid_client")),
        _ => Reply::Token(80),
    });
    for name in ["BAD", "GOOD", "FINE"] {
        world.put(spec(name), None);
    }
    world.run_until(7_200_000);
    let bad = spec("BAD");
    let tries: Vec<u64> = world
        .sends
        .iter()
        .filter(|(_, slot)| *slot == bad.slot)
        .map(|(ms, _)| *ms)
        .collect();
    assert_eq!(tries.len(), 3, "{tries:?}");
    let locked = world
        .first(|event| matches!(event, Event::Locked { .. }))
        .unwrap();
    assert!(locked <= tries[0] + 150_000);
    let record = world.machine.credential(&bad.credential).unwrap().record;
    assert_eq!((record.state, record.strikes), (CredentialState::Locked, 3));
    assert_eq!(
        crate::estates::gaps(&world),
        0,
        "the neighbours do not notice"
    );
}

/// While most credentials of a host fail, none is struck: it is the platform.
#[test]
fn a_platform_that_refuses_everybody_strikes_nobody() {
    let mut world = World::new(|_, now| {
        if now < 600_000 {
            Reply::refused(401, Some("invalid_client"))
        } else {
            Reply::Token(80)
        }
    });
    for n in 0..10 {
        world.put(spec(&format!("S{n}")), None);
    }
    world.run_until(700_000);
    assert_eq!(
        world.count(|event| matches!(event, Event::Locked { .. })),
        0
    );
    assert_eq!(world.n_without_token(), 0);
}

/// P9: a thousand reports of one dead token force one mint; one a minute at most afterwards.
#[test]
fn a_thousand_reports_force_one_mint_a_minute() {
    let mut world = World::new(|_, _| Reply::Token(50));
    let slot = spec("A").slot;
    world.put(spec("A"), Some(token(1, 0)));
    world.run_until(100_000);
    for n in 0..1_000u64 {
        world.run_until(100_000 + n * 60);
        let unlike = Some(Generation(1));
        world.input(Input::Rejected {
            slot: slot.clone(),
            generation: Generation(1),
        });
        world.input(Input::Demand {
            slot: slot.clone(),
            min_ttl_ms: 0,
            unlike,
        });
    }
    assert_eq!(world.sends.len(), 1);
    assert_eq!(
        world.views[&slot].facts.as_ref().unwrap().generation,
        Generation(2)
    );
    for n in 0..1_000u64 {
        world.run_until(400_000 + n * 240);
        let generation = world.views[&slot].facts.as_ref().unwrap().generation;
        world.input(Input::Rejected {
            slot: slot.clone(),
            generation,
        });
    }
    assert!(world.peak_in(60_000) <= 1, "{:?}", world.sends);
}

/// Strikes and their spacing survive a restart.
#[test]
fn a_restart_forgets_no_strike_and_no_lock() {
    let refusing = |_: &SlotSpec, _: u64| Reply::refused(401, Some("invalid_client"));
    let bad = spec("BAD");
    let mut record = CredentialRecord::new(bad.credential.clone());
    record.strikes = 2;
    record.last_strike_at = Some(at_ms(0));
    let mut world = World::new(refusing);
    world.now_ms = 10_000;
    world.input(Input::CredentialRestore {
        record: record.clone(),
    });
    world.put(bad.clone(), None);
    world.run_until(600_000);
    assert_eq!(world.sends.len(), 1, "the third, and then silence");
    assert_eq!(world.sends[0].0, 60_000);
    record.state = CredentialState::Locked;
    let mut world = World::new(refusing);
    world.put(bad.clone(), Some(token(1, 0)));
    world.input(Input::CredentialRestore { record });
    world.run_until(3_600_000);
    assert!(world.sends.is_empty());
    assert_eq!(
        world.machine.slot(&bad.slot).unwrap().phase,
        SlotPhase::Held
    );
}

/// A sync's token is renewed before the sync starts, not just after.
#[test]
fn a_renewal_that_would_fall_just_after_a_sync_starts_is_brought_forward() {
    let due_with = |sync_at: u64| {
        let mut world = World::new(|_, _| Reply::Token(100));
        let mut sync = spec("MCC");
        sync.policy = policy(IntegrationKind::Mcc, Tier::T1);
        let slot = sync.slot.clone();
        world.put(sync, Some(token(1, 0)));
        world.input(Input::JobPlanned {
            slot: slot.clone(),
            at: at_ms(sync_at),
        });
        world.machine.slot(&slot).unwrap().due_at.unwrap()
    };
    let undisturbed = at_ms(809_250);
    let forward = due_with(780_000);
    assert!(
        forward >= at_ms(720_000) && forward < at_ms(780_000),
        "{forward}"
    );
    assert_eq!(due_with(820_000), undisturbed);
    assert_eq!(due_with(600_000), undisturbed);
}

/// After the clock stepped back an hour, nothing waits for an hour and nothing storms.
#[test]
fn a_step_of_the_clock_derives_every_deadline_again() {
    let mut world = World::new(|_, _| Reply::Token(100));
    world.now_ms = 4_000_000;
    for n in 0..20 {
        world.put(spec(&format!("S{n:02}")), Some(token(1, 3_900_000)));
    }
    world.now_ms = 400_000;
    world.input(Input::ClockStepped);
    world.run_until(400_000 + 61_000);
    assert_eq!(
        world.sends.len(),
        20,
        "tokens from the future are not believed"
    );
    assert!(
        world.peak_in(10_000) <= 10,
        "and renewed within the next minute, spread out"
    );
    assert_eq!(world.n_without_token(), 0);
}

/// A slot that moves to another host takes its token along and frees its place in the old queue.
#[test]
fn a_slot_that_moves_keeps_its_token() {
    let mut world = World::new(|_, _| Reply::Silence);
    let mut moving = spec("A");
    world.put(moving.clone(), None);
    world.put(moving.clone(), Some(token(3, 0)));
    moving.host = "https://new.example".to_owned();
    let last_generation = Generation(3);
    world.input(Input::SlotPut {
        spec: moving.clone(),
        token: None,
        last_generation,
    });
    assert_eq!(
        world.machine.hosts().collect::<Vec<_>>(),
        ["https://new.example"]
    );
    let facts = world.machine.slot(&moving.slot).unwrap().facts.unwrap();
    assert_eq!(facts.generation, Generation(3));
}
