//! Whole estates under load and outage: counted, not timed.

use crate::world::{HOST, LIFE_S, Reply, World, at_ms, policy, spec, token};
use countersign_model::estate::{IntegrationKind, Tier};
use countersign_model::id::BuId;
use countersign_model::mint::MintResult;
use countersign_refresh::{Config, Event, Input, SlotPhase, Verdict};
use std::collections::VecDeque;

pub(crate) fn gaps(world: &World) -> usize {
    world.count(|event| matches!(event, Event::GapStarted { .. }))
}

/// P7: an outage of a fifth of a life that begins at the first try costs nobody a token.
#[test]
fn an_outage_of_a_fifth_of_a_life_leaves_no_gap() {
    for n_slots in [1, 2, 20] {
        let outage = 750_000..809_250 + LIFE_S * 200;
        let mut world = World::new(move |_, now| {
            if outage.contains(&now) {
                Reply::unreachable()
            } else {
                Reply::Token(80)
            }
        });
        for n in 0..n_slots {
            world.put(spec(&format!("S{n}")), None);
        }
        for second in 10..2_000 {
            world.run_until(second * 1_000);
            assert_eq!(
                world.n_without_token(),
                0,
                "{n_slots} slots, second {second}"
            );
        }
        assert!(world.count(|event| matches!(event, Event::MintFailed { .. })) > 0);
        assert_eq!(gaps(&world), 0, "{n_slots} slots");
    }
}

/// P7, R4: ten minutes dead with 500 slots: back within ten seconds, in the order of the lines, paced.
#[test]
fn after_ten_dead_minutes_500_slots_return_in_order_and_without_a_storm() {
    let outage = 1_000_000..1_600_000u64;
    let mut world = World::new(move |_, now| {
        if outage.contains(&now) {
            Reply::unreachable()
        } else {
            Reply::Token(80)
        }
    });
    world.now_ms = 400_000;
    for n in 0..500u64 {
        world.put(spec(&format!("S{n:03}")), Some(token(1, n * 700)));
    }
    world.run_until(1_599_999);
    assert!(world.n_without_token() > 100, "the outage is felt");
    let before = world.sends.len();
    world.run_until(1_600_000 + 10_000);
    let returned = world.minted_since(1_600_000);
    assert!(!returned.is_empty(), "the first mint within ten seconds");
    let expired = 500 - returned.len() as u64;
    world.run_until(1_610_000 + expired * 1_000 / 5 + 15_000);
    assert_eq!(world.n_without_token(), 0);
    world.sends.drain(..before);
    let missed = Some(at_ms(1_600_000));
    let overdue: Vec<_> = world.lines[before..]
        .iter()
        .filter(|line| **line < missed)
        .collect();
    assert!(
        overdue.len() > 100 && overdue.is_sorted(),
        "earliest line first: {overdue:?}"
    );
    assert!(
        world.peak_in(1_000) <= 6,
        "1.2 times the rate: {}",
        world.peak_in(1_000)
    );
    assert!(world.peak_in(10_000) <= 60);
}

/// P6: 500 overdue slots and a host that throttles above ten a second.
#[test]
fn five_hundred_overdue_slots_are_renewed_before_their_line_with_hardly_a_429() {
    let mut recent: VecDeque<u64> = VecDeque::new();
    let mut world = World::new(move |_, now| {
        recent.retain(|at| at + 1_000 > now);
        if recent.len() >= 10 {
            return Reply::refused(429, None);
        }
        recent.push_back(now);
        Reply::Token(150)
    });
    world.now_ms = 850_000;
    for n in 0..500u64 {
        world.put(spec(&format!("S{n:03}")), Some(token(1, n % 50)));
    }
    world.run_until(1_025_000);
    assert_eq!(
        world.minted_since(0).len(),
        500,
        "all before their mandatory line"
    );
    let throttled = world.count(|event| matches!(event, Event::RateCut { .. }));
    let failed = world.count(|event| matches!(event, Event::MintFailed { .. }));
    assert!(throttled * 100 <= world.sends.len() && failed * 100 <= world.sends.len());
}

/// P5: a restart with 5,000 live tokens mints nothing.
#[test]
fn a_restart_with_five_thousand_live_tokens_sends_nothing() {
    let mut world = World::new(|_, _| Reply::Token(50));
    world.now_ms = 600_000;
    for n in 0..5_000u64 {
        world.put(spec(&format!("S{n:04}")), Some(token(9, n * 100)));
    }
    world.run_until(600_100);
    assert!(world.sends.is_empty());
    assert_eq!(world.n_without_token(), 0);
}

/// A restart that finds everything overdue but alive spreads the work over the next minute.
#[test]
fn an_overdue_restart_is_spread_out() {
    let mut world = World::new(|_, _| Reply::Token(50));
    world.now_ms = 850_000;
    for n in 0..100 {
        world.put(spec(&format!("S{n:03}")), Some(token(1, 0)));
    }
    world.run_until(915_000);
    assert_eq!(world.sends.len(), 100);
    let first_ten_s = world.sends.iter().filter(|(ms, _)| *ms < 860_000).count();
    assert!(
        (5..40).contains(&first_ten_s),
        "{first_ten_s} of 100 in the first of six"
    );
}

/// P10: one unit's host accepts and never answers; another unit is on time.
#[test]
fn a_black_hole_in_one_unit_delays_no_other() {
    for shared_host in [false, true] {
        let mut world = World::new(|spec, _| match spec.bu.as_str() {
            "BLACK" => Reply::Silence,
            _ => Reply::Token(80),
        });
        for n in 0..40 {
            let mut lost = spec(&format!("A{n:02}"));
            lost.bu = BuId::new("BLACK").unwrap();
            if !shared_host {
                lost.host = "https://black.example".to_owned();
            }
            world.put(lost, Some(token(1, 0)));
            world.put(spec(&format!("B{n:02}")), Some(token(1, 0)));
        }
        world.run_until(1_079_000);
        let renewed: Vec<u64> = world
            .events
            .iter()
            .filter_map(|(ms, event)| match event {
                Event::Minted { slot, .. } if slot.as_str().starts_with('B') => Some(*ms),
                _ => None,
            })
            .collect();
        assert_eq!(renewed.len(), 40, "shared host: {shared_host}");
        if shared_host {
            assert!(
                renewed.iter().all(|ms| *ms < 1_025_000),
                "before the mandatory line"
            );
        } else {
            assert!(
                renewed.iter().all(|ms| *ms < 809_250 + 9_000),
                "paced by the own host alone"
            );
        }
    }
}

/// One unit shares a host with others and may not hold more than half of its four permits.
#[test]
fn no_unit_holds_more_than_its_share_of_permits() {
    let config = Config {
        host_rate_per_s: 100.0,
        ..Config::default()
    };
    let mut world = World::with(config, |_, _| Reply::Silence);
    let mut quiet = spec("Q");
    quiet.bu = BuId::new("QUIET").unwrap();
    world.put(quiet, Some(token(1, 0)));
    for n in 0..30 {
        world.put(spec(&format!("S{n}")), None);
    }
    world.run_until(5_000);
    assert_eq!(
        world.machine.host(HOST, at_ms(5_000)).unwrap().n_in_flight,
        2
    );
}

/// Ninety days of fifty slots: quick, gapless, and as many mints as the policy says.
#[test]
fn ninety_virtual_days_of_fifty_slots_pass_without_a_gap() {
    let hour = MintResult::Issued {
        expires_in_s: Some(3_600),
        scope: None,
    };
    let mut world = World::new(move |_, _| Reply::After(120, hour.clone()));
    for n in 0..50 {
        let mut spec = spec(&format!("S{n:02}"));
        if n % 5 == 0 {
            spec.policy = policy(IntegrationKind::OnDemand, Tier::T0);
        }
        world.put(spec, None);
    }
    world.run_until(90 * 86_400_000);
    assert_eq!(gaps(&world), 0);
    assert_eq!(world.n_without_token(), 0);
    let per_slot_day = world.sends.len() as f64 / 50.0 / 90.0;
    assert!(
        (36.0..37.5).contains(&per_slot_day),
        "{per_slot_day} mints per slot and day"
    );
    assert!(
        world.steps < 3 * world.sends.len() as u64,
        "no idle turning: {}",
        world.steps
    );
}

/// A host that asks to be left alone is left alone by all its slots, and only it.
#[test]
fn a_retry_after_holds_for_the_whole_host() {
    let mut world = World::new(|spec, now| {
        let throttled = MintResult::Refused {
            status: 503,
            error: None,
            errorcode: None,
            retry_after_s: Some(40),
            description: None,
        };
        match spec.credential.as_str() {
            "FIRST" if now < 1_000 => Reply::After(100, throttled),
            _ => Reply::Token(100),
        }
    });
    world.put(spec("FIRST"), None);
    world.run_until(5_000);
    world.put(spec("SECOND"), None);
    let mut elsewhere = spec("THIRD");
    elsewhere.host = "https://other.example".to_owned();
    world.put(elsewhere, None);
    world.run_until(60_000);
    let order: Vec<(u64, &str)> = world
        .sends
        .iter()
        .map(|(ms, slot)| (*ms, slot.as_str()))
        .collect();
    assert_eq!(order[..2], [(0, "FIRST.1"), (5_000, "THIRD.1")]);
    assert!(order[2..].iter().all(|(ms, _)| *ms >= 40_100), "{order:?}");
    assert_eq!(world.n_without_token(), 0);
}

/// While a host is down its readers are told so at once; while a token lives they notice nothing.
#[test]
fn a_host_that_is_down_is_told_at_once_and_live_tokens_are_served_meanwhile() {
    let mut world = World::new(|_, _| Reply::unreachable());
    for name in ["COLD", "COOL"] {
        world.put(spec(name), None);
    }
    world.put(spec("LIVE"), Some(token(1, 0)));
    world.run_until(8_000);
    let opened = |event: &Event| matches!(event, Event::BreakerOpened { .. });
    assert!(world.count(opened) > 0);
    for _ in 0..100 {
        let before = (world.sends.len(), world.settles.len());
        world.run_until(world.now_ms + 137);
        let sent = world.sends.len() - before.0;
        assert!(sent <= 1, "a probe at most");
        let slot = spec("COLD").slot;
        world.settles.clear();
        world.input(Input::Demand {
            slot: slot.clone(),
            min_ttl_ms: 0,
            unlike: None,
        });
        let answered = world
            .settles
            .iter()
            .any(|(id, answer)| *id == slot && answer.is_err());
        let probing = world.machine.slot(&slot).unwrap().phase == SlotPhase::Flying;
        assert!(answered || probing, "at {} ms", world.now_ms);
        assert_eq!(world.verdict(&spec("LIVE").slot), Verdict::Serve);
    }
}
