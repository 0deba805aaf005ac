//! Wakes a task that has work, and carries the clock's holds with the work.

use crate::clock::Hold;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// Most holds kept; more are dropped, since one is enough to hold the clock.
const HOLDS_MAX: usize = 64;

/// A bell with one listener and many ringers. Rings while nobody listens are kept, as one.
#[derive(Clone, Default)]
pub struct Doorbell(Arc<Bell>);

#[derive(Default)]
struct Bell {
    holds: Mutex<Vec<Hold>>,
    rung: Notify,
}

impl Doorbell {
    /// Rings. A hold handed over keeps a stepped clock still until the listener's turn is done.
    pub fn ring(&self, hold: Option<Hold>) {
        if let Some(hold) = hold {
            let mut holds = self.0.holds.lock().unwrap_or_else(PoisonError::into_inner);
            if holds.len() < HOLDS_MAX {
                holds.push(hold);
            }
        }
        self.0.rung.notify_one();
    }

    /// Waits for a ring; drop the holds when the turn's work is done.
    pub async fn listen(&self) -> Vec<Hold> {
        self.0.rung.notified().await;
        std::mem::take(&mut *self.0.holds.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
