use super::*;
use crate::view::sample::{at, estate, now, points};
use countersign_model::SignedDuration;
use countersign_model::incident::IncidentState;
use countersign_model::status::Health;

fn all(health: Health, hours: i64) -> Vec<HealthTime> {
    let time = |flow: countersign_model::estate::Integration| HealthTime {
        integration: flow.id,
        month: Month::of(now()),
        health,
        lasted: SignedDuration::from_hours(hours),
    };
    estate().integrations.into_iter().map(time).collect()
}

fn told(times: &[HealthTime], incidents: &[Incident]) -> Vec<(String, &'static str, String)> {
    let promises = promises(&estate(), times, incidents, now());
    let row = |row: PromiseRow| (row.label, row.tone, row.words);
    rows(&promises).into_iter().map(row).collect()
}

#[test]
fn promises_are_told_with_what_is_unknown() {
    let mut times = all(Health::Healthy, 95);
    times.extend(all(Health::Unknown, 5));
    let ended = Incident {
        state: IncidentState::Resolved,
        started_at: at("10:00:00"),
        opened_at: Some(at("10:02:00")),
        resolved_at: Some(at("11:00:00")),
        ..points()
    };
    let rows = told(&times, &[ended]);
    let row = |n: usize| (rows[n].0.as_str(), rows[n].1, rows[n].2.as_str());
    assert_eq!(
        row(0),
        (
            "T0 this month",
            "healthy",
            "100 % of 99.95 % promised, kept by 9 of 9 integrations; 5 % of the time unknown"
        )
    );
    assert_eq!(
        row(1),
        (
            "T1 this month",
            "failing",
            "99.94 % of 99.9 % promised, kept by 19 of 20 integrations; 5 % of the time unknown"
        )
    );
    assert_eq!(
        row(4),
        (
            "Found",
            "healthy",
            "after 2 min on average, 1 of 1 incident within 15 min"
        )
    );
    assert_eq!(
        row(5),
        (
            "Over",
            "failing",
            "after 58 min on average, 0 of 1 incident within 30 min"
        )
    );
}

#[test]
fn without_evidence_there_is_no_figure() {
    let rows = told(&all(Health::Unknown, 10), &[]);
    assert_eq!(rows[0].1, "unknown");
    assert_eq!(rows[0].2, "unknown; 99.95 % is promised");
    let last = rows.last().unwrap();
    assert_eq!(last.2, "no incident in 30 days; the target is 30 min");
    assert_eq!(
        told(&[], &[]).len(),
        2,
        "what was never judged has no month"
    );
}

#[test]
fn a_share_is_never_rounded_up_to_all() {
    for (share, words) in [
        (1.0, "100 %"),
        (0.99999, "99.99 %"),
        (0.9995, "99.95 %"),
        (0.99, "99 %"),
        (0.0, "0 %"),
    ] {
        assert_eq!(percent(share), words);
    }
}
