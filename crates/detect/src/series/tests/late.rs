//! Data that comes late, or twice.

use super::flow::{Flow, What};
use super::{at, told};
use crate::series::{Bucket, Change};
use countersign_model::SignedDuration;

/// A series that was told of half an hour of nothing at noon.
fn alarmed() -> (Flow, crate::series::Series) {
    let flow = Flow::usual().with(30, 12.0, 0.5, What::Left(0.0));
    let mut series = flow.series();
    let buckets = flow.days(31).into_iter().take(30 * 288 + 12 * 12 + 6);
    let changes = told(&mut series, buckets);
    assert!(matches!(changes[..], [Change::Opened(_)]), "{changes:?}");
    (flow, series)
}

#[test]
fn data_that_comes_late_takes_the_alarm_back() {
    let (flow, mut series) = alarmed();
    let now = at("2026-02-04T12:32:00Z");
    let mut changes = Vec::new();
    for n in 0..6 {
        let start = at("2026-02-04T12:00:00Z") + SignedDuration::from_mins(5 * n);
        changes.extend(series.observe(now, Bucket::value(start, flow.mean(start).round())));
    }
    let more = Flow::usual()
        .days(31)
        .into_iter()
        .skip(30 * 288 + 12 * 12 + 6);
    changes.extend(told(&mut series, more.take(12)));
    let [Change::Closed(end)] = &changes[..] else {
        panic!("{changes:?}");
    };
    let waited = end.at.duration_since(now);
    assert!(waited <= SignedDuration::from_mins(30), "{waited}");
}

#[test]
fn a_bucket_told_twice_changes_nothing() {
    let (_, mut series) = alarmed();
    let before = series.snapshot().clone();
    let start = at("2026-02-04T12:10:00Z");
    let again = series.observe(at("2026-02-04T12:31:00Z"), Bucket::value(start, 0.0));
    assert_eq!(again, None);
    assert_eq!(*series.snapshot(), before);
}

#[test]
fn what_is_older_than_a_day_is_left_as_it_was() {
    let (_, mut series) = alarmed();
    let before = series.snapshot().clone();
    let start = at("2026-02-03T12:00:00Z");
    let late = series.observe(at("2026-02-04T12:31:00Z"), Bucket::value(start, 900.0));
    assert_eq!(late, None);
    assert_eq!(*series.snapshot(), before);
}

#[test]
fn zeros_that_come_late_open_an_alarm() {
    let flow = Flow::usual().with(30, 12.0, 0.5, What::Missing);
    let mut series = flow.series();
    let buckets = flow.days(31).into_iter().take(30 * 288 + 12 * 12 + 7);
    assert_eq!(told(&mut series, buckets), []);
    let now = at("2026-02-04T12:36:00Z");
    let changes: Vec<Change> = (0..7)
        .filter_map(|n| {
            let start = at("2026-02-04T12:00:00Z") + SignedDuration::from_mins(5 * n);
            series.observe(now, Bucket::value(start, 0.0))
        })
        .collect();
    let [Change::Opened(alarm)] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!(alarm.since, at("2026-02-04T12:00:00Z"));
}

#[test]
fn a_restated_bucket_corrects_what_its_hour_is_known_by() {
    let flow = Flow::usual();
    let mut series = flow.series();
    let noon = flow.after(14) + SignedDuration::from_hours(12);
    told(
        &mut series,
        flow.days(16).into_iter().take(14 * 288 + 15 * 12),
    );
    let before = series.normal_range(noon).expect("it knows").high;
    for n in 0..6 {
        let start = noon + SignedDuration::from_mins(5 * n);
        series.observe(
            noon + SignedDuration::from_hours(3),
            Bucket::value(start, 500.0),
        );
    }
    let after = series.normal_range(noon).expect("it knows").high;
    assert!(after > 2.0 * before, "{before} {after}");
}
