//! What leaves the estate takes its incidents with it.

use super::*;
use crate::engine::left::LEFT;

/// The demo estate without INT-029, whose flows have moved to another credential.
fn estate_without_the_credential() -> Estate {
    let mut estate = demo_estate();
    estate
        .credentials
        .retain(|one| one.id.as_str() != "INT-029");
    for flow in &mut estate.integrations {
        if flow.credential.as_str() == "INT-029" {
            flow.credential = "INT-030".parse().unwrap();
        }
    }
    estate
}

#[test]
fn an_incident_whose_credential_left_the_estate_is_closed_and_those_told_are_told() {
    let mut engine = Engine::new(&demo_estate(), 7);
    step(&mut engine, Strength::Page, PAGE);
    assert!(
        notices(&engine.tick(at(LOCK))).is_empty(),
        "it is still there"
    );
    assert_eq!(engine.open().len(), 1);
    engine.set_estate(&estate_without_the_credential());
    let closed = engine.tick(at(LOCK));
    let incident = puts(&closed)[0];
    assert_eq!(incident.state, IncidentState::Resolved);
    assert_eq!(incident.resolved_at, Some(at(LOCK)));
    assert!(incident.timeline.iter().any(|entry| entry.words == LEFT));
    let notice = notices(&closed)[0];
    assert_eq!(notice.kind, NoticeKind::IncidentResolved);
    assert!(notice.subject.starts_with("Closed: "), "{}", notice.subject);
    assert!(
        notice.summary.contains("left the estate"),
        "{}",
        notice.summary
    );
    let claims = ["works again", "Nothing needs doing"];
    assert!(!claims.iter().any(|claim| notice.summary.contains(claim)));
    assert!(engine.open().is_empty());
    assert_eq!(engine.tick(at(LOCK)), Vec::new());
}

#[test]
fn a_suspicion_whose_credential_left_the_estate_is_dropped_in_silence() {
    let mut engine = Engine::new(&estate_without_the_credential(), 7);
    let mut before = Engine::new(&demo_estate(), 7);
    let suspicion = puts(&step(&mut before, Strength::Suspect, SUSPECT))[0].clone();
    engine.restore(vec![suspicion]);
    let dropped = engine.tick(at(PAGE));
    assert_eq!(puts(&dropped)[0].state, IncidentState::Dismissed);
    assert!(notices(&dropped).is_empty());
}
