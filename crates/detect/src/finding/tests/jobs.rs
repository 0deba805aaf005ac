//! Runs that outlive their token.

use super::*;

fn long() -> Estate {
    changed(&[("usual_min: 4", "usual_min: 34")])
}

#[test]
fn a_run_declared_longer_than_its_token_is_predicted_to_stop_half_way() {
    let mut house = House::on(&long());
    house.at(start());
    assert_eq!(house.open(), ["long_job:integration:LOAD"]);
    let finding = house.finding("long_job:integration:LOAD");
    assert_eq!(finding.severity, Severity::Warning);
    assert!(
        finding.words.starts_with(
            "A run of Points load is declared to take 34 min, its token usually lives 19 min"
        ) && finding.words.contains("after about 58 % of its rows"),
        "{}",
        finding.words
    );
}

#[test]
fn durations_that_are_seen_count_for_more_than_the_declared_one() {
    let mut house = House::on(&long());
    house.sees(every(60, 6).map(|at| run("LOAD", at, 6, 61_000)));
    assert_eq!(house.open(), Vec::<String>::new());
    let mut house = House::on(&estate());
    house.sees(every(60, 6).map(|at| run("LOAD", at, 31, 61_000)));
    assert_eq!(house.open(), ["long_job:integration:LOAD"]);
}

#[test]
fn the_token_life_that_was_seen_is_the_measure() {
    let mut house = House::on(&long());
    let mut token = mint("LOAD", start(), None);
    if let Fact::Mint { expires_in, .. } = &mut token.fact {
        *expires_in = Some(3_600);
    }
    house.at(start());
    assert_eq!(house.open().len(), 1);
    house.sees([token]).at(minutes(2));
    assert_eq!(house.open(), Vec::<String>::new());
}

#[test]
fn a_job_that_is_seen_to_renew_in_its_midst_is_not_told_of() {
    let mut house = House::on(&long());
    for at in every(60, 4) {
        let ended = at + SignedDuration::from_mins(34);
        let midst = at + SignedDuration::from_mins(17);
        house.sees([mint("LOAD", at, None), run("LOAD", ended, 34, 61_000)]);
        // The token is told after the run, as an outbox may do.
        house.sees_at(ended, &mint("LOAD", midst, None));
    }
    house.at(minutes(300));
    assert_eq!(house.open(), Vec::<String>::new());
}

#[test]
fn a_run_that_outlived_its_token_and_moved_part_of_its_rows_is_urgent() {
    let mut house = House::on(&long());
    house.sees([
        mint("LOAD", start(), None),
        run("LOAD", minutes(34), 34, 37_210),
    ]);
    let finding = house.finding("long_job:integration:LOAD");
    assert_eq!(finding.severity, Severity::Urgent);
    assert!(
        finding.words.contains("moved 61 % of its usual rows"),
        "{}",
        finding.words
    );
    assert_eq!(finding.evidence.len(), 1);
    house.sees([
        mint("LOAD", minutes(60), None),
        run("LOAD", minutes(94), 34, 61_000),
    ]);
    assert_eq!(
        house.finding("long_job:integration:LOAD").severity,
        Severity::Warning
    );
}
