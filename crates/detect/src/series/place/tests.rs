use super::{Week, is_change_day, place};
use countersign_model::Timestamp;
use jiff::tz::TimeZone;

fn zone(name: &str) -> TimeZone {
    countersign_model::schedule::zone(name).expect("a zone")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

#[test]
fn a_slot_is_half_an_hour_or_one_bucket() {
    assert_eq!(Week::of(60).slots(), 336);
    assert_eq!(Week::of(300).slots(), 336);
    assert_eq!(Week::of(3600).slots(), 168);
    assert_eq!(Week::of(4 * 3600).slots(), 42);
    assert_eq!(Week::of(24 * 3600).slots(), 7);
    assert_eq!(Week::of(7 * 24 * 3600).slots(), 7);
}

#[test]
fn a_bucket_stands_in_the_week_of_its_zone() {
    let berlin = zone("Europe/Berlin");
    // Sunday 23:30 UTC is Monday 00:30 in Berlin in winter.
    let monday = place(at("2026-01-11T23:30:00Z"), &berlin, Week::of(300));
    assert_eq!((monday.slot, monday.cell, monday.hour), (1, 0, 0));
    let sunday = place(at("2026-01-11T22:55:00Z"), &berlin, Week::of(300));
    assert_eq!((sunday.slot, sunday.cell, sunday.hour), (335, 47, 167));
}

#[test]
fn nine_in_the_morning_is_the_same_slot_in_summer_and_in_winter() {
    let york = zone("America/New_York");
    let winter = place(at("2026-03-02T14:00:00Z"), &york, Week::of(300));
    let summer = place(at("2026-03-09T13:00:00Z"), &york, Week::of(300));
    assert_eq!(winter.slot, summer.slot);
}

#[test]
fn the_hour_that_comes_twice_is_known_and_so_are_both_days_of_change() {
    let york = zone("America/New_York");
    let week = Week::of(300);
    for (time, doubled) in [
        ("2026-11-01T04:55:00Z", false),
        ("2026-11-01T05:00:00Z", true),
        ("2026-11-01T06:55:00Z", true),
        ("2026-11-01T07:00:00Z", false),
    ] {
        assert_eq!(place(at(time), &york, week).is_doubled, doubled, "{time}");
    }
    for (day, changes) in [
        ("2026-03-08", true),
        ("2026-11-01", true),
        ("2026-11-02", false),
    ] {
        let date = day.parse().expect("a date");
        assert_eq!(is_change_day(date, &york), changes, "{day}");
        assert!(!is_change_day(date, &TimeZone::UTC));
    }
}
