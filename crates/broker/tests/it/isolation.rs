//! What one business unit's host does not do is no other unit's problem (R093).

use crate::endpoint::{Endpoint, Say};
use crate::house::{House, estate, slot};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn a_black_holed_unit_leaves_the_others_on_time() {
    let (silent, a) = Endpoint::serve(Say::Silence, Duration::ZERO).await;
    let (_, b) = Endpoint::serve(Say::Token(1_079), Duration::ZERO).await;
    let house = House::with(&estate(&[&a, &b])).await;
    let mut stuck = JoinSet::new();
    for _ in 0..100 {
        let vendor = Arc::clone(house.broker.vendor());
        stuck.spawn(async move { vendor.obtain(&slot("C-1", 1), 0, None).await.is_ok() });
    }
    while silent.asked() == 0 {
        tokio::task::yield_now().await;
    }
    let asked = countersign_host::clock::stopwatch();
    let other = house.broker.vendor().obtain(&slot("C-2", 2), 0, None).await;
    assert_eq!(other.map(|handed| handed.live.generation.0), Ok(1));
    // A request to the black hole is given up after 10 s at the earliest: who waited for it is late.
    let took = asked.elapsed();
    assert!(took < Duration::from_secs(5), "it took {took:?}");
    assert_eq!(silent.asked(), 1, "and the black hole holds one flight");
    assert!(stuck.try_join_next().is_none(), "those who wait still wait");
}
