//! One flight for all who wait, success or failure, whoever of them goes away.

use crate::endpoint::{Endpoint, Say};
use crate::house::{House, estate, slot};
use countersign_broker::vend::NotHanded;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Readers at once (target P3).
const READERS: usize = 10_000;

async fn ask_all(house: &House) -> Vec<Result<u64, NotHanded>> {
    let mut readers = JoinSet::new();
    for _ in 0..READERS {
        let vendor = Arc::clone(house.broker.vendor());
        readers.spawn(async move {
            let handed = vendor.obtain(&slot("C-1", 1), 0, None).await;
            handed.map(|handed| handed.live.generation.0)
        });
    }
    readers.join_all().await
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_readers_of_one_cold_slot_are_one_request() {
    let (endpoint, url) = Endpoint::serve(Say::Token(1_079), Duration::from_millis(800)).await;
    let house = House::with(&estate(&[&url])).await;
    let answers = ask_all(&house).await;
    assert!(
        answers.iter().all(|answer| *answer == Ok(1)),
        "all got the one token"
    );
    assert_eq!(endpoint.asked(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn failure_not_shared_would_be_ten_thousand_requests() {
    let (endpoint, url) = Endpoint::serve(Say::Refuse(503, ""), Duration::from_millis(800)).await;
    let house = House::with(&estate(&[&url])).await;
    let answers = ask_all(&house).await;
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer, Err(NotHanded::Refused(_))))
    );
    assert_eq!(endpoint.asked(), 1, "all share one failure");
}

#[tokio::test(flavor = "multi_thread")]
async fn caller_cancel_kills_flight_nevermore() {
    let (endpoint, url) = Endpoint::serve(Say::Token(1_079), Duration::from_millis(300)).await;
    let house = House::with(&estate(&[&url])).await;
    let mut first = JoinSet::new();
    let vendor = Arc::clone(house.broker.vendor());
    first.spawn(async move { vendor.obtain(&slot("C-1", 1), 0, None).await.is_ok() });
    while endpoint.asked() == 0 {
        tokio::task::yield_now().await;
    }
    first.shutdown().await;
    let second = house.broker.vendor().obtain(&slot("C-1", 1), 0, None).await;
    assert_eq!(second.map(|handed| handed.live.generation.0), Ok(1));
    assert_eq!(
        endpoint.asked(),
        1,
        "the second joined the flight of the first"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_token_reported_brings_a_different_one_once() {
    let (endpoint, url) = Endpoint::serve(Say::Token(1_079), Duration::ZERO).await;
    let house = House::with(&estate(&[&url])).await;
    let vendor = house.broker.vendor();
    let first = vendor
        .obtain(&slot("C-1", 1), 0, None)
        .await
        .map_err(|_| ())
        .expect("a token");
    let mut reporters = JoinSet::new();
    for _ in 0..1_000 {
        let vendor = Arc::clone(vendor);
        let dead = first.live.generation;
        reporters.spawn(async move {
            let report = countersign_broker::driver::Command::Rejected {
                slot: slot("C-1", 1),
                generation: dead,
            };
            drop(vendor.driver().send(report).await);
            let next = vendor.obtain(&slot("C-1", 1), 0, Some(dead)).await;
            next.map(|handed| handed.live.generation.0)
        });
    }
    let answers = reporters.join_all().await;
    assert!(answers.iter().all(|answer| *answer == Ok(2)), "{answers:?}");
    assert_eq!(
        endpoint.asked(),
        2,
        "a thousand reports, one forced renewal"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_explained_with_the_life_the_platform_told() {
    let (_, url) = Endpoint::serve(Say::Token(1_199), Duration::ZERO).await;
    let house = House::with(&estate(&[&url])).await;
    let policy = async || {
        let rows = house.broker.admin().credentials().await.expect("rows");
        rows[0].policy.clone().expect("a policy")
    };
    let before = policy().await;
    assert!(before.contains("assumes a life of 1079 s"), "{before}");
    let handed = house.broker.vendor().obtain(&slot("C-1", 1), 0, None).await;
    assert!(handed.is_ok());
    let after = policy().await;
    assert!(after.contains("of 1199 s"), "{after}");
    assert!(!after.contains("assumes"), "{after}");
}
