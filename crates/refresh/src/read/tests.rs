//! The reader's rule, at every stretch of a token's life.

use super::{Flag, Hold, ReadView, Verdict, expires_in_s, read, retry_after_spread};
use crate::chance::JitterKey;
use crate::instant::after;
use crate::refusal::RefusalClass;
use countersign_model::Timestamp;
use countersign_model::token::{Generation, TokenFacts};

fn at(s: u64) -> Timestamp {
    after("2026-11-22T12:00:00Z".parse().unwrap(), s * 1_000)
}

/// Generation 4, issued at 0 s, renewed from 750 s, waited for from 950 s, dead at 1000 s.
fn view() -> ReadView {
    ReadView {
        facts: Some(TokenFacts {
            generation: Generation(4),
            issued_at: at(0),
            expires_at: at(1_000),
            lifetime_ms: 1_000_000,
            refresh_at: at(750),
            hard_at: at(950),
            scope: None,
            fingerprint: "f4".to_owned(),
        }),
        same_since: Generation(4),
        next_attempt_at: None,
        failing: None,
        hold: Hold::None,
        nudge: false,
    }
}

fn backing_off(until: u64) -> ReadView {
    let failing = Some(RefusalClass::Upstream);
    ReadView {
        next_attempt_at: Some(at(until)),
        failing,
        ..view()
    }
}

fn check(view: &ReadView, now: u64, min_ttl_s: u64, unlike: Option<u64>, expected: Verdict) {
    let verdict = read(view, at(now), min_ttl_s * 1_000, unlike.map(Generation));
    assert_eq!(
        verdict, expected,
        "at {now} s, min_ttl {min_ttl_s} s, unlike {unlike:?}"
    );
}

#[test]
fn a_token_with_life_is_served_without_waiting() {
    check(&view(), 0, 0, None, Verdict::Serve);
    check(&view(), 949, 0, None, Verdict::Serve);
    check(&backing_off(2_000), 949, 0, None, Verdict::Serve);
}

#[test]
fn past_the_mandatory_line_a_reader_waits_and_falls_back_on_what_is_left() {
    check(&view(), 950, 0, None, Verdict::JoinOrServe);
    check(
        &backing_off(970),
        960,
        0,
        None,
        Verdict::ServeFlagged(Flag::Degraded),
    );
    check(&backing_off(960), 960, 0, None, Verdict::JoinOrServe);
}

#[test]
fn expired_token_injected() {
    check(&view(), 995, 0, None, Verdict::JoinOrServe);
    check(&view(), 996, 0, None, Verdict::Join);
    let refused = Verdict::Refuse {
        class: RefusalClass::Upstream,
        retry_after_ms: 24_000,
    };
    check(&backing_off(1_020), 996, 0, None, refused);
}

#[test]
fn a_token_known_to_be_dead_is_not_served_again() {
    check(&view(), 10, 0, Some(4), Verdict::Join);
    check(&view(), 10, 0, Some(3), Verdict::Serve);
    let refused = Verdict::Refuse {
        class: RefusalClass::Upstream,
        retry_after_ms: 10_000,
    };
    check(&backing_off(20), 10, 0, Some(4), refused);
}

#[test]
fn the_same_bytes_under_a_new_number_are_still_the_dead_token() {
    let again = ReadView {
        same_since: Generation(2),
        ..view()
    };
    check(&again, 10, 0, Some(2), Verdict::Join);
    check(&again, 10, 0, Some(1), Verdict::Serve);
}

#[test]
fn a_wish_for_more_life_joins_unless_no_token_could_grant_it() {
    check(&view(), 500, 400, None, Verdict::Serve);
    check(&view(), 500, 600, None, Verdict::JoinOrServe);
    check(
        &view(),
        500,
        901,
        None,
        Verdict::ServeFlagged(Flag::MinTtlUnsatisfiable),
    );
    check(
        &backing_off(800),
        500,
        600,
        None,
        Verdict::ServeFlagged(Flag::Degraded),
    );
}

#[test]
fn a_fresh_token_is_as_good_as_the_next_one() {
    let mut short = view();
    short.facts.as_mut().unwrap().expires_at = at(890);
    check(
        &short,
        20,
        880,
        None,
        Verdict::ServeFlagged(Flag::MinTtlUnsatisfiable),
    );
}

#[test]
fn a_held_slot_is_served_to_its_end_flagged_and_then_refused() {
    for hold in [Hold::Locked, Hold::Quarantined] {
        let held = ReadView { hold, ..view() };
        check(&held, 10, 0, None, Verdict::ServeFlagged(Flag::Degraded));
        check(&held, 990, 0, None, Verdict::ServeFlagged(Flag::Degraded));
        let class = if hold == Hold::Locked {
            RefusalClass::Locked
        } else {
            RefusalClass::GrantDead
        };
        check(
            &held,
            996,
            0,
            None,
            Verdict::Refuse {
                class,
                retry_after_ms: 60_000,
            },
        );
    }
}

#[test]
fn a_disabled_credential_serves_nothing() {
    let off = ReadView {
        hold: Hold::Disabled,
        ..view()
    };
    let refused = Verdict::Refuse {
        class: RefusalClass::Disabled,
        retry_after_ms: 60_000,
    };
    check(&off, 10, 0, None, refused);
}

#[test]
fn where_nobody_renews_ahead_a_reader_nudges() {
    let on_demand = ReadView {
        nudge: true,
        ..view()
    };
    check(&on_demand, 749, 0, None, Verdict::Serve);
    check(&on_demand, 750, 0, None, Verdict::ServeAndNudge);
    check(&view(), 750, 0, None, Verdict::Serve);
    let failing = ReadView {
        nudge: true,
        ..backing_off(800)
    };
    check(&failing, 760, 0, None, Verdict::Serve);
}

#[test]
fn consumers_are_told_an_end_before_ours() {
    let facts = view().facts.unwrap();
    let cases = [
        (0, 950),
        (949, 1),
        (950, 45),
        (990, 5),
        (995, 0),
        (996, 0),
        (2_000, 0),
    ];
    for (now, expected) in cases {
        assert_eq!(expires_in_s(&facts, at(now)), expected, "at {now} s");
    }
    assert_eq!(expires_in_s(&facts, after(at(0), 500)), 949, "rounded down");
}

#[test]
fn retries_are_spread_by_a_fifth_either_way() {
    let key = JitterKey::from(3);
    let waits: Vec<u64> = (0..1_000)
        .map(|n| retry_after_spread(10_000, n, key))
        .collect();
    assert!(waits.iter().all(|ms| (8_000..=12_000).contains(ms)));
    assert!(waits.iter().any(|ms| *ms < 8_200) && waits.iter().any(|ms| *ms > 11_800));
    assert_eq!(retry_after_spread(0, 1, key), 1_000);
}
