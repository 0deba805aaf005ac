use super::super::tests::{at, id, signal, symptom, told};
use super::*;
use countersign_feed::estate::demo_estate;
use countersign_model::estate::Estate;
use countersign_model::signal::Strength;

fn planned(kind: PlannedKind, asset: Option<&str>) -> Estate {
    let mut estate = demo_estate();
    estate.planned.push(Planned {
        id: "PL-01".into(),
        kind,
        from: at(-10),
        to: at(60),
        bu: None,
        integration: None,
        asset: asset.map(id),
        reason: String::new(),
    });
    estate
}

#[test]
fn what_is_planned_is_held_and_told_only_if_it_goes_on() {
    let health = Health::default();
    let stopped = symptom("J-06", 0, Class::Stopped);
    let estate = planned(PlannedKind::Pause, Some("J-06"));
    let mut correlator = Correlator::new(&estate);
    assert_eq!(
        told(&correlator.weigh(at(1), &stopped, &health)),
        ["asset:J-06 Suspect"]
    );
    assert_eq!(correlator.next_wake(), Some(at(70)));
    assert_eq!(correlator.tick(at(69), &health), []);
    let mut healed = correlator.clone();
    let end = signal("asset:J-06", 30, Class::Stopped, Strength::Healed);
    healed.weigh(at(30), &end, &health);
    assert_eq!(healed.tick(at(70), &health), []);
    assert_eq!(told(&correlator.tick(at(70), &health)), ["asset:J-06 Page"]);
    assert_eq!(correlator.tick(at(71), &health), []);
}

#[test]
fn announced_maintenance_holds_the_provider_and_an_announced_launch_holds_nothing() {
    let mut outage = signal("platform", 0, Class::Upstream, Strength::Page);
    outage.integrations = vec![id("INT-010")];
    let weigh = |kind| {
        let mut correlator = Correlator::new(&planned(kind, None));
        told(&correlator.weigh(at(1), &outage, &Health::default()))
    };
    assert_eq!(weigh(PlannedKind::Maintenance), ["platform Suspect"]);
    assert_eq!(weigh(PlannedKind::Launch), ["platform Page"]);
}

#[test]
fn a_table_that_maintenance_kept_from_being_filled_has_its_usual_time_after_it() {
    let health = Health::default();
    let mut frozen = symptom("DE-01", 0, Class::Frozen);
    frozen.at = at(15);
    let mut correlator = Correlator::new(&planned(PlannedKind::Maintenance, None));
    let told_at = |correlator: &mut Correlator| told(&correlator.weigh(at(15), &frozen, &health));
    assert_eq!(told_at(&mut correlator), ["asset:DE-01 Suspect"]);
    assert_eq!(correlator.tick(at(84), &health), []);
    assert_eq!(
        told(&correlator.tick(at(85), &health)),
        ["asset:DE-01 Page"]
    );
}

#[test]
fn what_is_expected_to_be_down_makes_no_page_of_a_suspicion() {
    let health = Health::default();
    let mut outage = signal("platform", 0, Class::Upstream, Strength::Page);
    outage.integrations = vec![id("INT-002")];
    let mut correlator = Correlator::new(&planned(PlannedKind::Maintenance, None));
    correlator.weigh(at(1), &outage, &health);
    let stopped = symptom("DE-01", 1, Class::Frozen);
    let steps = correlator.weigh(at(20), &stopped, &health);
    assert_eq!(told(&steps), ["platform Suspect"]);
}

/// An outage from 0 to 30 in which DE-05 and DE-06 of INT-012 stopped, told after it.
fn wake() -> Correlator {
    let health = Health::default();
    let mut correlator = Correlator::new(&demo_estate());
    let mut outage = signal("platform", 0, Class::Upstream, Strength::Page);
    correlator.weigh(at(3), &outage, &health);
    outage.strength = Strength::Healed;
    correlator.weigh(at(30), &outage, &health);
    correlator
}

#[test]
fn what_an_outage_stopped_is_told_only_if_it_goes_on_for_an_hour_after_it() {
    let health = Health::default();
    let mut correlator = wake();
    for sick in ["DE-05", "DE-06"] {
        let stopped = symptom(sick, 10, Class::Stopped);
        let steps = correlator.weigh(at(35), &stopped, &health);
        assert_eq!(told(&steps), [format!("asset:{sick} Suspect")]);
    }
    assert_eq!(correlator.tick(at(89), &health), []);
    let later = told(&correlator.tick(at(90), &health));
    assert_eq!(later.last().unwrap(), "credential:INT-012 Page");
}

#[test]
fn what_stops_after_an_outage_is_no_part_of_it() {
    let health = Health::default();
    let stopped = symptom("DE-05", 45, Class::Stopped);
    let steps = wake().weigh(at(60), &stopped, &health);
    assert_eq!(told(&steps), ["asset:DE-05 Page"]);
}

#[test]
fn a_part_of_an_outage_that_does_not_start_again_is_told() {
    let health = Health::default();
    let mut correlator = Correlator::new(&demo_estate());
    let mut outage = signal("platform", 0, Class::Upstream, Strength::Page);
    correlator.weigh(at(3), &outage, &health);
    correlator.weigh(at(20), &symptom("DE-05", 5, Class::Stopped), &health);
    outage.strength = Strength::Healed;
    assert_eq!(
        told(&correlator.weigh(at(30), &outage, &health)),
        ["platform Healed"]
    );
    assert_eq!(correlator.next_wake(), Some(at(90)));
    assert_eq!(
        told(&correlator.tick(at(90), &health)),
        ["asset:DE-05 Page"]
    );
}
