//! Standstills, trickles and partial losses of a flow, and what must stay silent.

use super::flow::{Flow, What};
use super::{alarms, at, told};
use crate::series::{Change, Severity};
use countersign_model::SignedDuration;
use countersign_model::class::Class;

#[test]
fn a_standstill_at_noon_is_told_within_a_quarter_of_an_hour() {
    let flow = Flow::usual().with(30, 12.0, 3.0, What::Left(0.0));
    let changes = told(&mut flow.series(), flow.days(32));
    let [Change::Opened(alarm), Change::Closed(end)] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!(alarm.class, Class::Stopped);
    assert_eq!(alarm.severity, Severity::Page);
    assert_eq!(alarm.since, at("2026-02-04T12:00:00Z"));
    assert_eq!(alarm.at, at("2026-02-04T12:15:00Z"));
    assert!(alarm.strength >= 1.0);
    assert_eq!(alarm.seen, 0.0);
    assert!((90.0..130.0).contains(&alarm.lost), "{}", alarm.lost);
    let back = end.at.duration_since(at("2026-02-04T15:00:00Z"));
    assert!(back <= SignedDuration::from_mins(45), "{back}");
    assert!((1150.0..1550.0).contains(&end.lost), "{}", end.lost);
}

#[test]
fn the_words_say_how_long_and_what_is_usual_on_that_day() {
    let flow = Flow::usual().with(30, 12.0, 3.0, What::Left(0.0));
    let changes = told(&mut flow.series(), flow.days(32));
    let words = changes.iter().map(|change| change.alarm().words.clone());
    let words: Vec<String> = words.collect();
    let parts = [
        "Welcome journey has enrolled nobody for 15 min.",
        "At this time on a Wednesday it normally enrols about ",
        " people every 5 min (the last 4 Wednesdays: ",
        " people missed so far.",
    ];
    for part in parts {
        assert!(words[0].contains(part), "{part:?} is not in {:?}", words[0]);
    }
    assert!(
        words[1].starts_with("Welcome journey is back to normal"),
        "{}",
        words[1]
    );
    assert!(words[1].contains("people were missed"), "{}", words[1]);
}

#[test]
fn two_buckets_of_nothing_are_no_news() {
    let flow = Flow::usual().with(30, 12.0, 10.0 / 60.0, What::Left(0.0));
    assert_eq!(told(&mut flow.series(), flow.days(32)), []);
}

#[test]
fn a_trickle_is_a_standstill_too() {
    let flow = Flow::usual().with(30, 9.0, 12.0, What::Left(0.03));
    let changes = told(&mut flow.series(), flow.days(31));
    let pages = alarms(&changes, Severity::Page);
    assert_eq!(pages.len(), 1, "{changes:?}");
    assert_eq!(pages[0].class, Class::Stopped);
    let delay = pages[0].at.duration_since(at("2026-02-04T09:00:00Z"));
    assert!(delay <= SignedDuration::from_mins(60), "{delay}");
}

#[test]
fn half_of_a_regular_flow_warns_and_never_pages_alone() {
    let flow = Flow {
        peak: 190.0,
        ..Flow::usual().with(30, 9.0, 24.0, What::Left(0.5))
    };
    let changes = told(&mut flow.series(), flow.days(33));
    assert_eq!(alarms(&changes, Severity::Page), [] as [&_; 0]);
    let warnings = alarms(&changes, Severity::Warn);
    assert_eq!(warnings.len(), 1, "{changes:?}");
    assert_eq!(warnings[0].class, Class::Reduced);
    let words = &warnings[0].words;
    assert!(words.contains("% of normal since about 09:"), "{words}");
    let delay = warnings[0].at.duration_since(at("2026-02-04T09:00:00Z"));
    assert!(delay <= SignedDuration::from_hours(2), "{delay}");
    assert!(
        matches!(changes.last(), Some(Change::Closed(_))),
        "{changes:?}"
    );
}

#[test]
fn what_is_reduced_and_then_stops_is_told_again() {
    let flow = Flow {
        peak: 190.0,
        ..Flow::usual()
    };
    let flow = flow
        .with(30, 9.0, 6.0, What::Left(0.5))
        .with(30, 15.0, 3.0, What::Left(0.0));
    let changes = told(&mut flow.series(), flow.days(33));
    let told: Vec<_> = changes
        .iter()
        .map(|c| (c.alarm().class, c.alarm().severity))
        .collect();
    assert_eq!(
        told[..2],
        [
            (Class::Reduced, Severity::Warn),
            (Class::Stopped, Severity::Page)
        ]
    );
    assert!(matches!(changes[1], Change::Raised(_)), "{changes:?}");
}

#[test]
fn quiet_nights_are_not_standstills() {
    let flow = Flow {
        closes_at_night: true,
        ..Flow::usual()
    };
    assert_eq!(told(&mut flow.series(), flow.days(60)), []);
}

#[test]
fn eight_weeks_of_many_flows_bring_no_page() {
    for seed in 1..=6 {
        let flow = Flow {
            seed,
            peak: 5.0 * seed as f64,
            shape: 2 + seed as u32,
            ..Flow::usual()
        };
        let changes = told(&mut flow.series(), flow.days(56));
        assert_eq!(
            alarms(&changes, Severity::Page),
            [] as [&_; 0],
            "seed {seed}"
        );
    }
}

#[test]
fn in_the_first_week_nothing_is_told_and_in_the_second_it_is_a_line() {
    let flow =
        Flow::usual()
            .with(3, 12.0, 3.0, What::Left(0.0))
            .with(12, 12.0, 3.0, What::Left(0.0));
    let changes = told(&mut flow.series(), flow.days(14));
    let [Change::Opened(alarm), Change::Closed(_)] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!(alarm.severity, Severity::Info);
    assert!(alarm.at > flow.after(12));
}

#[test]
fn two_standstills_in_the_second_week_make_nobody_deaf() {
    let flow = Flow::usual()
        .with(8, 10.0, 5.0, What::Left(0.0))
        .with(10, 10.0, 5.0, What::Left(0.0))
        .with(20, 12.0, 3.0, What::Left(0.0));
    let changes = told(&mut flow.series(), flow.days(22));
    let pages = alarms(&changes, Severity::Page);
    assert_eq!(pages.len(), 1, "{changes:?}");
    let delay = pages[0].at.duration_since(flow.events[2].from);
    assert!(delay <= SignedDuration::from_mins(20), "{delay}");
}

#[test]
fn below_the_first_tier_a_standstill_is_a_line_until_it_is_beyond_doubt() {
    let mut flow = Flow::usual().with(30, 12.0, 3.0, What::Left(0.0));
    flow.shape = 3;
    let mut settings = flow.settings();
    settings.is_first_tier = false;
    let mut series = crate::series::Series::new(crate::series::Kind::Sends, settings);
    let changes = told(&mut series, flow.days(32));
    let [
        Change::Opened(line),
        Change::Raised(page),
        Change::Closed(_),
    ] = &changes[..]
    else {
        panic!("{changes:?}");
    };
    assert_eq!(
        (line.severity, page.severity),
        (Severity::Info, Severity::Page)
    );
    assert!(line.words.contains("has sent nothing"), "{}", line.words);
    assert!(page.at > line.at);
}

#[test]
fn how_soon_a_standstill_would_be_noticed_is_how_soon_it_is() {
    for (hour, peak) in [(12.0, 40.0), (2.0, 40.0), (10.0, 1.5)] {
        let flow = Flow {
            peak,
            ..Flow::usual().with(42, hour, 23.0, What::Left(0.0))
        };
        let mut series = flow.series();
        let stop = flow.events[0].from;
        let buckets = flow.days(44);
        let (before, after) = buckets.split_at(buckets.partition_point(|b| b.start < stop));
        assert_eq!(told(&mut series, before.iter().copied()), []);
        let promised = series.noticeable_within(stop).expect("it knows");
        let changes = told(&mut series, after.iter().copied());
        let took = changes[0].alarm().at.duration_since(stop);
        let off = (took.as_secs_f64() - promised.as_secs_f64()).abs();
        let allowed = 600.0 + 0.1 * took.as_secs_f64();
        assert!(
            off <= allowed,
            "at {hour}: promised {promised}, took {took}"
        );
    }
}

#[test]
fn a_flow_of_a_few_events_a_day_promises_hours() {
    let flow = Flow {
        peak: 0.05,
        ..Flow::usual()
    };
    let mut series = flow.series();
    assert_eq!(
        series.noticeable_within(flow.start),
        None,
        "nothing is known"
    );
    told(&mut series, flow.days(42));
    let promised = series.noticeable_within(flow.after(42)).expect("it knows");
    assert!(promised > SignedDuration::from_hours(24), "{promised}");
}

#[test]
fn the_usual_range_is_that_of_the_hour_of_the_week() {
    let flow = Flow::usual();
    let mut series = flow.series();
    assert_eq!(series.normal_range(flow.start), None);
    told(&mut series, flow.days(42));
    let noon = at("2026-02-16T13:00:00Z");
    let range = series.normal_range(noon).expect("it knows");
    assert_eq!(range.weeks, 6);
    let mean = flow.mean(noon);
    assert!(
        range.low <= mean * 1.05 && range.high >= mean * 0.95,
        "{range:?} {mean}"
    );
    assert!(
        range.low > 0.8 * mean && range.high < 1.2 * mean,
        "{range:?} {mean}"
    );
}
