//! Token requests: refused, issued, told in any order.

use super::*;
use crate::track::Failure;

#[test]
fn quiet_sunday_goes_from_suspicion_to_page_to_lock_to_healed() {
    let mut detector = detector();
    observe(
        &mut detector,
        &mint("INT-029", at("2026-11-22T12:36:00Z"), 200, None),
    );
    let first = observe(&mut detector, &refused("INT-029", "2026-11-22T12:50:59Z"));
    assert_eq!(strengths(&first), [Strength::Suspect]);
    let second = observe(&mut detector, &refused("INT-029", "2026-11-22T12:51:29Z"));
    assert_eq!(strengths(&second), [Strength::Page]);
    assert_eq!(second[0].class, Class::AuthRejected);
    assert_eq!(second[0].token_ends_at, Some(at("2026-11-22T12:55:59Z")));
    assert_eq!(second[0].evidence.len(), 2);
    assert_eq!(second[0].refused, Some(Refused::Secret));
    assert_eq!(
        second[0].blind_spots,
        ["Rows written and runs completed by this flow; this rests on token requests alone."]
    );
    let audit = locked("2026-11-22T12:52:29Z");
    assert_eq!(
        strengths(&observe(&mut detector, &audit)),
        [Strength::Locked]
    );
    assert_eq!(observe(&mut detector, &audit), Vec::new());
    let healed = observe(
        &mut detector,
        &mint("INT-029", at("2026-11-22T13:10:00Z"), 200, None),
    );
    assert_eq!(strengths(&healed), [Strength::Healed]);
}

/// A dead grant is not asked for again: there is no second refusal to wait for.
#[test]
fn a_dead_grant_pages_at_once() {
    let mut detector = detector();
    let dead = mint(
        "INT-005",
        at("2026-11-22T12:50:59Z"),
        400,
        Some("invalid_grant"),
    );
    let signals = observe(&mut detector, &dead);
    assert_eq!(strengths(&signals), [Strength::Page]);
    assert_eq!(signals[0].class, Class::GrantDead);
}

#[test]
fn a_second_refusal_too_soon_or_twice_the_same_does_not_page() {
    let mut detector = detector();
    let first = refused("INT-029", "2026-11-22T12:50:59Z");
    for outcome in [&first, &first, &refused("INT-029", "2026-11-22T12:51:28Z")] {
        assert_eq!(
            strengths(&observe(&mut detector, outcome)),
            [Strength::Suspect]
        );
    }
}

#[test]
fn refusals_pages_in_any_order_and_a_late_one_before_a_success_says_nothing() {
    let mut detector = detector();
    observe(&mut detector, &refused("INT-029", "2026-11-22T12:51:29Z"));
    let late = observe(&mut detector, &refused("INT-029", "2026-11-22T12:50:59Z"));
    assert_eq!(strengths(&late), [Strength::Page]);
    observe(
        &mut detector,
        &mint("INT-029", at("2026-11-22T13:00:00Z"), 200, None),
    );
    let stale = observe(&mut detector, &refused("INT-029", "2026-11-22T12:59:00Z"));
    assert_eq!(stale, Vec::new());
}

#[test]
fn a_restored_detector_goes_on_where_it_was() {
    let mut first = detector();
    observe(&mut first, &refused("INT-029", "2026-11-22T12:50:59Z"));
    let mut second = detector();
    for (part, text) in first.take_changed() {
        assert!(second.recall(&part, &text.unwrap()).unwrap());
    }
    assert_eq!(second.state, first.state);
    assert_eq!(first.take_changed(), []);
    let paged = observe(&mut second, &refused("INT-029", "2026-11-22T12:51:29Z"));
    assert_eq!(strengths(&paged), [Strength::Page]);
}

#[test]
fn a_success_dated_in_the_future_hides_no_refusal() {
    let mut detector = detector();
    let start = at("2026-11-22T12:00:00Z");
    detector.observe(
        start,
        &mint("INT-029", later(start, 86_400 * 300), 200, None),
    );
    let first = detector.observe(
        later(start, 900),
        &mint("INT-029", later(start, 900), 401, None),
    );
    assert_eq!(strengths(&first), [Strength::Suspect]);
}

#[test]
fn a_unit_that_is_shut_out_is_not_helped_by_a_token_for_another() {
    let mut detector = detector();
    let start = at("2026-11-22T12:00:00Z");
    let in_unit = |unit: &str, second: i64, status: u16| {
        let mut outcome = mint("INT-029", later(start, second), status, None);
        outcome.bu = Some(unit.parse().unwrap());
        outcome
    };
    let shut_out = observe(&mut detector, &in_unit("LOY", 0, 403));
    assert_eq!(strengths(&shut_out), [Strength::Suspect]);
    assert_eq!(observe(&mut detector, &in_unit("RNA", 10, 200)), Vec::new());
    let again = observe(&mut detector, &in_unit("LOY", 40, 403));
    assert_eq!(strengths(&again), [Strength::Page]);
    let healed = observe(&mut detector, &in_unit("LOY", 60, 200));
    assert_eq!(strengths(&healed), [Strength::Healed]);
}

#[test]
fn any_order_and_any_doubling_gives_the_same_page() {
    let start = at("2026-11-22T12:00:00Z");
    for seed in 1..200_u64 {
        let mut outcomes = vec![mint("INT-029", start, 200, None)];
        outcomes
            .extend([899, 929, 989, 1_500].map(|s| mint("INT-029", later(start, s), 401, None)));
        outcomes.extend(outcomes.clone());
        let mut chance = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for place in (1..outcomes.len()).rev() {
            chance ^= chance << 13;
            chance ^= chance >> 7;
            chance ^= chance << 17;
            let other = usize::try_from(chance % (place as u64 + 1)).unwrap();
            outcomes.swap(place, other);
        }
        let mut detector = detector();
        let now = later(start, 1_600);
        for outcome in &outcomes {
            detector.observe(now, outcome);
        }
        let track = &detector.state.credentials[&"INT-029".parse::<CredentialId>().unwrap()];
        assert_eq!(track.told, Some(Strength::Page), "seed {seed}");
        assert_eq!(track.refusals.iter().count(), 4, "seed {seed}");
    }
}

#[test]
fn only_invalid_client_blames_the_secret() {
    let rows = [
        ("INT-029", 401, "invalid_client", Some(Refused::Secret)),
        (
            "INT-029",
            401,
            "unauthorized_client",
            Some(Refused::AppUser),
        ),
        ("INT-012", 400, "invalid_grant", Some(Refused::CoreUser)),
        ("INT-029", 400, "invalid_grant", None),
        ("INT-029", 403, "access_denied", Some(Refused::BusinessUnit)),
        ("INT-029", 401, "none", None),
    ];
    for (id, status, code, refused) in rows {
        let mut detector = detector();
        let outcome = mint(id, at("2026-11-22T12:30:00Z"), status, Some(code));
        let signals = observe(&mut detector, &outcome);
        assert_eq!(signals[0].refused, refused, "{id} {status} {code}");
    }
    let signals = calls_refused(&mut detector(), "INT-029", 401, "0");
    assert_eq!(signals[0].refused, Some(Refused::Calls));
}

#[test]
fn a_question_of_the_broker_is_passed_on_once_until_it_heals() {
    let mut detector = detector();
    observe(&mut detector, &refused("INT-001", "2026-11-22T12:50:59Z"));
    observe(&mut detector, &refused("INT-001", "2026-11-22T12:51:29Z"));
    let mut audit = locked("2026-11-22T12:52:29Z");
    audit.fact = Fact::Audit {
        action: "credential.ask_to_lock".into(),
        object: Some("INT-001".into()),
    };
    let asked = observe(&mut detector, &audit);
    assert_eq!(strengths(&asked), [Strength::Asked]);
    assert_eq!(asked[0].refused, Some(Refused::Secret));
    assert_eq!(observe(&mut detector, &audit), Vec::new());
    let healed = mint("INT-001", at("2026-11-22T12:53:00Z"), 200, None);
    assert_eq!(
        strengths(&observe(&mut detector, &healed)),
        [Strength::Healed]
    );
    audit.ts = at("2026-11-22T12:59:00Z");
    assert_eq!(
        strengths(&observe(&mut detector, &audit)),
        [Strength::Asked]
    );
}

#[test]
fn evidence_says_what_happened_and_not_always_that_it_was_refused() {
    let rows = [
        (
            401,
            Some("invalid_client"),
            "renewal refused: invalid_client (401)",
        ),
        (
            200,
            Some("malformed"),
            "renewal got an unreadable answer: 200",
        ),
        (429, Some("50100"), "renewal was throttled: 50100 (429)"),
        (503, Some("none"), "renewal failed at the provider: 503"),
    ];
    for (status, code, words) in rows {
        let outcome = mint("INT-029", at("2026-11-22T12:30:00Z"), status, code);
        let class = match classify(&outcome, None) {
            Verdict::Failed(class) => class,
            other => panic!("{other:?}"),
        };
        assert_eq!(Failure::of(&outcome, class).evidence().words, words);
    }
}
