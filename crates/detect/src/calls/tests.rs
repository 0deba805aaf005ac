use super::*;
use countersign_model::outcome::Fact;

fn at(second: i64) -> Timestamp {
    let start: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    start + countersign_model::SignedDuration::from_secs(second)
}

fn call(second: i64, status: u16) -> Outcome {
    Outcome {
        id: format!("out_{second}_{status}").parse().unwrap(),
        ts: at(second),
        source: "middleware".into(),
        integration: None,
        bu: None,
        credential: Some("INT-001".parse().unwrap()),
        consumer: None,
        peer_ip: None,
        n: 1,
        fact: Fact::Call(Call {
            status: Some(status),
            ..Call::default()
        }),
    }
}

/// Plays `(second, status)`; the strengths reached, each with its second, for a T1 credential.
fn check(script: impl IntoIterator<Item = (i64, u16)>) -> Vec<(i64, Strength)> {
    let mut calls = Calls::default();
    let mut reached: Vec<(i64, Strength)> = Vec::new();
    for (second, status) in script {
        let outcome = call(second, status);
        let Fact::Call(fact) = &outcome.fact else {
            unreachable!("a call")
        };
        match status {
            401 => calls.refused(&outcome, fact, Class::AuthRejected),
            _ => drop(calls.succeeded(&outcome)),
        }
        if let Some(strength) = calls.strength(&Rules::default(), false)
            && reached.last().is_none_or(|(_, known)| *known < strength)
        {
            reached.push((second, strength));
        }
    }
    reached
}

#[test]
fn every_call_refused_is_a_suspicion_at_90_s_and_a_page_at_180_s() {
    let reached = check((0..300).step_by(6).map(|second| (second, 401)));
    assert_eq!(reached, [(90, Strength::Suspect), (180, Strength::Page)]);
}

#[test]
fn a_401_at_every_token_end_that_a_renewal_heals_says_nothing() {
    let hourly = (0..48).flat_map(|hour| [(hour * 3_600, 401), (hour * 3_600 + 1, 200)]);
    assert_eq!(check(hourly), []);
}

#[test]
fn a_hiccup_of_a_minute_says_nothing() {
    let hiccup = (0..60).map(|second| (second, 401));
    assert_eq!(
        check(hiccup.chain((60..600).map(|second| (second, 200)))),
        []
    );
}

#[test]
fn four_refusals_are_too_few_and_silence_ripens_nothing() {
    assert_eq!(check([(0, 401), (100, 401), (200, 401), (300, 401)]), []);
    assert_eq!(check((0..20).map(|second| (second, 401))), []);
}
