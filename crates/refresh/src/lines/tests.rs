//! Where the two lines lie, for every life there is.

use super::{Margin, job_due_at, lines};
use crate::policy::Policy;
use countersign_model::estate::{Grant, IntegrationKind, StrategyOverride, Tier};
use countersign_model::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn policy(tier: Tier) -> Policy {
    Policy::for_integration(
        IntegrationKind::RealTime,
        tier,
        Grant::ClientCredentials,
        None,
    )
}

fn start() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// Seconds from sending to the advisory and the mandatory line, for a calm host.
fn check(tier: Tier, life_s: u64, unit: f64, refresh_s: f64, hard_s: f64) {
    let drawn = lines(
        start(),
        start(),
        life_s * 1_000,
        &policy(tier),
        unit,
        Margin::CALM,
    );
    let seconds = |at: Timestamp| at.duration_since(start()).as_millis() as f64 / 1_000.0;
    assert!(
        (seconds(drawn.refresh_at) - refresh_s).abs() < 0.01,
        "refresh {drawn:?}"
    );
    assert!(
        (seconds(drawn.hard_at) - hard_s).abs() < 0.01,
        "hard {drawn:?}"
    );
    assert!(!drawn.too_short);
}

#[test]
fn a_usual_token_is_renewed_between_70_and_75_percent() {
    check(Tier::T1, 1_079, 0.0, 809.25, 1_025.05);
    check(Tier::T1, 1_079, 1.0, 755.3, 1_025.05);
}

#[test]
fn a_critical_token_is_renewed_at_half_its_life() {
    check(Tier::T0, 1_079, 0.0, 539.5, 1_025.05);
}

#[test]
fn an_hour_is_renewed_after_45_minutes_at_the_latest() {
    check(Tier::T1, 3_600, 0.0, 2_700.0, 3_540.0);
}

#[test]
fn a_life_of_forty_minutes_keeps_fifteen_minutes_in_hand() {
    check(Tier::T1, 2_400, 0.0, 1_500.0, 2_340.0);
    check(Tier::T1, 2_399, 0.0, 1_799.25, 2_339.0);
}

#[test]
fn a_short_life_is_renewed_at_half_and_waited_for_at_nine_tenths() {
    check(Tier::T1, 60, 0.0, 30.0, 54.0);
    check(Tier::T1, 20, 0.0, 10.0, 18.0);
}

#[test]
fn a_line_that_has_passed_is_moved_and_said_so() {
    let now = start() + SignedDuration::from_secs(8);
    let drawn = lines(start(), now, 12_000, &policy(Tier::T1), 0.0, Margin::CALM);
    assert!(drawn.too_short);
    assert_eq!(drawn.refresh_at, now + SignedDuration::from_secs(10));
    let longer = lines(
        start(),
        now + SignedDuration::from_secs(60),
        100_000,
        &policy(Tier::T1),
        0.0,
        Margin::CALM,
    );
    assert_eq!(longer.refresh_at, now + SignedDuration::from_secs(60 + 25));
}

#[test]
fn margin_exceeds_lifetime() {
    for life_s in [1, 5, 30, 60, 119, 120, 121, 180, 300, 599, 900] {
        let drawn = lines(
            start(),
            start(),
            life_s * 1_000,
            &policy(Tier::T1),
            1.0,
            Margin::CALM,
        );
        assert!(
            drawn.refresh_at > start(),
            "a life of {life_s} s is renewed at once"
        );
        assert!(drawn.refresh_at < drawn.hard_at && drawn.hard_at < drawn.expires_at);
    }
}

#[test]
fn renewal_time_truncation() {
    // Lives in milliseconds keep their fractions: no line is rounded to a whole minute or second.
    let drawn = lines(
        start(),
        start(),
        1_001,
        &policy(Tier::T1),
        0.0,
        Margin::CALM,
    );
    assert_eq!(drawn.refresh_at.duration_since(start()).as_millis(), 500);
    assert_eq!(drawn.hard_at.duration_since(start()).as_millis(), 900);
    let odd = lines(
        start(),
        start(),
        1_079_333,
        &policy(Tier::T1),
        0.0,
        Margin::CALM,
    );
    assert_eq!(odd.refresh_at.duration_since(start()).as_millis(), 809_499);
}

#[test]
fn a_slow_or_throttling_host_widens_the_margin_and_a_calm_one_does_not() {
    let refresh =
        |margin| lines(start(), start(), 1_079_000, &policy(Tier::T1), 0.0, margin).refresh_at;
    let calm = refresh(Margin::CALM);
    assert_eq!(
        refresh(Margin {
            p99_ms: 900,
            rate_ratio: 1.0
        }),
        calm
    );
    let slow = refresh(Margin {
        p99_ms: 11_000,
        rate_ratio: 1.0,
    });
    assert_eq!(calm.duration_since(slow).as_secs(), 30);
    let throttled = refresh(Margin {
        p99_ms: 0,
        rate_ratio: 0.5,
    });
    assert_eq!(calm.duration_since(throttled).as_millis(), 53_950);
    let both = refresh(Margin {
        p99_ms: 600_000,
        rate_ratio: 0.04,
    });
    assert_eq!(
        calm.duration_since(both).as_millis(),
        161_850,
        "at most 15 % of life"
    );
}

#[test]
fn an_absurd_life_is_clamped() {
    let drawn = lines(
        start(),
        start(),
        u64::MAX,
        &policy(Tier::T1),
        0.0,
        Margin::CALM,
    );
    assert_eq!(drawn.lifetime_ms, 86_400_000);
    assert_eq!(
        lines(start(), start(), 0, &policy(Tier::T1), 0.0, Margin::CALM).lifetime_ms,
        1_000
    );
}

#[test]
fn a_job_is_minted_for_within_the_first_half_of_its_lead() {
    let at = start() + SignedDuration::from_hours(1);
    let before = |unit| {
        at.duration_since(job_due_at(at, 1_079_000, unit))
            .as_millis()
    };
    assert_eq!((before(0.0), before(1.0)), (60_000, 30_000));
    let long = at.duration_since(job_due_at(at, 3_600_000, 0.0)).as_secs();
    assert_eq!(long, 180);
}

proptest! {
    #[test]
    fn lines_lie_in_order_inside_the_life(
        life_ms in 1_000u64..100_000_000, unit in 0.0f64..1.0, p99_ms in 0u64..100_000,
        rate_ratio in 0.0f64..=1.0, ratio in 0.1f64..=0.9, jitter in 0.0f64..=0.1,
    ) {
        let own = StrategyOverride {
            before_job: None,
            keep_warm: None, refresh_ratio: Some(ratio), jitter_ratio: Some(jitter),
            reason: "measured".to_owned(),
        };
        let policy = Policy::for_integration(
            IntegrationKind::RealTime, Tier::T1, Grant::ClientCredentials, Some(&own));
        let drawn = lines(start(), start(), life_ms, &policy, unit, Margin { p99_ms, rate_ratio });
        prop_assert!(drawn.refresh_at >= start());
        prop_assert!(drawn.hard_at > start() && drawn.hard_at < drawn.expires_at);
        prop_assert!(drawn.refresh_at < drawn.hard_at || drawn.too_short);
        let promised = start() + SignedDuration::from_millis((life_ms as f64 * ratio) as i64 + 1);
        prop_assert!(drawn.refresh_at <= promised || drawn.too_short, "never later than promised");
    }
}
