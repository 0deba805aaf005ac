//! What people planned, and polls that failed: neither is a loss.

use super::flow::{Flow, What};
use super::{alarms, told};
use crate::series::{Change, Severity};
use countersign_model::class::Class;
use countersign_model::estate::PlannedKind::{Holiday, Launch, Maintenance, Pause};

#[test]
fn a_holiday_that_people_know_of_is_silent_and_a_standstill_on_it_is_told() {
    let quiet = Flow::usual().with(35, 0.0, 24.0, What::Planned(Holiday, 0.35));
    assert_eq!(told(&mut quiet.series(), quiet.days(42)), []);
    let stopped = Flow::usual().with(35, 0.0, 24.0, What::Planned(Holiday, 0.0));
    let changes = told(&mut stopped.series(), stopped.days(42));
    let pages = alarms(&changes, Severity::Page);
    assert_eq!(pages.len(), 1, "{changes:?}");
    assert_eq!(pages[0].class, Class::Stopped);
}

#[test]
fn the_week_after_a_holiday_expects_what_it_expected_before() {
    let flow = Flow::usual().with(35, 0.0, 24.0, What::Planned(Holiday, 0.3));
    let mut series = flow.series();
    let buckets = flow.days(42);
    let (before, after) = buckets.split_at(35 * 288);
    told(&mut series, before.iter().copied());
    let noon = flow.after(35) + countersign_model::SignedDuration::from_hours(12);
    let week = countersign_model::SignedDuration::from_hours(168);
    let expected = series.expected(noon).expect("it knows");
    told(&mut series, after.iter().copied());
    let still = series.expected(noon + week).expect("it knows");
    assert!((still / expected - 1.0).abs() < 0.1, "{expected} {still}");
}

#[test]
fn a_launch_raises_nobodys_hopes() {
    for what in [What::Left(4.0), What::Planned(Launch, 4.0)] {
        let flow = Flow::usual().with(35, 10.0, 3.0, what);
        assert_eq!(told(&mut flow.series(), flow.days(49)), []);
    }
}

#[test]
fn what_is_paused_is_not_tested_and_is_tested_again_afterwards() {
    for kind in [Pause, Maintenance] {
        let flow = Flow::usual()
            .with(35, 8.0, 10.0, What::Planned(kind, 0.0))
            .with(37, 12.0, 2.0, What::Left(0.0));
        let changes = told(&mut flow.series(), flow.days(39));
        let [Change::Opened(alarm), Change::Closed(_)] = &changes[..] else {
            panic!("{changes:?}");
        };
        assert!(alarm.since >= flow.after(37), "{alarm:?}");
    }
}

#[test]
fn a_pause_ends_an_alarm() {
    let flow = Flow::usual().with(35, 10.0, 1.0, What::Left(0.0)).with(
        35,
        11.0,
        5.0,
        What::Planned(Pause, 0.0),
    );
    let changes = told(&mut flow.series(), flow.days(36));
    let [Change::Opened(_), Change::Closed(end)] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert!(end.at <= flow.after(35) + countersign_model::SignedDuration::from_hours(12));
}

#[test]
fn a_poll_that_failed_is_not_zero() {
    let flow = Flow::usual().with(30, 9.0, 12.0, What::Missing);
    assert_eq!(told(&mut flow.series(), flow.days(33)), []);
    let mut left_out = flow.days(33);
    left_out.retain(|bucket| bucket.reading != crate::series::Reading::Missing);
    assert_eq!(told(&mut flow.series(), left_out), []);
}
