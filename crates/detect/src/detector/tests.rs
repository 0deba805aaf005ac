use super::*;
use countersign_feed::demo_estate;
use countersign_model::incident::{Confidence, Refused, RootCause};
use countersign_model::outcome::Call;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn later(from: Timestamp, seconds: i64) -> Timestamp {
    from + countersign_model::SignedDuration::from_secs(seconds)
}

fn mint(id: &str, ts: Timestamp, status: u16, code: Option<&str>) -> Outcome {
    Outcome {
        id: format!("out_{id}_{ts}")
            .replace(['+', ' '], "-")
            .parse()
            .unwrap(),
        ts,
        source: "broker".into(),
        integration: None,
        bu: None,
        credential: Some(id.parse().unwrap()),
        consumer: None,
        peer_ip: None,
        n: 1,
        fact: Fact::Mint {
            call: Call {
                status: Some(status),
                error_code: code.map(str::to_owned),
                ..Call::default()
            },
            expires_in: (status == 200).then_some(1_199),
            scope: None,
            generation: None,
            refresh_at: None,
            grant: None,
        },
    }
}

fn refused(id: &str, ts: &str) -> Outcome {
    mint(id, at(ts), 401, Some("invalid_client"))
}

fn detector() -> Detector {
    Detector::new(Rules::default(), &demo_estate())
}

fn observe(detector: &mut Detector, outcome: &Outcome) -> Vec<Signal> {
    detector.observe(outcome.ts, outcome)
}

fn strengths(signals: &[Signal]) -> Vec<Strength> {
    signals.iter().map(|signal| signal.strength).collect()
}

fn locked(ts: &str) -> Outcome {
    let mut audit = refused("INT-029", ts);
    audit.id = "out_lock".parse().unwrap();
    audit.credential = None;
    audit.fact = Fact::Audit {
        action: "credential.locked".into(),
        object: Some("INT-029".into()),
    };
    audit
}

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
    for (status, code) in [(400, "invalid_grant"), (0, "outcome_unknown")] {
        let mut detector = detector();
        let mut dead = mint("INT-005", at("2026-11-22T12:50:59Z"), status, Some(code));
        if let Fact::Mint { call, .. } = &mut dead.fact {
            call.status = call.status.filter(|status| *status > 0);
        }
        let signals = observe(&mut detector, &dead);
        assert_eq!(strengths(&signals), [Strength::Page], "{code}");
        assert_eq!(signals[0].class, Class::GrantDead);
    }
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

fn call(id: &str, ts: Timestamp, status: u16, code: Option<&str>) -> Outcome {
    let mut outcome = mint(id, ts, status, code);
    let Fact::Mint { call, .. } = outcome.fact else {
        unreachable!("a mint")
    };
    outcome.fact = Fact::Call(call);
    outcome
}

/// Refuses every call for ten minutes; the signals.
fn calls_refused(detector: &mut Detector, id: &str, status: u16, code: &str) -> Vec<Signal> {
    let start = at("2026-11-22T12:30:00Z");
    let mut signals = Vec::new();
    for second in 0..600 {
        signals.extend(observe(
            detector,
            &call(id, later(start, second), status, Some(code)),
        ));
    }
    signals
}

#[test]
fn refused_calls_alone_page_once_and_t0_sooner() {
    for (id, seconds) in [("INT-001", 120), ("INT-029", 180)] {
        let mut detector = detector();
        let signals = calls_refused(&mut detector, id, 401, "0");
        assert_eq!(strengths(&signals), [Strength::Suspect, Strength::Page]);
        assert_eq!(
            signals[1].at.duration_since(signals[1].since).as_secs(),
            seconds
        );
        assert_eq!(signals[1].confidence, Confidence::Possible);
        assert_eq!(signals[1].calls_refused_since, Some(signals[1].since));
        assert!(signals[1].blind_spots[0].ends_with("rests on its calls alone."));
        let mut ended = Vec::new();
        for second in 600..640 {
            let ok = call(id, later(at("2026-11-22T12:30:00Z"), second), 200, None);
            ended.extend(observe(&mut detector, &ok));
        }
        assert_eq!(strengths(&ended), [Strength::Healed]);
    }
}

#[test]
fn a_configuration_decides_when_refused_calls_page() {
    let rules = Rules::overridden([("calls_page_s", Some(240.0))]).unwrap();
    let mut detector = Detector::new(rules, &demo_estate());
    let signals = calls_refused(&mut detector, "INT-029", 401, "0");
    assert_eq!(
        signals[1].at.duration_since(signals[1].since).as_secs(),
        240
    );
}

#[test]
fn the_class_of_refused_calls_is_what_the_evidence_allows() {
    let rows = [
        (None, 403, "20002", Class::Scope),
        (None, 403, "0", Class::Policy),
        (None, 401, "0", Class::AuthRejected),
        (Some("2026-11-22T12:00:00Z"), 401, "0", Class::NotRenewed),
        (Some("2026-11-22T12:29:00Z"), 401, "0", Class::TokenRevoked),
    ];
    for (minted, status, code, class) in rows {
        let mut detector = detector();
        if let Some(minted) = minted {
            observe(&mut detector, &mint("INT-029", at(minted), 200, None));
        }
        let signals = calls_refused(&mut detector, "INT-029", status, code);
        assert_eq!(
            signals.last().unwrap().class,
            class,
            "{minted:?} {status} {code}"
        );
    }
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
fn a_refused_renewal_says_since_when_calls_are_refused_too() {
    let mut detector = detector();
    let start = at("2026-11-22T12:30:00Z");
    observe(&mut detector, &mint("INT-029", start, 200, None));
    for second in 10..20 {
        let refused = call("INT-029", later(start, second), 403, None);
        assert_eq!(observe(&mut detector, &refused), Vec::new());
    }
    let refusal = mint("INT-029", later(start, 30), 400, Some("invalid_grant"));
    let signals = observe(&mut detector, &refusal);
    assert_eq!(signals[0].calls_refused_since, Some(later(start, 10)));
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
fn token_after_token_that_dies_young_names_a_second_minter_once() {
    let mut detector = detector();
    let start = at("2026-11-22T12:00:00Z");
    let mut signals = Vec::new();
    for round in 0..8 {
        let minted = later(start, round * 120);
        signals.extend(observe(&mut detector, &mint("INT-031", minted, 200, None)));
        signals.extend(observe(
            &mut detector,
            &call("INT-031", later(minted, 30), 200, None),
        ));
        signals.extend(observe(
            &mut detector,
            &call("INT-031", later(minted, 110), 401, None),
        ));
    }
    assert_eq!(strengths(&signals), [Strength::Page]);
    assert_eq!(signals[0].class, Class::SecondMinter);
    let calm = later(start, 7 * 120 + 1_900);
    let healed = observe(&mut detector, &mint("INT-031", calm, 200, None));
    assert_eq!(strengths(&healed), [Strength::Healed]);
}

#[test]
fn a_fresh_token_that_one_family_answers_with_401_lacks_a_scope() {
    let mut detector = detector();
    let start = at("2026-11-22T12:30:00Z");
    observe(&mut detector, &mint("INT-029", start, 200, None));
    let mut signals = Vec::new();
    for second in 0..400 {
        let routes = [
            ("/hub/v1/dataevents", 401),
            ("/asset/v1/content", 200),
            ("/data/v1", 200),
        ];
        for (route, status) in routes {
            let mut outcome = call("INT-029", later(start, second), status, None);
            outcome.id = format!("out_{route}_{second}")
                .replace('/', "_")
                .parse()
                .unwrap();
            let Fact::Call(fact) = &mut outcome.fact else {
                unreachable!("a call")
            };
            fact.route = Some(route.to_owned());
            signals.extend(observe(&mut detector, &outcome));
        }
    }
    assert_eq!(strengths(&signals), [Strength::Suspect, Strength::Page]);
    assert_eq!(signals[1].class, Class::Scope);
}
