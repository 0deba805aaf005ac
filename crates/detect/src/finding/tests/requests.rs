//! How programs ask: attempts, storms, business units, throttling.

use super::*;

/// `n` calls of one minute, each the `attempt`th.
fn calls(flow: &str, ts: Timestamp, n: u64, attempt: u32, status: u16) -> Outcome {
    let fact = Fact::Call(Call {
        attempt: Some(attempt),
        ..answered(status)
    });
    let mut outcome = outcome(
        flow,
        ts + SignedDuration::from_secs(i64::from(attempt)),
        fact,
    );
    outcome.n = n;
    outcome
}

/// Minutes of traffic of which `again` in a hundred calls need a second attempt.
fn traffic(house: &mut House, from: i64, to: i64, again: u64) {
    for minute in from..to {
        let at = minutes(minute);
        house.sees([calls("MAIL", at, 100 - again, 1, 202)]);
        if again > 0 {
            house.sees([
                calls("MAIL", at, again, 1, 500),
                calls("MAIL", at, again, 2, 202),
            ]);
        }
    }
}

#[test]
fn calls_that_need_more_attempts_than_usual_are_told_while_they_still_get_through() {
    let mut house = House::on(&estate());
    traffic(&mut house, 0, 120, 1);
    assert_eq!(house.open(), Vec::<String>::new());
    traffic(&mut house, 120, 150, 12);
    assert_eq!(house.open(), ["retries_rising:integration:MAIL"]);
    let finding = house.finding("retries_rising:integration:MAIL");
    assert!(
        finding.words.contains("12 %") && finding.words.contains("usually 1 %"),
        "{}",
        finding.words
    );
    assert!(
        finding.since >= minutes(120) && finding.since < minutes(131),
        "{}",
        finding.since
    );
    traffic(&mut house, 150, 180, 1);
    assert_eq!(house.open(), Vec::<String>::new());
}

#[test]
fn attempts_that_fail_too_are_an_outage_and_no_rise_of_retries() {
    let mut house = House::on(&estate());
    traffic(&mut house, 0, 120, 1);
    for minute in 120..150 {
        let at = minutes(minute);
        house.sees([1, 2, 3].map(|attempt| calls("MAIL", at, 10, attempt, 503)));
    }
    assert_eq!(house.open(), Vec::<String>::new());
}

#[test]
fn a_program_that_always_needed_retries_is_not_told_of() {
    let mut house = House::on(&estate());
    traffic(&mut house, 0, 240, 12);
    assert_eq!(house.n_told, 0);
}

#[test]
fn a_program_that_repeats_without_pause_is_a_storm_until_it_is_calm() {
    let mut house = House::on(&estate());
    house.sees([
        calls("MAIL", minutes(0), 5, 1, 503),
        calls("MAIL", minutes(0), 80, 2, 503),
    ]);
    assert_eq!(house.open(), ["retry_storm:integration:MAIL"]);
    house.at(minutes(10));
    assert_eq!(house.open().len(), 1);
    house.at(minutes(16));
    assert_eq!(house.open(), Vec::<String>::new());
}

#[test]
fn three_attempts_at_each_call_of_an_outage_are_no_storm() {
    let mut house = House::on(&estate());
    house.sees([1, 2, 3].map(|attempt| calls("MAIL", minutes(0), 200, attempt, 503)));
    assert_eq!(house.n_told, 0);
}

#[test]
fn a_token_for_each_call_is_a_storm_of_its_own_kind() {
    let mut house = House::on(&estate());
    house.sees((0..25).map(|second| mint("MAIL", after(second), None)));
    assert_eq!(house.open(), ["retry_storm:integration:MAIL"]);
    let words = &house.finding("retry_storm:integration:MAIL").words;
    assert!(
        words.contains("a new token with almost every call"),
        "{words}"
    );
}

fn in_unit(mut outcome: Outcome, bu: &str) -> Outcome {
    outcome.bu = Some(bu.parse().expect("an id"));
    outcome
}

#[test]
fn work_in_another_business_unit_is_told_and_ends_a_day_after_the_last() {
    let mut house = House::on(&estate());
    house.sees([in_unit(call("LOAD", minutes(0), 201), "WEST")]);
    assert_eq!(house.open(), Vec::<String>::new(), "one may be a slip");
    house.sees([in_unit(call("LOAD", minutes(1), 201), "WEST")]);
    assert_eq!(house.open(), ["wrong_bu:integration:LOAD"]);
    let words = &house.finding("wrong_bu:integration:LOAD").words;
    assert!(
        words.starts_with("Points load works in business unit WEST and belongs to EAST"),
        "{words}"
    );
    house.sees([in_unit(call("LOAD", minutes(5), 201), "EAST")]);
    assert_eq!(house.open().len(), 1);
    house.at(minutes(24 * 60 + 2));
    assert_eq!(house.open(), Vec::<String>::new());
}

#[test]
fn the_unit_of_the_mid_an_integration_names_is_its_own() {
    let estate = changed(&[("kind: etl, tier: T1", "kind: etl, mid: 200, tier: T1")]);
    let mut house = House::on(&estate);
    house.sees(every(1, 5).map(|at| in_unit(call("LOAD", at, 201), "WEST")));
    assert_eq!(house.n_told, 0);
}

#[test]
fn a_refused_visit_to_another_unit_is_a_refusal_and_no_work() {
    let mut house = House::on(&estate());
    house.sees(every(1, 5).map(|at| in_unit(call("LOAD", at, 403), "WEST")));
    assert_eq!(house.n_told, 0);
}

#[test]
fn throttling_is_one_line_a_day_for_the_owner_of_the_caller() {
    let mut house = House::on(&estate());
    let throttled = |at: Timestamp| calls("MAIL", at, 25, 1, 429);
    house.sees([
        calls("MAIL", minutes(0), 400, 1, 202),
        throttled(minutes(1)),
    ]);
    assert_eq!(house.open(), ["throttled:integration:MAIL"]);
    let finding = house.finding("throttled:integration:MAIL");
    assert_eq!(
        (finding.severity, finding.owner.as_deref()),
        (Severity::Info, Some("Campaigns"))
    );
    house.sees([throttled(minutes(2)), throttled(minutes(3))]);
    assert_eq!(house.n_told, 1, "not a line for each");
    // Midnight in the west.
    house.at(minutes(18 * 60));
    let words = &house.finding("throttled:integration:MAIL").words;
    assert!(
        words.contains("75 of its 475 requests") && words.contains("in all"),
        "{words}"
    );
    house.sees([calls("MAIL", minutes(20 * 60), 300, 1, 202)]);
    house.at(minutes(42 * 60));
    assert_eq!(
        house.open(),
        Vec::<String>::new(),
        "a whole day without closes it"
    );
}

#[test]
fn a_few_throttled_calls_among_many_are_worth_no_line() {
    let mut house = House::on(&estate());
    house.sees([
        calls("MAIL", minutes(0), 10_000, 1, 202),
        calls("MAIL", minutes(1), 30, 1, 429),
    ]);
    house.sees([calls("LOAD", minutes(2), 19, 1, 429)]);
    house.at(minutes(42 * 60));
    assert_eq!(house.n_told, 0);
}
