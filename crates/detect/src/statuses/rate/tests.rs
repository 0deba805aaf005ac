use super::*;

fn at(text: &str) -> Timestamp {
    format!("2026-11-{text}Z").parse().unwrap()
}

#[test]
fn an_hour_slides_with_its_newest_call() {
    let mut hour = Hour::default();
    assert_eq!(hour.told(), None, "no call is no rate");
    hour.add(at("22T12:00:30"), 10, 0);
    hour.add(at("22T12:20:30"), 9, 1);
    let told = hour.told().unwrap();
    assert_eq!((told.ok, told.failed, told.per_min), (19, 1, 1.0));
    assert_eq!(told.last_at, at("22T12:20:00"));
    hour.add(at("22T13:00:30"), 5, 0);
    let told = hour.told().unwrap();
    assert_eq!(
        (told.ok, told.failed),
        (14, 1),
        "the slice of 12:00 is gone"
    );
    assert_eq!(
        told.per_min, 0.37,
        "15 calls in 40.5 minutes, from 12:20 on"
    );
}

#[test]
fn late_calls_find_their_slice_and_turn_nothing_back() {
    let mut hour = Hour::default();
    hour.add(at("22T12:30:00"), 1, 0);
    hour.add(at("22T12:05:00"), 0, 2);
    hour.add(at("22T10:05:00"), 0, 7);
    let told = hour.told().unwrap();
    assert_eq!((told.ok, told.failed), (1, 2));
    assert_eq!(hour.last_at(), Some(at("22T12:30:00")));
}

#[test]
fn a_denominator_of_zero_is_no_rate() {
    let week = Week::default();
    let told = week.renewals(at("22T12:00:00"));
    assert_eq!(told, Renewals::default());
    assert_eq!(told.rate, None);
    assert_eq!(week.changes_at(at("22T12:00:00")), None);
}

fn week_of(earlier: (u64, u64), today: (u64, u64)) -> Renewals {
    let mut week = Week::default();
    week.mint(at("20T12:00:00"), earlier.0, earlier.1);
    week.mint(at("22T02:00:00"), today.0, today.1);
    week.renewals(at("22T12:00:00"))
}

#[test]
fn todays_share_is_compared_with_chance_around_the_week() {
    for (earlier, today, is_below, why) in [
        ((672, 0), (48, 0), false, "all is well"),
        (
            (672, 0),
            (47, 1),
            true,
            "one of 48 after a perfect week of 672",
        ),
        (
            (96, 0),
            (47, 1),
            false,
            "one of 48 after a day: may be chance",
        ),
        ((96, 0), (10, 5), true, "a third fails"),
        ((600, 72), (45, 3), false, "3 of 48 against a floor of 98 %"),
        ((600, 72), (43, 5), true, "a bad week is no excuse"),
        ((672, 0), (0, 0), false, "no request is no rate"),
    ] {
        let told = week_of(earlier, today);
        assert_eq!(told.is_below, is_below, "{why}: {told:?}");
    }
}

#[test]
fn days_leave_after_a_week() {
    let mut week = Week::default();
    week.mint(at("10T12:00:00"), 5, 5);
    week.failure(at("10T12:00:00"), Class::AuthRejected, 5);
    let seen = |week: &Week, now: &str| {
        let told = week.renewals(at(now));
        (told.ok, told.failed, week.failures(at(now)).len())
    };
    assert_eq!(seen(&week, "17T23:59:59"), (5, 5, 1));
    assert_eq!(seen(&week, "18T00:00:00"), (0, 0, 0), "by time alone");
    assert_eq!(week.changes_at(at("17T23:00:00")), Some(at("18T00:00:00")));
    week.mint(at("19T12:00:00"), 1, 0);
    assert_eq!(week.days.len(), 1);
}
