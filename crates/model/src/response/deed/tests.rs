use super::*;
use crate::class::Class;
use crate::expectation::{ExpectedForm, Pattern};

fn rule() -> Expectation {
    let at = |text: &str| text.parse().unwrap();
    Expectation {
        incident: "inc_01".parse().unwrap(),
        made_at: at("2026-11-22T13:00:00Z"),
        by: "Loyalty".to_owned(),
        reason: "the store \"closes\"".to_owned(),
        form: ExpectedForm::Once,
        patterns: vec![Pattern {
            cause: "asset:J-11".parse().unwrap(),
            class: Class::Stopped,
        }],
        zone: "America/Chicago".to_owned(),
        from: at("2026-11-22T08:00:00Z"),
        to: at("2026-11-22T12:30:00Z"),
        until: None,
        withdrawn: None,
    }
}

#[test]
fn a_deed_is_read_back_from_its_action_with_who_did_it() {
    let by = Some("Loyalty Product Engineering".to_owned());
    let taken = |found_by, by| Deed::Acknowledged { found_by, by };
    let deeds = [
        taken(FoundBy::System, None),
        taken(FoundBy::Person, None),
        taken(FoundBy::System, by.clone()),
        taken(FoundBy::Person, by),
        Deed::StepDone("hold".to_owned()),
        Deed::Expected(Box::new(rule())),
        Deed::ExpectedNoMore {
            by: "Loyalty Product Engineering".to_owned(),
        },
    ];
    for deed in deeds {
        let action = deed.action();
        assert!(action.starts_with(DEED_PREFIX), "{action}");
        assert_eq!(Deed::of_action(&action), Some(deed));
    }
    for other in [
        "credential.locked",
        "incident.unknown",
        "incident.acknowledgedx",
        "",
    ] {
        assert_eq!(Deed::of_action(other), None, "{other}");
    }
}
