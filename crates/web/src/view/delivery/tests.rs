use super::*;
use crate::view::sample::at;

fn record(state: DeliveryState, attempts: u32) -> DeliveryRecord {
    DeliveryRecord {
        notice: "ntc_1".parse().unwrap(),
        kind: NoticeKind::IncidentOpened,
        channel: "mail".to_owned(),
        state,
        attempts,
        next_at: (state == DeliveryState::Pending && attempts > 0).then(|| at("12:53:00")),
        ended_at: (state != DeliveryState::Pending).then(|| at("12:51:31")),
        last_error: (attempts > 1).then(|| "connection refused".to_owned()),
    }
}

fn check(state: DeliveryState, attempts: u32, word: &str, note: &str) {
    let rows = delivery_rows(&[record(state, attempts)], at("12:52:00"), true);
    assert_eq!((rows[0].state, rows[0].note.as_str()), (word, note));
}

#[test]
fn the_trail_says_who_was_told_or_why_not() {
    check(DeliveryState::Done, 1, "Accepted", "");
    check(DeliveryState::Done, 3, "Accepted", "3 attempts");
    check(DeliveryState::Pending, 0, "Waiting", "");
    check(
        DeliveryState::Pending,
        2,
        "Trying again",
        "2 attempts: connection refused",
    );
    check(
        DeliveryState::Dead,
        9,
        "Given up",
        "9 attempts: connection refused",
    );
}

#[test]
fn a_time_that_is_not_of_the_pages_clock_says_so() {
    let told = |same| {
        delivery_rows(&[record(DeliveryState::Done, 1)], at("12:52:00"), same)[0]
            .at
            .clone()
    };
    assert_eq!(told(true).unwrap().text, "12:51:31 UTC");
    assert_eq!(told(false).unwrap().text, "12:51:31 UTC, real time");
}
