//! Failures that are everybody's, and those that only look so.

use super::*;

#[test]
fn a_vendor_outage_is_one_platform_failure_and_no_credential_is_blamed() {
    let estate = demo_estate();
    let mut detector = detector();
    let start = at("2026-11-22T12:00:00Z");
    let ids: Vec<String> = detector
        .known
        .iter()
        .filter(|(_, known)| known.provider.as_deref().is_some_and(|id| id != CORE))
        .map(|(id, _)| id.to_string())
        .take(30)
        .collect();
    assert_eq!(ids.len(), 30);
    assert!(estate.credentials.len() > 30);
    let mut signals = Vec::new();
    for (n, id) in (0..).zip(&ids) {
        let ok = mint(id, later(start, n * 30 - 900), 200, None);
        signals.extend(observe(&mut detector, &ok));
    }
    for second in (0..660).step_by(10) {
        let now = later(start, second);
        for (n, id) in (0..).zip(&ids) {
            if n * 30 <= second && (second - n * 30) % 60 == 0 {
                signals.extend(detector.observe(now, &mint(id, now, 503, None)));
            }
        }
        signals.extend(detector.tick(now));
    }
    assert!(
        signals
            .iter()
            .all(|signal| signal.cause == RootCause::Platform)
    );
    let paged: Vec<_> = signals
        .iter()
        .filter(|s| s.strength == Strength::Page)
        .collect();
    assert_eq!(paged[0].at.duration_since(start).as_secs(), 300);
    assert_eq!(paged[0].class, Class::Upstream);
    assert!(paged[0].blind_spots[0].starts_with("Rows written and runs"));

    signals.clear();
    for (n, id) in (0..).zip(&ids) {
        let ok = mint(id, later(start, 660 + n), 200, None);
        signals.extend(observe(&mut detector, &ok));
        signals.extend(detector.tick(later(start, 660 + n)));
    }
    signals.extend(detector.tick(later(start, 2_000)));
    let healed: Vec<_> = signals
        .iter()
        .filter(|s| s.strength == Strength::Healed)
        .collect();
    assert_eq!(healed.len(), 1);
    assert!(
        signals
            .iter()
            .all(|signal| signal.cause == RootCause::Platform)
    );
}

#[test]
fn throttling_never_pages_while_a_token_lives() {
    let mut detector = detector();
    let start = at("2026-11-22T12:00:00Z");
    for id in ["INT-029", "INT-002", "INT-003"] {
        observe(&mut detector, &mint(id, start, 200, None));
    }
    for second in (300..1_190).step_by(10) {
        for id in ["INT-029", "INT-002", "INT-003"] {
            let outcome = mint(id, later(start, second), 429, None);
            assert_eq!(observe(&mut detector, &outcome), Vec::new());
        }
        assert_eq!(detector.tick(later(start, second)), Vec::new());
    }
}

#[test]
fn a_detector_wakes_when_a_suspicion_of_the_platform_ripens() {
    let mut detector = detector();
    let start = at("2026-11-22T12:00:00Z");
    for id in ["INT-029", "INT-002"] {
        observe(&mut detector, &mint(id, start, 503, None));
    }
    assert_eq!(detector.next_wake(), Some(later(start, 90)));
    assert_eq!(
        strengths(&detector.tick(later(start, 90))),
        [Strength::Suspect]
    );
    assert_eq!(detector.next_wake(), Some(later(start, 300)));
    assert_eq!(
        strengths(&detector.tick(later(start, 300))),
        [Strength::Page]
    );
    assert_eq!(detector.next_wake(), None);
}

#[test]
fn calls_that_fail_everywhere_are_the_providers_and_page_after_three_minutes() {
    let mut detector = detector();
    let start = at("2026-11-22T12:00:00Z");
    let mut signals = Vec::new();
    for second in (0..400).step_by(10) {
        for id in ["INT-001", "INT-002", "INT-003", "INT-008"] {
            let failed = call(id, later(start, second), 503, None);
            signals.extend(observe(&mut detector, &failed));
        }
    }
    assert_eq!(strengths(&signals), [Strength::Suspect, Strength::Page]);
    assert!(
        signals
            .iter()
            .all(|signal| signal.cause == RootCause::Platform)
    );
    assert_eq!(signals[1].class, Class::Upstream);
    assert_eq!(signals[1].at.duration_since(start).as_secs(), 180);
    let mut ended = Vec::new();
    for second in (400..500).step_by(10) {
        for id in ["INT-001", "INT-002", "INT-003", "INT-008"] {
            let ok = call(id, later(start, second), 200, None);
            ended.extend(observe(&mut detector, &ok));
        }
    }
    assert_eq!(strengths(&ended), [Strength::Healed]);
}

#[test]
fn one_credential_whose_calls_fail_is_no_failure_of_the_provider() {
    let mut detector = detector();
    let start = at("2026-11-22T12:00:00Z");
    for second in (0..1_200).step_by(10) {
        let failed = call("INT-001", later(start, second), 503, None);
        assert_eq!(observe(&mut detector, &failed), []);
        let ok = call("INT-002", later(start, second), 200, None);
        assert_eq!(observe(&mut detector, &ok), []);
    }
}

#[test]
fn one_credential_that_stumbles_pages_only_after_its_token_ended() {
    let mut detector = detector();
    let start = at("2026-11-22T12:00:00Z");
    observe(&mut detector, &mint("INT-029", start, 200, None));
    let mut first = None;
    for second in (900..1_500).step_by(30) {
        let now = later(start, second);
        let healthy = mint("INT-002", now, 200, None);
        detector.observe(now, &healthy);
        let signals = detector.observe(now, &mint("INT-029", now, 503, None));
        first = first.or(signals.first().map(|signal| (second, signal.clone())));
    }
    let (second, signal) = first.unwrap();
    assert_eq!(second, 1_200);
    assert_eq!(signal.cause.to_string(), "credential:INT-029");
    assert_eq!(signal.class, Class::Upstream);
}

#[test]
fn what_is_due_is_never_in_the_past_of_the_last_tick() {
    let mut detector = detector();
    let start = at("2026-11-22T12:00:00Z");
    observe(&mut detector, &mint("INT-029", start, 200, None));
    observe(
        &mut detector,
        &mint("INT-029", later(start, 1_300), 503, None),
    );
    detector.tick(later(start, 2_000));
    assert_eq!(detector.next_wake(), None);
}

/// Asks the CRM core for a token with a refresh token, and never hears whether it is spent.
fn in_doubt(id: &str, ts: Timestamp) -> Outcome {
    let mut outcome = mint(id, ts, 0, Some("outcome_unknown"));
    let Fact::Mint { call, .. } = &mut outcome.fact else {
        unreachable!("a mint")
    };
    call.status = None;
    outcome
}

#[test]
fn a_refresh_token_without_a_known_end_pages_alone_once_nobody_else_has_the_same() {
    let mut detector = detector();
    let start = at("2026-11-22T12:00:00Z");
    assert_eq!(observe(&mut detector, &in_doubt("INT-012", start)), []);
    assert_eq!(detector.next_wake(), Some(later(start, 300)));
    assert_eq!(detector.tick(later(start, 299)), []);
    let signals = detector.tick(later(start, 300));
    assert_eq!(strengths(&signals), [Strength::Page]);
    assert_eq!(signals[0].class, Class::GrantDead);
    assert_eq!(signals[0].cause.to_string(), "credential:INT-012");
    let words = &signals[0].evidence[0].words;
    assert!(words.contains("a person has to allow another"), "{words}");
    assert_eq!(detector.tick(later(start, 900)), []);
    let issued = mint("INT-012", later(start, 1_000), 200, None);
    assert_eq!(
        strengths(&observe(&mut detector, &issued)),
        [Strength::Healed]
    );
}

#[test]
fn what_an_outage_leaves_in_doubt_is_a_part_of_it_and_holds_its_end_back() {
    let mut detector = detector();
    let start = at("2026-11-22T12:00:00Z");
    let core = ["INT-012", "INT-039", "INT-044"];
    let mut signals = Vec::new();
    for second in (0..600).step_by(10) {
        for id in core {
            let failed = call(id, later(start, second), 503, None);
            signals.extend(observe(&mut detector, &failed));
        }
    }
    let unknown = in_doubt("INT-039", later(start, 600));
    signals.extend(observe(&mut detector, &unknown));
    for second in (610..4_000).step_by(10) {
        for id in core {
            let ok = call(id, later(start, second), 200, None);
            signals.extend(observe(&mut detector, &ok));
        }
        signals.extend(detector.tick(later(start, second)));
    }
    assert!(
        signals
            .iter()
            .all(|signal| signal.cause == RootCause::Platform)
    );
    assert_eq!(
        signals.last().map(|last| last.strength),
        Some(Strength::Page)
    );
    let allowed = mint("INT-039", later(start, 4_000), 200, None);
    let ended = observe(&mut detector, &allowed);
    assert_eq!(strengths(&ended), [Strength::Healed]);
    assert_eq!(ended[0].cause, RootCause::Platform);
}

#[test]
fn calls_that_old_tokens_carry_end_no_failure_of_token_requests() {
    let mut detector = detector();
    let start = at("2026-11-22T12:00:00Z");
    let mut signals = Vec::new();
    for second in (0..400).step_by(50) {
        for id in ["INT-029", "INT-002"] {
            let rubbish = mint(id, later(start, second), 200, Some("malformed"));
            signals.extend(observe(&mut detector, &rubbish));
        }
        signals.extend(detector.tick(later(start, second)));
    }
    assert_eq!(
        signals.last().map(|last| last.class),
        Some(Class::Malformed)
    );
    signals.clear();
    // The breaker holds requests back for longer than the window, while old tokens carry calls.
    for second in (400..1_500).step_by(10) {
        for id in ["INT-029", "INT-002", "INT-003"] {
            let ok = call(id, later(start, second), 200, None);
            signals.extend(observe(&mut detector, &ok));
        }
        signals.extend(detector.tick(later(start, second)));
    }
    assert_eq!(signals, []);
    let issued = mint("INT-002", later(start, 1_500), 200, None);
    assert_eq!(
        strengths(&observe(&mut detector, &issued)),
        [Strength::Healed]
    );
}
