//! Weeks repeat in local time, across changes of the clock.

use super::flow::{Flow, What};
use super::{alarms, at, told};
use crate::series::{Series, Severity};
use countersign_model::Timestamp;
use jiff::tz::TimeZone;

/// A flow of office hours in New York.
fn york(start: &str) -> Flow {
    let zone = countersign_model::schedule::zone("America/New_York").expect("a zone");
    Flow {
        start: at(start),
        zone,
        closes_at_night: true,
        peak: 60.0,
        ..Flow::usual()
    }
}

#[test]
fn clocks_that_go_forward_or_back_bring_no_alarm() {
    for start in ["2026-01-26T05:00:00Z", "2026-09-21T04:00:00Z"] {
        let flow = york(start);
        assert_eq!(told(&mut flow.series(), flow.days(60)), [], "{start}");
    }
}

#[test]
fn a_series_in_the_wrong_zone_is_an_hour_off_after_the_change() {
    // The counter-proof: in a fixed zone the flow of New York opens an hour late in winter.
    let flow = york("2026-09-21T04:00:00Z");
    let mut settings = flow.settings();
    settings.zone = TimeZone::UTC;
    let mut series = Series::new(crate::series::Kind::Enrolments, settings);
    let changes = told(&mut series, flow.days(60));
    let pages = alarms(&changes, Severity::Page);
    assert!(!pages.is_empty(), "{changes:?}");
    assert!(pages[0].at > at("2026-11-01T00:00:00Z"), "{:?}", pages[0]);
}

/// When a flow that stops at noon of `day` in autumn is told.
fn told_at(day: i64) -> Timestamp {
    let mut flow = york("2026-09-21T04:00:00Z");
    flow.peak = 6.0;
    flow.shape = 50;
    let noon = if day >= 41 { 13.0 } else { 12.0 };
    let flow = flow.with(day, noon, 7.0, What::Left(0.0));
    let changes = told(&mut flow.series(), flow.days(day + 1));
    alarms(&changes, Severity::Page)[0].at
}

#[test]
fn on_the_day_of_the_change_more_evidence_is_asked_for() {
    // Sundays: 25 October as usual, 1 November with the change.
    let usual = told_at(34).duration_since(at("2026-10-25T16:00:00Z"));
    let change = told_at(41).duration_since(at("2026-11-01T17:00:00Z"));
    assert!(change > usual, "{change} {usual}");
}
