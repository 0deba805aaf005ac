//! A doorbell that also answers "are you done?".

use countersign_host::clock::Hold;
use countersign_host::doorbell::Doorbell;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Wakes a reconciler, and tells whoever asks when it has nothing left to do.
#[derive(Clone, Default)]
pub(crate) struct Bell {
    doorbell: Doorbell,
    asked: Arc<Mutex<Vec<oneshot::Sender<()>>>>,
}

impl Bell {
    /// Wakes the reconciler; the hold keeps a stepped clock still until its turn is done.
    pub(crate) fn ring(&self, hold: Hold) {
        self.doorbell.ring(Some(hold));
    }

    /// Waits for a ring.
    pub(crate) async fn listen(&self) -> Vec<Hold> {
        self.doorbell.listen().await
    }

    /// Waits until the reconciler has done all the work there was when this was called.
    pub(crate) async fn settled(&self) {
        let (answer, done) = oneshot::channel();
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(answer);
        self.doorbell.ring(None);
        // The reconciler is gone only when the process is; then nothing is left to wait for.
        drop(done.await);
    }

    /// Those who asked so far. Taken before the reconciler looks for work, answered by dropping
    /// them once it found none.
    pub(crate) fn askers(&self) -> Vec<oneshot::Sender<()>> {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
