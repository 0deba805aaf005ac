//! When the breaker opens, probes and closes.

use super::{Breaker, BreakerPhase, Change, Gate};
use crate::effect::AttemptId;
use crate::instant::after;
use countersign_model::Timestamp;
use countersign_model::id::SlotId;

fn at(ms: u64) -> Timestamp {
    after("2026-11-22T12:00:00Z".parse().unwrap(), ms)
}

fn fail(breaker: &mut Breaker, ms: u64, slot: &str, attempt: u64, alone: bool) -> Option<Change> {
    let slot = SlotId::new(slot).unwrap();
    breaker.failed(at(ms), (&slot, AttemptId(attempt)), alone, 0.5)
}

/// A breaker that opened at 0 ms for 5 s.
fn opened() -> Breaker {
    let mut breaker = Breaker::new();
    for n in 0..5 {
        fail(
            &mut breaker,
            0,
            if n % 2 == 0 { "a" } else { "b" },
            n,
            false,
        );
    }
    assert_eq!(breaker.phase(), BreakerPhase::Open { until: at(5_000) });
    breaker
}

#[test]
fn five_failures_in_a_row_over_two_slots_open_it() {
    opened();
}

#[test]
fn five_failures_of_one_slot_open_it_only_if_the_slot_is_alone() {
    let mut shared = Breaker::new();
    let mut alone = Breaker::new();
    for n in 0..5 {
        fail(&mut shared, n, "a", n, false);
        fail(&mut alone, n, "a", n, true);
    }
    assert_eq!(shared.phase(), BreakerPhase::Closed);
    assert!(matches!(alone.phase(), BreakerPhase::Open { .. }));
}

#[test]
fn an_answer_between_breaks_the_row() {
    let mut breaker = Breaker::new();
    for n in 0..4 {
        fail(
            &mut breaker,
            n,
            if n % 2 == 0 { "a" } else { "b" },
            n,
            false,
        );
    }
    assert_eq!(breaker.answered(at(5), AttemptId(5)), None);
    fail(&mut breaker, 6, "a", 6, false);
    assert_eq!(breaker.phase(), BreakerPhase::Closed);
}

#[test]
fn half_of_ten_calls_within_half_a_minute_open_it() {
    let mut breaker = Breaker::new();
    for n in 0..9u64 {
        if n % 2 == 0 {
            breaker.answered(at(n * 1_000), AttemptId(n));
        } else {
            fail(&mut breaker, n * 1_000, "a", n, false);
        }
    }
    assert_eq!(
        breaker.phase(),
        BreakerPhase::Closed,
        "nine calls are too few"
    );
    assert!(fail(&mut breaker, 9_000, "a", 9, false).is_some());
}

#[test]
fn calls_older_than_half_a_minute_do_not_count() {
    let mut breaker = Breaker::new();
    for n in 0..20u64 {
        let ms = n * 10_000;
        if n % 2 == 0 {
            breaker.answered(at(ms), AttemptId(n));
        } else {
            assert_eq!(fail(&mut breaker, ms, "a", n, false), None);
        }
    }
}

#[test]
fn one_probe_at_a_time_and_two_successes_close_it() {
    let mut breaker = opened();
    assert_eq!(breaker.gate(at(4_999)), Gate::Wait(at(5_000)));
    assert_eq!(breaker.gate(at(5_000)), Gate::Probe);
    assert!(breaker.probe_sent(AttemptId(10)));
    assert_eq!(breaker.gate(at(5_001)), Gate::Busy);
    assert_eq!(
        breaker.answered(at(5_100), AttemptId(3)),
        None,
        "an old answer is no probe"
    );
    assert_eq!(breaker.gate(at(5_101)), Gate::Busy);
    assert_eq!(breaker.answered(at(5_200), AttemptId(10)), None);
    assert!(
        !breaker.probe_sent(AttemptId(11)),
        "it was half open already"
    );
    assert_eq!(
        breaker.answered(at(5_300), AttemptId(11)),
        Some(Change::Closed)
    );
    assert_eq!(breaker.phase(), BreakerPhase::Closed);
}

#[test]
fn a_failed_probe_opens_it_again_and_never_for_more_than_eight_seconds() {
    let mut breaker = opened();
    let mut now = 5_000;
    for n in 0..20 {
        breaker.probe_sent(AttemptId(100 + n));
        let change = fail(&mut breaker, now, "a", 100 + n, false);
        assert_eq!(change, Some(Change::Opened(at(now + 8_000))));
        now += 8_000;
    }
}

#[test]
fn a_probe_that_told_nothing_leaves_room_for_another() {
    let mut breaker = opened();
    breaker.probe_sent(AttemptId(10));
    breaker.probe_void(AttemptId(10));
    assert_eq!(breaker.gate(at(6_000)), Gate::Probe);
}
