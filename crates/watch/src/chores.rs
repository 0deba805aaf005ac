//! Keeps the ledger from growing without bound.

use countersign_host::clock::Clock;
use countersign_model::SignedDuration;
use countersign_store::{Keep, Purged, WatchStore};

/// How often we look.
const EVERY: SignedDuration = SignedDuration::from_mins(5);

/// Purges now and then, until it is dropped.
pub(crate) async fn run(store: WatchStore, clock: Clock, keep: Keep) {
    loop {
        let hold = clock.sleep(EVERY).await;
        loop {
            match store.purge(clock.now(), keep).await {
                Ok(purged) if purged != Purged::default() => tell(&purged),
                Ok(_) => break,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "old outcomes were not removed");
                    break;
                }
            }
        }
        drop(hold);
    }
}

fn tell(purged: &Purged) {
    let n = purged.failures_beyond;
    if n > 0 {
        tracing::warn!(
            n,
            "the oldest failures went before their time: more than `failures_max`"
        );
    }
}
