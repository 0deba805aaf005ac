//! Row counts and runs of jobs.

use super::flow::{Draws, Flow, What};
use super::{alarms, told};
use crate::series::{Bucket, Change, Kind, Reading, Series, Settings, Severity};
use countersign_model::class::Class;
use countersign_model::{SignedDuration, Timestamp};
use jiff::tz::TimeZone;

/// The running total of a flow; missing where the flow is.
fn total(flow: &Flow, days: i64) -> Vec<Bucket> {
    let mut rows = 50_000.0;
    let mut buckets = flow.days(days);
    for bucket in &mut buckets {
        if let Reading::Value(added) = &mut bucket.reading {
            rows += *added;
            *added = rows;
        }
    }
    buckets
}

fn table(flow: &Flow) -> Series {
    let mut settings = flow.settings();
    settings.name = "Table Orders".to_owned();
    Series::new(Kind::Rows, settings)
}

#[test]
fn a_table_that_gains_nothing_is_frozen() {
    let flow = Flow::usual().with(30, 12.0, 3.0, What::Left(0.0));
    let changes = told(&mut table(&flow), total(&flow, 32));
    let [Change::Opened(alarm), Change::Closed(_)] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!(alarm.class, Class::Frozen);
    let words = &alarm.words;
    assert!(
        words.starts_with("Table Orders has gained no rows for 15 min."),
        "{words}"
    );
}

#[test]
fn a_table_that_is_emptied_and_loaded_again_is_not() {
    let flow = Flow::usual();
    let mut buckets = total(&flow, 33);
    for bucket in &mut buckets[30 * 288..] {
        if let Reading::Value(rows) = &mut bucket.reading {
            *rows -= 50_000.0;
        }
    }
    assert_eq!(told(&mut table(&flow), buckets), []);
}

/// Runs of a job every `hours`, for so many days, of about `rows` each.
fn runs(hours: i64, days: i64, rows: f64) -> (Settings, Vec<Bucket>) {
    let start: Timestamp = "2026-01-05T06:00:00Z".parse().expect("a time");
    let mut draws = Draws::new(5);
    let buckets = (0..days * 24 / hours)
        .map(|n| {
            let at = start + SignedDuration::from_hours(n * hours);
            Bucket::value(at, draws.count(rows, 20))
        })
        .collect();
    let mut settings = Settings::new("Loyalty load", (hours * 3600) as u32, TimeZone::UTC);
    settings.name = "Loyalty load".to_owned();
    (settings, buckets)
}

#[test]
fn the_first_daily_run_without_rows_is_told_once_twenty_are_known() {
    let (settings, mut buckets) = runs(24, 40, 6100.0);
    buckets[37].reading = Reading::Value(0.0);
    let changes = told(&mut Series::new(Kind::Runs, settings), buckets);
    let [Change::Opened(alarm), Change::Closed(_)] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!(
        (alarm.class, alarm.severity),
        (Class::ZeroRows, Severity::Page)
    );
    let words = &alarm.words;
    assert!(
        words.starts_with("Loyalty load finished with 0 rows at "),
        "{words}"
    );
    assert!(words.contains("a run normally moves about "), "{words}");
}

#[test]
fn of_an_hour_that_is_hardly_known_two_runs_without_rows_are_told() {
    // The second Saturday, 18:00 and 22:00: two weekend days are known, and nobody is woken yet.
    let (settings, mut buckets) = runs(4, 14, 400.0);
    buckets[75].reading = Reading::Value(0.0);
    assert_eq!(
        told(
            &mut Series::new(Kind::Runs, settings.clone()),
            buckets.clone()
        ),
        []
    );
    buckets[76].reading = Reading::Value(0.0);
    let changes = told(&mut Series::new(Kind::Runs, settings), buckets);
    let told = alarms(&changes, Severity::Info);
    assert_eq!(told.len(), 1, "{changes:?}");
    assert_eq!(
        (told[0].class, told[0].severity),
        (Class::ZeroRows, Severity::Info)
    );
}

#[test]
fn a_job_that_often_moves_nothing_may_do_so() {
    let (settings, mut buckets) = runs(4, 60, 400.0);
    for bucket in buckets.iter_mut().skip(2).step_by(7) {
        bucket.reading = Reading::Value(0.0);
    }
    assert_eq!(told(&mut Series::new(Kind::Runs, settings), buckets), []);
}

#[test]
fn runs_that_move_half_are_a_warning() {
    let (settings, mut buckets) = runs(4, 60, 400.0);
    for bucket in &mut buckets[320..] {
        if let Reading::Value(rows) = &mut bucket.reading {
            *rows = (*rows / 2.0).floor();
        }
    }
    let changes = told(&mut Series::new(Kind::Runs, settings), buckets);
    assert_eq!(alarms(&changes, Severity::Page), [] as [&_; 0]);
    let warnings = alarms(&changes, Severity::Warn);
    assert_eq!(warnings.len(), 1, "{changes:?}");
    assert_eq!(warnings[0].class, Class::Reduced);
}

#[test]
fn a_run_that_did_not_come_is_known_and_counts_as_one_without_rows() {
    let (mut settings, buckets) = runs(24, 30, 6100.0);
    settings.schedule = Some(countersign_model::schedule::Schedule {
        cron: "0 6 * * *".to_owned(),
        usual_min: Some(10),
    });
    let mut series = Series::new(Kind::Runs, settings);
    assert_eq!(told(&mut series, buckets.iter().copied()), []);
    let last = buckets[29].start;
    let due = last + SignedDuration::from_hours(24);
    let late = due + SignedDuration::from_mins(12 * 60 + 10);
    assert_eq!(series.missed_run(late), None);
    let minute = SignedDuration::from_mins(1);
    assert_eq!(series.missed_run(late + minute), Some(due));
    let change = series.observe(late + minute, Bucket::value(due, 0.0));
    assert!(matches!(change, Some(Change::Opened(_))), "{change:?}");
    assert!(series.is_open());
    assert_eq!(series.missed_run(late + minute), None, "it was told");
    let early = due + SignedDuration::from_hours(24) - SignedDuration::from_mins(3);
    let change = series.observe(early, Bucket::value(early, 6000.0));
    assert!(matches!(change, Some(Change::Closed(_))), "{change:?}");
    assert_eq!(
        series.missed_run(early + SignedDuration::from_hours(20)),
        None,
        "it was early"
    );
}

#[test]
fn a_sunday_run_without_rows_is_told_after_four_weeks_of_daily_runs() {
    let zone = countersign_model::schedule::zone("America/New_York").expect("a zone");
    let mut settings = Settings::new("Loyalty load", 86_400, zone.clone());
    settings.is_first_tier = true;
    let mut series = Series::new(Kind::Runs, settings);
    let mut draws = Draws::new(3);
    // From Sunday, 25 October, over the change of clocks, to Sunday, 22 November, 07:09.
    let first: countersign_model::civil::DateTime = "2026-10-25T07:09".parse().expect("a time");
    let run = |day: i64| {
        let local = first + jiff::Span::new().days(day);
        zone.to_timestamp(local).expect("a time")
    };
    for day in 0..28 {
        let at = run(day);
        let change = series.observe(at, Bucket::value(at, draws.count(61_000.0, 200)));
        assert_eq!(change, None, "{at}");
    }
    let sunday = run(28);
    let change = series.observe(sunday, Bucket::value(sunday, 0.0));
    let Some(Change::Opened(alarm)) = change else {
        panic!("{change:?}");
    };
    assert_eq!(
        (alarm.class, alarm.severity),
        (Class::ZeroRows, Severity::Page)
    );
    assert!(
        alarm
            .words
            .contains("0 rows at 07:09. At this time on a Sunday"),
        "{}",
        alarm.words
    );
    assert!((50_000.0..70_000.0).contains(&alarm.lost), "{}", alarm.lost);
}
