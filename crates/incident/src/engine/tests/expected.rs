//! What people say was to be expected.

use super::*;
use crate::expect::{Said, expectation};
use countersign_model::outcome::{Fact, Outcome};
use countersign_model::response::Deed;

const SAID: &str = "2026-11-22T12:53:00Z";

fn audit(action: String, incident: &Incident) -> Outcome {
    Outcome {
        id: format!("out_{}", action.len()).parse().unwrap(),
        ts: at(SAID),
        source: "watch".to_owned(),
        integration: None,
        bu: None,
        credential: None,
        consumer: None,
        peer_ip: None,
        n: 1,
        fact: Fact::Audit {
            action,
            object: Some(incident.id.to_string()),
        },
    }
}

fn rule(incident: &Incident) -> Expectation {
    let said = Said {
        reason: "the secret is being exchanged".to_owned(),
        by: "Loyalty Product Engineering".to_owned(),
        form: None,
        until: Some(at("2026-11-22T15:00:00Z")),
    };
    expectation(&demo_estate(), incident, said, at(SAID)).unwrap()
}

#[test]
fn an_expected_incident_ends_with_its_reason_and_one_notice() {
    let mut engine = Engine::new(&demo_estate(), 7);
    let opened = puts(&step(&mut engine, Strength::Page, PAGE))[0].clone();
    let rule = rule(&opened);
    let deed = Deed::Expected(Box::new(rule.clone()));
    let changes = engine.observe(at(SAID), &audit(deed.action(), &opened));
    assert_eq!(changes[0], Change::Expect(rule.clone()));
    let ended = puts(&changes)[0];
    assert_eq!(ended.state, IncidentState::Dismissed);
    assert_eq!(ended.resolved_at, Some(at(SAID)));
    assert_eq!(ended.response.expected.as_deref(), Some(&rule));
    let acknowledged = ended.response.acknowledged.as_ref().unwrap();
    assert_eq!(
        acknowledged.by.as_deref(),
        Some("Loyalty Product Engineering")
    );
    let notice = notices(&changes)[0];
    assert_eq!(notice.kind, NoticeKind::IncidentResolved);
    assert!(notice.subject.starts_with("Expected: "), "{notice:?}");
    assert_eq!(
        notice.summary,
        "Loyalty Product Engineering said: the secret is being exchanged. The same until Sunday \
         22 November 2026 09:00 (America/Chicago) pages nobody; another failure does."
    );
    assert!(engine.open().is_empty());
    let again = engine.observe(at(SAID), &audit(deed.action(), &opened));
    assert!(notices(&again).is_empty(), "said twice is told once");
}

#[test]
fn what_is_no_more_expected_stands_on_the_incident_and_reaches_the_correlator() {
    let mut engine = Engine::new(&demo_estate(), 7);
    let opened = puts(&step(&mut engine, Strength::Page, PAGE))[0].clone();
    let deed = Deed::Expected(Box::new(rule(&opened)));
    engine.observe(at(SAID), &audit(deed.action(), &opened));
    let by = "Loyalty".to_owned();
    let back = Deed::ExpectedNoMore { by: by.clone() };
    let changes = engine.observe(at(SAID), &audit(back.action(), &opened));
    let incident = opened.id.clone();
    assert_eq!(changes[0], Change::ExpectNoMore { incident, by });
    assert_eq!(puts(&changes)[0].response.expected, None);
}

#[test]
fn a_rule_stands_also_where_its_incident_is_not_remembered() {
    let mut engine = Engine::new(&demo_estate(), 7);
    let incident = opened();
    let deed = Deed::Expected(Box::new(rule(&incident)));
    let changes = engine.observe(at(SAID), &audit(deed.action(), &incident));
    assert_eq!(changes.len(), 1);
}
