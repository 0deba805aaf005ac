use super::*;
use crate::view::sample::{at, estate, now};

fn check_moment(bu: &str, instant: &str, text: &str) {
    let bu = bu.parse().unwrap();
    let moment = Place::of(&estate(), Some(&bu)).moment(instant.parse().unwrap(), now());
    assert_eq!(moment.text, text);
}

#[test]
fn a_time_of_today_is_told_in_the_units_zone_without_the_day() {
    check_moment("LOY", "2026-11-22T16:00:00Z", "10:00 (Chicago)");
    check_moment("REU", "2026-11-22T16:00:00Z", "17:00 (Berlin)");
}

#[test]
fn another_day_is_named_and_another_year_too() {
    check_moment("LOY", "2026-11-28T14:00:00Z", "Sat 28 Nov, 08:00 (Chicago)");
    check_moment(
        "LOY",
        "2027-03-28T13:00:00Z",
        "28 Mar 2027, 08:00 (Chicago)",
    );
}

#[test]
fn today_is_judged_where_the_unit_is() {
    check_moment("RAP", "2026-11-22T15:59:00Z", "23:59 (Singapore)");
    check_moment(
        "RAP",
        "2026-11-22T16:00:00Z",
        "Mon 23 Nov, 00:00 (Singapore)",
    );
}

#[test]
fn an_unknown_unit_or_zone_is_told_in_utc() {
    check_moment("NONE", "2026-11-22T16:00:00Z", "16:00 UTC");
    let mut broken = estate();
    broken.business_units[0].time_zone = "Mars/Olympus".to_owned();
    let bu = broken.business_units[0].id.clone();
    let moment = Place::of(&broken, Some(&bu)).moment_exact(at("16:00:05"), now());
    assert_eq!(moment.text, "16:00:05 UTC");
    assert_eq!(moment.title, "Sunday 22 November 2026, 16:00:05 UTC");
}

#[test]
fn spans_are_told_in_the_units_that_matter() {
    let words = [
        -5,
        0,
        42,
        59,
        60,
        3_599,
        3_600,
        11_280,
        86_399,
        86_400,
        5 * 86_400 + 61_200,
    ];
    let told: Vec<String> = words.into_iter().map(span_words).collect();
    let expected = [
        "now",
        "now",
        "42 s",
        "59 s",
        "1 min",
        "59 min",
        "1 h 00 min",
        "3 h 08 min",
        "23 h 59 min",
        "1 d 0 h",
        "5 d 17 h",
    ];
    assert_eq!(told, expected);
}

#[test]
fn the_page_head_tells_day_and_time_in_utc() {
    assert_eq!(page_clock(now()), "Sunday 22 November 2026, 12:52 UTC");
}
