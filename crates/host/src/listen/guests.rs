//! Who is connected: strangers in the order they came, and those whom a handler vouched for.

use super::Limits;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Everybody who is connected to one listener.
pub(super) struct Guests {
    limits: Limits,
    strangers: Mutex<Strangers>,
    /// A stranger has gone, or is none any more.
    fewer: Notify,
    known: Arc<Semaphore>,
}

#[derive(Default)]
struct Strangers {
    /// By number, so that the first has been here longest.
    here: BTreeMap<u64, (Instant, Arc<Inner>)>,
    next: u64,
}

struct Inner {
    number: u64,
    guests: Arc<Guests>,
    has_asked: AtomicBool,
    first_asked: Notify,
    /// It has to make room.
    unwanted: Notify,
    /// Its place among the known.
    known: OnceLock<OwnedSemaphorePermit>,
}

/// Whoever is at the other end of a connection; among the extensions of its requests.
#[derive(Clone)]
pub struct Guest(Arc<Inner>);

/// A connection's place, given back when dropped.
pub(super) struct Place(Guest);

impl Guests {
    pub(super) fn new(limits: Limits) -> Guests {
        Guests {
            limits,
            strangers: Mutex::default(),
            fewer: Notify::new(),
            known: Arc::new(Semaphore::new(limits.known_max)),
        }
    }

    /// A place for a newcomer. When all are taken, the stranger who has been here longest goes; if
    /// even that one has only just come, this waits.
    pub(super) async fn place(self: &Arc<Guests>) -> Place {
        loop {
            let fewer = self.fewer.notified();
            let wait = match self.try_place() {
                Ok(place) => return place,
                Err(wait) => wait,
            };
            tokio::select! {
                () = fewer => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    fn try_place(self: &Arc<Guests>) -> Result<Place, Duration> {
        let mut strangers = self
            .strangers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if strangers.here.len() >= self.limits.strangers_max {
            let first = strangers.here.first_entry();
            if let Some(first) = first {
                let stays = self.limits.grace.saturating_sub(first.get().0.elapsed());
                if !stays.is_zero() {
                    return Err(stays);
                }
                first.remove().1.unwanted.notify_one();
            }
        }
        let number = strangers.next;
        strangers.next += 1;
        let inner = Arc::new(Inner {
            number,
            guests: Arc::clone(self),
            has_asked: AtomicBool::new(false),
            first_asked: Notify::new(),
            unwanted: Notify::new(),
            known: OnceLock::new(),
        });
        let here = (Instant::now(), Arc::clone(&inner));
        strangers.here.insert(number, here);
        Ok(Place(Guest(inner)))
    }

    /// Asks the stranger who has been here longest to leave, however short that is.
    pub(super) fn make_room(&self) {
        let mut strangers = self
            .strangers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((_, (_, first))) = strangers.here.pop_first() {
            first.unwanted.notify_one();
        }
    }

    fn no_stranger(&self, number: u64) {
        let mut strangers = self
            .strangers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if strangers.here.remove(&number).is_some() {
            self.fewer.notify_one();
        }
    }
}

impl Guest {
    /// It has proved who it is: it is not asked to leave for a newcomer any more. When the places of
    /// the known are all taken, it stays a stranger.
    pub fn is_known(&self) {
        if self.0.known.get().is_some() {
            return;
        }
        let guests = &self.0.guests;
        if let Ok(permit) = Arc::clone(&guests.known).try_acquire_owned() {
            // Of two requests that prove it at once, one gives its place back.
            drop(self.0.known.set(permit));
            guests.no_stranger(self.0.number);
        }
    }

    pub(super) fn has_asked(&self) {
        if !self.0.has_asked.swap(true, Ordering::Relaxed) {
            self.0.first_asked.notify_one();
        }
    }
}

impl Place {
    pub(super) fn guest(&self) -> Guest {
        self.0.clone()
    }

    /// Returns when the first head is not there within `head`; never, if it is.
    pub(super) async fn silent(&self, head: Duration) {
        let asked = self.0.0.first_asked.notified();
        if tokio::time::timeout(head, asked).await.is_ok() {
            std::future::pending::<()>().await;
        }
    }

    /// Returns when it has to make room.
    pub(super) async fn unwanted(&self) {
        self.0.0.unwanted.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let inner = &self.0.0;
        inner.guests.no_stranger(inner.number);
    }
}

#[cfg(test)]
mod tests;
