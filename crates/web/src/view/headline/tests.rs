use super::*;
use crate::view::sample::{all_healthy, at, estate, now, platform, points, statuses};
use crate::view::unit::unit_statuses;
use countersign_model::status::IntegrationStatus;

fn check(
    statuses: &[IntegrationStatus],
    open: &[Incident],
    now: Timestamp,
    tone: &str,
    said: &str,
) {
    let estate = estate();
    let units = unit_statuses(&estate, statuses, open, now);
    let headline = headline(&estate, &units, open, now);
    let left = headline
        .countdown
        .map_or(String::new(), |countdown| countdown.words);
    assert_eq!(format!("{}{left}{}", headline.before, headline.after), said);
    assert_eq!(headline.tone, tone);
}

#[test]
fn when_all_is_well_no_customer_is_affected() {
    check(
        &all_healthy(),
        &[],
        now(),
        "healthy",
        "No customer is affected.",
    );
}

#[test]
fn harm_ahead_is_told_with_its_time_its_remedy_and_what_is_left() {
    let said = "From 10:00 (Chicago) 11,500 members get reminders with old balances, \
                unless INT-029's secret is renewed: 3 h 08 min left.";
    check(&statuses(), &[points()], now(), "at-risk", said);
}

#[test]
fn harm_that_began_is_told_as_such() {
    let said = "Since 10:00 (Chicago) 11,500 members get reminders with old balances.";
    check(&statuses(), &[points()], at("16:00:00"), "failing", said);
}

#[test]
fn the_nearest_harm_leads_and_the_others_are_counted() {
    let said = "From 10:00 (Chicago) 11,500 members get reminders with old balances, \
                unless INT-029's secret is renewed: 3 h 08 min left (1 incident open beside it).";
    check(&statuses(), &[platform(), points()], now(), "at-risk", said);
}

#[test]
fn an_incident_without_a_dated_harm_is_not_played_down() {
    let said = "Customers may be affected, at a time no schedule tells: \
                Marketing Cloud's token host does not answer.";
    check(&all_healthy(), &[platform()], now(), "at-risk", said);
}

#[test]
fn what_nobody_sees_is_never_called_fine() {
    let said = "We cannot say whether customers are affected: nothing has reported on any of 48 integrations.";
    check(&[], &[], now(), "unknown", said);
    let said = "No customer is affected, as far as we see: 1 of 48 integrations is unknown.";
    let mut one_unseen = all_healthy();
    one_unseen.pop();
    check(&one_unseen, &[], now(), "healthy", said);
    let said = "No customer is affected, as far as we see: 38 of 48 integrations are unknown.";
    check(&all_healthy()[..10], &[], now(), "unknown", said);
}

#[test]
fn an_ailing_integration_without_an_incident_is_mentioned() {
    let said = "No customer is affected, as far as we see: 1 of 48 integrations is unknown; \
                1 integration needs a look.";
    check(&statuses(), &[], now(), "at-risk", said);
}

#[test]
fn without_an_estate_we_cannot_say() {
    let headline = headline(&Estate::default(), &[], &[], now());
    assert_eq!(headline.tone, "unknown");
    assert!(
        headline.before.contains("no integration is declared"),
        "{}",
        headline.before
    );
}
