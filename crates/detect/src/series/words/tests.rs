use super::{about, ago};
use crate::series::alarm::Severity;
use crate::series::course::Finding;
use crate::series::settings::{Kind, Settings};
use crate::series::words::{Usual, fell, flows_again, pooled};
use countersign_model::class::Class;
use countersign_model::{SignedDuration, Timestamp};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

const UNKNOWN: Usual = Usual {
    at: Timestamp::UNIX_EPOCH,
    expected: None,
    range: None,
};

fn settings(name: &str) -> Settings {
    let zone = countersign_model::schedule::zone("America/New_York").expect("a zone");
    Settings::new(name, 300, zone)
}

fn finding(class: Class, expected: f64, seen: f64) -> Finding {
    Finding {
        class,
        severity: Severity::Page,
        since: at("2026-11-24T15:05:00Z"),
        strength: 1.4,
        expected,
        seen,
    }
}

#[test]
fn amounts_are_said_without_false_precision() {
    let said = [0.0, 0.3, 1.0, 14.4, 137.0, 1_930.0, 61_234.0, 1_234_567.0].map(about);
    let words = [
        "0",
        "less than 1",
        "1",
        "14",
        "140",
        "1,900",
        "61,000",
        "1,200,000",
    ];
    assert_eq!(said, words);
}

#[test]
fn spans_are_said_in_their_two_greatest_units() {
    for (minutes, words) in [
        (25, "25 min"),
        (60, "1 h"),
        (190, "3 h 10 min"),
        (24 * 60, "1 day"),
        (50 * 60, "2 days 2 h"),
    ] {
        assert_eq!(ago(SignedDuration::from_mins(minutes)), words);
    }
    assert_eq!(ago(SignedDuration::from_secs(20)), "20 s");
}

#[test]
fn a_standstill_is_told_in_local_time_and_with_the_last_weeks() {
    let usual = Usual {
        at: at("2026-11-24T15:25:00Z"),
        expected: Some(14.0),
        range: Some((11.0, 17.0, 6)),
    };
    let found = finding(Class::Stopped, 70.0, 0.0);
    let now = at("2026-11-24T15:30:00Z");
    let words = fell(
        &settings("Welcome journey"),
        Kind::Enrolments,
        &found,
        now,
        usual,
    );
    assert_eq!(
        words,
        "Welcome journey has enrolled nobody for 25 min. At this time on a Tuesday it normally enrols \
         about 14 people every 5 min (the last 6 Tuesdays: 11-17). About 70 people missed so far."
    );
}

#[test]
fn a_flow_of_few_events_is_told_by_the_hour() {
    let usual = Usual {
        at: at("2026-11-24T20:00:00Z"),
        expected: Some(0.5),
        range: Some((0.3, 0.7, 6)),
    };
    let found = finding(Class::Stopped, 26.0, 0.0);
    let now = at("2026-11-24T20:05:00Z");
    let words = fell(&settings("Order mails"), Kind::Sends, &found, now, usual);
    assert_eq!(
        words,
        "Order mails has sent nothing for 5 h. At this time on a Tuesday it normally sends about 6 \
         messages an hour. About 26 messages missed so far."
    );
}

#[test]
fn less_than_normal_says_the_share_and_the_time() {
    let found = finding(Class::Reduced, 130.0, 62.0);
    let now = at("2026-11-24T16:00:00Z");
    let words = fell(
        &settings("Password resets"),
        Kind::Sends,
        &found,
        now,
        UNKNOWN,
    );
    assert_eq!(
        words,
        "Password resets is at 48 % of normal since about 10:05: 62 messages instead of about 130."
    );
    let together = pooled(&settings("CDP connector"), &found);
    assert!(
        together.starts_with("Taken together, the flows of CDP connector are at 48 % of normal")
    );
}

#[test]
fn the_end_says_how_much_was_missed() {
    let found = finding(Class::Stopped, 70.0, 0.0);
    let words = flows_again(
        &settings("Welcome journey"),
        "people",
        &found,
        at("2026-11-24T18:15:00Z"),
    );
    assert_eq!(
        words,
        "Welcome journey is back to normal, 3 h 10 min after it began at about 10:05. About 70 people \
         were missed."
    );
}

#[test]
fn no_word_of_statistics_is_said() {
    let found = finding(Class::Reduced, 130.0, 62.0);
    let trickle = finding(Class::Stopped, 130.0, 2.0);
    let now = at("2026-11-24T16:00:00Z");
    for (kind, found) in [
        (Kind::Enrolments, &found),
        (Kind::Rows, &trickle),
        (Kind::Runs, &trickle),
        (Kind::Events, &found),
    ] {
        let words = fell(&settings("It"), kind, found, now, UNKNOWN).to_lowercase();
        for word in [
            "nats",
            "sigma",
            "quantile",
            "likelihood",
            "threshold",
            "score",
        ] {
            assert!(!words.contains(word), "{words}");
        }
    }
}

#[test]
fn a_run_without_rows_is_told_with_its_time_and_what_runs_move() {
    let usual = Usual {
        at: at("2026-11-24T12:09:00Z"),
        expected: Some(61_200.0),
        range: Some((59_800.0, 62_400.0, 4)),
    };
    let found = finding(Class::ZeroRows, 61_200.0, 0.0);
    let now = at("2026-11-24T12:14:00Z");
    let words = fell(&settings("Loyalty load"), Kind::Runs, &found, now, usual);
    assert_eq!(
        words,
        "Loyalty load finished with 0 rows at 07:09. At this time on a Tuesday a run normally moves \
         about 61,000 rows (the last 4 Tuesdays: 60,000-62,000). About 61,000 rows missed so far."
    );
}
