use super::*;

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
