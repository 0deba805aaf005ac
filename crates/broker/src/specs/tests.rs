use super::*;

fn demo() -> (Estate, Held) {
    let estate = countersign_feed::demo_estate();
    let ids = || estate.credentials.iter().map(|credential| &credential.id);
    let held = Held {
        secrets: ids().map(ToString::to_string).collect(),
        grants: ids().cloned().collect(),
    };
    (estate, held)
}

fn one<'a>(slots: &'a Slots, id: &str) -> &'a Described {
    let found = slots
        .by_id
        .values()
        .find(|one| one.spec.credential.as_str() == id);
    found.expect("a slot of that credential")
}

/// Slots in which an integration works, by the kind of their credential.
fn homes(estate: &Estate, held: &Held, kind: CredentialKind) -> usize {
    let slots = slots(estate, held);
    let home = slots.by_id.values().filter(|one| {
        let credential = estate.credential(&one.spec.credential).expect("known");
        credential.kind == kind
            && one.spec.policy.reason.as_deref()
                != Some("no integration works in that business unit; consumers may ask")
    });
    home.count()
}

#[test]
fn every_brokered_kind_with_all_it_needs_becomes_a_slot() {
    let (estate, all) = demo();
    let no_grants = Held {
        grants: BTreeSet::new(),
        ..all.clone()
    };
    for (kind, with_all, without_grants) in [
        (CredentialKind::S2sV2, 31, 31),
        (CredentialKind::LegacyV1, 1, 1),
        (CredentialKind::WebappV2, 5, 0),
        (CredentialKind::CrmOauth, 3, 0),
        (CredentialKind::ExtOauth, 0, 0),
    ] {
        assert_eq!(homes(&estate, &all, kind), with_all, "{kind:?}");
        assert_eq!(homes(&estate, &no_grants, kind), without_grants, "{kind:?}");
    }
    assert!(super::slots(&estate, &Held::default()).by_id.is_empty());
}

#[test]
fn requests_go_to_the_endpoint_of_their_kind_in_its_style() {
    let (estate, all) = demo();
    let slots = slots(&estate, &all);
    for (id, end, style, strict) in [
        ("INT-029", "/v2/token", Style::SfmcJson, false),
        ("INT-005", "/v2/token", Style::SfmcJson, true),
        ("INT-028", "/v1/requestToken", Style::Legacy, false),
        ("INT-012", "/services/oauth2/token", Style::Form, true),
    ] {
        let one = one(&slots, id);
        assert!(
            one.target.token_url.ends_with(end),
            "{}",
            one.target.token_url
        );
        assert_eq!(one.target.style, style, "{id}");
        assert_eq!(one.spec.profile, strict.then_some(Profile::Strict), "{id}");
        let credential = estate.credential(&one.spec.credential).expect("known");
        let consent = authorize_url(&estate, credential);
        assert_eq!(consent.is_some(), strict, "{id}");
        assert!(
            consent.is_none_or(|url| url.ends_with("/authorize")),
            "{id}"
        );
    }
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
