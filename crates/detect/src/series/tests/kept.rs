//! What a series remembers: how much, and that it can be put away and taken up.

use super::flow::{Flow, What};
use super::told;
use crate::series::{Kind, Series, SeriesState};

#[test]
fn a_warm_series_takes_six_kilobytes_at_most() {
    for interval_s in [60, 300, 1800, 3600] {
        let flow = Flow {
            interval_s,
            ..Flow::usual()
        };
        let mut series = flow.series();
        told(&mut series, flow.days(64));
        let bytes = series.memory_bytes();
        assert!(bytes <= 6 * 1024, "{bytes} bytes at {interval_s} s");
        let text = serde_json::to_string(series.snapshot()).expect("JSON");
        assert!(text.len() <= 10 * 1024, "{} bytes of JSON", text.len());
    }
}

#[test]
fn a_series_that_was_kept_goes_on_as_if_it_had_not_been() {
    let flow =
        Flow::usual()
            .with(30, 12.0, 3.0, What::Left(0.0))
            .with(33, 9.0, 2.0, What::Left(0.0));
    let buckets = flow.days(36);
    let mut whole = flow.series();
    let expected = told(&mut whole, buckets.iter().copied());
    assert_eq!(expected.len(), 4, "{expected:?}");
    // Taken apart in the midst of the first alarm.
    let (before, after) = buckets.split_at(30 * 288 + 12 * 12 + 10);
    let mut first = flow.series();
    let mut changes = told(&mut first, before.iter().copied());
    let text = serde_json::to_string(first.snapshot()).expect("JSON");
    let state: SeriesState = serde_json::from_str(&text).expect("as kept");
    let mut second = Series::restore(Kind::Enrolments, flow.settings(), state);
    changes.extend(told(&mut second, after.iter().copied()));
    assert_eq!(changes, expected);
    assert_eq!(second.snapshot(), whole.snapshot());
}

#[test]
fn what_was_kept_for_another_series_is_not_taken_up() {
    let flow = Flow::usual();
    let mut series = flow.series();
    told(&mut series, flow.days(10));
    let mut hourly = flow.settings();
    hourly.interval_s = 3600;
    let other = Series::restore(Kind::Enrolments, hourly, series.snapshot().clone());
    assert_eq!(other.normal_range(flow.after(10)), None);
    let other = Series::restore(Kind::QueueDepth, flow.settings(), series.snapshot().clone());
    assert_eq!(other.expected(flow.after(10)), None);
    let same = Series::restore(Kind::Sends, flow.settings(), series.snapshot().clone());
    assert!(same.normal_range(flow.after(10)).is_some());
}
