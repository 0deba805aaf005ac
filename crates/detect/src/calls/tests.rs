use super::*;
use countersign_model::outcome::Fact;

fn at(second: i64) -> Timestamp {
    let start: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    start + SignedDuration::from_secs(second)
}

fn call(second: i64, status: u16, flow: &str, route: &str) -> (Outcome, Call) {
    let call = Call {
        status: Some(status),
        route: Some(route.to_owned()),
        ..Call::default()
    };
    let outcome = Outcome {
        id: format!("out_{second}_{status}_{flow}").parse().unwrap(),
        ts: at(second),
        source: "middleware".into(),
        integration: Some(flow.parse().unwrap()),
        bu: None,
        credential: Some("INT-001".parse().unwrap()),
        consumer: None,
        peer_ip: None,
        n: 1,
        fact: Fact::Call(call.clone()),
    };
    (outcome, call)
}

type Step<'a> = (i64, u16, &'a str, &'a str);

/// Plays calls; the strengths reached, each with its second, for a T1 credential.
fn check<'a>(script: impl IntoIterator<Item = Step<'a>>) -> Vec<(i64, Strength)> {
    let mut calls = Calls::default();
    let mut reached: Vec<(i64, Strength)> = Vec::new();
    for (second, status, flow, route) in script {
        let (outcome, fact) = call(second, status, flow, route);
        calls.observe(&outcome, &fact);
        if let Some(strength) = calls.strength(&Rules::default(), false)
            && reached.last().is_none_or(|(_, known)| *known < strength)
        {
            reached.push((second, strength));
        }
    }
    reached
}

fn plain(script: impl IntoIterator<Item = (i64, u16)>) -> Vec<(i64, Strength)> {
    check(
        script
            .into_iter()
            .map(|(second, status)| (second, status, "INT-001", "/hub/v1")),
    )
}

#[test]
fn every_call_refused_is_a_suspicion_at_90_s_and_a_page_at_180_s() {
    let reached = plain((0..300).step_by(6).map(|second| (second, 401)));
    assert_eq!(reached, [(90, Strength::Suspect), (180, Strength::Page)]);
}

#[test]
fn one_call_a_minute_is_enough_for_a_page_in_three() {
    let reached = plain((0..600).step_by(60).map(|second| (second, 401)));
    assert_eq!(reached, [(120, Strength::Suspect), (180, Strength::Page)]);
}

#[test]
fn a_401_at_every_token_end_that_a_renewal_heals_says_nothing() {
    let hourly = (0..48).flat_map(|hour| [(hour * 3_600, 401), (hour * 3_600 + 1, 200)]);
    assert_eq!(plain(hourly), []);
}

#[test]
fn a_hiccup_of_a_minute_says_nothing() {
    let hiccup = (0..60).map(|second| (second, 401));
    assert_eq!(
        plain(hiccup.chain((60..600).map(|second| (second, 200)))),
        []
    );
}

#[test]
fn one_burst_is_too_few_and_silence_ripens_nothing() {
    assert_eq!(plain((0..20).map(|second| (second, 401))), []);
    assert_eq!(plain([(0, 401), (30, 401)]), []);
}

#[test]
fn half_of_the_calls_refused_page_within_five_minutes() {
    let half = (0..900).map(|second| (second, if second % 2 == 0 { 401 } else { 200 }));
    let healthy = (-3_600..0).map(|second| (second, 200));
    let reached = plain(healthy.chain(half));
    assert_eq!(
        reached.last().map(|(_, strength)| *strength),
        Some(Strength::Page)
    );
    assert!(reached.last().unwrap().0 <= 300, "{reached:?}");
}

#[test]
fn throttling_hides_no_death_and_is_none() {
    let storm = (0..900).map(|second| (second, if second % 5 == 0 { 401 } else { 429 }));
    assert_eq!(plain(storm), []);
}

#[test]
fn one_flow_or_family_that_is_refused_is_not_hidden_by_the_others() {
    let flows = (0..600).flat_map(|second| {
        let refused = (second % 30 == 0).then_some((second, 401, "INT-009", "/messaging/v1"));
        refused
            .into_iter()
            .chain((0..3).map(move |_| (second, 200, "INT-008", "/hub/v1")))
    });
    assert_eq!(check(flows).last().map(|(_, s)| *s), Some(Strength::Page));
    let families = (0..600).flat_map(|second| {
        let refused = (second % 30 == 0).then_some((second, 403, "INT-001", "/messaging/v1"));
        refused
            .into_iter()
            .chain((0..3).map(move |_| (second, 200, "INT-001", "/hub/v1")))
    });
    assert_eq!(
        check(families).last().map(|(_, s)| *s),
        Some(Strength::Page)
    );
}
