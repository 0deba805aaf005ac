use super::*;
use crate::figures::tests::incident;
use countersign_feed::demo_estate;
use countersign_model::class::Class;
use countersign_model::response::Acknowledgement;

fn at(text: &str) -> Timestamp {
    format!("2026-11-22T{text}Z").parse().unwrap()
}

fn points() -> Incident {
    let started = "2026-11-22T12:50:59Z";
    let mut incident = incident(
        &demo_estate(),
        "credential:INT-029",
        Class::AuthRejected,
        started,
    );
    incident.opened_at = Some(at("12:51:29"));
    incident
}

fn standings(incident: &Incident, now: &str) -> Vec<(ClockKind, Standing)> {
    let read = clocks(&demo_estate(), incident, at(now));
    read.clocks
        .iter()
        .map(|clock| (clock.clock, clock.standing))
        .collect()
}

#[test]
fn a_clock_runs_within_its_objective_and_is_missed_after_it() {
    let mut incident = points();
    let standing = |incident: &Incident, clock, now: &str| {
        let found = standings(incident, now)
            .into_iter()
            .find(|(kind, _)| *kind == clock);
        found.unwrap().1
    };
    assert_eq!(
        standing(&incident, ClockKind::Detected, "12:52:00"),
        Standing::Met
    );
    assert_eq!(
        standing(&incident, ClockKind::Notified, "12:52:00"),
        Standing::Running
    );
    assert_eq!(
        standing(&incident, ClockKind::Notified, "12:56:00"),
        Standing::Missed
    );
    assert_eq!(
        standing(&incident, ClockKind::Restored, "13:06:29"),
        Standing::Running
    );
    assert_eq!(
        standing(&incident, ClockKind::Restored, "13:06:30"),
        Standing::Missed
    );
    incident.response.restored_at = Some(at("13:06:00"));
    assert_eq!(
        standing(&incident, ClockKind::Restored, "15:00:00"),
        Standing::Met
    );
    assert_eq!(
        standing(&incident, ClockKind::Recovered, "13:21:30"),
        Standing::Missed
    );
    assert_eq!(
        standing(&incident, ClockKind::Acknowledged, "15:00:00"),
        Standing::NoObjective
    );
}

/// Objectives by tier, from the estate's definition of tiers.
#[test]
fn objectives_are_those_of_the_strictest_tier_the_cause_touches() {
    let aims = |root: &str| {
        let estate = demo_estate();
        let incident = incident(&estate, root, Class::AuthRejected, "2026-11-22T12:50:59Z");
        let read = clocks(&estate, &incident, at("12:52:00"));
        let aim = |kind| {
            read.clocks
                .iter()
                .find(|one| one.clock == kind)
                .unwrap()
                .objective_min
        };
        (
            read.tier,
            [
                ClockKind::Detected,
                ClockKind::Restored,
                ClockKind::Recovered,
            ]
            .map(aim),
        )
    };
    let rows = [
        ("credential:INT-001", Tier::T0, [2, 15, 30]),
        ("credential:INT-029", Tier::T1, [5, 15, 30]),
        ("credential:INT-011", Tier::T2, [15, 240, 480]),
        ("credential:INT-004", Tier::T3, [60, 1_440, 1_440]),
    ];
    for (root, tier, minutes) in rows {
        assert_eq!(aims(root), (Some(tier), minutes.map(Some)), "{root}");
    }
    let nobodys = aims("credential:gone");
    assert_eq!(nobodys, (None, [None; 3]), "nothing is known of it");
}

#[test]
fn what_nothing_can_stop_is_not_called_missed() {
    let mut incident = points();
    incident.root_cause = "asset:DE-16".parse().unwrap();
    let found = standings(&incident, "18:00:00");
    assert!(
        found.contains(&(ClockKind::Restored, Standing::NotSeen)),
        "{found:?}"
    );
    incident.state = IncidentState::Resolved;
    incident.resolved_at = Some(at("13:00:00"));
    let found = standings(&incident, "18:00:00");
    assert!(
        found.contains(&(ClockKind::Recovered, Standing::NotSeen)),
        "{found:?}"
    );
}

#[test]
fn who_found_it_is_the_system_until_somebody_says_otherwise() {
    let mut incident = points();
    let read = clocks(&demo_estate(), &incident, at("12:52:00"));
    assert_eq!(read.found_by, FoundBy::System);
    let found_by = FoundBy::Person;
    incident.response.acknowledged = Some(Acknowledgement {
        at: at("12:53:00"),
        by: None,
        found_by,
    });
    let read = clocks(&demo_estate(), &incident, at("12:54:00"));
    assert_eq!(read.found_by, FoundBy::Person);
    assert!(
        read.clocks
            .iter()
            .any(|clock| clock.at == Some(at("12:53:00")))
    );
}
