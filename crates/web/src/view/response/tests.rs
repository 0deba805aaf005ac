use super::*;
use crate::view::sample::{at, estate, now, points};
use countersign_model::response::Acknowledgement;

fn rows(incident: &Incident, now: Timestamp) -> Vec<ClockRow> {
    clock_rows(&estate(), incident, &Place::utc(), now).0
}

fn row(incident: &Incident, now: Timestamp, label: &str) -> ClockRow {
    let mut rows = rows(incident, now).into_iter();
    rows.find(|row| row.label == label).unwrap()
}

#[test]
fn each_clock_stands_against_its_objective() {
    let detected = row(&points(), now(), "Detected");
    assert_eq!(detected.standing, "met");
    assert_eq!(detected.objective, "within 5 min of the start");
    let restored = row(&points(), now(), "Authentication restored");
    assert_eq!((restored.at, restored.standing), (None, "running"));
    let late = row(&points(), at("13:30:00"), "Authentication restored");
    assert_eq!((late.standing, late.tone), ("missed", "failing"));
}

#[test]
fn plain_clocks_are_shown_only_with_a_time() {
    let labels = |incident: &Incident, now| -> Vec<&'static str> {
        rows(incident, now)
            .into_iter()
            .map(|row| row.label)
            .collect()
    };
    let early = labels(&points(), now());
    assert!(early.contains(&"Last good token ends"), "{early:?}");
    assert!(!early.contains(&"Credential locked"), "{early:?}");
    let mut locked = points();
    locked.locked_at = Some(at("12:52:29"));
    locked.token_ends_at = None;
    let later = labels(&locked, at("13:00:00"));
    assert!(later.contains(&"Credential locked"), "{later:?}");
    assert!(later.contains(&"Tokens of no use since"), "{later:?}");
}

#[test]
fn who_found_it_is_told_with_the_tier() {
    let (_, found) = clock_rows(&estate(), &points(), &Place::utc(), now());
    assert_eq!(found, "Found by Countersign. Objectives of T1.");
    let mut incident = points();
    incident.response.acknowledged = Some(Acknowledgement {
        at: now(),
        by: None,
        found_by: FoundBy::Person,
    });
    let (_, found) = clock_rows(&estate(), &incident, &Place::utc(), now());
    assert!(found.starts_with("Found by a person."), "{found}");
}

#[test]
fn steps_are_grouped_by_what_they_are_for() {
    let groups = step_groups(&points().response.steps);
    let titles: Vec<&str> = groups.iter().map(|group| group.title).collect();
    let expected = [
        "First: contain it",
        "Then: mend it",
        "See that it is over",
        "Keep it from coming back",
    ];
    assert_eq!(titles, expected);
    assert_eq!(step_groups(&[]), []);
}

#[test]
fn a_line_of_the_sheet_tells_only_numbers_that_are_not_zero() {
    let line = RecoveryLine {
        asset: "TS-01".parse().unwrap(),
        name: "Password reset".to_owned(),
        lost: 0,
        late: 0,
        replay: 35,
        must_not_send: 1_380,
        to_correct: 0,
        words: "Drop 138.".to_owned(),
        catch_up: String::new(),
        state: StepState::Open,
        because: "Its counter has not moved since.".to_owned(),
    };
    let sheet = RecoverySheet {
        as_of: now(),
        lines: vec![line],
        assumptions: Vec::new(),
    };
    let rows = recovery_rows(&sheet);
    assert_eq!(rows[0].counts, ["35 to repeat", "1,380 must not be sent"]);
    assert_eq!(rows[0].state, "Not yet seen");
}
