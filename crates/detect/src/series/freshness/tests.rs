use super::super::{Bucket, Change, Kind, Reading, Series, Settings, Severity};
use countersign_model::class::Class;
use countersign_model::estate::PlannedKind;
use countersign_model::schedule::Schedule;
use countersign_model::{SignedDuration, Timestamp};
use jiff::tz::TimeZone;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn settings() -> Settings {
    Settings::new("Table Customers", 600, TimeZone::UTC)
}

/// Polls every ten minutes for so many days from a Monday on. The table changes at minute 2 of each
/// hour from 6 to 22 until `stops`.
fn polls(days: i64, stops: &str) -> Vec<Bucket> {
    let start = at("2026-01-05T00:00:00Z");
    let stops = at(stops);
    let mut changed = start;
    (0..days * 144)
        .map(|n| {
            let poll = start + SignedDuration::from_mins(10 * n);
            let local = TimeZone::UTC.to_datetime(poll);
            if (6..=22).contains(&local.hour()) && local.minute() == 10 && poll < stops {
                changed = poll - SignedDuration::from_mins(8);
            }
            Bucket::value(poll, changed.as_second() as f64)
        })
        .collect()
}

fn told(settings: Settings, buckets: Vec<Bucket>) -> Vec<Change> {
    let mut series = Series::new(Kind::LastChange, settings);
    buckets
        .into_iter()
        .filter_map(|bucket| series.observe(bucket.start, bucket))
        .collect()
}

#[test]
fn a_table_that_rests_at_night_is_not_late_and_by_day_it_is_after_an_hour_and_a_half() {
    assert_eq!(told(settings(), polls(40, "2027-01-01T00:00:00Z")), []);
    let changes = told(settings(), polls(31, "2026-02-04T12:00:00Z"));
    let [Change::Opened(alarm)] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!(
        (alarm.class, alarm.severity),
        (Class::Frozen, Severity::Warn)
    );
    assert_eq!(alarm.since, at("2026-02-04T11:02:00Z"));
    assert_eq!(alarm.at, at("2026-02-04T12:40:00Z"));
    assert_eq!(
        alarm.words,
        "Table Customers last changed 1 h 38 min ago, at 11:02; at this hour it is late after 1 h 30 min."
    );
}

#[test]
fn a_change_ends_it() {
    let mut buckets = polls(31, "2026-02-04T12:00:00Z");
    let last = buckets.len() - 1;
    buckets[last].reading = Reading::Value(buckets[last].start.as_second() as f64 - 60.0);
    let changes = told(settings(), buckets);
    assert!(
        matches!(changes[..], [Change::Opened(_), Change::Closed(_)]),
        "{changes:?}"
    );
}

#[test]
fn an_outage_is_learned_up_to_where_it_was_late() {
    let mut buckets = polls(45, "2027-01-01T00:00:00Z");
    for (from, to) in [
        ("2026-02-04T12:00:00Z", "2026-02-05T12:00:00Z"),
        ("2026-02-11T12:00:00Z", "2026-02-12T12:00:00Z"),
    ] {
        let (from, to) = (at(from), at(to));
        let stale = from.as_second() as f64 - 58.0 * 60.0;
        for bucket in buckets.iter_mut().filter(|b| (from..to).contains(&b.start)) {
            bucket.reading = Reading::Value(stale);
        }
    }
    let changes = told(settings(), buckets);
    let after: Vec<i64> = changes
        .iter()
        .filter(|change| matches!(change, Change::Opened(_)))
        .map(|change| {
            change
                .alarm()
                .at
                .duration_since(change.alarm().since)
                .as_secs()
                / 60
        })
        .collect();
    // An hour and a half, and the week after in the same hour that by half, less what is between.
    assert_eq!(after, [98, 138]);
}

#[test]
fn a_table_that_rests_over_the_weekend_is_not_late_on_the_second_one() {
    let mut buckets = polls(60, "2027-01-01T00:00:00Z");
    let mut friday = 0.0;
    for bucket in &mut buckets {
        let local = TimeZone::UTC.to_datetime(bucket.start);
        match (local.weekday().to_monday_zero_offset(), bucket.reading) {
            (5 | 6, _) => bucket.reading = Reading::Value(friday),
            (0, Reading::Value(_))
                if local.hour() < 6 || (local.hour() == 6 && local.minute() < 10) =>
            {
                bucket.reading = Reading::Value(friday);
            }
            (_, Reading::Value(changed)) => friday = changed,
            _ => {}
        }
    }
    assert_eq!(told(settings(), buckets), []);
}

#[test]
fn of_a_table_with_few_changes_nothing_is_said() {
    assert_eq!(told(settings(), polls(12, "2026-01-05T11:00:00Z")), []);
}

#[test]
fn declared_limits_hold_from_the_first_hour_on() {
    let mut settings = settings();
    (settings.warn_after_min, settings.critical_after_min) = (Some(60), Some(120));
    let changes = told(settings, polls(1, "2026-01-05T09:30:00Z"));
    // It changes at 06:02 for the first time: until then it is late too.
    let [
        _,
        _,
        Change::Closed(_),
        Change::Opened(warning),
        Change::Raised(page),
    ] = &changes[..]
    else {
        panic!("{changes:?}");
    };
    assert_eq!(
        (warning.severity, warning.at),
        (Severity::Warn, at("2026-01-05T10:10:00Z"))
    );
    assert_eq!(
        (page.severity, page.at),
        (Severity::Page, at("2026-01-05T11:10:00Z"))
    );
}

#[test]
fn a_start_that_was_missed_by_half_the_time_to_the_next_is_late() {
    let mut settings = settings();
    settings.schedule = Some(Schedule {
        cron: "0 6-22 * * *".to_owned(),
        usual_min: Some(2),
    });
    let changes = told(settings, polls(2, "2026-01-06T09:30:00Z"));
    let [Change::Opened(alarm)] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!(alarm.since, at("2026-01-06T09:02:00Z"));
    assert_eq!(alarm.at, at("2026-01-06T10:40:00Z"));
}

#[test]
fn what_is_planned_is_not_late_and_is_not_learned() {
    let mut buckets = polls(38, "2027-01-01T00:00:00Z");
    let (from, to) = (at("2026-02-04T12:00:00Z"), at("2026-02-05T12:00:00Z"));
    let stale = from.as_second() as f64 - 58.0 * 60.0;
    for bucket in buckets.iter_mut().filter(|b| (from..to).contains(&b.start)) {
        bucket.planned = Some(PlannedKind::Holiday);
        bucket.reading = Reading::Value(stale);
    }
    assert_eq!(told(settings(), buckets), []);
}

#[test]
fn a_poll_that_failed_says_nothing() {
    let mut buckets = polls(31, "2026-02-04T12:00:00Z");
    for bucket in buckets.iter_mut().rev().take(70) {
        bucket.reading = Reading::Missing;
    }
    assert_eq!(told(settings(), buckets), []);
}

#[test]
fn how_soon_it_would_be_late_is_known() {
    let mut series = Series::new(Kind::LastChange, settings());
    for bucket in polls(30, "2027-01-01T00:00:00Z") {
        series.observe(bucket.start, bucket);
    }
    // Last changed 22:02, and it rests until 06:02: eight hours, and half of them again.
    let now = at("2026-02-04T00:00:00Z");
    let within = series.noticeable_within(now).expect("it knows");
    assert!(
        (within.as_secs() - (12 * 3600 - 118 * 60)).abs() < 60,
        "{within}"
    );
}
