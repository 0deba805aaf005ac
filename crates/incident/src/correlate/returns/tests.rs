use super::super::tests::{at, id, signal, symptom, told};
use super::super::{Correlator, Step};
use crate::health::Health;
use countersign_feed::estate::demo_estate;
use countersign_model::class::Class;
use countersign_model::signal::{Signal, Strength};

const CAUSE: &str = "credential:INT-003";

/// Plays what the cause shows at these minutes, with a tick each minute; what came of each minute.
fn course(shows: &[(i64, Strength)], to: i64) -> Vec<(i64, String)> {
    let mut correlator = Correlator::new(&demo_estate());
    let mut all = Vec::new();
    for minute in 0..=to {
        let mut steps = correlator.tick(at(minute), &Health::default());
        for (_, strength) in shows.iter().filter(|(shown, _)| *shown == minute) {
            let shown = signal(CAUSE, minute, Class::LongJob, *strength);
            steps.extend(correlator.weigh(at(minute), &shown, &Health::default()));
        }
        all.extend(told(&steps).into_iter().map(|step| (minute, step)));
    }
    all
}

fn ends(shows: &[(i64, Strength)], to: i64) -> Vec<i64> {
    let all = course(shows, to).into_iter();
    let is_end = |(minute, step): (i64, String)| step.ends_with("Healed").then_some(minute);
    all.filter_map(is_end).collect()
}

const PAGE: Strength = Strength::Page;
const HEALED: Strength = Strength::Healed;

#[test]
fn a_first_end_is_told_at_once() {
    assert_eq!(ends(&[(0, PAGE), (5, HEALED)], 200), [5]);
}

#[test]
fn the_end_of_what_came_back_has_to_last_twice_the_calm_before() {
    let shows = [(0, PAGE), (5, HEALED), (30, PAGE), (35, HEALED)];
    assert_eq!(ends(&shows, 200), [5, 85]);
}

#[test]
fn what_fails_at_every_run_stands_until_it_stops() {
    let shows: Vec<(i64, Strength)> = (0..10)
        .flat_map(|run| [(30 * run, PAGE), (30 * run + 5, HEALED)])
        .collect();
    assert_eq!(ends(&shows, 600), [5, 325], "the last failure was at 270");
}

#[test]
fn a_suspicion_that_comes_and_goes_is_never_held() {
    let shows = [
        (0, Strength::Suspect),
        (5, HEALED),
        (10, Strength::Suspect),
        (15, HEALED),
    ];
    assert_eq!(ends(&shows, 200), [5, 15]);
}

#[test]
fn after_a_long_calm_it_starts_anew() {
    let shows = [(0, PAGE), (5, HEALED), (200, PAGE), (205, HEALED)];
    assert_eq!(ends(&shows, 500), [5, 205]);
}

#[test]
fn an_end_that_is_waited_for_survives_a_restart_and_leaves_with_the_estate() {
    let mut first = Correlator::new(&demo_estate());
    let health = Health::default();
    for (minute, strength) in [(0, PAGE), (5, HEALED), (30, PAGE), (35, HEALED)] {
        let shown: Signal = signal(CAUSE, minute, Class::LongJob, strength);
        first.weigh(at(minute), &shown, &health);
    }
    let state = first.take_changed().cloned().unwrap();
    let text = serde_json::to_string(&state).unwrap();

    let mut second = Correlator::new(&demo_estate());
    second.restore(serde_json::from_str(&text).unwrap());
    assert_eq!(second.next_wake(), Some(at(85)));
    assert_eq!(told(&second.tick(at(84), &health)), [""; 0]);
    assert_eq!(
        told(&second.tick(at(85), &health)),
        ["credential:INT-003 Healed"]
    );
    assert!(!second.is_holding());

    let mut estate = demo_estate();
    estate.credentials.retain(|one| one.id != id("INT-003"));
    let mut third = Correlator::new(&estate);
    third.restore(state);
    assert!(!third.is_holding(), "nothing is waited for");
}

#[test]
fn what_shows_downstream_while_an_end_is_waited_for_joins_the_cause() {
    let mut correlator = Correlator::new(&demo_estate());
    let health = Health::default();
    for (minute, strength) in [(0, PAGE), (5, HEALED), (30, PAGE), (35, HEALED)] {
        let shown = signal(CAUSE, minute, Class::LongJob, strength);
        correlator.weigh(at(minute), &shown, &health);
    }
    let less = symptom("DE-02", 40, Class::Reduced);
    let steps: Vec<Step> = correlator.weigh(at(40), &less, &health);
    let causes: Vec<String> = told(&steps);
    assert!(
        causes.iter().all(|step| !step.starts_with("asset:DE-02 P")),
        "{causes:?}"
    );
    assert!(
        causes.contains(&"credential:INT-003 Page".to_owned()),
        "{causes:?}"
    );
}
