use super::super::tests::{at, id, signal, symptom, told};
use super::*;
use crate::correlate::Step;
use crate::health::Health;
use countersign_feed::estate::demo_estate;
use countersign_model::SignedDuration;
use countersign_model::class::Class;
use countersign_model::expectation::ExpectedForm;

/// Minutes of a week.
const WEEK: i64 = 7 * 24 * 60;

fn rule(cause: &str, class: Class, form: ExpectedForm, from: i64, to: i64) -> Expectation {
    Expectation {
        incident: "inc_01".parse().unwrap(),
        made_at: at(from),
        by: "Loyalty".to_owned(),
        reason: "the store closes".to_owned(),
        form,
        patterns: vec![Pattern {
            cause: cause.parse().unwrap(),
            class,
        }],
        zone: "America/Chicago".to_owned(),
        from: at(from),
        to: at(to),
        until: None,
        withdrawn: None,
    }
}

fn correlator() -> Correlator {
    Correlator::new(&demo_estate())
}

fn take(correlator: &mut Correlator, signal: &Signal) -> Vec<String> {
    told(&correlator.weigh(signal.at, signal, &Health::default()))
}

fn strengths(steps: &[Step]) -> Vec<Strength> {
    let of = |step: &Step| match step {
        Step::Take(signal) => Some(signal.strength),
        Step::Absorb { .. } => None,
    };
    steps.iter().filter_map(of).collect()
}

fn page(asset: &str, minute: i64, class: Class) -> Signal {
    Signal {
        strength: Strength::Page,
        ..symptom(asset, minute, class)
    }
}

#[test]
fn what_is_live_when_it_is_expected_is_held_and_told_when_its_window_is_over() {
    let mut correlator = correlator();
    take(&mut correlator, &page("J-11", 20, Class::Stopped));
    let once = rule("asset:J-11", Class::Stopped, ExpectedForm::Once, 0, 60);
    correlator.expect(at(25), once);
    assert_eq!(correlator.next_wake(), Some(at(70)));
    assert_eq!(correlator.tick(at(69), &Health::default()), []);
    let steps = correlator.tick(at(70), &Health::default());
    assert_eq!(strengths(&steps), [Strength::Page]);
    let Step::Take(signal) = &steps[0] else {
        panic!("{steps:?}");
    };
    assert_eq!(signal.at, at(70), "judged after it was said");
    assert!(!correlator.is_holding());
}

#[test]
fn the_same_pattern_a_week_later_pages_nobody_and_on_another_day_it_does() {
    let mut correlator = correlator();
    let weekly = rule("asset:J-11", Class::Stopped, ExpectedForm::Weekly, 0, 120);
    correlator.expect(at(10), weekly);
    let weigh = |correlator: &mut Correlator, signal: &Signal| {
        strengths(&correlator.weigh(signal.at, signal, &Health::default()))
    };
    let sunday = page("J-11", WEEK + 30, Class::Stopped);
    assert_eq!(weigh(&mut correlator, &sunday), [Strength::Suspect]);
    let tuesday = page("J-11", WEEK + 30 + 2 * 24 * 60, Class::Stopped);
    assert_eq!(weigh(&mut correlator, &tuesday), [Strength::Page]);
}

#[test]
fn a_different_failure_of_the_same_integration_pages() {
    let mut correlator = correlator();
    let weekly = rule("asset:J-11", Class::Stopped, ExpectedForm::Weekly, 0, 120);
    correlator.expect(at(10), weekly);
    for other in [
        page("J-11", WEEK + 30, Class::QueueGrowth),
        page("DE-16", WEEK + 31, Class::ZeroRows),
        signal(
            "credential:INT-029",
            WEEK + 32,
            Class::AuthRejected,
            Strength::Page,
        ),
    ] {
        let steps = correlator.weigh(other.at, &other, &Health::default());
        assert!(strengths(&steps).contains(&Strength::Page), "{other:?}");
    }
}

#[test]
fn what_was_a_part_of_the_failure_is_expected_with_it_and_the_guess_is_dropped() {
    let mut correlator = correlator();
    let health = Health::default();
    for (minute, asset) in [(20, "DE-16"), (22, "DE-17")] {
        correlator.weigh(at(minute), &page(asset, minute, Class::Stopped), &health);
    }
    let blamed: RootCause = "credential:INT-029".parse().unwrap();
    assert!(correlator.live_signal_of(&blamed).is_some());
    let weekly = rule(
        "credential:INT-029",
        Class::Stopped,
        ExpectedForm::Weekly,
        0,
        120,
    );
    let rule = correlator.expect(at(25), weekly);
    let causes: Vec<String> = rule
        .patterns
        .iter()
        .map(|one| one.cause.to_string())
        .collect();
    assert_eq!(causes, ["credential:INT-029", "asset:DE-16", "asset:DE-17"]);
    assert_eq!(correlator.live_signal_of(&blamed), None);
    assert!(correlator.is_holding());
    // A week later the two of them blame nobody.
    for (minute, asset) in [(WEEK + 20, "DE-16"), (WEEK + 22, "DE-17")] {
        let signal = page(asset, minute, Class::Stopped);
        let steps = correlator.weigh(at(minute), &signal, &health);
        assert_eq!(strengths(&steps), [Strength::Suspect], "{asset}");
    }
}

#[test]
fn a_lock_that_follows_an_expected_refusal_is_held_and_told_if_it_lasts() {
    let mut correlator = correlator();
    let cause = "credential:INT-029";
    take(
        &mut correlator,
        &signal(cause, 20, Class::AuthRejected, Strength::Page),
    );
    let once = rule(cause, Class::AuthRejected, ExpectedForm::Once, 0, 60);
    correlator.expect(at(21), once);
    let locked = signal(cause, 22, Class::AuthRejected, Strength::Locked);
    let steps = correlator.weigh(at(22), &locked, &Health::default());
    assert_eq!(strengths(&steps), [Strength::Suspect]);
    let steps = correlator.tick(at(70), &Health::default());
    assert_eq!(strengths(&steps), [Strength::Locked]);
}

#[test]
fn a_rule_that_is_taken_back_tells_what_it_held_and_one_that_ended_is_forgotten() {
    let mut correlator = correlator();
    take(&mut correlator, &page("J-11", 20, Class::Stopped));
    let once = rule("asset:J-11", Class::Stopped, ExpectedForm::Once, 0, 600);
    let made = correlator.expect(at(25), once);
    let back = correlator
        .expect_no_more(at(30), &made.incident, "Loyalty")
        .unwrap();
    assert_eq!(back.over_at(), Some(at(30)));
    let steps = correlator.tick(at(30), &Health::default());
    assert_eq!(strengths(&steps), [Strength::Page]);
    assert_eq!(
        correlator.expect_no_more(at(31), &made.incident, "Loyalty"),
        None
    );
}

#[test]
fn rules_and_what_they_hold_survive_being_stored() {
    let mut correlator = correlator();
    take(&mut correlator, &page("J-11", 20, Class::Stopped));
    let weekly = rule("asset:J-11", Class::Stopped, ExpectedForm::Weekly, 0, 120);
    let rule = correlator.expect(at(25), weekly);
    let state = serde_json::to_string(correlator.take_changed().unwrap()).unwrap();
    let rule = serde_json::to_string(&rule).unwrap();
    let mut again = super::tests::correlator();
    again.restore(serde_json::from_str(&state).unwrap());
    again.restore_expected(vec![serde_json::from_str(&rule).unwrap()]);
    assert_eq!(again.next_wake(), Some(at(130)));
    let next = page("J-11", WEEK + 30, Class::Stopped);
    let steps = again.weigh(next.at, &next, &Health::default());
    assert!(!strengths(&steps).contains(&Strength::Page), "{steps:?}");
}

#[test]
fn a_healed_symptom_leaves_nothing_to_tell() {
    let mut correlator = correlator();
    take(&mut correlator, &page("J-11", 20, Class::Stopped));
    let once = rule("asset:J-11", Class::Stopped, ExpectedForm::Once, 0, 60);
    correlator.expect(at(25), once);
    let healed = signal("asset:J-11", 40, Class::Stopped, Strength::Healed);
    take(&mut correlator, &healed);
    let later = at(70) + SignedDuration::from_mins(5);
    assert_eq!(correlator.tick(later, &Health::default()), []);
    let asset: AssetId = id("J-11");
    assert!(!correlator.state.symptoms.contains_key(&asset));
}
