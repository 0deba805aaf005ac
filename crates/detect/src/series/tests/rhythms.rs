//! Flows that are not even over the hour or the day: what is their rhythm must never be an alarm.

use super::flow::{Draws, Flow, What};
use super::{alarms, told};
use crate::series::{Bucket, Reading, Severity};
use jiff::civil::Time;

/// A flow of which only the buckets remain that start at a time which `flows` says so.
fn only(flow: &Flow, days: i64, flows: impl Fn(i8, i8, i8) -> bool) -> Vec<Bucket> {
    let mut buckets = flow.days(days);
    for bucket in &mut buckets {
        let local = flow.zone.to_datetime(bucket.start);
        let day = local.weekday().to_monday_zero_offset();
        let time: Time = local.time();
        if !flows(day, time.hour(), time.minute()) {
            bucket.reading = match bucket.reading {
                Reading::Value(_) => Reading::Value(0.0),
                Reading::Missing => Reading::Missing,
            };
        }
    }
    buckets
}

#[test]
fn office_hours_on_weekdays_are_a_rhythm() {
    let flow = Flow::usual();
    let buckets = only(&flow, 70, |day, hour, _| day < 5 && (9..17).contains(&hour));
    let changes = told(&mut flow.series(), buckets);
    assert_eq!(alarms(&changes, Severity::Warn), [] as [&_; 0]);
}

#[test]
fn a_flow_that_ends_in_the_midst_of_a_slot_is_a_rhythm() {
    let flow = Flow::usual();
    let buckets = only(&flow, 70, |_, hour, minute| {
        (8..20).contains(&hour) || (hour == 20 && minute < 15)
    });
    let changes = told(&mut flow.series(), buckets);
    assert_eq!(alarms(&changes, Severity::Page), [] as [&_; 0]);
}

#[test]
fn a_batch_an_hour_is_a_rhythm_and_is_not_said_to_be_watched_closely() {
    let flow = Flow {
        peak: 400.0,
        ..Flow::usual()
    };
    let buckets = only(&flow, 70, |_, _, minute| minute == 5);
    let mut series = flow.series();
    let changes = told(&mut series, buckets);
    assert_eq!(alarms(&changes, Severity::Page), [] as [&_; 0]);
    let hour = countersign_model::SignedDuration::from_hours(1);
    let within = series.noticeable_within(flow.after(70));
    assert!(within.is_none_or(|within| within > hour), "{within:?}");
}

#[test]
fn a_standstill_in_office_hours_is_told_quickly_all_the_same() {
    let flow = Flow::usual().with(35, 11.0, 3.0, What::Left(0.0));
    let buckets = only(&flow, 36, |day, hour, _| day < 5 && (9..17).contains(&hour));
    let changes = told(&mut flow.series(), buckets);
    let pages = alarms(&changes, Severity::Page);
    assert_eq!(pages.len(), 1, "{changes:?}");
    let delay = pages[0].at.duration_since(flow.events[0].from);
    assert_eq!(delay.as_secs(), 15 * 60);
}

#[test]
fn a_flow_that_grows_by_a_tenth_each_week_is_followed() {
    let flow = Flow::usual();
    let mut draws = Draws::new(9);
    let mut buckets = flow.days(84);
    for bucket in &mut buckets {
        let weeks = bucket.start.duration_since(flow.start).as_secs_f64() / 604_800.0;
        let mean = flow.mean(bucket.start) * 1.1_f64.powf(weeks);
        bucket.reading = Reading::Value(draws.count(mean, 20));
    }
    let changes = told(&mut flow.series(), buckets);
    assert_eq!(alarms(&changes, Severity::Warn), [] as [&_; 0]);
}

#[test]
fn a_flow_that_shrinks_by_a_tenth_each_week_is_followed() {
    let flow = Flow::usual();
    let mut draws = Draws::new(9);
    let mut buckets = flow.days(84);
    for bucket in &mut buckets {
        let weeks = bucket.start.duration_since(flow.start).as_secs_f64() / 604_800.0;
        let mean = flow.mean(bucket.start) * 0.9_f64.powf(weeks);
        bucket.reading = Reading::Value(draws.count(mean, 20));
    }
    let changes = told(&mut flow.series(), buckets);
    assert_eq!(alarms(&changes, Severity::Page), [] as [&_; 0]);
}
