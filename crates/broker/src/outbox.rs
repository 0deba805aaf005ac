//! Carries outcomes from the vault's outbox to the watch: at least once, in order, acknowledged only
//! when the watch has them on disk (design 3.6).

use crate::books::Books;
use countersign_host::doorbell::Doorbell;
use countersign_model::outcome::Outcome;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// Outcomes carried at a time.
const BATCH_MAX: usize = 500;
/// Waits after a failed journey, on the wall: doubled each time, within these bounds.
const WAIT_MIN: Duration = Duration::from_millis(500);
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Why outcomes did not arrive.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct RoadError(pub String);

/// The way to the watch.
pub trait Road: Send + Sync {
    /// Delivers a batch; `Ok` only when the watch has it on disk.
    ///
    /// # Errors
    /// [`RoadError`]; the batch is then delivered again later.
    fn carry(
        &self,
        batch: Vec<Outcome>,
    ) -> Pin<Box<dyn Future<Output = Result<(), RoadError>> + Send + '_>>;
}

/// Runs until the process ends: woken by the bell, one batch after the other.
pub async fn run(books: Arc<Books>, road: Arc<dyn Road>, bell: Doorbell) {
    let mut wait = WAIT_MIN;
    // What an earlier run left is carried first.
    bell.ring(None);
    loop {
        let holds = bell.listen().await;
        match drain(&books, &*road).await {
            Ok(()) => wait = WAIT_MIN,
            Err(error) => {
                tracing::warn!(error = %error, "outcomes wait in the outbox");
                drop(holds);
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(WAIT_MAX);
                bell.ring(None);
            }
        }
    }
}

async fn drain(books: &Books, road: &dyn Road) -> Result<(), RoadError> {
    let failed = |error: &dyn std::fmt::Display| RoadError(format!("outbox: {error}"));
    loop {
        let batch = books
            .outbox(BATCH_MAX)
            .await
            .map_err(|error| failed(&error))?;
        let Some(last) = batch.last().map(|(sequence, _)| *sequence) else {
            return Ok(());
        };
        road.carry(batch.into_iter().map(|(_, outcome)| outcome).collect())
            .await?;
        books
            .outbox_done(last, countersign_host::clock::wall_now())
            .await
            .map_err(|error| failed(&error))?;
    }
}
