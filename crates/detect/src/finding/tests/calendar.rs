//! What the calendar makes true: ends, old keys, idle credentials, dates that are wrong.

use super::*;

fn day(text: &str) -> Timestamp {
    format!("{text}T17:00:00Z").parse().expect("a day")
}

#[test]
fn one_finding_climbs_the_ladder_of_an_end_and_a_new_date_closes_it() {
    let mut house = House::on(&estate());
    let steps = [
        ("2027-01-13", None),
        ("2027-01-14", Some(Severity::Info)),
        ("2027-01-29", Some(Severity::Warning)),
        ("2027-02-14", Some(Severity::Urgent)),
        ("2027-02-21", Some(Severity::Critical)),
        ("2027-02-26", Some(Severity::Critical)),
        ("2027-03-03", Some(Severity::Critical)),
    ];
    for (today, expected) in steps {
        house.at(day(today));
        let open = house
            .findings
            .open()
            .filter(|one| one.kind == FindingKind::Ending);
        let severities: Vec<Severity> = open.map(|one| one.severity).collect();
        let expected: Vec<Severity> = expected.into_iter().cycle().take(3).collect();
        assert_eq!(severities, expected, "{today}");
    }
    let finding = house.finding("ending:credential:ORD");
    assert_eq!(
        finding.words,
        "The secret of Order mails ended on 28 February 2027. Whoever needs it next will be refused."
    );
    assert_eq!(finding.since, day("2027-01-14"));
    assert_eq!(finding.due, "2027-02-28".parse().ok());
    let renewed = ESTATE.replace("ends: 2027-02-28", "ends: 2027-08-27");
    house
        .findings
        .set_estate(&decode(&renewed, Format::Yaml).expect("an estate"));
    house.at(day("2027-03-03"));
    assert_eq!(house.open(), Vec::<String>::new());
}

#[test]
fn the_days_within_one_step_change_nothing_told() {
    let mut house = House::on(&estate());
    for today in 14..29 {
        house.at(day(&format!("2027-01-{today}")));
    }
    assert_eq!(house.n_told, 3, "three credentials, one step each");
}

#[test]
fn an_end_is_judged_by_the_day_it_is_in_its_business_unit() {
    let mut house = House::on(&estate());
    // Already the 14th in UTC and in the east, still the 13th in the west.
    house.at("2027-01-14T05:30:00Z".parse().expect("an instant"));
    assert_eq!(
        house.open(),
        ["ending:credential:LOAD", "ending:credential:ORD"]
    );
}

#[test]
fn a_key_without_an_end_is_old_after_a_year() {
    let key = "{ id: MAIL, bu: WEST, kind: sftp_key, issued: 2025-11-10 }";
    let from = "{ id: MAIL, bu: WEST, kind: s2s_v2, client_id: c-mail, scopes: [email_send], issued: 2026-09-01, ends: 2027-02-28 }";
    let mut house = House::on(&changed(&[(from, key)]));
    house.at(start());
    assert_eq!(house.open(), Vec::<String>::new());
    house.at(minutes(24 * 60));
    assert_eq!(house.open(), ["key_old:credential:MAIL"]);
    let words = &house.finding("key_old:credential:MAIL").words;
    assert!(
        words.starts_with("The key of News mails is of 10 November 2025"),
        "{words}"
    );
}

/// An estate whose secrets do not end while the tests wait.
fn lasting() -> Estate {
    let text = ESTATE.replace("ends: 2027-02-28", "ends: 2029-02-28");
    decode(&text, Format::Yaml).expect("an estate")
}

fn days(days: i64) -> Timestamp {
    after(days * 86_400)
}

#[test]
fn an_idle_credential_is_told_in_three_steps_and_one_use_closes_it() {
    let mut house = House::on(&lasting());
    house.sees([
        mint("MAIL", start(), None),
        call("ORD", start(), 200),
        call("LOAD", start(), 200),
    ]);
    for (idle, expected) in [
        (59, None),
        (60, Some("info")),
        (120, Some("warning")),
        (165, Some("urgent")),
    ] {
        house.sees([call("ORD", days(idle), 200), call("LOAD", days(idle), 200)]);
        house.at(days(idle) + SignedDuration::from_mins(5));
        let severity = house
            .findings
            .open()
            .find(|one| one.kind == FindingKind::IdleCredential);
        assert_eq!(
            severity.map(|one| one.severity.as_str()),
            expected,
            "{idle} days"
        );
    }
    assert_eq!(
        house.open(),
        [
            "idle_credential:credential:MAIL",
            "idle_service_user:credential:MAIL"
        ]
    );
    let finding = house.finding("idle_credential:credential:MAIL");
    assert!(
        finding
            .words
            .starts_with("News mails was last of use on 10 November 2026."),
        "{}",
        finding.words
    );
    assert_eq!(finding.due, "2027-05-09".parse().ok());
    house
        .sees([mint("MAIL", days(166), None)])
        .at(days(166) + SignedDuration::from_mins(5));
    assert_eq!(house.open(), Vec::<String>::new());
}

#[test]
fn what_nobody_tells_us_of_is_unknown_and_not_idle_but_our_own_broker_would_know() {
    let mut house = House::on(&lasting());
    house.at(start()).at(days(100));
    assert_eq!(
        house.open(),
        [
            "idle_credential:credential:ORD",
            "idle_service_user:credential:ORD"
        ]
    );
    let words = &house.finding("idle_credential:credential:ORD").words;
    assert!(
        words.contains("has not been of use since we began to watch"),
        "{words}"
    );
}

#[test]
fn refusals_are_no_use() {
    let mut house = House::on(&lasting());
    house.sees([mint("MAIL", start(), None)]);
    house.sees((1..70).map(|day| refusal("MAIL", days(day))));
    assert!(
        house
            .open()
            .contains(&"idle_credential:credential:MAIL".to_owned())
    );
}

fn rows(value: f64, ts: Timestamp) -> Outcome {
    let fact = Fact::Sample {
        metric: Metric::RowsWritten,
        asset: "TABLE".parse().expect("an id"),
        value,
    };
    Outcome {
        integration: None,
        credential: None,
        ..outcome("LOAD", ts, fact)
    }
}

/// The load's secret is declared to have ended on the day of the start.
fn ended() -> Estate {
    changed(&[(
        "scopes: [data_extensions_write], issued: 2026-09-01, ends: 2027-02-28",
        "scopes: [data_extensions_write], issued: 2026-05-14, ends: 2026-11-10",
    )])
}

#[test]
fn rows_that_come_after_the_declared_end_show_that_the_date_is_stale() {
    let mut house = House::on(&ended());
    house.at(start());
    assert_eq!(house.open(), ["ending:credential:LOAD"]);
    house.sees([rows(61_000.0, minutes(9))]).at(minutes(11));
    assert_eq!(
        house.open(),
        ["end_date_stale:credential:LOAD"],
        "and it warns of no end"
    );
    let finding = house.finding("end_date_stale:credential:LOAD");
    assert!(
        finding
            .words
            .contains("ended on 10 November 2026, and it was still of use at 10:09 (New York)"),
        "{}",
        finding.words
    );
    assert_eq!(
        finding.evidence[0].words,
        "61000 rows were written to TABLE"
    );
    house.findings.set_estate(&estate());
    house.at(minutes(13));
    assert_eq!(house.open(), Vec::<String>::new(), "the date was corrected");
}

#[test]
fn no_rows_and_a_refusal_show_that_the_date_was_right() {
    for sign in [rows(0.0, minutes(69)), refusal("LOAD", minutes(69))] {
        let mut house = House::on(&ended());
        house
            .sees([rows(61_000.0, minutes(9)), sign])
            .at(minutes(71));
        assert_eq!(house.open(), ["ending:credential:LOAD"]);
    }
    let mut house = House::on(&ended());
    house.sees([rows(0.0, minutes(9))]).at(minutes(11));
    assert_eq!(house.open(), ["ending:credential:LOAD"]);
}

#[test]
fn the_last_day_of_what_our_broker_holds_is_not_over() {
    let ends_today = changed(&[(
        "scopes: [email_read, email_send], issued: 2026-09-01, ends: 2027-02-28",
        "scopes: [email_read, email_send], issued: 2026-05-14, ends: 2026-11-10",
    )]);
    let mut house = House::on(&ends_today);
    house.sees([mint("ORD", minutes(0), None)]).at(minutes(2));
    assert_eq!(house.open(), ["ending:credential:ORD"]);
    house
        .sees([mint("ORD", days(1), None)])
        .at(days(1) + SignedDuration::from_mins(5));
    assert_eq!(house.open(), ["end_date_stale:credential:ORD"]);
}
