use super::*;
use crate::objective::sample::{self, estate};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn incident(flow: &str, from: &str, to: Option<&str>) -> Incident {
    Incident {
        state: if to.is_some() {
            IncidentState::Resolved
        } else {
            IncidentState::Open
        },
        integrations: vec![flow.parse().unwrap()],
        started_at: at(from),
        opened_at: Some(at(from)),
        resolved_at: to.map(at),
        ..sample::incident()
    }
}

fn time(flow: &str, in_month: &str, health: Health, hours: i64) -> HealthTime {
    HealthTime {
        integration: flow.parse().unwrap(),
        month: month(in_month),
        health,
        lasted: SignedDuration::from_hours(hours),
    }
}

fn uptime_of(flows: &[IntegrationUptime], id: &str, in_month: &str) -> MonthUptime {
    let flow = flows.iter().find(|flow| flow.integration.as_str() == id);
    let months = &flow.unwrap().months;
    let found = months.iter().find(|one| one.month == month(in_month));
    found.unwrap().clone()
}

#[test]
fn unknown_time_is_neither_up_nor_down() {
    let times = [
        time("A", "2026-11", Health::Healthy, 99),
        time("A", "2026-11", Health::Failing, 1),
        time("A", "2026-11", Health::Unknown, 100),
    ];
    let incidents = [incident(
        "A",
        "2026-11-03T10:00:00Z",
        Some("2026-11-03T11:00:00Z"),
    )];
    let flows = uptimes(&estate(), &times, &incidents, at("2026-11-22T00:00:00Z"));
    let told = uptime_of(&flows, "A", "2026-11");
    assert_eq!(
        (told.watched_s, told.unknown_s, told.down_s),
        (720_000, 360_000, 3_600)
    );
    assert_eq!(told.uptime, Some(0.99));
    assert_eq!(told.is_met, Some(false), "T0 promises 99.95 %");
    assert_eq!(flows[1].months, [], "of the other nothing was ever judged");
}

#[test]
fn nothing_known_is_no_uptime() {
    let times = [time("B", "2026-11", Health::Unknown, 500)];
    let flows = uptimes(&estate(), &times, &[], at("2026-11-22T00:00:00Z"));
    let told = uptime_of(&flows, "B", "2026-11");
    assert_eq!((told.uptime, told.is_met), (None, None));
    let tiers = tier_uptimes(&flows);
    assert_eq!((tiers[0].uptime, tiers[0].unknown_share), (None, Some(1.0)));
    assert_eq!((tiers[0].n_met, tiers[0].n_known), (0, 0));
}

#[test]
fn two_incidents_at_once_count_once_and_a_month_ends_at_its_end() {
    let times = [
        time("A", "2026-10", Health::Healthy, 744),
        time("A", "2026-11", Health::Healthy, 100),
    ];
    let incidents = [
        incident("A", "2026-10-31T22:00:00Z", Some("2026-11-01T01:00:00Z")),
        incident("A", "2026-10-31T23:00:00Z", Some("2026-11-01T02:00:00Z")),
        incident("A", "2026-11-02T00:00:00Z", None),
    ];
    let flows = uptimes(&estate(), &times, &incidents, at("2026-11-02T03:00:00Z"));
    assert_eq!(uptime_of(&flows, "A", "2026-10").down_s, 7_200);
    assert_eq!(uptime_of(&flows, "A", "2026-11").down_s, 7_200 + 10_800);
    let newest_first: Vec<_> = flows[0].months.iter().map(|one| one.month).collect();
    assert_eq!(newest_first, [month("2026-11"), month("2026-10")]);
}

#[test]
fn a_dismissed_suspicion_takes_no_uptime() {
    let times = [time("A", "2026-11", Health::Healthy, 100)];
    let dismissed = Incident {
        state: IncidentState::Dismissed,
        ..incident("A", "2026-11-02T00:00:00Z", Some("2026-11-02T05:00:00Z"))
    };
    let flows = uptimes(&estate(), &times, &[dismissed], at("2026-11-03T00:00:00Z"));
    let told = uptime_of(&flows, "A", "2026-11");
    assert_eq!((told.uptime, told.is_met), (Some(1.0), Some(true)));
}

#[test]
fn a_tier_is_its_integrations_together() {
    let mut estate = estate();
    estate.integrations[1].tier = Tier::T0;
    let times = [
        time("A", "2026-11", Health::Healthy, 100),
        time("B", "2026-11", Health::Healthy, 300),
    ];
    let incidents = [incident(
        "A",
        "2026-11-02T00:00:00Z",
        Some("2026-11-02T04:00:00Z"),
    )];
    let flows = uptimes(&estate, &times, &incidents, at("2026-11-03T00:00:00Z"));
    let tiers = tier_uptimes(&flows);
    assert_eq!(tiers.len(), 1);
    assert_eq!(tiers[0].uptime, Some(0.99));
    assert_eq!((tiers[0].n_met, tiers[0].n_known), (1, 2));
}

#[test]
fn a_span_falls_into_the_months_it_touches() {
    let pieces = Month::pieces(at("2026-10-31T23:00:00Z"), at("2026-12-01T02:00:00Z"));
    let told: Vec<_> = pieces
        .iter()
        .map(|(month, lasted)| (month.to_string(), lasted.as_hours()))
        .collect();
    assert_eq!(
        told,
        [
            ("2026-10".to_owned(), 1),
            ("2026-11".to_owned(), 720),
            ("2026-12".to_owned(), 2)
        ]
    );
    let now = at("2026-11-01T00:00:00Z");
    assert_eq!(Month::pieces(now, now), []);
}

#[test]
fn a_month_is_written_with_four_and_two_digits() {
    assert_eq!(month("2026-02").to_string(), "2026-02");
    assert_eq!(month("2026-02").back(3).to_string(), "2025-11");
    for text in ["2026-13", "2026-1", "26-01", "2026-01-01", ""] {
        assert!(text.parse::<Month>().is_err(), "{text}");
    }
}
