//! Scenario files: what is read, and how a mistake is told.

use countersign_feed::demo_estate;
use countersign_host::clock::Clock;
use countersign_model::SignedDuration;
use countersign_sim::Simulator;
use countersign_sim::scenario::{Fault, Scenario};
use serde_json::json;

#[test]
fn every_story_parses_and_its_faults_can_be_played() {
    let simulator = Simulator::new(&demo_estate(), Clock::system(), None, 7, "http://sim.test");
    for text in [
        include_str!("../../stories/quiet-sunday.yaml"),
        include_str!("../../stories/stampede.yaml"),
        include_str!("../../stories/vendor-outage.yaml"),
    ] {
        let scenario = Scenario::parse(text).unwrap();
        assert!(!scenario.faults.is_empty());
        for fault in &scenario.faults {
            simulator.inject(fault).unwrap();
        }
    }
}

#[test]
fn a_story_is_read_whole() {
    let story = Scenario::parse(include_str!("../../stories/quiet-sunday.yaml")).unwrap();
    assert_eq!(
        (story.name.as_str(), story.estate.as_str(), story.seed),
        ("quiet-sunday", "demo", 7)
    );
    assert_eq!(story.run_for, SignedDuration::from_hours(30));
    assert_eq!(story.warm_up, Some(SignedDuration::from_hours(28 * 24)));
    assert_eq!(story.slots[0].credential, "INT-029");
    assert_eq!(story.faults[0].at, SignedDuration::from_mins(10));
    assert_eq!(story.expect.lockouts, ["INT-029"]);
    assert_eq!(
        story.expect.incidents[0].detect_within,
        SignedDuration::from_mins(12)
    );
}

#[test]
fn mistakes_are_named() {
    let base = "name: x\nestate: demo\nstart: 2026-11-22T12:30:00Z\nrun_for: 1h\n";
    assert!(Scenario::parse(base).is_ok());
    let table = [
        ("falts: []\n", "falts"),
        ("warm_up: 28\n", "28"),
        ("faults: [{ kind: auth_down, at: 10, tenant: all }]\n", "10"),
        ("faults: [{ at: +10m, tenant: all }]\n", "kind"),
        (
            "expect: { incidents: [{ root_cause: platform }] }\n",
            "class",
        ),
        (
            "slots: [{ credential: INT-029, minted_at: noon }]\n",
            "minted_at",
        ),
    ];
    for (line, words) in table {
        let error = Scenario::parse(&format!("{base}{line}"))
            .unwrap_err()
            .to_string();
        assert!(error.contains(words), "{line}: {error}");
    }
}

#[test]
fn spans_combine() {
    let fault: Fault = serde_json::from_value(json!({
        "kind": "auth_slow", "at": "+1d06h30m", "for": "11m", "latency": "500ms", "tenant": "all",
    }))
    .unwrap();
    assert_eq!(fault.at, SignedDuration::from_mins(30 * 60 + 30));
    assert_eq!(fault.lasts, Some(SignedDuration::from_mins(11)));
    assert_eq!(fault.latency, Some(SignedDuration::from_millis(500)));
    let skew: Fault = serde_json::from_value(json!({ "kind": "clock_skew", "by": "-5m" })).unwrap();
    assert_eq!(skew.by, Some(SignedDuration::from_mins(-5)));
    for wrong in ["", "10", "m", "1 m", "1x", "1m-", "99999999999999999999d"] {
        let fault = json!({ "kind": "x", "for": wrong });
        assert!(serde_json::from_value::<Fault>(fault).is_err(), "{wrong}");
    }
}
