use super::*;
use countersign_feed::demo_estate;
use countersign_model::outcome::{Call, Fact};
use countersign_model::status::Health;

mod parts;
mod scale;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn mint(ts: &str, status: u16) -> Outcome {
    Outcome {
        id: format!("out_{ts}").parse().unwrap(),
        ts: at(ts),
        source: "broker".into(),
        integration: Some("INT-029".parse().unwrap()),
        bu: None,
        credential: Some("INT-029".parse().unwrap()),
        consumer: None,
        peer_ip: None,
        n: 1,
        fact: Fact::Mint {
            call: Call {
                status: Some(status),
                ..Call::default()
            },
            expires_in: (status == 200).then_some(1_199),
            scope: None,
            generation: None,
            refresh_at: None,
            grant: None,
        },
    }
}

fn health(statuses: &Statuses, now: &str) -> (Health, String) {
    let view = statuses.view(at(now), &[]);
    let status = view
        .into_iter()
        .find(|status| status.integration.as_str() == "INT-029");
    status.map(|status| (status.health, status.reason)).unwrap()
}

#[test]
fn silence_is_unknown_a_live_token_healthy_and_a_refusal_a_risk() {
    let mut statuses = Statuses::new(&demo_estate());
    assert_eq!(health(&statuses, "2026-11-22T12:00:00Z").0, Health::Unknown);
    statuses.observe(
        at("2026-11-22T12:36:00Z"),
        &mint("2026-11-22T12:36:00Z", 200),
    );
    let (healthy, reason) = health(&statuses, "2026-11-22T12:40:00Z");
    assert_eq!(healthy, Health::Healthy);
    assert_eq!(reason, "Its token is good until 06:55 CST.");
    assert_eq!(health(&statuses, "2026-11-22T13:00:00Z").0, Health::Unknown);
    statuses.observe(
        at("2026-11-22T12:50:59Z"),
        &mint("2026-11-22T12:50:59Z", 401),
    );
    assert_eq!(health(&statuses, "2026-11-22T12:52:00Z").0, Health::AtRisk);
}

#[test]
fn a_late_failure_does_not_undo_a_newer_success() {
    let mut statuses = Statuses::new(&demo_estate());
    statuses.observe(
        at("2026-11-22T12:36:00Z"),
        &mint("2026-11-22T12:36:00Z", 200),
    );
    statuses.observe(
        at("2026-11-22T12:37:00Z"),
        &mint("2026-11-22T12:30:00Z", 503),
    );
    assert_eq!(health(&statuses, "2026-11-22T12:40:00Z").0, Health::Healthy);
}

#[test]
fn a_restored_view_is_the_same_view() {
    let mut statuses = Statuses::new(&demo_estate());
    statuses.observe(
        at("2026-11-22T12:36:00Z"),
        &mint("2026-11-22T12:36:00Z", 200),
    );
    let mut restored = Statuses::new(&demo_estate());
    for (part, text) in statuses.take_changed() {
        assert!(restored.recall(&part, &text.unwrap()).unwrap(), "{part}");
    }
    let now = at("2026-11-22T12:40:00Z");
    assert_eq!(restored.view(now, &[]), statuses.view(now, &[]));
}

fn call(id: &str, ts: &str, status: u16) -> Outcome {
    Outcome {
        id: format!("call_{ts}").parse().unwrap(),
        integration: Some(id.parse().unwrap()),
        source: "app".into(),
        fact: Fact::Call(Call {
            status: Some(status),
            ..Call::default()
        }),
        ..mint(ts, 200)
    }
}

fn health_of(statuses: &Statuses, id: &str, now: &str) -> (Health, String) {
    let view = statuses.view(at(now), &[]);
    let status = view
        .into_iter()
        .find(|status| status.integration.as_str() == id);
    status.map(|status| (status.health, status.reason)).unwrap()
}

#[test]
fn answered_calls_are_health_until_the_next_run_is_late() {
    let mut statuses = Statuses::new(&demo_estate());
    let seen = "2026-11-22T13:10:00Z";
    statuses.observe(at(seen), &call("INT-029", seen, 201));
    let (health, reason) = health_of(&statuses, "INT-029", "2026-11-22T13:40:00Z");
    assert_eq!(health, Health::Healthy);
    assert_eq!(
        reason,
        "Its last calls, at 07:10 CST, were answered; its next run is at 08:05 CST."
    );
    // The run of 14:05 takes seven minutes and has a quarter of an hour of grace.
    let edge = |now| health_of(&statuses, "INT-029", now).0;
    assert_eq!(edge("2026-11-22T14:27:00Z"), Health::Healthy);
    assert_eq!(edge("2026-11-22T14:27:01Z"), Health::Unknown);
}

#[test]
fn a_flow_without_a_schedule_is_silent_after_a_quarter_of_an_hour() {
    let mut statuses = Statuses::new(&demo_estate());
    let seen = "2026-11-22T13:10:00Z";
    statuses.observe(at(seen), &call("INT-008", seen, 202));
    let edge = |now| health_of(&statuses, "INT-008", now).0;
    assert_eq!(edge("2026-11-22T13:25:00Z"), Health::Healthy);
    assert_eq!(edge("2026-11-22T13:25:01Z"), Health::Unknown);
}

#[test]
fn a_refused_call_is_no_sign_of_health() {
    let mut statuses = Statuses::new(&demo_estate());
    let seen = "2026-11-22T13:10:00Z";
    for status in [401, 403, 429, 500] {
        statuses.observe(at(seen), &call("INT-008", seen, status));
    }
    assert_eq!(health_of(&statuses, "INT-008", seen).0, Health::Unknown);
}

#[test]
fn healthy_are_those_seen_at_work_whose_newest_call_was_not_refused() {
    let mut statuses = Statuses::new(&demo_estate());
    let ids = |statuses: &Statuses| -> Vec<String> {
        let healthy = statuses.healthy(at("2026-11-22T12:45:00Z"));
        healthy.iter().map(ToString::to_string).collect()
    };
    assert_eq!(ids(&statuses), Vec::<String>::new(), "silence is no health");
    let minted = "2026-11-22T12:36:00Z";
    statuses.observe(at(minted), &mint(minted, 200));
    let answered = "2026-11-22T12:40:00Z";
    statuses.observe(at(answered), &call("INT-008", answered, 202));
    assert_eq!(ids(&statuses), ["INT-008", "INT-029"]);
    let refused = "2026-11-22T12:41:00Z";
    statuses.observe(at(refused), &call("INT-029", refused, 403));
    statuses.observe(at(refused), &call("INT-008", refused, 401));
    assert_eq!(ids(&statuses), Vec::<String>::new());
    let again = "2026-11-22T12:42:00Z";
    statuses.observe(at(again), &call("INT-029", again, 201));
    assert_eq!(ids(&statuses), ["INT-029"]);
}
