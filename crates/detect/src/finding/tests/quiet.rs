//! A quiet estate: healthy outcomes make no finding.

use super::*;
use countersign_feed::demo_estate;
use countersign_model::estate::{CredentialKind, Integration};

/// A healthy day of one flow, hour by hour: tokens in time with all their permissions, calls in its
/// own unit of which one in two hundred needs a second attempt, and whole runs.
fn hour(estate: &Estate, flow: &Integration, at: Timestamp) -> Vec<Outcome> {
    let credential = estate.credential(&flow.credential).expect("its own");
    let scope = credential.scopes.join(" ");
    let minute = |minute: i64| at + SignedDuration::from_mins(minute);
    let name = flow.id.as_str();
    let mut all = Vec::new();
    let legacy = credential.kind == CredentialKind::LegacyV1;
    for quarter in 0..4 {
        all.push(mint(
            name,
            minute(quarter * 15),
            (!scope.is_empty()).then_some(&scope),
        ));
    }
    for tenth in 0..6 {
        let mut calls = call(name, minute(tenth * 10 + 3), 201);
        calls.n = 199;
        all.push(calls);
        let again = Call {
            attempt: Some(2),
            ..answered(201)
        };
        all.push(outcome(name, minute(tenth * 10 + 4), Fact::Call(again)));
    }
    let rows = flow
        .feeds
        .iter()
        .filter_map(|id| estate.asset(id)?.rows_per_run)
        .sum();
    let usual = flow
        .schedule
        .as_ref()
        .and_then(|plan| plan.usual_min)
        .unwrap_or(5);
    all.push(run(name, minute(59), u64::from(usual), rows));
    for outcome in &mut all {
        if let Fact::Mint { expires_in, .. } = &mut outcome.fact {
            *expires_in = Some(if legacy { 3_600 } else { 1_199 });
        }
        outcome.bu = Some(flow.bu.clone());
        outcome.credential = Some(flow.credential.clone());
        outcome.source = "broker".to_owned();
    }
    all
}

fn quiet_days(estate: &Estate, start: Timestamp, days: i64) -> House {
    let mut house = House::on(estate);
    for i in 0..days * 24 {
        let at = start + SignedDuration::from_hours(i);
        let flows = estate.integrations.iter();
        let mut all: Vec<Outcome> = flows.flat_map(|flow| hour(estate, flow, at)).collect();
        all.sort_by_key(|outcome| outcome.ts);
        house.sees(all);
    }
    house
}

#[test]
fn two_healthy_weeks_make_no_finding() {
    let house = quiet_days(&estate(), start(), 14);
    assert_eq!((house.open(), house.n_told), (Vec::new(), 0));
}

#[test]
fn two_healthy_days_of_the_demo_estate_make_only_what_its_file_says() {
    let mut estate = demo_estate();
    // Those that have ended are not healthy.
    for credential in &mut estate.credentials {
        let is_over =
            |day: &countersign_model::civil::Date| day.to_string().as_str() < "2026-11-30";
        credential.ends = credential.ends.filter(|day| !is_over(day));
        credential.issued = credential.issued.filter(|_| credential.ends.is_some());
    }
    let start = "2026-11-22T12:30:00Z".parse().expect("an instant");
    let house = quiet_days(&estate, start, 2);
    let open = house.findings.open();
    let others: Vec<&Finding> = open.filter(|one| one.kind != FindingKind::Ending).collect();
    assert_eq!(others, Vec::<&Finding>::new());
    // A run declared to outlive its token is told until it is seen to renew midway.
    let told = house
        .told
        .values()
        .filter(|one| one.kind != FindingKind::Ending);
    let told: Vec<&str> = told.map(|one| one.id.as_str()).collect();
    assert_eq!(told, ["long_job:integration:INT-003"]);
}

#[test]
fn a_week_of_traffic_takes_little_memory() {
    let estate = estate();
    let mut house = quiet_days(&estate, start(), 7);
    house.keeps();
    let bytes: usize = house.kept.values().map(String::len).sum();
    let each = bytes / estate.integrations.len();
    assert!(
        each < 4_096,
        "{each} bytes of each flow and its credential: {:?}",
        house.kept
    );
}
