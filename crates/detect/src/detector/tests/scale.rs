//! What an outcome looks at beside its own credential, counted, as fleets grow.

use super::*;
use countersign_model::SignedDuration;
use countersign_model::id::CredentialId;

/// The demo estate's first credential that shares a token host, `n` times.
fn fleet(n: usize) -> Detector {
    let mut estate = demo_estate();
    let id: CredentialId = "INT-029".parse().unwrap();
    let one = estate.credential(&id).cloned().unwrap();
    estate.credentials = (0..n)
        .map(|number| {
            let id = format!("C-{number}").parse().unwrap();
            countersign_model::estate::Credential { id, ..one.clone() }
        })
        .collect();
    Detector::new(Rules::default(), &estate)
}

fn start() -> Timestamp {
    at("2026-11-22T12:00:00Z")
}

/// One token request of each, a millisecond apart, answered as `status` says.
fn all_ask(detector: &mut Detector, n: usize, from: Timestamp, status: impl Fn(usize) -> u16) {
    for number in 0..n {
        let ts = from + SignedDuration::from_millis(i64::try_from(number).unwrap());
        detector.observe(ts, &mint(&format!("C-{number}"), ts, status(number), None));
    }
}

#[test]
fn an_outcome_of_a_fleet_that_works_looks_at_no_other_credential() {
    for n in [100, 1_000, 10_000] {
        let mut detector = fleet(n);
        all_ask(&mut detector, n, start(), |_| 200);
        assert_eq!(detector.n_looked_at(), 0, "of {n}");
        assert_eq!(detector.next_wake(), None);
        assert_eq!(detector.tick(later(start(), 60)), []);
        assert_eq!(detector.n_looked_at(), 0, "of {n}");
    }
}

#[test]
fn an_outcome_of_a_fleet_in_trouble_looks_at_sixty_four_at_most_on_average() {
    for n in [100, 1_000, 10_000] {
        let mut detector = fleet(n);
        all_ask(&mut detector, n, start(), |_| 200);
        // A tenth of them fail, and never enough for the provider to be blamed.
        let fails = |number: usize| if number.is_multiple_of(10) { 503 } else { 200 };
        all_ask(&mut detector, n, later(start(), 900), fails);
        let each = detector.n_looked_at() / u64::try_from(n).unwrap();
        assert!(each <= 64, "{each} of {n}");
    }
}

#[test]
fn an_outage_of_a_great_fleet_is_told_in_time_and_of_all() {
    let n = 2_000;
    let mut detector = fleet(n);
    all_ask(&mut detector, n, start(), |_| 200);
    let mut told = Vec::new();
    for minute in 20..28 {
        let from = later(start(), minute * 60);
        all_ask(&mut detector, n, from, |_| 503);
        told.extend(detector.tick(later(from, 59)));
    }
    let page = told.iter().find(|signal| signal.strength == Strength::Page);
    let page = page.expect("it pages within eight minutes");
    assert_eq!(page.cause, RootCause::Platform);
    assert_eq!(page.since, later(start(), 1_200));
    assert!(page.at <= later(page.since, 360));
    assert_eq!(page.credentials.len(), n);
    all_ask(&mut detector, n, later(start(), 1_800), |_| 200);
    let ended = detector.tick(later(start(), 1_860));
    assert!(detector.next_wake().is_none(), "{ended:?}");
}
