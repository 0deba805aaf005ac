//! Keeps the ledger from growing without bound.

use countersign_host::clock::Clock;
use countersign_model::SignedDuration;
use countersign_store::{Purged, WatchStore};

/// How long outcomes are kept after the pipeline read them. What was learnt from them stays.
const OUTCOMES_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often we look.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Purges now and then, until it is dropped.
pub(crate) async fn run(store: WatchStore, clock: Clock) {
    loop {
        let hold = clock.sleep(EVERY).await;
        loop {
            match store.purge(clock.now(), OUTCOMES_KEPT).await {
                Ok(purged) if purged != Purged::default() => {}
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
