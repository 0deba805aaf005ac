//! What outcomes came to, what failed, and how long it is kept.

use crate::house::{House, at, house, outcome};
use countersign_model::rollup::{Rollup, Tally};
use countersign_model::{SignedDuration, Timestamp};
use countersign_store::{Dropped, FailureMark, Failures, Grain, Keep, PipelineCommit, Purged};

fn rollup(at: Timestamp, calls: u64) -> Rollup {
    Rollup {
        at,
        integration: "INT-029".parse().unwrap(),
        family: "hub".to_owned(),
        tally: Tally {
            calls,
            failures: [("scope".to_owned(), 1)].into(),
            ..Tally::default()
        },
    }
}

fn mark(seq: u64, at: Timestamp) -> FailureMark {
    FailureMark {
        seq,
        class: "auth_rejected",
        integration: Some("INT-029".parse().unwrap()),
        at,
        n: 1,
    }
}

async fn history(house: &House, grain: Grain) -> Vec<(Timestamp, u64, u64)> {
    let id = "INT-029".parse().unwrap();
    let found = house
        .store
        .rollups(id, grain, at("00:00:00"), at("23:59:59"));
    let found = found.await.unwrap();
    let told = |one: Rollup| (one.at, one.tally.calls, one.tally.failures["scope"]);
    found.into_iter().map(told).collect()
}

#[tokio::test]
async fn turns_add_up_to_minutes_and_hours() {
    let house = house();
    for (minute, calls) in [("12:00:00", 2), ("12:00:00", 3), ("12:59:00", 4)] {
        let turn = PipelineCommit {
            rollups: vec![rollup(at(minute), calls)],
            ..PipelineCommit::default()
        };
        house.store.commit(turn).await.unwrap();
    }
    assert_eq!(
        history(&house, Grain::Minute).await,
        [(at("12:00:00"), 5, 2), (at("12:59:00"), 4, 1)]
    );
    assert_eq!(history(&house, Grain::Hour).await, [(at("12:00:00"), 9, 3)]);
}

#[tokio::test]
async fn a_failure_outlives_its_outcome_with_its_class_and_nothing_unread_goes() {
    let house = house();
    let batch = ["fine", "failed", "unread"].map(|id| outcome(id, at("12:00:00")));
    house
        .store
        .outcomes_append(at("12:00:00"), batch.to_vec())
        .await
        .unwrap();
    let read = house.store.outcomes_after(0, 2).await.unwrap().outcomes;
    let turn = PipelineCommit {
        cursor: read[1].0,
        failures: Failures {
            marks: vec![mark(read[1].0, at("12:00:00"))],
            ..Failures::default()
        },
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();

    let later = |hours| at("12:00:00") + SignedDuration::from_hours(hours);
    let purge = |hours| house.store.purge(later(hours), Keep::default());
    assert_eq!(purge(1).await.unwrap(), Purged::default());
    assert_eq!(purge(2).await.unwrap().outcomes, 2);
    let left = house.store.outcomes_after(0, 10).await.unwrap().outcomes;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].1.id.as_str(), "unread");
    let id = "INT-029".parse().unwrap();
    let failures = house.store.failures_recent(id, 10).await.unwrap();
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0].class, "auth_rejected");
    assert_eq!(failures[0].outcome.id.as_str(), "failed");
    assert_eq!(purge(30 * 24).await.unwrap().failures, 0);
    assert_eq!(purge(30 * 24 + 1).await.unwrap().failures, 1);
}

#[tokio::test]
async fn of_outcomes_that_come_too_fast_the_newest_are_kept() {
    let house = house();
    let batch: Vec<_> = (0..10)
        .map(|n| outcome(&format!("o{n}"), at("12:00:00")))
        .collect();
    let append = house.store.outcomes_append(at("12:00:00"), batch);
    append.await.unwrap();
    let stretch = house.store.outcomes_after(0, 10).await.unwrap();
    let cursor = stretch.end().unwrap();
    let turn = PipelineCommit {
        cursor,
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();
    let keep = Keep {
        outcomes_max: 3,
        ..Keep::default()
    };
    let purged = house.store.purge(at("12:00:01"), keep).await.unwrap();
    assert_eq!(purged.outcomes, 7);
    assert_eq!(house.store.outcomes_after(0, 10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn minutes_go_after_two_days_and_hours_after_thirteen_months() {
    let house = house();
    let turn = PipelineCommit {
        rollups: vec![rollup(at("12:00:00"), 1)],
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();
    let purge = async |hours| {
        let now = at("12:00:00") + SignedDuration::from_hours(hours);
        house
            .store
            .purge(now, Keep::default())
            .await
            .unwrap()
            .rollups
    };
    assert_eq!(purge(48).await, 0);
    assert_eq!(purge(49).await, 1);
    assert_eq!(history(&house, Grain::Minute).await, []);
    assert_eq!(history(&house, Grain::Hour).await.len(), 1);
    assert_eq!(purge(396 * 24).await, 0);
    assert_eq!(purge(397 * 24).await, 1);
}

/// Puts `n` outcomes of one minute on the road and judges them all as failures.
async fn fail(house: &House, minute: &str, n: usize, sample: u32) {
    let from = house.store.pipeline_load().await.unwrap().cursor;
    let ids = (0..n).map(|k| outcome(&format!("{minute}-{from}-{k}"), at(minute)));
    let append = house.store.outcomes_append(at(minute), ids.collect());
    append.await.unwrap();
    let read = house.store.outcomes_after(from, n).await.unwrap();
    let marks = read.outcomes.iter().map(|(seq, _)| mark(*seq, at(minute)));
    let turn = PipelineCommit {
        cursor: read.end().unwrap(),
        failures: Failures {
            marks: marks.collect(),
            sample,
        },
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();
}

async fn kept(house: &House) -> Vec<String> {
    let id = "INT-029".parse().unwrap();
    let failures = house.store.failures_recent(id, 1_000).await.unwrap();
    let minute = |at: Timestamp| at.strftime("%H:%M").to_string();
    let of = failures.iter().rev();
    of.map(|failure| minute(failure.outcome.ts)).collect()
}

#[tokio::test]
async fn of_a_minute_that_fails_without_end_the_first_are_kept_and_the_others_counted() {
    let house = house();
    fail(&house, "12:00:00", 2, 3).await;
    fail(&house, "12:00:59", 1_000, 3).await;
    fail(&house, "12:01:00", 4, 3).await;
    assert_eq!(
        kept(&house).await,
        ["12:00", "12:00", "12:00", "12:01", "12:01", "12:01"]
    );
    let dropped = house.store.dropped().await.unwrap();
    assert_eq!(dropped[&Dropped::FailuresBeyondSample], 999 + 1);
}

#[tokio::test]
async fn beyond_their_bound_the_oldest_failures_go_and_are_counted() {
    let house = house();
    for minute in ["12:00:00", "12:01:00", "12:02:00"] {
        fail(&house, minute, 4, 20).await;
    }
    let keep = Keep {
        failures_max: 5,
        ..Keep::default()
    };
    let purged = house.store.purge(at("12:02:30"), keep).await.unwrap();
    assert_eq!((purged.failures, purged.failures_beyond), (0, 7));
    assert_eq!(
        kept(&house).await,
        ["12:01", "12:02", "12:02", "12:02", "12:02"]
    );
    let dropped = house.store.dropped().await.unwrap();
    assert_eq!(dropped[&Dropped::FailuresBeyondBound], 7);
    let again = house.store.purge(at("12:02:31"), keep).await.unwrap();
    assert_eq!(again, Purged::default());
}
