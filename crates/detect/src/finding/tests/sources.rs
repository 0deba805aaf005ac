//! Who tells, and who asks: clocks of sources, several programs behind one client, contradictions.

use super::*;

/// A call each half minute over half an hour that arrives so many seconds after the time it tells.
fn told_late_by(house: &mut House, late: impl Fn(i64) -> i64) {
    for i in 0..61 {
        let now = after(i * 30);
        let told = call("MAIL", after(i * 30 - late(i)), 202);
        house.sees_at(now, &told);
    }
}

#[test]
fn a_clock_that_is_ahead_or_evenly_behind_is_told_of_its_source() {
    for (late_s, expected) in [
        (-180, "about 3 min ahead of ours"),
        (240, "about 4 min behind ours"),
    ] {
        let mut house = House::on(&estate());
        told_late_by(&mut house, |_| late_s);
        assert_eq!(house.open(), ["clock_skew:source:middleware"]);
        let words = &house.finding("clock_skew:source:middleware").words;
        assert!(words.contains(expected), "{words}");
        assert_eq!(house.n_told, 1);
    }
}

#[test]
fn a_clock_that_is_right_again_closes_its_finding() {
    let mut house = House::on(&estate());
    told_late_by(&mut house, |i| if i < 21 { -180 } else { 0 });
    assert_eq!((house.open(), house.n_told), (Vec::new(), 2));
}

#[test]
fn the_clock_of_a_source_that_is_gone_is_nobodys_matter() {
    let mut house = House::on(&estate());
    told_late_by(&mut house, |_| -180);
    house.at(minutes(6 * 24 * 60));
    assert_eq!(house.open().len(), 1);
    house.at(minutes(8 * 24 * 60));
    assert_eq!(house.open(), Vec::<String>::new());
}

#[test]
fn batches_small_delays_and_a_single_line_are_no_clock() {
    let late: [fn(i64) -> i64; 4] = [
        |_| 20,
        |i| (i % 20) * 30 + 130,
        |i| if i == 3 { 900 } else { 1 },
        |i| if i == 3 { -250 } else { 1 },
    ];
    for (case, late) in late.into_iter().enumerate() {
        let mut house = House::on(&estate());
        told_late_by(&mut house, late);
        assert_eq!(house.n_told, 0, "case {case}");
    }
}

#[test]
fn batches_from_a_clock_that_is_ahead_show_it_by_their_newest_lines() {
    let mut house = House::on(&estate());
    told_late_by(&mut house, |i| (i % 10) * 30 - 200);
    assert_eq!(house.open(), ["clock_skew:source:middleware"]);
}

#[test]
fn a_backlog_read_in_one_go_is_no_clock() {
    let mut house = House::on(&estate());
    for i in 0..500 {
        house.sees_at(after(3_600 + i / 100), &call("MAIL", after(i * 2), 202));
    }
    assert_eq!(house.n_told, 0);
}

#[test]
fn counts_of_an_hour_and_runs_bear_the_time_of_their_beginning() {
    let mut house = House::on(&estate());
    for at in every(60, 30) {
        let mut counted = call("MAIL", at - SignedDuration::from_hours(1), 202);
        counted.n = 3_000;
        house.sees_at(at, &counted);
        house.sees_at(
            at,
            &run("LOAD", at - SignedDuration::from_hours(1), 4, 61_000),
        );
    }
    assert_eq!(house.n_told, 0);
}

fn from(mut outcome: Outcome, address: &str) -> Outcome {
    outcome.peer_ip = Some(address.parse().expect("an address"));
    outcome.id = format!("{}_{address}", outcome.id).parse().expect("an id");
    outcome
}

fn two_users(house: &mut House, flow: &str, first_min: i64, second_min: i64) {
    let mut all: Vec<Outcome> = every(first_min, 300 / first_min)
        .map(|at| from(mint(flow, at, None), "192.0.2.1"))
        .chain(
            every(second_min, 300 / second_min).map(|at| from(mint(flow, at, None), "192.0.2.2")),
        )
        .collect();
    all.sort_by_key(|outcome| outcome.ts);
    house.sees(all);
}

#[test]
fn two_rhythms_behind_one_client_are_two_programs() {
    let mut house = House::on(&estate());
    two_users(&mut house, "MAIL", 15, 60);
    assert_eq!(house.open(), ["second_user:credential:MAIL"]);
    let words = &house.finding("second_user:credential:MAIL").words;
    assert!(
        words.contains("a program at 192.0.2.1, a program at 192.0.2.2"),
        "{words}"
    );
    // A week without the second one.
    house.sees((0..700).map(|i| from(mint("MAIL", minutes(360 + i * 15), None), "192.0.2.1")));
    assert_eq!(house.open(), Vec::<String>::new());
}

#[test]
fn workers_of_one_program_share_its_rhythm() {
    let mut house = House::on(&estate());
    two_users(&mut house, "MAIL", 15, 15);
    assert_eq!(house.n_told, 0);
}

#[test]
fn programs_that_ask_our_broker_are_not_taken_for_users_of_the_secret() {
    let mut house = House::on(&estate());
    two_users(&mut house, "ORD", 15, 60);
    assert_eq!(house.n_told, 0);
}

fn contradicted(ts: Timestamp) -> Outcome {
    let fact = Fact::Audit {
        action: CONTRADICTED.to_owned(),
        object: Some("ORD".to_owned()),
    };
    let mut outcome = outcome("ORD", ts, fact);
    outcome.source = "watch".to_owned();
    outcome
}

#[test]
fn ten_thousand_contradicted_refusals_are_one_finding_that_ends_a_week_after_the_last() {
    let mut house = House::on(&estate());
    house.sees((0..10_000).map(|second| contradicted(after(second))));
    assert_eq!(house.open(), ["contradicted:credential:ORD"]);
    assert_eq!(house.n_told, 1);
    assert_eq!(house.finding("contradicted:credential:ORD").since, start());
    house.restarts(&estate());
    house.at(after(10_000 + 6 * 86_400));
    assert_eq!(house.open().len(), 1);
    house.at(after(10_000 + 7 * 86_400));
    assert_eq!(house.open(), Vec::<String>::new());
}

#[test]
fn another_room_files_and_withdraws_a_finding() {
    let mut house = House::on(&estate());
    let claim = Claim {
        kind: FindingKind::Contradicted,
        subject: Subject::Consumer("etl-7".parse().expect("an id")),
        severity: Severity::Urgent,
        since: None,
        words: "A consumer tells of refusals that nobody else sees.".to_owned(),
        fix: "Look at it.".to_owned(),
        evidence: Vec::new(),
        bu: None,
        owner: None,
        due: None,
    };
    let subject = claim.subject.clone();
    house.findings.file(minutes(1), claim);
    house.at(minutes(1));
    assert_eq!(house.open(), ["contradicted:consumer:etl-7"]);
    assert_eq!(
        house.finding("contradicted:consumer:etl-7").since,
        minutes(1)
    );
    house
        .findings
        .withdraw(minutes(2), FindingKind::Contradicted, &subject);
    house.at(minutes(2));
    assert_eq!(house.open(), Vec::<String>::new());
}
