//! The life of a finding: restarts, estates that change, what is declared.

use super::*;

#[test]
fn a_restart_between_any_two_outcomes_changes_nothing() {
    let script = || {
        let mut all: Vec<Outcome> = every(15, 8)
            .map(|at| mint("MAIL", at, Some("email_send")))
            .collect();
        all.push(mint("MAIL", minutes(120), Some("email_read")));
        all.push(refusal("MAIL", minutes(135)));
        all.extend(every(60, 3).map(|at| run("LOAD", at, 31, 40_000)));
        all.push(call("LOAD", minutes(137), 429));
        all.sort_by_key(|outcome| outcome.ts);
        all
    };
    let mut straight = House::on(&estate());
    straight.sees(script()).at(minutes(150));
    let mut broken = House::on(&estate());
    for outcome in script() {
        broken.sees([outcome]);
        broken.restarts(&estate());
    }
    broken.at(minutes(150));
    assert!(!straight.open().is_empty());
    assert_eq!(broken.open(), straight.open());
    assert_eq!(broken.findings.state, straight.findings.state);
    assert_eq!(broken.n_told, straight.n_told);
}

#[test]
fn what_leaves_the_estate_takes_its_findings_along() {
    let mut house = House::on(&estate());
    house.sees([mint("MAIL", minutes(0), Some("email_send users_write"))]);
    assert_eq!(house.open(), ["scope_added:credential:MAIL"]);
    let mut smaller = estate();
    smaller.credentials.retain(|one| one.id.as_str() != "MAIL");
    smaller.integrations.retain(|flow| flow.id != id("MAIL"));
    house.findings.set_estate(&smaller);
    house.at(minutes(1));
    assert_eq!(house.open(), Vec::<String>::new());
    house.sees([mint("MAIL", minutes(2), Some("email_send users_write"))]);
    assert_eq!(
        house.open(),
        Vec::<String>::new(),
        "strangers are not judged"
    );
}

#[test]
fn what_the_file_tells_is_open_until_the_file_does_not_tell_it() {
    let claim = Claim {
        kind: FindingKind::BackupMissing,
        subject: Subject::Integration(id("ORD")),
        severity: Severity::Info,
        since: None,
        words: "ORD has no backup.".to_owned(),
        fix: "Name a second team.".to_owned(),
        evidence: Vec::new(),
        bu: None,
        owner: None,
        due: None,
    };
    let mut house = House::on(&estate());
    house.findings.declare(vec![claim.clone()]);
    house.at(minutes(1)).at(minutes(5));
    assert_eq!((house.open().len(), house.n_told), (1, 1));
    assert_eq!(
        house.finding("backup_missing:integration:ORD").since,
        minutes(1)
    );
    house.restarts(&estate());
    house.findings.declare(vec![claim]);
    house.at(minutes(6));
    assert_eq!(house.n_told, 1, "a restart tells nothing anew");
    house.findings.declare(Vec::new());
    house.at(minutes(7));
    assert_eq!(house.open(), Vec::<String>::new());
}

#[test]
fn a_time_in_the_future_reads_as_now() {
    let mut house = House::on(&estate());
    house.sees_at(minutes(0), &mint("ORD", minutes(4), Some("email_read")));
    assert_eq!(
        house.finding("scope_removed:credential:ORD").since,
        minutes(0)
    );
}

#[test]
fn a_turn_without_news_stores_nothing_and_what_left_the_estate_is_forgotten() {
    let mut house = House::on(&estate());
    house.sees([
        mint("MAIL", minutes(0), None),
        call("LOAD", minutes(1), 201),
    ]);
    house.sees([run("LOAD", minutes(4), 4, 61_000)]);
    house.keeps();
    assert!(house.kept.keys().all(|part| part.starts_with("weakness/")));
    house.at(minutes(30));
    assert_eq!(house.findings.take_changed(), []);
    let mut smaller = estate();
    smaller.credentials.retain(|one| one.id.as_str() == "ORD");
    smaller.integrations.retain(|flow| flow.id == id("ORD"));
    house.findings.set_estate(&smaller);
    house.keeps();
    let left: Vec<&String> = house.kept.keys().collect();
    assert_eq!(left, ["weakness/source/middleware", "weakness/watching"]);
}
