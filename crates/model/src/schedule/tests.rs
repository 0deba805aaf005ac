use super::*;
use proptest::prelude::*;

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant of RFC 3339")
}

fn cron(expression: &str) -> Schedule {
    Schedule {
        cron: expression.to_owned(),
        usual_min: None,
    }
}

/// The first `n` starts after `after`, in UTC.
fn starts(expression: &str, zone: &str, after: &str, n: usize) -> Vec<String> {
    let mut at = instant(after);
    let mut found = Vec::new();
    for _ in 0..n {
        let next = cron(expression)
            .next_after(at, zone)
            .expect("a legal schedule");
        at = next.expect("it has a next start");
        found.push(at.to_string());
    }
    found
}

#[test]
fn a_schedule_is_read_in_the_zone_of_its_unit() {
    let next = starts("0 10 * * *", "America/Chicago", "2026-11-22T12:30:00Z", 2);
    assert_eq!(next, ["2026-11-22T16:00:00Z", "2026-11-23T16:00:00Z"]);
}

#[test]
fn the_next_start_is_strictly_after() {
    let hourly = starts("5 * * * *", "America/Chicago", "2026-11-22T12:05:00Z", 1);
    assert_eq!(hourly, ["2026-11-22T13:05:00Z"]);
    let just_before = starts(
        "5 * * * *",
        "America/Chicago",
        "2026-11-22T12:04:59.999Z",
        1,
    );
    assert_eq!(just_before, ["2026-11-22T12:05:00Z"]);
    let just_after = starts(
        "5 * * * *",
        "America/Chicago",
        "2026-11-22T12:05:00.001Z",
        1,
    );
    assert_eq!(just_after, ["2026-11-22T13:05:00Z"]);
}

#[test]
fn when_clocks_go_forward_a_daily_start_keeps_its_hour_of_the_wall() {
    // New York leaves winter time on 2026-03-08.
    let next = starts("0 7 * * *", "America/New_York", "2026-03-07T00:00:00Z", 3);
    assert_eq!(
        next,
        [
            "2026-03-07T12:00:00Z",
            "2026-03-08T11:00:00Z",
            "2026-03-09T11:00:00Z"
        ]
    );
}

#[test]
fn when_clocks_go_back_a_daily_start_keeps_its_hour_of_the_wall() {
    // Berlin leaves summer time on 2026-10-25.
    let next = starts("0 7 * * *", "Europe/Berlin", "2026-10-24T00:00:00Z", 3);
    assert_eq!(
        next,
        [
            "2026-10-24T05:00:00Z",
            "2026-10-25T06:00:00Z",
            "2026-10-26T06:00:00Z"
        ]
    );
}

#[test]
fn a_start_in_the_missing_hour_is_not_lost() {
    // 02:30 does not exist in New York on 2026-03-08; the day must still have one start.
    let next = starts("30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", 2);
    assert!(next[0].starts_with("2026-03-08T0"), "{next:?}");
    assert_eq!(next[1], "2026-03-09T06:30:00Z");
}

#[test]
fn a_start_in_the_doubled_hour_happens_once() {
    // 02:30 exists twice in Berlin on 2026-10-25.
    let next = starts("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2);
    assert!(next[0].starts_with("2026-10-25T0"), "{next:?}");
    assert_eq!(next[1], "2026-10-26T01:30:00Z");
}

#[test]
fn weekdays_are_those_of_the_zone_not_of_utc() {
    // Monday 08:00 in Singapore is Monday 00:00 UTC; Sunday's UTC evening is already Monday there.
    let next = starts("30 1 * * 1-5", "Asia/Singapore", "2026-11-22T12:00:00Z", 1);
    assert_eq!(next, ["2026-11-22T17:30:00Z"]);
}

#[test]
fn a_day_that_never_comes_has_no_next_start() {
    let never = cron("0 0 30 2 *").next_after(instant("2026-11-22T00:00:00Z"), "Europe/London");
    assert_eq!(never, Ok(None));
}

#[test]
fn a_schedule_that_cannot_be_read_says_what_is_missing() {
    for expression in ["", "5 * * *", "0 5 * * * *", "61 * * * *", "a b c d e"] {
        let error = cron(expression).check().expect_err(expression);
        assert!(error.to_string().contains("five fields"), "{error}");
    }
    let error = cron("0 0 * * *").next_after(instant("2026-11-22T00:00:00Z"), "Mars/Base");
    assert_eq!(
        error,
        Err(ScheduleError::Zone {
            zone: "Mars/Base".to_owned()
        })
    );
}

#[test]
fn a_dated_start_is_an_instant_and_keeps_its_text() {
    let text = "2026-11-27T06:00[America/New_York]";
    let start = ZonedStart::try_from(text.to_owned()).expect("a start");
    assert_eq!(start.at(), instant("2026-11-27T11:00:00Z"));
    assert_eq!(start.as_str(), text);
    assert_eq!(
        serde_json::to_string(&start).ok(),
        Some(format!("{text:?}"))
    );
}

#[test]
fn a_dated_start_without_a_zone_is_refused() {
    for text in [
        "2026-11-27T06:00",
        "2026-11-27",
        "soon",
        "2026-11-27T06:00[Mars/Base]",
    ] {
        assert!(ZonedStart::try_from(text.to_owned()).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn the_next_start_never_lies_before_the_question(
        second in 1_760_000_000_i64..1_830_000_000,
        minute in 0_u8..60,
        hour in 0_u8..24,
    ) {
        let after = Timestamp::from_second(second).expect("a legal instant");
        let daily = cron(&format!("{minute} {hour} * * *"));
        let next = daily.next_after(after, "America/New_York").expect("legal").expect("daily");
        prop_assert!(next > after);
        prop_assert!(next.duration_since(after) <= crate::SignedDuration::from_hours(26));
    }
}

#[test]
fn the_starts_of_a_span_hold_both_its_ends_and_are_bounded() {
    let hourly = Schedule {
        cron: "5 * * * *".to_owned(),
        usual_min: None,
    };
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    let (from, to) = (at("2026-11-22T12:05:00Z"), at("2026-11-22T15:05:00Z"));
    let found = |n_max| hourly.starts(from, to, "America/Chicago", n_max).unwrap();
    assert_eq!(found(9).len(), 4);
    assert_eq!((found(9)[0], found(9)[3]), (from, to));
    assert_eq!(found(2).len(), 2);
    let late = at("2026-11-22T12:05:01Z");
    let rest = hourly.starts(late, to, "America/Chicago", 9).unwrap();
    assert_eq!(rest[0], at("2026-11-22T13:05:00Z"));
    assert!(hourly.starts(from, to, "Nowhere/At_All", 9).is_err());
}
