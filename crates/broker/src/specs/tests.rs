use super::*;

fn demo() -> (Estate, BTreeSet<String>) {
    let estate = countersign_feed::demo_estate();
    let all = estate
        .credentials
        .iter()
        .map(|credential| credential.id.to_string())
        .collect();
    (estate, all)
}

fn one<'a>(slots: &'a Slots, id: &str) -> &'a Described {
    let found = slots
        .by_id
        .values()
        .find(|one| one.spec.credential.as_str() == id);
    found.expect("a slot of that credential")
}

#[test]
fn only_brokered_client_credentials_with_a_secret_become_slots() {
    let (estate, all) = demo();
    let slots = slots(&estate, &all);
    let home = slots.by_id.values().filter(|one| {
        one.spec.policy.reason.as_deref()
            != Some("no integration works in that business unit; consumers may ask")
    });
    assert_eq!(home.count(), 31, "the demo has 31 server-to-server clients");
    assert!(super::slots(&estate, &BTreeSet::new()).by_id.is_empty());
}

#[test]
fn integrations_that_share_a_client_share_a_slot_and_its_strictest_policy() {
    let (estate, all) = demo();
    let slots = slots(&estate, &all);
    let shared = one(&slots, "INT-008");
    assert_eq!(shared.spec.tier, Tier::T0);
    assert_eq!(shared.owner.integration, None, "two flows use it");
    assert_eq!(shared.spec.policy.mode, Mode::KeepWarm);
}

#[test]
fn the_points_load_is_kept_warm_without_jitter_and_armed() {
    let (estate, all) = demo();
    let slots = slots(&estate, &all);
    let points = &one(&slots, "INT-029").spec;
    assert_eq!(
        (points.policy.mode, points.lockout),
        (Mode::KeepWarm, Lockout::Armed)
    );
    assert!(points.policy.jitter_ratio.abs() < f64::EPSILON);
}

#[test]
fn every_kind_with_a_token_explains_its_policy() {
    let (estate, _) = demo();
    for credential in estate
        .credentials
        .iter()
        .filter(|one| one.kind.grant().is_some())
    {
        let flows = estate.integrations.iter();
        let users: Vec<_> = flows
            .filter(|flow| flow.credential == credential.id)
            .collect();
        let words = explained(credential, &users, None).expect("a policy");
        assert!(words.contains("because"), "{}: {words}", credential.id);
        assert!(words.contains("assumes"), "{}: {words}", credential.id);
        let words = explained(credential, &users, Some(1_199_000)).expect("a policy");
        assert!(!words.contains("assumes"), "{}: {words}", credential.id);
    }
}

#[test]
fn a_newly_added_credential_starts_in_dry_run_and_t0_asks() {
    let (mut estate, all) = demo();
    for credential in &mut estate.credentials {
        credential.lockout = None;
    }
    let slots = slots(&estate, &all);
    assert_eq!(one(&slots, "INT-029").spec.lockout, Lockout::DryRun);
    assert_eq!(one(&slots, "INT-001").spec.lockout, Lockout::Ask);
}
