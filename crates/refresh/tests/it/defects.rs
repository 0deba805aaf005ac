//! Defects seen in other systems, each as a test of that name.

use crate::script::{check, slot};
use crate::world::{HOST, LIFE_S, Reply, World, at_ms, issued, refused, spec, token};
use countersign_model::id::{CredentialId, SlotId};
use countersign_model::mint::{MintResult, NetCause, Phase};
use countersign_model::token::Generation;
use countersign_refresh::{
    BreakerPhase, Config, Effect, Event, Input, Machine, Refusal, SlotPhase, Verdict, read,
};

/// Vault, OpenBao: the back-off was computed and never slept (R4).
#[test]
fn zero_sleep_backoff() {
    let mut world = World::new(|_, _| Reply::After(0, refused(500, None)));
    world.put(spec("A"), None);
    world.run_until(3_600_000);
    for pair in world.sends.windows(2) {
        assert!(
            pair[1].0 >= pair[0].0 + 200,
            "two tries at {} and {} ms",
            pair[0].0,
            pair[1].0
        );
    }
    assert!(
        world.sends.len() > 300,
        "it never stops trying: {}",
        world.sends.len()
    );
}

/// google-cloud-rust: an error took the place of a token that was still valid (R5).
#[test]
fn error_overwrites_valid_token() {
    let errors = [
        (401, Some("invalid_client")),
        (400, Some("invalid_grant")),
        (500, None),
        (404, None),
    ];
    for (status, error) in errors {
        let mut world = World::new(move |_, _| Reply::refused(status, error));
        let spec = spec("A");
        world.put(spec.clone(), Some(token(1, 0)));
        world.run_until(1_070_000);
        assert!(!world.sends.is_empty());
        let view = &world.views[&spec.slot];
        assert_eq!(view.facts.as_ref().unwrap().generation, Generation(1));
        assert!(matches!(
            world.verdict(&spec.slot),
            Verdict::ServeFlagged(_) | Verdict::JoinOrServe
        ));
    }
}

/// google-cloud-rust: an answer that was torn off, and so had no status, was taken for a final refusal (R4, R5).
#[test]
fn permanent_after_torn_read() {
    let torn = [
        MintResult::NoAnswer {
            phase: Phase::AfterSend,
            cause: NetCause::Reset,
        },
        MintResult::Unreadable {
            status: 200,
            why: "the body ends in the middle".to_owned(),
        },
    ];
    for result in torn {
        let reply = result.clone();
        let mut world = World::new(move |_, now| match now < 3_600_000 {
            true => Reply::After(0, reply.clone()),
            false => Reply::Token(50),
        });
        let spec = spec("A");
        world.put(spec.clone(), Some(token(1, 0)));
        world.run_until(3_600_000);
        let before = world.sends.len();
        assert!(
            before > 100,
            "{result:?}: it goes on trying, {before} times"
        );
        world.run_until(3_600_000 + 120_000);
        assert!(world.sends.len() > before, "{result:?}");
        assert_eq!(world.verdict(&spec.slot), Verdict::Serve, "{result:?}");
    }
}

/// google-cloud-rust, restate: a task went on renewing what had been removed.
#[test]
fn refresh_task_leak() {
    let mut world = World::new(|_, _| Reply::Token(100));
    for n in 0..50 {
        world.put(spec(&format!("S{n}")), Some(token(1, 0)));
    }
    for slot in world.specs.keys().cloned().collect::<Vec<_>>() {
        world.input(Input::SlotRemove { slot });
    }
    assert_eq!(world.machine.next_wake(), None);
    assert_eq!(world.machine.hosts().count(), 0);
    world.run_until(7_200_000);
    assert!(world.sends.is_empty());
}

/// oauth2-proxy, Nango: the lock ended before the work, and what came last won. Here an exchange that takes
/// longer than we wait is followed by another, and its answer takes the place of nothing newer (R1, R2).
#[test]
fn lock_ttl_shorter_than_work() {
    let mut n = 0;
    let mut world = World::new(move |_, _| {
        n += 1;
        Reply::Token(if n == 1 { 60_000 } else { 50 })
    });
    let spec = spec("A");
    world.put(spec.clone(), None);
    world.run_until(59_000);
    let gap = world.sends[1].0 - world.sends[0].0;
    assert!(gap >= 20_000, "R1: only after the first was given up");
    let before = world.views[&spec.slot].facts.clone().unwrap();
    world.run_until(120_000);
    assert_eq!(world.sends.len(), 2);
    let after = world.views[&spec.slot].facts.clone().unwrap();
    assert_eq!(after.fingerprint, before.fingerprint, "R2");
    assert_eq!(after.generation, before.generation);
}

/// oauth2-proxy, Nango: the end of one's own work took away another's lock. Here an answer of an exchange
/// that was given up leaves the one that is under way where it is (R1).
#[test]
fn release_deletes_foreign_lock() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:20 -> failed NetPostSend",
            "0:20 -> send",
            "0:21 late 1 refused invalid_client",
            "0:22 demand",
            "0:23 issued",
            "0:23 -> settled 1",
            "0:23 -> minted 1",
        ],
    );
}

/// Agent Vault: the state was read before the flight, and the spent token used again.
#[test]
fn state_read_outside_flight() {
    // A reader judged at 13:30 and its demand arrives after the renewal: no second request.
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 issued",
            "0:00 -> minted 1",
            "13:29 -> send",
            "13:30 issued",
            "13:30 -> minted 2",
            "13:30 demand unlike 1",
            "13:30 -> settled 2",
        ],
    );
}

/// Agent Vault: a caller that went away took the request with it.
#[test]
fn caller_cancel_kills_flight() {
    // Nobody can cancel: waiters are not known to the machine, only that somebody waits.
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:01 demand",
            "0:05 demand",
            "0:09 issued",
            "0:09 -> settled 1",
            "0:09 -> minted 1",
        ],
    );
}

/// Agent Vault: a forced renewal handed out the cached token again.
#[test]
fn forced_refresh_returns_same_token() {
    let mut machine = Machine::new(Config::default(), 7);
    let spec = spec("A");
    let slot = spec.slot.clone();
    let token = token(4, 0);
    let last_generation = token.generation;
    let _ = machine.step(
        at_ms(0),
        Input::SlotPut {
            spec,
            token: Some(token),
            last_generation,
        },
    );
    let unlike = Some(Generation(4));
    let sent = machine.step(
        at_ms(1_000),
        Input::Demand {
            slot: slot.clone(),
            min_ttl_ms: 0,
            unlike,
        },
    );
    let attempt = sent_attempt(&sent);
    let same = Some("f4".to_owned());
    let answer = Input::Answered {
        slot: slot.clone(),
        attempt,
        sent_at: at_ms(1_000),
        result: issued(),
        fingerprint: same,
        rotated: false,
    };
    let effects = machine.step(at_ms(1_100), answer);
    assert!(effects.contains(&Effect::Tell(Event::ApiSideRejection {
        slot: slot.clone()
    })));
    let view = machine.read_view(&slot).unwrap();
    assert_eq!(view.facts.as_ref().unwrap().generation, Generation(5));
    let verdict = read(&view, at_ms(1_200), 0, unlike);
    assert!(
        !matches!(verdict, Verdict::Serve),
        "the bytes of generation 4 under number 5"
    );
    let again = machine.step(
        at_ms(1_200),
        Input::Demand {
            slot,
            min_ttl_ms: 0,
            unlike,
        },
    );
    assert!(matches!(
        again.as_slice(),
        [
            ..,
            Effect::Settle {
                answer: Err(Refusal { cached: true, .. }),
                ..
            }
        ]
    ));
}

fn sent_attempt(effects: &[Effect]) -> countersign_refresh::AttemptId {
    let attempt = |effect: &Effect| match effect {
        Effect::Send { attempt, .. } => Some(*attempt),
        _ => None,
    };
    effects.iter().find_map(attempt).expect("a request is sent")
}

/// smithy-rs: every waiter of a failed request tried again for itself.
#[test]
fn failure_not_shared() {
    let mut world = World::new(|_, _| Reply::After(5_000, refused(500, None)));
    let spec = spec("A");
    world.put(spec.clone(), None);
    for _ in 0..10_000 {
        world.input(Input::Demand {
            slot: spec.slot.clone(),
            min_ttl_ms: 0,
            unlike: None,
        });
    }
    assert_eq!(world.settles.len(), 0, "all wait for the one flight");
    world.run_until(5_100);
    assert_eq!(world.sends.len(), 1);
    assert_eq!(world.settles.len(), 1, "one answer for all");
    assert!(matches!(
        world.settles[0].1,
        Err(Refusal { cached: false, .. })
    ));
    world.input(Input::Demand {
        slot: spec.slot,
        min_ttl_ms: 0,
        unlike: None,
    });
    assert_eq!(world.sends.len(), 1, "who comes later shares it too");
    assert!(matches!(
        world.settles[1].1,
        Err(Refusal { cached: true, .. })
    ));
}

/// rusoto: a failure was remembered for ever.
#[test]
fn failure_cached_forever() {
    let mut world = World::new(|_, now| {
        if now < 2_000 {
            Reply::refused(500, None)
        } else {
            Reply::Token(50)
        }
    });
    let spec = spec("A");
    world.put(spec.clone(), None);
    world.run_until(10_000);
    assert_eq!(world.verdict(&spec.slot), Verdict::Serve);
}

/// SPIRE: jitter drawn again at every look loses its spread.
#[test]
fn jitter_redrawn() {
    let mut world = World::new(|_, _| Reply::Token(10));
    for n in 0..500 {
        world.put(spec(&format!("S{n}")), None);
    }
    world.run_until(700_000);
    let planned = |world: &World| -> Vec<_> { world.machine.slots().map(|s| s.due_at).collect() };
    let before = planned(&world);
    world.input(Input::Tick);
    world.input(Input::ClockStepped);
    for spec in world.specs.values().cloned().collect::<Vec<_>>() {
        world.put(spec, None);
    }
    assert_eq!(planned(&world), before, "looking again changes nothing");
    let mut twin = World::new(|_, _| Reply::Token(10));
    for n in 0..500 {
        twin.put(spec(&format!("S{n}")), None);
    }
    twin.run_until(700_000);
    assert_eq!(planned(&twin), before, "another node draws the same");
}

/// Envoy: a 200 with an empty body was final.
#[test]
fn empty_200_is_fatal() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 empty-200",
            "0:00 -> failed MalformedSuccess",
            "0:00 -> send",
            "0:01 issued",
            "0:01 -> minted 1",
        ],
    );
}

/// cert-manager: a renewal time computed from an older token overwrote the newer one's.
#[test]
fn stale_renewal_time_race() {
    let mut world = World::new(|_, _| Reply::Token(10));
    let spec = spec("A");
    world.put(spec.clone(), Some(token(5, 0)));
    world.put(spec.clone(), Some(token(4, 500_000)));
    let view = world.machine.slot(&spec.slot).unwrap();
    assert_eq!(view.facts.unwrap().generation, Generation(5));
    assert_eq!(view.due_at, Some(at_ms(809_250)));
}

/// Infisical: a 403 in the place of a 401 stopped the operator for good.
#[test]
fn forbidden_for_unauthorized_stops_forever() {
    let mut world = World::new(|_, now| {
        if now < 3_600_000 {
            Reply::refused(403, None)
        } else {
            Reply::Token(50)
        }
    });
    let spec = spec("A");
    world.put(spec.clone(), None);
    world.run_until(3_600_000 + 900_000);
    assert_eq!(world.verdict(&spec.slot), Verdict::Serve);
    assert!(
        world.sends.len() <= 20,
        "and it does not hammer: {}",
        world.sends.len()
    );
    assert_eq!(
        world.count(|event| matches!(event, Event::Locked { .. })),
        0
    );
}

/// vellum: one failed name look-up blocked all renewals.
#[test]
fn breaker_trips_on_one_dns_error() {
    let mut world = World::new(|spec, now| {
        if spec.credential.as_str() == "A" && now < 100 {
            Reply::unreachable()
        } else {
            Reply::Token(50)
        }
    });
    for name in ["A", "B", "C"] {
        world.put(spec(name), None);
    }
    world.run_until(2_000);
    assert_eq!(
        world.count(|event| matches!(event, Event::BreakerOpened { .. })),
        0
    );
    assert_eq!(
        world.machine.host(HOST, at_ms(2_000)).unwrap().breaker,
        BreakerPhase::Closed
    );
    assert_eq!(world.n_without_token(), 0);
}

/// Salesforce's knowledge base: a second server that mints kills the first one's token.
#[test]
fn sibling_minter_invalidates() {
    let mut world = World::new(|_, _| Reply::Token(50));
    let spec = spec("A");
    let slot = spec.slot.clone();
    world.put(spec, None);
    for round in 1..=3u64 {
        world.run_until(round * 120_000);
        let generation = world.views[&slot].facts.as_ref().unwrap().generation;
        assert_eq!(generation, Generation(round));
        world.input(Input::Rejected {
            slot: slot.clone(),
            generation,
        });
    }
    world.run_until(400_000);
    let credential = CredentialId::new("A").unwrap();
    let told = Event::OutsideMinterSuspected { slot, credential };
    assert_eq!(world.count(|event| *event == told), 1);
    assert_eq!(world.sends.len(), 4, "each dead token was replaced");
}

#[test]
fn a_new_token_that_is_rejected_at_once_stops_the_forcing() {
    let mut world = World::new(|_, _| Reply::Token(50));
    let slot = spec("A").slot;
    world.put(spec("A"), Some(token(1, 0)));
    world.run_until(400_000);
    world.input(Input::Rejected {
        slot: slot.clone(),
        generation: Generation(1),
    });
    world.run_until(410_000);
    world.input(Input::Rejected {
        slot: slot.clone(),
        generation: Generation(2),
    });
    world.run_until(700_000);
    world.input(Input::Rejected {
        slot: slot.clone(),
        generation: Generation(2),
    });
    assert_eq!(world.sends.len(), 1, "forcing rests for ten minutes");
    assert_eq!(
        world.count(|event| matches!(event, Event::ApiSideRejection { .. })),
        1
    );
}

#[test]
fn a_token_from_the_future_is_not_believed() {
    let mut world = World::new(|_, _| Reply::Silence);
    let spec = spec("A");
    world.put(spec.clone(), Some(token(1, 3_600_000)));
    assert_eq!(world.sends.len(), 1, "renewed at once");
    let facts = world.machine.slot(&spec.slot).unwrap().facts.unwrap();
    assert_eq!(
        facts.expires_at,
        at_ms(LIFE_S * 1_000),
        "and believed for one life at most"
    );
}

#[test]
fn a_struck_credential_is_tested_by_one_slot_while_its_others_wait() {
    let mut world = World::new(|_, now| {
        if now < 40_000 {
            Reply::refused(401, Some("invalid_client"))
        } else {
            Reply::Token(50)
        }
    });
    five_slots_of_one_credential(&mut world);
    world.run_until(29_000);
    assert_eq!(world.sends.len(), 1);
    let parked = world
        .machine
        .slots()
        .filter(|slot| slot.phase == SlotPhase::Parked)
        .count();
    assert_eq!(parked, 4);
    world.run_until(95_000);
    assert_eq!(world.n_without_token(), 0, "one success frees all");
}

/// Five slots of one credential, put two seconds apart.
fn five_slots_of_one_credential(world: &mut World) {
    let credential = CredentialId::new("A").unwrap();
    for mid in 1..=5 {
        let mut spec = spec("A");
        spec.mid = mid;
        spec.slot = SlotId::of(&credential, mid, None);
        world.put(spec, None);
        world.run_until(mid * 2_000);
    }
}

#[test]
fn a_tester_with_troubles_of_its_own_hands_the_test_on() {
    let mut world = World::new(|spec, now| match (now, spec.mid) {
        (0..1_000, _) => Reply::refused(401, Some("invalid_client")),
        (_, 1) => Reply::refused(403, Some("access_denied")),
        _ => Reply::Token(50),
    });
    five_slots_of_one_credential(&mut world);
    world.run_until(60_000);
    assert_eq!(world.n_without_token(), 1, "the one without permission");
}

#[test]
fn a_success_sent_before_the_last_strike_forgives_nothing() {
    let mut world = World::new(|spec, _| match spec.mid {
        2 => Reply::Token(15_000),
        _ => Reply::refused(401, Some("invalid_client")),
    });
    let credential = CredentialId::new("A").unwrap();
    for mid in [2, 1] {
        let mut spec = spec("A");
        spec.mid = mid;
        spec.slot = SlotId::of(&credential, mid, None);
        world.put(spec, None);
        world.run_until(world.now_ms + 500);
    }
    world.run_until(20_000);
    assert_eq!(
        world
            .machine
            .credential(&credential)
            .unwrap()
            .record
            .strikes,
        1
    );
    assert_eq!(world.n_without_token(), 1, "the token itself is welcome");
}
