//! Time is booked by the health that ran, also over the end of a month and over a gap of the watch.

use crate::house::{House, at, house, incident};
use countersign_model::SignedDuration;
use countersign_model::Timestamp;
use countersign_model::id::IntegrationId;
use countersign_model::incident::{Incident, IncidentState};
use countersign_model::objective::{HealthTime, Month};
use countersign_model::status::{ASSET_PART, AssetSight, Health, IntegrationStatus};
use countersign_store::{Keep, PipelineCommit};
use std::collections::BTreeMap;

fn id() -> IntegrationId {
    "INT-029".parse().unwrap()
}

fn judged(health: Health, since: Timestamp) -> PipelineCommit {
    let status = IntegrationStatus {
        health,
        since: Some(since),
        ..IntegrationStatus::unseen(id(), "INT-029".parse().unwrap())
    };
    PipelineCommit {
        statuses: vec![status],
        judged_at: Some(since),
        ..PipelineCommit::default()
    }
}

/// Minutes by month and health, as read at `now`.
async fn minutes(house: &House, now: Timestamp) -> BTreeMap<(String, Health), i64> {
    let from = Month::of(now).back(12);
    let mut minutes = BTreeMap::new();
    for time in house.store.health_times(from, now).await.unwrap() {
        let key = (time.month.to_string(), time.health);
        *minutes.entry(key).or_default() += time.lasted.as_mins();
    }
    minutes
}

fn november(health: Health, minutes: i64) -> ((String, Health), i64) {
    (("2026-11".to_owned(), health), minutes)
}

#[tokio::test]
async fn a_health_is_booked_when_another_begins_and_runs_until_then() {
    let house = house();
    let commit = |turn| house.store.commit(turn);
    commit(judged(Health::Unknown, at("10:00:00")))
        .await
        .unwrap();
    commit(judged(Health::Healthy, at("10:30:00")))
        .await
        .unwrap();
    // Written again with the same health: nothing is booked twice.
    commit(judged(Health::Healthy, at("10:30:00")))
        .await
        .unwrap();
    let told = minutes(&house, at("11:00:00")).await;
    let expected = [november(Health::Healthy, 30), november(Health::Unknown, 30)];
    assert_eq!(told, BTreeMap::from(expected));
    commit(judged(Health::Failing, at("11:10:00")))
        .await
        .unwrap();
    let told = minutes(&house, at("11:15:00")).await;
    let expected = [
        november(Health::Healthy, 40),
        november(Health::Unknown, 30),
        november(Health::Failing, 5),
    ];
    assert_eq!(told, BTreeMap::from(expected));
}

#[tokio::test]
async fn a_month_gets_its_own_part() {
    let house = house();
    let october: Timestamp = "2026-10-31T23:00:00Z".parse().unwrap();
    house
        .store
        .commit(judged(Health::Healthy, october))
        .await
        .unwrap();
    let later: Timestamp = "2026-11-01T02:00:00Z".parse().unwrap();
    house
        .store
        .commit(judged(Health::Unknown, later))
        .await
        .unwrap();
    let told = minutes(&house, later).await;
    let october = (("2026-10".to_owned(), Health::Healthy), 60);
    assert_eq!(
        told,
        BTreeMap::from([october, november(Health::Healthy, 120)])
    );
    let from = "2026-11".parse().unwrap();
    let times = house.store.health_times(from, later).await.unwrap();
    assert_eq!(times.len(), 1, "what is older than asked for stays out");
}

#[tokio::test]
async fn time_without_a_watch_is_unknown() {
    let house = house();
    house
        .store
        .commit(judged(Health::Healthy, at("10:00:00")))
        .await
        .unwrap();
    house
        .store
        .health_gap(at("10:20:00"), at("12:00:00"))
        .await
        .unwrap();
    let told = minutes(&house, at("12:05:00")).await;
    let expected = [
        november(Health::Healthy, 25),
        november(Health::Unknown, 100),
    ];
    assert_eq!(told, BTreeMap::from(expected));
    let loaded = house.store.pipeline_load().await.unwrap();
    assert_eq!(loaded.judged_at, Some(at("12:00:00")));
    house
        .store
        .commit(judged(Health::Unknown, at("12:10:00")))
        .await
        .unwrap();
    let told = minutes(&house, at("12:10:00")).await;
    let expected = [
        november(Health::Healthy, 30),
        november(Health::Unknown, 100),
    ];
    assert_eq!(told, BTreeMap::from(expected));
}

#[tokio::test]
async fn a_history_is_taken_over_and_old_months_go() {
    let house = house();
    let time = |month: &str| HealthTime {
        integration: id(),
        month: month.parse().unwrap(),
        health: Health::Healthy,
        lasted: SignedDuration::from_hours(1),
    };
    let times = vec![
        time("2025-10"),
        time("2025-11"),
        time("2026-11"),
        time("2026-11"),
    ];
    house.store.health_times_add(times).await.unwrap();
    house.store.commit(PipelineCommit::default()).await.unwrap();
    let purged = house
        .store
        .purge(at("10:00:00"), Keep::default())
        .await
        .unwrap();
    assert_eq!(purged.health, 1);
    let told = minutes(&house, at("10:00:00")).await;
    let last_year = (("2025-11".to_owned(), Health::Healthy), 60);
    assert_eq!(
        told,
        BTreeMap::from([last_year, november(Health::Healthy, 120)])
    );
}

#[tokio::test]
async fn what_counters_tell_is_read_from_memory() {
    let house = house();
    let sight = |id: &str| AssetSight {
        asset: id.parse().unwrap(),
        sampled_at: at("10:00:00"),
        changed_at: None,
    };
    let part = |id: &str| {
        let text = serde_json::to_string(&sight(id)).unwrap();
        (format!("{ASSET_PART}{id}"), Some(text))
    };
    let other = |name: &str| (name.to_owned(), Some("{}".to_owned()));
    let turn = PipelineCommit {
        memory: vec![
            part("TS-1"),
            part("DE-16"),
            other("assets"),
            other("a"),
            other("b"),
        ],
        ..judged(Health::Healthy, at("10:00:00"))
    };
    house.store.commit(turn).await.unwrap();
    let sights = house.store.asset_sights().await.unwrap();
    assert_eq!(sights, [sight("DE-16"), sight("TS-1")]);
}

#[tokio::test]
async fn one_status_is_found_until_its_integration_leaves() {
    let house = house();
    let turn = judged(Health::Healthy, at("10:00:00"));
    let written = turn.statuses[0].clone();
    house.store.commit(turn).await.unwrap();
    assert_eq!(house.store.status(id()).await.unwrap(), Some(written));
    let gone = PipelineCommit {
        statuses_gone: vec![id()],
        ..PipelineCommit::default()
    };
    house.store.commit(gone).await.unwrap();
    assert_eq!(house.store.status(id()).await.unwrap(), None);
}

#[tokio::test]
async fn incidents_that_touch_a_span_are_found() {
    let house = house();
    let ended = |n, ts| Incident {
        resolved_at: Some(at(ts)),
        ..incident(n, IncidentState::Resolved, at("09:00:00"))
    };
    let incidents = vec![
        ended(1, "10:00:00"),
        ended(2, "11:00:00"),
        incident(3, IncidentState::Open, at("08:00:00")),
        incident(4, IncidentState::Suspect, at("12:00:00")),
        incident(5, IncidentState::Dismissed, at("12:00:00")),
    ];
    let turn = PipelineCommit {
        incidents,
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();
    let found = house.store.incidents_since(at("10:30:00")).await.unwrap();
    let states: Vec<_> = found.iter().map(|one| one.state).collect();
    assert_eq!(states, [IncidentState::Open, IncidentState::Resolved]);
}
