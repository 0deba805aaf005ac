use super::*;
use crate::engine::tests::{at, opened};
use countersign_feed::estate::demo_estate;

/// A journey that stood still from 02:10 to 05:00 in Chicago, on a Sunday.
fn stopped() -> Incident {
    Incident {
        root_cause: "asset:J-11".parse().unwrap(),
        class: Class::Stopped,
        started_at: at("2026-11-22T08:10:00Z"),
        opened_at: Some(at("2026-11-22T08:30:00Z")),
        resolved_at: Some(at("2026-11-22T11:00:00Z")),
        state: IncidentState::Resolved,
        ..opened()
    }
}

fn said(form: Option<ExpectedForm>, until: Option<&str>) -> Said {
    Said {
        reason: "the store closes".to_owned(),
        by: "Loyalty".to_owned(),
        form,
        until: until.map(at),
    }
}

fn rule(incident: &Incident, said: Said) -> Result<Expectation, ExpectError> {
    expectation(&demo_estate(), incident, said, at("2026-11-22T13:00:00Z"))
}

#[test]
fn without_an_end_it_is_a_habit_of_the_weekday_around_the_hours_it_lasted() {
    let rule = rule(&stopped(), said(None, None)).unwrap();
    assert_eq!(rule.form, ExpectedForm::Weekly);
    assert_eq!(rule.when(), "each Sunday 01:40 to 05:30 (America/Chicago)");
    assert_eq!(rule.patterns.len(), 1);
    let going_on = Incident {
        resolved_at: None,
        state: IncidentState::Open,
        ..stopped()
    };
    let rule = super::tests::rule(&going_on, said(None, None)).unwrap();
    assert_eq!(rule.when(), "each Sunday 01:40 to 00:00 (America/Chicago)");
}

#[test]
fn with_an_end_it_is_a_planned_change_until_then() {
    let rule = rule(&stopped(), said(None, Some("2026-11-23T18:00:00Z"))).unwrap();
    assert_eq!(rule.form, ExpectedForm::Once);
    assert_eq!(
        rule.when(),
        "until Monday 23 November 2026 12:00 (America/Chicago)"
    );
    assert_eq!(rule.over_at(), Some(at("2026-11-23T18:00:00Z")));
}

#[test]
fn a_new_level_ends_once_it_is_learnt() {
    let reduced = Incident {
        class: Class::Reduced,
        ..stopped()
    };
    let rule = rule(&reduced, said(Some(ExpectedForm::Baseline), None)).unwrap();
    assert_eq!(rule.over_at(), Some(at("2026-12-13T13:00:00Z")));
}

#[test]
fn what_cannot_be_expected_says_what_to_say_instead() {
    let refused = opened();
    let old = Incident {
        resolved_at: Some(at("2026-11-01T00:00:00Z")),
        ..stopped()
    };
    let long = Incident {
        started_at: at("2026-11-21T08:10:00Z"),
        ..stopped()
    };
    let suspicion = Incident {
        state: IncidentState::Suspect,
        opened_at: None,
        ..opened()
    };
    let quiet = Said {
        reason: String::new(),
        ..said(None, None)
    };
    let weekly = Some(ExpectedForm::Weekly);
    let level = Some(ExpectedForm::Baseline);
    let (auth_rejected, stopped_name) = ("auth_rejected", "stopped");
    let rows = [
        (&stopped(), quiet, ExpectError::Reason),
        (&suspicion, said(None, None), ExpectError::Suspicion),
        (&old, said(None, None), ExpectError::TooLate),
        (
            &stopped(),
            said(None, Some("2026-11-22T12:59:59Z")),
            ExpectError::Past,
        ),
        (
            &stopped(),
            said(None, Some("2026-12-24T13:00:00Z")),
            ExpectError::TooFar,
        ),
        (
            &refused,
            said(None, None),
            ExpectError::NeedsEnd {
                class: auth_rejected,
            },
        ),
        (
            &refused,
            said(weekly, Some("2026-12-24T13:00:00Z")),
            ExpectError::NeedsEnd {
                class: auth_rejected,
            },
        ),
        (&long, said(weekly, None), ExpectError::TooLong),
        (
            &stopped(),
            said(level, None),
            ExpectError::NoLevel {
                class: stopped_name,
            },
        ),
    ];
    for (incident, said, error) in rows {
        assert_eq!(rule(incident, said), Err(error));
    }
}
