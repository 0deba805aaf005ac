use super::*;
use crate::view::sample::{all_healthy, estate, now, platform, points, statuses};
use crate::view::unit::unit_statuses;
use countersign_model::status::IntegrationStatus;

fn check(statuses: &[IntegrationStatus], open: &[Incident], expected: &str) {
    let estate = estate();
    let units = unit_statuses(&estate, statuses, open, now());
    assert_eq!(next_command(Some(&estate), &units, open), expected);
}

#[test]
fn the_incident_with_the_nearest_harm_gives_the_command() {
    let open = [platform(), points()];
    check(&statuses(), &open, "countersign credential add INT-029");
}

#[test]
fn an_incident_without_a_command_is_to_be_read() {
    check(&statuses(), &[platform()], "countersign incidents");
}

#[test]
fn without_incidents_the_ailing_then_the_unknown_come_first() {
    check(&statuses(), &[], "countersign renew INT-029");
    let mut unseen = all_healthy();
    unseen.retain(|status| status.integration.as_str() != "INT-016");
    check(&unseen, &[], "countersign credential show INT-016");
    check(&all_healthy(), &[], "countersign incidents --all");
}

#[test]
fn without_an_estate_it_is_to_apply_one() {
    assert_eq!(
        next_command(None, &[], &[]),
        "countersign estate apply estate.yaml"
    );
}
