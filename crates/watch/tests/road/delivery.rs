//! Channels that fail: the notice waits, the incident knows, the trail tells.

use crate::hook_server::HookServer;
use crate::house::{House, at, refusal};
use countersign_store::DeliveryState;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

async fn open_incident(house: &House) {
    house.send(refusal(at("12:50:59"))).await;
    house.advance_to(at("12:50:59"), at("12:51:29")).await;
    house.send(refusal(at("12:51:29"))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_was_down_hears_it_once_it_is_up_and_under_the_same_id() {
    let dir = tempfile::tempdir().unwrap();
    let heard = Arc::new(Notify::new());
    let bell = Arc::clone(&heard);
    let hook = HookServer::start(&[503], Arc::new(move || bell.notify_one())).await;
    let house = House::open(dir.path(), at("12:50:59"), &hook);
    open_incident(&house).await;
    heard.notified().await;
    assert_eq!(
        house.open_incidents().await[0].notified_at,
        None,
        "nobody accepted it yet"
    );

    tokio::time::timeout(Duration::from_secs(20), heard.notified())
        .await
        .unwrap();
    house.watch.quiesce().await;
    let received = hook.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0], received[1]);
    let incident = house.open_incidents().await.remove(0);
    assert_eq!(incident.notified_at, Some(at("12:51:29")));
    let trail = house.store.deliveries_of(incident.id).await.unwrap();
    assert_eq!(
        (trail[0].state, trail[0].attempts),
        (DeliveryState::Done, 2)
    );
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_is_gone_for_good_is_given_up_in_plain_sight() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::start(&[410], Arc::new(|| {})).await;
    let house = House::open(dir.path(), at("12:50:59"), &hook);
    open_incident(&house).await;
    let incident = house.open_incidents().await.remove(0);
    assert_eq!(incident.notified_at, None);
    let trail = house.store.deliveries_of(incident.id).await.unwrap();
    assert_eq!(trail[0].state, DeliveryState::Dead);
    assert_eq!(
        trail[0].last_error.as_deref(),
        Some("the receiver answered 410")
    );
    assert_eq!(house.store.outbox_health().await.unwrap().dead, 1);
    house.kill().await;
}
