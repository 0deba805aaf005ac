use super::*;
use crate::figures::whole;
use countersign_feed::demo_estate;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn spread_of(estate: &Estate, id: &str, from: &str, to: &str) -> u64 {
    let asset = estate.asset(&id.parse().unwrap()).unwrap();
    whole(spread(estate, asset, at(from), at(to)))
}

/// The check value of the impact formula: 10,000 a day, flat, four hours.
#[test]
fn a_flat_day_of_ten_thousand_brings_1667_in_four_hours() {
    let mut estate = demo_estate();
    estate.day_shape = None;
    let journey = estate
        .assets
        .iter_mut()
        .find(|one| one.id.as_str() == "J-01");
    journey.unwrap().volume_weekday = Some(10_000);
    let (from, to) = ("2026-11-24T05:00:00Z", "2026-11-24T09:00:00Z");
    assert_eq!(spread_of(&estate, "J-01", from, to), 1_667);
}

/// The numbers of the demo's stories, each by hand from volume, weekend factor and the day's shape.
#[test]
fn volumes_follow_the_shape_of_the_local_day_and_its_weekend() {
    let rows = [
        // Saturday, 19:30 to 23:30 in New York: 14,200 x 1.15 x 18.55 %.
        (
            "J-01",
            "2026-11-22T00:30:00Z",
            "2026-11-22T04:30:00Z",
            3_029,
        ),
        // Monday, 11:00 to 11:04 and to 15:00 in New York.
        ("TS-04", "2026-11-23T16:00:00Z", "2026-11-23T16:04:00Z", 227),
        (
            "TS-04",
            "2026-11-23T16:00:00Z",
            "2026-11-23T20:00:00Z",
            13_127,
        ),
        // Monday, 14:09 to 16:09 in New York.
        ("TS-11", "2026-11-23T19:09:00Z", "2026-11-23T21:09:00Z", 927),
        // Sunday, 02:10 to 03:25 in Chicago.
        ("TS-01", "2026-11-22T08:10:00Z", "2026-11-22T09:25:00Z", 173),
        // A whole Sunday, and two days with it: nothing is lost between hours.
        (
            "J-01",
            "2026-11-22T05:00:00Z",
            "2026-11-23T05:00:00Z",
            16_330,
        ),
        (
            "J-01",
            "2026-11-22T05:00:00Z",
            "2026-11-24T05:00:00Z",
            30_530,
        ),
        ("TS-05", "2026-11-22T05:00:00Z", "2026-11-24T05:00:00Z", 0),
        ("J-01", "2026-11-22T05:00:00Z", "2026-11-22T05:00:00Z", 0),
    ];
    let estate = demo_estate();
    for (id, from, to, n) in rows {
        assert_eq!(spread_of(&estate, id, from, to), n, "{id} {from}");
    }
}

/// 25 hours on 1 November in New York: the hour that comes twice counts twice.
#[test]
fn a_day_of_25_hours_counts_its_hours_as_they_pass() {
    let mut estate = demo_estate();
    estate.day_shape = None;
    let (midnight, one, two) = (
        "2026-11-01T04:00:00Z",
        "2026-11-01T05:00:00Z",
        "2026-11-01T07:00:00Z",
    );
    assert_eq!(
        spread_of(&estate, "J-01", midnight, one),
        680,
        "16,330 / 24"
    );
    assert_eq!(
        spread_of(&estate, "J-01", one, two),
        1_361,
        "the same, twice"
    );
}

#[test]
fn a_batch_takes_its_part_of_the_day() {
    let estate = demo_estate();
    let batches_of = |id: &str, from, to| -> Vec<(Timestamp, u64)> {
        let asset = estate.asset(&id.parse().unwrap()).unwrap();
        let found = batches(&estate, asset, at(from), at(to)).into_iter();
        found.map(|(at, n)| (at, whole(n))).collect()
    };
    let sunday = ("2026-11-22T12:00:00Z", "2026-11-22T18:00:00Z");
    let reminder = batches_of("J-12", sunday.0, sunday.1);
    assert_eq!(reminder, [(at("2026-11-22T16:00:00Z"), 11_500)]);
    assert_eq!(
        batches_of("J-16", sunday.0, sunday.1),
        [],
        "working days only"
    );
    let hourly = batches_of("J-02", sunday.0, sunday.1);
    assert_eq!(hourly.len(), 6);
    assert_eq!(hourly[0].1, 210, "5,600 x 0.9 / 24");
    let statement = batches_of("TS-12", "2026-11-20T00:00:00Z", "2026-11-26T00:00:00Z");
    assert_eq!(statement, [(at("2026-11-25T14:00:00Z"), 48_000)]);
}

#[test]
fn a_pause_brings_nothing_and_a_holiday_what_a_weekend_brings() {
    let mut estate = demo_estate();
    let span = |kind, asset: &str| Planned {
        id: "PL-09".to_owned(),
        kind,
        from: at("2026-11-23T00:00:00Z"),
        to: at("2026-11-25T00:00:00Z"),
        bu: None,
        integration: None,
        asset: Some(asset.parse().unwrap()),
        reason: String::new(),
    };
    estate.planned = vec![
        span(PlannedKind::Pause, "J-01"),
        span(PlannedKind::Holiday, "J-05"),
    ];
    let monday = ("2026-11-23T05:00:00Z", "2026-11-24T05:00:00Z");
    assert_eq!(spread_of(&estate, "J-01", monday.0, monday.1), 0);
    assert_eq!(
        spread_of(&estate, "J-05", monday.0, monday.1),
        1_210,
        "2,200 x 0.55"
    );
    assert_eq!(spread_of(&estate, "J-02", monday.0, monday.1), 5_600);
}
