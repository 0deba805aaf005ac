use super::*;
use crate::view::sample::{all_healthy, estate, now, points, statuses};

fn unit(id: &str, statuses: &[IntegrationStatus], open: &[Incident]) -> UnitStatus {
    let units = unit_statuses(&estate(), statuses, open, now());
    units
        .into_iter()
        .find(|unit| unit.id.as_str() == id)
        .unwrap()
}

#[test]
fn a_unit_is_as_ill_as_its_worst_integration_and_says_which() {
    let loyalty = unit("LOY", &statuses(), &[points()]);
    assert_eq!(loyalty.health, Health::Failing);
    assert_eq!(
        loyalty.reason,
        "Points balance load: Its secret is refused."
    );
    assert_eq!(
        loyalty.integrations[0].status.integration.as_str(),
        "INT-029"
    );
}

#[test]
fn silence_is_unknown_and_never_healthy() {
    let without = unit("LOY", &[], &[]);
    assert_eq!(without.health, Health::Unknown);
    assert_eq!(
        without.reason,
        "Nobody can tell for 5 of 5: Nothing has reported on it yet."
    );
    let mostly = all_healthy();
    let but_one: Vec<_> = mostly
        .into_iter()
        .filter(|s| s.integration.as_str() != "INT-030")
        .collect();
    assert_eq!(unit("LOY", &but_one, &[]).health, Health::Unknown);
}

#[test]
fn a_unit_without_integrations_is_unknown() {
    let mut estate = estate();
    estate.integrations.clear();
    let units = unit_statuses(&estate, &[], &[], now());
    assert!(units.iter().all(|unit| unit.health == Health::Unknown));
    assert!(units[0].reason.contains("No integration is declared"));
}

#[test]
fn a_healthy_unit_that_an_incident_elsewhere_reaches_is_at_risk() {
    let mut incident = points();
    incident.business_units.push("ENT".parse().unwrap());
    let reached = unit("ENT", &all_healthy(), &[incident]);
    assert_eq!(reached.health, Health::AtRisk);
    assert!(
        reached.reason.contains("points data stopped refreshing"),
        "{}",
        reached.reason
    );
}

#[test]
fn several_alike_are_counted() {
    let mut all = all_healthy();
    for status in all
        .iter_mut()
        .filter(|s| s.integration.as_str() >= "INT-029")
    {
        status.health = Health::Degraded;
        status.reason = "Slow.".to_owned();
    }
    assert_eq!(
        unit("LOY", &all, &[]).reason,
        "Points balance load: Slow. (4 more like it)"
    );
    assert_eq!(unit("ENT", &all_healthy(), &[]).health, Health::Healthy);
}
