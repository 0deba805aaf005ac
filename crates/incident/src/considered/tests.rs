use super::*;
use crate::engine::tests::{at, opened};
use countersign_feed::estate::demo_estate;
use countersign_model::estate::{Estate, Planned, PlannedKind};
use countersign_model::incident::IncidentState;
use countersign_model::outcome::{Call, Fact, Metric, Outcome};

const NOW: &str = "2026-11-22T13:30:00Z";

fn outcome(now: &str, flow: &str, fact: Fact) -> Outcome {
    Outcome {
        id: "out_1".parse().unwrap(),
        ts: at(now),
        source: "test".to_owned(),
        integration: flow.parse().ok(),
        bu: None,
        credential: flow.parse().ok(),
        consumer: None,
        peer_ip: None,
        n: 1,
        fact,
    }
}

fn call(now: &str, flow: &str, status: u16) -> Outcome {
    let call = Call {
        status: Some(status),
        ..Call::default()
    };
    outcome(now, flow, Fact::Call(call))
}

fn minted(now: &str, flow: &str, status: u16) -> Outcome {
    let fact = Fact::Mint {
        call: Call {
            status: Some(status),
            ..Call::default()
        },
        expires_in: (status == 200).then_some(1199),
        scope: None,
        generation: None,
        refresh_at: None,
        grant: None,
    };
    outcome(now, flow, fact)
}

fn sample(now: &str, asset: &str, metric: Metric, value: f64) -> Outcome {
    let asset = asset.parse().unwrap();
    outcome(
        now,
        "",
        Fact::Sample {
            metric,
            asset,
            value,
        },
    )
}

/// A journey fed by events that stands still since 12:50:59, seen by its counter alone.
fn stopped(asset: &str) -> Incident {
    Incident {
        root_cause: RootCause::Asset(asset.parse().unwrap()),
        class: Class::Stopped,
        refused: None,
        confidence: Confidence::Likely,
        integrations: Vec::new(),
        blind_spots: Vec::new(),
        ..opened()
    }
}

fn weigh(estate: &Estate, incident: &Incident, outcomes: &[Outcome]) -> Vec<Considered> {
    let mut tally = Tally::new(estate);
    outcomes.iter().for_each(|outcome| tally.observe(outcome));
    let cause = Cause::of(estate, &incident.root_cause, &incident.integrations);
    considered(&cause, incident, &tally, at(NOW))
}

fn one(all: &[Considered], other: OtherCause) -> &Considered {
    all.iter().find(|one| one.other == other).unwrap()
}

#[test]
fn a_refusal_in_front_of_us_rules_every_other_cause_out_with_figures() {
    let estate = demo_estate();
    let outcomes = [
        minted("2026-11-22T12:54:00Z", "INT-028", 200),
        minted("2026-11-22T12:56:00Z", "INT-030", 200),
        call("2026-11-22T13:04:00Z", "INT-030", 201),
        minted("2026-11-22T13:20:00Z", "INT-029", 401),
    ];
    let all = weigh(&estate, &opened(), &outcomes);
    for other in OtherCause::ALL {
        let found = one(&all, other);
        assert_eq!(found.weighed, Weighed::RuledOut, "{found:?}");
    }
    assert_eq!(
        one(&all, OtherCause::VendorOutage).against,
        [
            "The provider answered, and refused; an outage does not.",
            "2 other credentials got a token since it began, the last at 06:56 CST.",
            "Calls of 1 other flow were answered since it began, the last at 07:04 CST.",
        ]
    );
    assert_eq!(
        one(&all, OtherCause::Throttling).against[0],
        "Requests of 1 flow on the cause were seen since it began, and none was answered 429."
    );
    assert_eq!(
        one(&all, OtherCause::OurBlindness).against,
        [
            "The failure itself was seen: 1 fact, the last at 06:51 CST.",
            "4 of the 4 flows, credentials and counters that are seen at all were seen since it began.",
        ]
    );
}

#[test]
fn where_others_fail_too_an_outage_stays_possible_and_for_the_platform_it_is_the_cause() {
    let estate = demo_estate();
    let outcomes = [
        minted("2026-11-22T12:54:00Z", "INT-028", 503),
        call("2026-11-22T12:55:00Z", "INT-030", 503),
    ];
    let all = weigh(&estate, &opened(), &outcomes);
    let outage = one(&all, OtherCause::VendorOutage);
    assert_eq!(outage.weighed, Weighed::Possible);
    assert_eq!(
        outage.in_favour,
        [
            "1 other credential asked for a token since it began and got none since.",
            "Calls of 1 other flow failed since it began and none was answered since.",
        ]
    );
    let platform = Incident {
        root_cause: RootCause::Platform,
        refused: None,
        class: Class::Upstream,
        ..opened()
    };
    let all = weigh(&estate, &platform, &outcomes);
    assert_eq!(
        one(&all, OtherCause::VendorOutage).weighed,
        Weighed::IsTheCause
    );
}

#[test]
fn a_429_on_the_cause_speaks_for_throttling_and_says_when() {
    let estate = demo_estate();
    let outcomes = [call("2026-11-22T13:00:00Z", "INT-029", 429)];
    let throttled = Incident {
        refused: None,
        ..opened()
    };
    let all = weigh(&estate, &throttled, &outcomes);
    let found = one(&all, OtherCause::Throttling);
    assert_eq!(found.weighed, Weighed::Possible);
    assert_eq!(
        found.in_favour,
        ["1 of 1 flows on the cause were answered 429 since it began, the last at 07:00 CST."]
    );
}

#[test]
fn what_reads_a_table_that_changed_had_something_to_do_and_one_that_did_not_may_have_had_nothing() {
    let estate = demo_estate();
    let reader = estate.assets.iter().find(|asset| {
        let reads = asset.reads.first().and_then(|id| estate.asset(id));
        asset.id.as_str().starts_with("J-")
            && reads.is_some_and(|table| table.id.as_str().starts_with("DE-"))
    });
    let reader = reader.unwrap();
    let table = reader.reads[0].as_str();
    let incident = stopped(reader.id.as_str());
    let moved = [sample(
        "2026-11-22T13:10:00Z",
        table,
        Metric::RowsWritten,
        40.0,
    )];
    let all = weigh(&estate, &incident, &moved);
    let found = one(&all, OtherCause::EmptyAudience);
    assert_eq!(found.weighed, Weighed::RuledOut, "{found:?}");
    assert!(found.against[0].contains("changed at"), "{found:?}");
    let still = [sample(
        "2026-11-22T13:10:00Z",
        table,
        Metric::RowsWritten,
        0.0,
    )];
    let all = weigh(&estate, &incident, &still);
    let found = one(&all, OtherCause::EmptyAudience);
    assert_eq!(found.weighed, Weighed::Possible, "{found:?}");
    let nothing = weigh(&estate, &incident, &[]);
    let found = one(&nothing, OtherCause::EmptyAudience);
    assert_eq!(found.weighed, Weighed::CannotTell, "{found:?}");
}

#[test]
fn the_calendar_speaks_for_a_pause_maintenance_or_holiday_and_is_silent_otherwise() {
    let kinds = [
        (PlannedKind::Pause, OtherCause::PlannedPause),
        (PlannedKind::Maintenance, OtherCause::Maintenance),
        (PlannedKind::Holiday, OtherCause::WeekendOrHoliday),
    ];
    for (kind, other) in kinds {
        let mut estate = demo_estate();
        let incident = stopped("J-11");
        let without = weigh(&estate, &incident, &[]);
        assert_ne!(one(&without, other).weighed, Weighed::Possible, "{other:?}");
        estate.planned.push(Planned {
            id: "PL-99".to_owned(),
            kind,
            from: at("2026-11-22T12:00:00Z"),
            to: at("2026-11-22T14:00:00Z"),
            bu: None,
            integration: None,
            asset: "J-11".parse().ok(),
            reason: "stock-taking".to_owned(),
        });
        let with = weigh(&estate, &incident, &[]);
        let found = one(&with, other);
        assert_eq!(found.weighed, Weighed::Possible, "{found:?}");
        assert_eq!(
            found.in_favour[0],
            "The calendar says from 2026-11-22 06:00 CST to 2026-11-22 08:00 CST: stock-taking (PL-99)."
        );
    }
}

#[test]
fn a_weekend_is_weighed_by_what_it_usually_brings() {
    let estate = demo_estate();
    let asset = estate.assets.iter().find(|asset| {
        asset.volume_weekday.is_some_and(|n| n > 5_000)
            && asset.schedule.is_none()
            && asset.id.as_str().starts_with("J-")
    });
    let asset = asset.unwrap();
    let all = weigh(&estate, &stopped(asset.id.as_str()), &[]);
    let found = one(&all, OtherCause::WeekendOrHoliday);
    assert_eq!(found.weighed, Weighed::RuledOut, "{found:?}");
    assert!(
        found.against[0].starts_with("Since it began on Sunday, "),
        "{found:?}"
    );
    assert!(
        found.against[0].contains("were to be expected over"),
        "{found:?}"
    );
}

#[test]
fn a_counter_that_nobody_reads_any_more_speaks_for_our_blindness() {
    let estate = demo_estate();
    let incident = stopped("J-11");
    let before = sample("2026-11-22T12:40:00Z", "J-11", Metric::Enrolments, 3.0);
    let all = weigh(&estate, &incident, &[before]);
    let found = one(&all, OtherCause::OurBlindness);
    assert_eq!(found.weighed, Weighed::Possible);
    assert_eq!(found.in_favour.len(), 2, "{found:?}");
    let since = sample("2026-11-22T13:20:00Z", "J-11", Metric::Enrolments, 0.0);
    let all = weigh(&estate, &incident, &[since]);
    let found = one(&all, OtherCause::OurBlindness);
    assert_eq!(found.weighed, Weighed::RuledOut, "{found:?}");
}

#[test]
fn an_open_incident_carries_all_of_it_from_its_first_minute() {
    let incident = opened();
    assert_eq!(incident.state, IncidentState::Open);
    let told: Vec<OtherCause> = incident
        .response
        .considered
        .iter()
        .map(|one| one.other)
        .collect();
    assert_eq!(told, OtherCause::ALL);
}
