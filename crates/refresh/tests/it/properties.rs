//! Any sequence of inputs: the invariants hold. [`World`] asserts them after every step.

use crate::world::{Reply, World, at_ms, refused, spec, token};
use countersign_model::estate::{IntegrationKind, Lockout, Tier};
use countersign_model::id::{BuId, CredentialId, SlotId};
use countersign_model::mint::MintResult;
use countersign_model::token::Generation;
use countersign_refresh::{Event, Input, Mode, SlotSpec};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Move {
    Wait(u64),
    Put(usize, bool),
    Remove(usize),
    Demand(usize, u64, Option<u64>),
    Rejected(usize, u64),
    Renew(usize),
    Job(usize, u64),
    JobEnded(usize),
    Edited(usize),
    Disabled(usize),
    Enabled(usize),
    ClockStepped,
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        6 => (0..2_000_000u64).prop_map(Move::Wait),
        2 => (0..12usize, any::<bool>()).prop_map(|(n, token)| Move::Put(n, token)),
        1 => (0..12usize).prop_map(Move::Remove),
        3 => (0..12usize, 0..1_200u64, proptest::option::of(0..6u64))
            .prop_map(|(n, life, unlike)| Move::Demand(n, life, unlike)),
        2 => (0..12usize, 0..6u64).prop_map(|(n, dead)| Move::Rejected(n, dead)),
        1 => (0..12usize).prop_map(Move::Renew),
        1 => (0..12usize, 0..4_000u64).prop_map(|(n, ahead)| Move::Job(n, ahead)),
        1 => (0..12usize).prop_map(Move::JobEnded),
        1 => (0..6usize).prop_map(Move::Edited),
        1 => (0..6usize).prop_map(Move::Disabled),
        1 => (0..6usize).prop_map(Move::Enabled),
        1 => Just(Move::ClockStepped),
    ]
}

/// Twelve slots of six credentials, three units and two hosts, of every mode.
fn slot(n: usize) -> SlotSpec {
    let mut made = spec(&format!("C{}", n % 6));
    made.mid = n as u64;
    made.slot = SlotId::of(&made.credential, made.mid, None);
    made.bu = BuId::new(format!("BU{}", n % 3)).unwrap();
    made.host = format!("https://h{}.example", n % 2);
    let kinds = [
        IntegrationKind::RealTime,
        IntegrationKind::Etl,
        IntegrationKind::Mcc,
    ];
    made.policy = crate::world::policy(kinds[n % 3], [Tier::T0, Tier::T2][n % 2]);
    if n % 4 == 3 {
        made.policy.mode = Mode::OnDemand;
    }
    made.lockout = [Lockout::Armed, Lockout::DryRun, Lockout::Ask][n % 3];
    made
}

fn credential(n: usize) -> CredentialId {
    CredentialId::new(format!("C{n}")).unwrap()
}

fn reply(kind: u8) -> Reply {
    match kind {
        0..=5 => Reply::Token(u64::from(kind) * 3_000),
        6 => Reply::refused(401, Some("invalid_client")),
        7 => Reply::refused(429, None),
        8 => Reply::After(30_000, refused(500, None)),
        9 => Reply::unreachable(),
        10 => Reply::Silence,
        11 => Reply::After(
            25_000,
            MintResult::Issued {
                expires_in_s: Some(600),
                scope: None,
            },
        ),
        12 => Reply::After(
            10,
            MintResult::Issued {
                expires_in_s: Some(0),
                scope: None,
            },
        ),
        13 => Reply::After(
            10,
            MintResult::Issued {
                expires_in_s: None,
                scope: None,
            },
        ),
        14 => Reply::refused(400, Some("invalid_scope")),
        _ => Reply::After(
            2_000,
            MintResult::Issued {
                expires_in_s: Some(3),
                scope: None,
            },
        ),
    }
}

fn play(world: &mut World, step: Move) {
    let id = |n: usize| slot(n).slot;
    match step {
        Move::Wait(ms) => world.run_until(world.now_ms + ms),
        Move::Put(n, with) => {
            let known = world.machine.slot(&id(n)).and_then(|view| view.facts);
            let fresh = known.is_none() && with;
            let now_ms = world.now_ms;
            world.put(
                slot(n),
                fresh.then(|| token(100_000 + now_ms, now_ms.saturating_sub(500_000))),
            );
        }
        Move::Remove(n) => world.input(Input::SlotRemove { slot: id(n) }),
        Move::Demand(n, life_s, unlike) => world.input(Input::Demand {
            slot: id(n),
            min_ttl_ms: life_s * 1_000,
            unlike: unlike.map(Generation),
        }),
        Move::Rejected(n, dead) => {
            world.input(Input::Rejected {
                slot: id(n),
                generation: Generation(dead),
            });
        }
        Move::Renew(n) => world.input(Input::RenewNow { slot: id(n) }),
        Move::Job(n, ahead_s) => {
            let at = at_ms(world.now_ms + ahead_s * 1_000);
            world.input(Input::JobPlanned { slot: id(n), at });
        }
        Move::JobEnded(n) => world.input(Input::JobEnded { slot: id(n) }),
        Move::Edited(n) => world.input(Input::CredentialEdited {
            credential: credential(n),
        }),
        Move::Disabled(n) => world.input(Input::CredentialDisable {
            credential: credential(n),
        }),
        Move::Enabled(n) => world.input(Input::CredentialEnable {
            credential: credential(n),
        }),
        Move::ClockStepped => world.input(Input::ClockStepped),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// R1, R4, R5: one request per slot, permits and pauses kept, no token lost to an error, and
    /// the machine never asks to be woken in the past. It also never turns without a purpose.
    #[test]
    fn any_sequence_of_inputs_keeps_the_invariants(
        moves in proptest::collection::vec(any_move(), 1..60),
        replies in proptest::collection::vec(0..18u8, 1..40),
    ) {
        let mut turn = 0;
        let mut world = World::new(move |_, _| {
            turn += 1;
            reply(replies[turn % replies.len()])
        });
        for n in 0..6 {
            world.put(slot(n), None);
        }
        for step in moves {
            play(&mut world, step);
        }
        let hours = world.now_ms / 3_600_000 + 1;
        prop_assert!(world.steps < 1_000 + hours * 60_000, "{} steps in {hours} h", world.steps);
        prop_assert!(world.peak_in(1_000) <= 2 * (10 + 5 + 1), "two hosts, burst and rate");
    }

    /// A credential whose secret is refused for good sees three counted requests, then silence,
    /// however many slots share it and whoever asks.
    #[test]
    fn a_refused_secret_ends_in_silence(
        moves in proptest::collection::vec(any_move(), 1..40), n_slots in 1..6u64,
    ) {
        let mut world = World::new(|_, _| Reply::refused(401, Some("invalid_client")));
        let owner = CredentialId::new("BAD").unwrap();
        for mid in 0..n_slots {
            let mut bad = spec("BAD");
            bad.slot = SlotId::of(&owner, mid, None);
            world.put(bad, None);
        }
        world.run_until(200_000);
        prop_assert_eq!(world.count(|event| matches!(event, Event::Locked { .. })), 1);
        let before = world.sends.len();
        for step in moves {
            if let Move::Wait(ms) = step {
                world.run_until(world.now_ms + ms);
            }
            for mid in 0..n_slots {
                let bad = SlotId::of(&owner, mid, None);
                world.input(Input::Demand { slot: bad.clone(), min_ttl_ms: 0, unlike: None });
                world.input(Input::RenewNow { slot: bad });
            }
        }
        prop_assert_eq!(world.sends.len(), before);
    }
}
