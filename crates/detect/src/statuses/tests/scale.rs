//! The work of an outcome and of a turn does not grow with the estate. Counted, not timed.

use super::*;
use countersign_model::graph::{Dependency, Node, Reached};
use countersign_model::incident::{Affected, IncidentState};
use countersign_model::outcome::Metric;
use serde_json::json;

/// An estate of `n` integrations with a credential each, and one that all of a hundred share.
fn estate(n: usize) -> Estate {
    let flow = |i: usize| {
        let credential = if i < 100 {
            "shared".to_owned()
        } else {
            format!("C-{i}")
        };
        json!({"id": format!("F-{i}"), "name": format!("Flow {i}"), "bu": "RNA", "kind": "on-demand",
               "tier": "T2", "credential": credential, "feeds": [format!("T-{}", i / 10)]})
    };
    let credential =
        |id: String| json!({"id": id, "bu": "RNA", "kind": "s2s_v2", "mode": "brokered"});
    let mut credentials = vec![credential("shared".to_owned())];
    credentials.extend((100..n).map(|i| credential(format!("C-{i}"))));
    let table = |i: usize| {
        json!({"id": format!("T-{i}"), "name": format!("Table {i}"), "bu": "RNA",
               "kind": "data_extension", "critical_after_min": 60})
    };
    serde_json::from_value(json!({
        "version": 1,
        "tenants": [{"id": "acme", "subdomain": "x"}],
        "business_units": [{"id": "RNA", "tenant": "acme", "mid": 1, "time_zone": "UTC"}],
        "credentials": credentials,
        "integrations": (0..n).map(flow).collect::<Vec<_>>(),
        "assets": (0..n / 10).map(table).collect::<Vec<_>>(),
    }))
    .unwrap()
}

const NOW: &str = "2026-11-22T13:00:00Z";

fn settled(n: usize) -> Statuses {
    let mut statuses = Statuses::new(&estate(n));
    let first = statuses.changes(at(NOW), [].iter());
    assert_eq!(first.n_judged, n, "at first all are judged");
    assert_eq!(first.changed.len(), n);
    assert_eq!(statuses.changes(at(NOW), [].iter()).n_judged, 0);
    statuses
}

fn sample(asset: &str, ts: &str, rows: f64) -> Outcome {
    Outcome {
        integration: None,
        credential: None,
        fact: Fact::Sample {
            metric: Metric::RowsWritten,
            asset: asset.parse().unwrap(),
            value: rows,
        },
        ..mint(ts, 200)
    }
}

fn minted(credential: &str, ts: &str) -> Outcome {
    Outcome {
        integration: None,
        credential: Some(credential.parse().unwrap()),
        ..mint(ts, 200)
    }
}

#[test]
fn an_outcome_touches_the_integrations_it_speaks_of_and_no_other() {
    let estate = estate(5_000);
    let index = Index::of(&estate);
    let of = |outcome: &Outcome| index.meant(outcome).len();
    assert_eq!(of(&call("F-4711", NOW, 200)), 1);
    assert_eq!(of(&minted("C-4711", NOW)), 1);
    assert_eq!(of(&minted("shared", NOW)), 100);
    assert_eq!(of(&call("nobody", NOW, 200)), 0);
    assert_eq!(
        index.feeders(&"T-3".parse().unwrap()),
        (30..40).collect::<Vec<_>>()
    );
}

#[test]
fn a_turn_judges_only_what_may_have_changed() {
    for n in [200, 5_000] {
        let mut statuses = settled(n);
        let now = at(NOW);
        for id in ["F-150", "F-151", "F-152"] {
            statuses.observe(now, &call(id, NOW, 202));
            statuses.observe(now, &call(id, NOW, 202));
        }
        let turn = statuses.changes(now, [].iter());
        assert_eq!((turn.n_judged, turn.changed.len()), (3, 3), "of {n}");
        let parts = statuses.take_changed();
        let names: Vec<&str> = parts.iter().map(|(part, _)| part.as_str()).collect();
        assert_eq!(names, ["status/F-150", "status/F-151", "status/F-152"]);
        assert_eq!(statuses.take_changed(), []);
    }
}

#[test]
fn more_of_the_same_calls_is_told_once_a_minute() {
    let mut statuses = settled(200);
    let after = |seconds| at(NOW) + countersign_model::SignedDuration::from_secs(seconds);
    let call_at = |seconds| Outcome {
        ts: after(seconds),
        ..call("F-150", NOW, 202)
    };
    let mut n_judged = 0;
    for second in 0..180 {
        statuses.observe(after(second), &call_at(second));
        n_judged += statuses.changes(after(second), [].iter()).n_judged;
    }
    assert_eq!(n_judged, 3, "180 calls in three minutes");
    let refused = Outcome {
        ts: after(180),
        ..call("F-150", NOW, 401)
    };
    statuses.observe(after(180), &refused);
    let turn = statuses.changes(after(180), [].iter());
    assert_eq!(turn.n_judged, 1, "what turns it is judged at once");
}

#[test]
fn what_time_alone_changes_is_judged_when_it_changes() {
    let mut statuses = settled(5_000);
    let minted_at = at(NOW);
    statuses.observe(minted_at, &minted("C-4711", NOW));
    let told = statuses.changes(minted_at, [].iter());
    assert_eq!(told.changed[0].health, Health::Healthy);
    let before = at("2026-11-22T13:19:58Z");
    assert_eq!(statuses.changes(before, [].iter()).n_judged, 0);
    let ended = statuses.changes(at("2026-11-22T13:19:59Z"), [].iter());
    assert_eq!(ended.n_judged, 1);
    assert_eq!(ended.changed[0].health, Health::Unknown);
    assert_eq!(ended.changed[0].since, Some(at("2026-11-22T13:19:59Z")));
}

#[test]
fn an_incident_is_judged_where_it_hits_and_once() {
    let mut statuses = settled(5_000);
    let now = at(NOW);
    let mut open: Incident = serde_json::from_value(json!({
        "id": "inc_1", "root_cause": "credential:C-4711", "class": "auth_rejected", "state": "open",
        "confidence": "certain", "title": "Flow 4711 is refused.", "business_units": ["RNA"],
        "integrations": ["F-4711"], "affected": [],
        "unaffected": [], "evidence": [], "blind_spots": [], "runbook": [], "timeline": [],
        "started_at": NOW,
    }))
    .unwrap();
    open.affected.push(Affected {
        reached: Reached {
            node: Node::Asset("T-3".parse().unwrap()),
            distance: 1,
            via: Node::Integration("F-4711".parse().unwrap()),
            dependency: Dependency::Feeds,
        },
        name: "Table 3".to_owned(),
        words: "Stands still.".to_owned(),
    });
    let turn = statuses.changes(now, [&open].into_iter());
    assert_eq!(
        turn.n_judged, 11,
        "one on the cause, ten that feed the table"
    );
    let of = |id: &str| {
        turn.changed
            .iter()
            .find(|status| status.integration.as_str() == id)
    };
    assert_eq!(of("F-4711").unwrap().health, Health::Failing);
    assert_eq!(of("F-30").unwrap().health, Health::AtRisk);
    let mut growing = open.clone();
    growing.evidence.clear();
    growing.notified_at = Some(now);
    assert_eq!(statuses.changes(now, [&growing].into_iter()).n_judged, 0);
    let over = Incident {
        state: IncidentState::Resolved,
        ..open
    };
    let turn = statuses.changes(now, [&over].into_iter());
    assert_eq!((turn.n_judged, turn.changed.len()), (11, 11));
}

#[test]
fn the_turns_together_are_the_whole_view() {
    let mut statuses = settled(300);
    let mut told: BTreeMap<IntegrationId, IntegrationStatus> = statuses
        .view(at(NOW), &[])
        .into_iter()
        .map(|status| (status.integration.clone(), status))
        .collect();
    for minute in 0..90 {
        let now = at(NOW) + countersign_model::SignedDuration::from_mins(minute);
        let id = format!("F-{}", 100 + minute % 40);
        let status = if minute % 7 == 0 { 401 } else { 202 };
        let outcome = Outcome {
            ts: now,
            ..call(&id, NOW, status)
        };
        statuses.observe(now, &outcome);
        if minute % 9 == 0 {
            let mint = minted(&format!("C-{}", 100 + minute % 50), NOW);
            statuses.observe(now, &Outcome { ts: now, ..mint });
        }
        // What only counts may be told a minute late.
        let later = now + countersign_model::SignedDuration::from_secs(59);
        for turn in [now, later] {
            for status in statuses.changes(turn, [].iter()).changed {
                told.insert(status.integration.clone(), status);
            }
        }
    }
    let end = at("2026-11-22T14:31:00Z");
    for status in statuses.changes(end, [].iter()).changed {
        told.insert(status.integration.clone(), status);
    }
    let mut whole = statuses.view(end, &[]);
    whole.sort_by(|a, b| a.integration.cmp(&b.integration));
    assert_eq!(told.into_values().collect::<Vec<_>>(), whole);
}

#[test]
fn who_is_well_is_kept_up_to_date_without_looking_at_all() {
    let mut statuses = settled(300);
    let (mut healthy, mut worked_at) = (BTreeSet::new(), BTreeMap::new());
    for minute in 0..120 {
        let now = at(NOW) + countersign_model::SignedDuration::from_mins(minute);
        let id = format!("F-{}", 100 + minute % 30);
        let status = if minute % 5 == 0 { 403 } else { 202 };
        let outcome = Outcome {
            ts: now,
            ..call(&id, NOW, status)
        };
        statuses.observe(now, &outcome);
        let mint = minted(&format!("C-{}", 100 + minute % 25), NOW);
        statuses.observe(now, &Outcome { ts: now, ..mint });
        statuses.refresh(now, &mut healthy, &mut worked_at);
        assert_eq!(healthy, statuses.healthy(now), "minute {minute}");
        assert_eq!(worked_at, statuses.worked_at(), "minute {minute}");
    }
    assert!(!healthy.is_empty());
    statuses.set_estate(&estate(110));
    let now = at("2026-11-22T15:00:00Z");
    statuses.refresh(now, &mut healthy, &mut worked_at);
    assert_eq!(
        (&healthy, &worked_at),
        (&statuses.healthy(now), &statuses.worked_at())
    );
}

#[test]
fn a_start_from_kept_parts_goes_on_as_if_nothing_happened() {
    let mut statuses = settled(300);
    let mut kept = BTreeMap::new();
    for (second, id) in (10..50).zip((100..).map(|i| format!("F-{}", i % 7 + 100))) {
        let ts = format!("2026-11-22T13:00:{second}Z");
        statuses.observe(at(&ts), &call(&id, &ts, 202));
        let counted = sample("T-11", &ts, 3.0);
        statuses.observe(at(&ts), &counted);
        kept.extend(statuses.take_changed());
    }
    let now = at("2026-11-22T13:01:00Z");
    let shown = statuses.changes(now, [].iter()).changed;
    let mut restored = Statuses::new(&estate(300));
    for (part, text) in &kept {
        assert!(restored.recall(part, text.as_ref().unwrap()).unwrap());
    }
    assert!(
        !restored.recall("credential/F-1", "{}").unwrap(),
        "not ours"
    );
    restored.resume(statuses.view(now, &[]));
    assert_eq!(restored.flows, statuses.flows);
    assert_eq!(restored.assets, statuses.assets);
    assert_eq!(
        restored.changes(now, [].iter()).changed,
        [],
        "nothing is told twice"
    );
    assert_eq!(shown.len(), 17, "seven called, ten feed the table");
}

#[test]
fn what_left_the_estate_is_named_once() {
    let mut statuses = settled(300);
    statuses.observe(at(NOW), &call("F-299", NOW, 202));
    statuses.set_estate(&estate(290));
    let turn = statuses.changes(at(NOW), [].iter());
    let gone: Vec<&str> = turn.gone.iter().map(IntegrationId::as_str).collect();
    assert_eq!((gone.len(), gone[0], gone[9]), (10, "F-290", "F-299"));
    assert_eq!(turn.changed, []);
    assert_eq!(statuses.changes(at(NOW), [].iter()).gone, []);
    let forgotten = statuses.take_changed();
    assert_eq!(forgotten, [("status/F-299".to_owned(), None)]);
}
