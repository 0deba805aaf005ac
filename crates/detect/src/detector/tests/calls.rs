//! Refused calls, and what class they allow.

use super::*;

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

#[test]
fn tokens_renewed_while_a_scope_is_gone_name_no_second_minter() {
    let mut detector = detector();
    let start = at("2026-11-22T12:00:00Z");
    let mut signals = Vec::new();
    for minute in 0..60 {
        let now = later(start, minute * 60);
        if minute % 10 == 0 {
            signals.extend(observe(&mut detector, &mint("INT-031", now, 200, None)));
        }
        let (status, code) = if minute < 50 {
            (403, Some("20002"))
        } else {
            (200, None)
        };
        let called = call("INT-031", later(now, 30), status, code);
        signals.extend(observe(&mut detector, &called));
        signals.extend(detector.tick(later(now, 40)));
    }
    assert_eq!(
        strengths(&signals),
        [Strength::Suspect, Strength::Page, Strength::Healed]
    );
    assert_eq!(signals[1].class, Class::Scope);
}

#[test]
fn a_missing_scope_that_answers_401_to_each_fresh_token_names_no_second_minter() {
    let mut detector = detector();
    let start = at("2026-11-22T12:00:00Z");
    let mut signals = Vec::new();
    for minute in 0..30 {
        let now = later(start, minute * 60);
        let status = if minute < 5 { 200 } else { 401 };
        for (second, status) in [(0, status), (2, status)] {
            let mut called = call("INT-031", later(now, second), status, None);
            let Fact::Call(fact) = &mut called.fact else {
                unreachable!("a call")
            };
            fact.route = Some("/hub/v1/dataevents/key:{key}/rowset".to_owned());
            signals.extend(observe(&mut detector, &called));
            let minted = later(now, second + 1);
            signals.extend(observe(&mut detector, &mint("INT-031", minted, 200, None)));
        }
        signals.extend(detector.tick(later(now, 40)));
    }
    assert!(!signals.is_empty());
    let contested = signals.iter().any(|one| one.class == Class::SecondMinter);
    assert!(!contested, "{signals:?}");
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
