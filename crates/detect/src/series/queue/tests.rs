use super::super::{Bucket, Change, Kind, Series, Settings, Severity};
use countersign_model::class::Class;
use countersign_model::estate::PlannedKind;
use countersign_model::{SignedDuration, Timestamp};
use jiff::tz::TimeZone;

/// Polls every five minutes from a Monday on.
fn polls(depths: impl IntoIterator<Item = f64>) -> Vec<Bucket> {
    let start: Timestamp = "2026-01-05T00:00:00Z".parse().expect("a time");
    depths
        .into_iter()
        .enumerate()
        .map(|(n, depth)| Bucket::value(start + SignedDuration::from_mins(5 * n as i64), depth))
        .collect()
}

fn told(kind: Kind, useful_min: Option<u32>, buckets: Vec<Bucket>) -> Vec<Change> {
    let mut settings = Settings::new("Password resets", 300, TimeZone::UTC);
    settings.useful_min = useful_min;
    let mut series = Series::new(kind, settings);
    buckets
        .into_iter()
        .filter_map(|bucket| series.observe(bucket.start + SignedDuration::from_mins(5), bucket))
        .collect()
}

/// The same, without the first day of which there is no record yet.
fn told_later(buckets: Vec<Bucket>) -> Vec<Change> {
    let day = buckets[288].start;
    let mut changes = told(Kind::QueueDepth, None, buckets);
    changes.retain(|change| change.alarm().at >= day);
    changes
}

/// Ten days in which a burst of 60 comes each noon and drains within twenty minutes.
fn usual() -> Vec<f64> {
    let day = |n: usize| match n % 288 {
        144 => 60.0,
        145 => 40.0,
        146 => 20.0,
        _ => 2.0,
    };
    (0..10 * 288).map(day).collect()
}

#[test]
fn bursts_that_drain_are_the_queues_own_record_from_the_second_day_on() {
    let first = told(Kind::QueueDepth, None, polls(usual()));
    let [Change::Opened(alarm), Change::Closed(_)] = &first[..] else {
        panic!("{first:?}");
    };
    assert_eq!(alarm.severity, Severity::Warn);
    assert_eq!(told_later(polls(usual())), []);
}

#[test]
fn a_queue_that_grows_above_its_record_warns_and_pages_after_half_an_hour() {
    let mut depths = usual();
    depths.extend((1..=10).map(|n| f64::from(n) * 40.0));
    depths.extend([2.0; 3]);
    let changes = told_later(polls(depths));
    let [
        Change::Opened(warning),
        Change::Raised(page),
        Change::Closed(_),
    ] = &changes[..]
    else {
        panic!("{changes:?}");
    };
    assert_eq!(
        (warning.class, warning.severity),
        (Class::QueueGrowth, Severity::Warn)
    );
    assert_eq!(page.severity, Severity::Page);
    // 1.5 times 60 is passed by the third poll, 120.
    assert_eq!(warning.seen, 120.0);
    assert_eq!(page.at.duration_since(page.since).as_secs(), 35 * 60);
    assert!(
        page.words.contains("has not drained since about 23:55"),
        "{}",
        page.words
    );
    assert_eq!(page.lost, 0.0);
}

#[test]
fn a_queue_that_was_empty_meanwhile_or_was_not_read_does_not_grow() {
    for hole in [0.0, -1.0] {
        let mut depths = usual();
        depths.extend([20.0, hole, 120.0, 130.0]);
        assert_eq!(told_later(polls(depths)), [], "{hole}");
    }
}

#[test]
fn in_the_first_week_growth_warns_and_does_not_page() {
    let mut depths = vec![1.0; 100];
    depths.extend((1..=30).map(|n| f64::from(n) * 30.0));
    let changes = told(Kind::QueueDepth, None, polls(depths));
    let [Change::Opened(alarm)] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!(alarm.severity, Severity::Warn);
}

#[test]
fn a_message_that_waits_for_half_of_its_use_warns_and_for_all_of_it_pages() {
    let ages = [0.0, 200.0, 460.0, 760.0, 1060.0, 1360.0, 30.0];
    let changes = told(Kind::QueueAge, Some(15), polls(ages));
    let [
        Change::Opened(warning),
        Change::Raised(page),
        Change::Closed(_),
    ] = &changes[..]
    else {
        panic!("{changes:?}");
    };
    assert_eq!((warning.seen, warning.severity), (760.0, Severity::Warn));
    assert_eq!((page.seen, page.severity), (1060.0, Severity::Page));
    assert_eq!(
        page.words,
        "The oldest message of Password resets has waited for 18 min; it is useful for 15 min."
    );
}

#[test]
fn what_waits_during_a_pause_is_dropped_after_72_hours_and_told_a_day_before() {
    let ages = (0..70 * 12).map(|n| f64::from(n) * 300.0);
    let mut buckets = polls(ages);
    for bucket in &mut buckets {
        bucket.planned = Some(PlannedKind::Pause);
    }
    let changes = told(Kind::QueueAge, Some(15), buckets);
    let [Change::Opened(warning), Change::Raised(page)] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!(warning.severity, Severity::Warn);
    assert_eq!((page.seen, page.severity), (48.0 * 3600.0, Severity::Page));
}

#[test]
fn one_old_message_in_one_poll_is_no_news() {
    let ages = [0.0, 4000.0, 0.0, 0.0];
    assert_eq!(told(Kind::QueueAge, Some(15), polls(ages)), []);
}
