//! What a token answer says, and whether one comes in time.

use super::*;

#[test]
fn a_permission_that_leaves_the_token_is_told_before_any_call_is_refused() {
    let mut house = House::on(&estate());
    let mut send = call("ORD", minutes(9), 202);
    send.fact = Fact::Call(Call {
        route: Some("/messaging/v1/email/messages".to_owned()),
        ..answered(202)
    });
    house.sees([mint("ORD", minutes(0), Some("email_read email_send")), send]);
    assert_eq!(house.open(), Vec::<String>::new());
    house.sees([mint("ORD", minutes(15), Some("email_read"))]);
    assert_eq!(house.open(), ["scope_removed:credential:ORD"]);
    let finding = house.finding("scope_removed:credential:ORD");
    assert_eq!(
        finding.words,
        "Order mails: the permission to send e-mail (email_send) was removed at 10:15 (New York) on \
         Tuesday 10 November. The next call that needs it will be refused; the last one was made at \
         10:09 (New York) on Tuesday 10 November."
    );
    assert_eq!(finding.severity, Severity::Urgent);
    assert_eq!((finding.since, finding.evidence.len()), (minutes(15), 1));
    assert_eq!(finding.owner.as_deref(), Some("Commerce"));
}

#[test]
fn a_permission_that_comes_back_closes_its_finding_and_the_next_loss_opens_the_same_anew() {
    let mut house = House::on(&estate());
    let answers = [
        "email_read email_send",
        "email_read",
        "email_send email_read",
        "email_read",
    ];
    let mut seen = Vec::new();
    for (at, scope) in every(15, 4).zip(answers) {
        house.sees([mint("ORD", at, Some(scope))]);
        seen.push(house.open().len());
    }
    assert_eq!(seen, [0, 1, 0, 1]);
    assert_eq!(
        house.finding("scope_removed:credential:ORD").since,
        minutes(45)
    );
    assert_eq!(house.n_told, 3);
}

#[test]
fn renewals_that_lack_the_same_permission_change_nothing_told() {
    let mut house = House::on(&estate());
    house.sees([mint("ORD", minutes(0), Some("email_read email_send"))]);
    house.sees((1..20).map(|i| mint("ORD", minutes(15 * i), Some("email_read"))));
    assert_eq!(house.n_told, 1);
    assert_eq!(
        house.finding("scope_removed:credential:ORD").since,
        minutes(15)
    );
}

#[test]
fn a_token_that_allows_more_than_declared_is_told_until_it_is_declared() {
    let mut house = House::on(&estate());
    house.sees([mint(
        "ORD",
        minutes(0),
        Some("email_read email_send users_write"),
    )]);
    assert_eq!(house.open(), ["scope_added:credential:ORD"]);
    assert!(
        house
            .finding("scope_added:credential:ORD")
            .words
            .contains("use users_write")
    );
    let declared = changed(&[(
        "[email_read, email_send]",
        "[email_read, email_send, users_write]",
    )]);
    house.findings.set_estate(&declared);
    house.at(minutes(2));
    assert_eq!(house.open(), Vec::<String>::new());
}

#[test]
fn without_declared_scopes_the_answer_before_is_the_measure() {
    let estate = changed(&[("scopes: [data_extensions_write], ", "")]);
    let mut house = House::on(&estate);
    house.sees([
        mint("LOAD", minutes(0), Some("data_extensions_write offline")),
        mint(
            "LOAD",
            minutes(15),
            Some("data_extensions_write offline tracking_events_read"),
        ),
    ]);
    assert_eq!(house.open(), Vec::<String>::new());
    house.sees([mint("LOAD", minutes(30), Some("offline"))]);
    house.sees([mint("LOAD", minutes(45), Some("offline"))]);
    assert_eq!(house.open(), ["scope_removed:credential:LOAD"]);
    assert_eq!(
        house.finding("scope_removed:credential:LOAD").since,
        minutes(30)
    );
}

#[test]
fn an_answer_without_a_list_and_one_that_comes_late_say_nothing() {
    let mut house = House::on(&estate());
    house.sees([
        mint("ORD", minutes(0), Some("email_read email_send")),
        mint("ORD", minutes(15), None),
        mint("ORD", minutes(30), Some(" ")),
    ]);
    house.sees([mint("ORD", minutes(60), Some("email_read email_send"))]);
    house.sees_at(minutes(61), &mint("ORD", minutes(45), Some("email_read")));
    assert_eq!(house.open(), Vec::<String>::new());
}

/// A program that renews each quarter of an hour, four times.
fn rhythm(house: &mut House) {
    house.sees(every(15, 4).map(|at| mint("MAIL", at, None)));
}

#[test]
fn a_token_near_its_end_whose_renewal_did_not_come_is_told_and_a_token_closes_it() {
    let mut house = House::on(&estate());
    rhythm(&mut house);
    house.at(minutes(62));
    assert_eq!(
        house.open(),
        Vec::<String>::new(),
        "a renewal has until nine tenths"
    );
    house.at(minutes(63));
    assert_eq!(house.open(), ["renewal_overdue:credential:MAIL"]);
    assert_eq!(
        house.finding("renewal_overdue:credential:MAIL").severity,
        Severity::Warning
    );
    house.sees([refusal("MAIL", minutes(64))]).at(minutes(66));
    let finding = house.finding("renewal_overdue:credential:MAIL");
    assert_eq!(finding.severity, Severity::Urgent);
    assert!(
        finding.words.contains("ended at 08:05 (Los Angeles)"),
        "{}",
        finding.words
    );
    assert!(
        finding.words.contains("its renewal fails"),
        "{}",
        finding.words
    );
    assert_eq!(finding.since, minutes(63));
    house.sees([mint("MAIL", minutes(70), None)]);
    assert_eq!(house.open(), Vec::<String>::new());
}

#[test]
fn a_token_that_lapses_between_jobs_is_not_missed() {
    let mut house = House::on(&estate());
    for at in every(60, 30) {
        house.sees([
            mint("LOAD", at, None),
            call("LOAD", at + SignedDuration::from_secs(30), 201),
        ]);
        for minute in [17, 19, 21, 45] {
            house.at(at + SignedDuration::from_mins(minute));
        }
    }
    assert_eq!((house.open(), house.n_told), (Vec::new(), 0));
}

#[test]
fn a_program_switched_off_each_night_is_missed_the_first_time_only() {
    let mut house = House::on(&estate());
    for day in 0..5 {
        let morning = day * 24 * 60;
        house.sees((0..32).map(|i| mint("MAIL", minutes(morning + i * 15), None)));
        for quarter in 0..60 {
            house.at(minutes(morning + 31 * 15 + 10 + quarter * 15));
        }
        assert_eq!(
            house.open(),
            Vec::<String>::new(),
            "by the next morning it is not missed"
        );
    }
    assert_eq!(house.n_told, 2, "opened and closed, on the first day");
}

#[test]
fn one_whose_calls_end_with_its_token_was_switched_off() {
    let mut house = House::on(&estate());
    rhythm(&mut house);
    house.sees([call("MAIL", minutes(46), 202)]);
    for minute in 60..90 {
        house.at(minutes(minute));
    }
    assert_eq!(house.n_told, 0);
}

#[test]
fn what_our_own_broker_holds_is_not_judged_by_its_rhythm() {
    let mut house = House::on(&estate());
    house.sees(every(15, 4).map(|at| mint("ORD", at, None)));
    house.at(minutes(64)).at(minutes(80));
    assert_eq!(house.n_told, 0);
}
