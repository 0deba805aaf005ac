//! Weaknesses take the same road: judged, durable with their turn, told, and closed by evidence.

use crate::hook_server::HookServer;
use crate::house::{House, at, refusal, success};
use countersign_model::finding::{Finding, FindingKind};
use countersign_model::id::OutcomeId;
use countersign_model::outcome::{Fact, Metric, Outcome};
use countersign_store::{Dropped, FindingFilter};
use countersign_watch::Committed;
use std::sync::{Arc, Mutex};

async fn open(house: &House, kind: FindingKind) -> Vec<Finding> {
    let mut open = house
        .store
        .findings(FindingFilter::Open, 100)
        .await
        .unwrap();
    open.retain(|finding| finding.kind == kind);
    open
}

fn with_scope(mut outcome: Outcome, granted: &str) -> Outcome {
    if let Fact::Mint { scope, .. } = &mut outcome.fact {
        *scope = Some(granted.to_owned());
    }
    outcome
}

/// A counter's value that JSON cannot say: its row reads as `null`, which is no number.
fn unreadable(id: &str) -> Outcome {
    let fact = Fact::Sample {
        metric: Metric::Rows,
        asset: "DE-16".parse().unwrap(),
        value: f64::NAN,
    };
    Outcome {
        id: OutcomeId::new(id).unwrap(),
        fact,
        ..refusal(at("12:50:59"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_cannot_be_read_is_a_finding_and_the_incident_behind_it_opens() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::willing().await;
    let house = House::open(dir.path(), at("12:50:59"), &hook);
    house.send(unreadable("first")).await;
    house.send(refusal(at("12:50:59"))).await;
    house.advance_to(at("12:50:59"), at("12:51:29")).await;
    let batch = vec![unreadable("second"), refusal(at("12:51:29"))];
    house.watch.outcomes(batch).await.unwrap();
    house.watch.quiesce().await;
    let open = house.open_incidents().await;
    assert_eq!(open.len(), 1, "{open:#?}");
    let dropped = house.store.dropped().await.unwrap();
    assert_eq!(dropped[&Dropped::OutcomesUnreadable], 2);
    let found = self::open(&house, FindingKind::RowUnreadable).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].subject.to_string(), "source:ledger");
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_permission_is_found_kept_over_a_restart_and_closed_when_it_is_back() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::start(&[], Arc::new(|| {})).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::clone(&told);
    let on_commit = Arc::new(move |committed: &Committed<'_>| {
        let mut told = telling.lock().unwrap();
        told.extend(
            committed
                .findings
                .iter()
                .map(|finding| finding.id.to_string()),
        );
    });
    let house = House::open_with(dir.path(), at("12:30:00"), &hook, on_commit);
    house
        .send(with_scope(
            success(at("12:30:00")),
            "data_extensions_read data_extensions_write",
        ))
        .await;
    assert_eq!(open(&house, FindingKind::ScopeRemoved).await, []);
    house.advance_to(at("12:30:00"), at("12:45:00")).await;
    house
        .send(with_scope(success(at("12:45:00")), "data_extensions_read"))
        .await;
    let found = open(&house, FindingKind::ScopeRemoved).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id.as_str(), "scope_removed:credential:INT-029");
    assert_eq!(found[0].since, at("12:45:00"));
    assert!(told.lock().unwrap().contains(&found[0].id.to_string()));
    assert_eq!(house.open_incidents().await, []);
    house.kill().await;

    let house = House::open(dir.path(), at("12:50:00"), &hook);
    house.watch.quiesce().await;
    assert_eq!(open(&house, FindingKind::ScopeRemoved).await, found);
    house.advance_to(at("12:50:00"), at("13:00:00")).await;
    house
        .send(with_scope(
            success(at("13:00:00")),
            "data_extensions_read data_extensions_write",
        ))
        .await;
    assert_eq!(open(&house, FindingKind::ScopeRemoved).await, []);
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_estate_shows_its_built_in_findings_and_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::start(&[], Arc::new(|| {})).await;
    let house = House::open(dir.path(), at("12:30:00"), &hook);
    house.watch.quiesce().await;
    let open = house
        .store
        .findings(FindingFilter::Open, 100)
        .await
        .unwrap();
    let mut ids: Vec<&str> = open.iter().map(|finding| finding.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(
        ids,
        [
            "backup_missing:integration:INT-045",
            "credential_shared:credential:INT-008",
            "ending:credential:INT-016",
            "ending:credential:INT-020",
            "ending:credential:INT-023",
            "ending:credential:INT-029",
            "ending:credential:INT-031",
            "key_old:credential:INT-028",
            "key_old:credential:INT-032",
            "legacy_package:credential:INT-028",
            "long_job:integration:INT-003",
            "owner_missing:integration:INT-047",
            "scopes_broad:credential:INT-007",
        ]
    );
    house.kill().await;
}
