//! What happens now, for open pages and programs: server-sent events that resume without loss.
//!
//! Whoever changes something tells [`Live`]; every event gets a number. A reader that comes back
//! with the last id it saw gets what it missed; when that is no longer kept, or the process is
//! another one, it gets `reset`, which means: read incidents, findings and the status anew.

use crate::api::incidents::IncidentItem;
use countersign_model::finding::Finding;
use countersign_model::incident::Incident;
use countersign_model::status::IntegrationStatus;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, broadcast, watch};

/// Most events kept for readers that come back.
const KEPT_MAX: usize = 1_024;
/// Most streams open at once.
pub(crate) const STREAMS_MAX: usize = 256;

/// Tells open streams what changed. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Live(Arc<Hub>);

struct Hub {
    /// Names this process, so that ids of an earlier one are not taken for ours.
    run: String,
    kept: Mutex<Kept>,
    sender: broadcast::Sender<Arc<LiveEvent>>,
    closed: watch::Sender<bool>,
    places: Arc<Semaphore>,
}

#[derive(Default)]
struct Kept {
    last: u64,
    events: VecDeque<Arc<LiveEvent>>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LiveEvent {
    number: u64,
    /// `incident`, `finding`, `status` or `reset`.
    pub(crate) kind: &'static str,
    /// Its JSON, on one line.
    pub(crate) data: String,
}

/// A place in the audience: what was missed, then what comes.
pub(crate) struct Listener {
    missed: VecDeque<Arc<LiveEvent>>,
    receiver: broadcast::Receiver<Arc<LiveEvent>>,
    closed: watch::Receiver<bool>,
    live: Live,
    _place: tokio::sync::OwnedSemaphorePermit,
}

impl Live {
    /// An audience without listeners. `run` names this process: any number that differs each time.
    #[must_use]
    pub fn new(run: u64) -> Live {
        Live(Arc::new(Hub {
            run: format!("{run:016x}"),
            kept: Mutex::default(),
            sender: broadcast::Sender::new(KEPT_MAX),
            closed: watch::Sender::new(false),
            places: Arc::new(Semaphore::new(STREAMS_MAX)),
        }))
    }

    /// Tells that an incident opened, changed or ended.
    pub fn incident(&self, incident: &Incident) {
        self.tell("incident", &IncidentItem::from(incident.clone()));
    }

    /// Tells that a finding opened, changed or closed.
    pub fn finding(&self, finding: &Finding) {
        self.tell("finding", finding);
    }

    /// Tells that an integration's status changed.
    pub fn status(&self, status: &IntegrationStatus) {
        self.tell("status", status);
    }

    /// Tells that anything may have changed, as after a new estate: readers read anew.
    pub fn reset(&self) {
        self.tell("reset", &serde_json::json!({}));
    }

    /// Ends all streams, so that the process can stop.
    pub fn close(&self) {
        self.0.closed.send_replace(true);
    }

    /// The id of the latest event; a reader that starts from it misses nothing after.
    pub(crate) fn latest(&self) -> String {
        self.id(self.kept().last)
    }

    /// How many streams are open.
    pub(crate) fn n_streams(&self) -> usize {
        STREAMS_MAX - self.0.places.available_permits()
    }

    /// Takes a place; `None` when all are taken. `after` is the last id the reader saw.
    pub(crate) fn listen(&self, after: Option<&str>) -> Option<Listener> {
        let place = Arc::clone(&self.0.places).try_acquire_owned().ok()?;
        let kept = self.kept();
        // Subscribed under the lock, so that nothing is told between the past and the future.
        let receiver = self.0.sender.subscribe();
        let missed = match after {
            None => VecDeque::new(),
            Some(id) => self
                .since(&kept, id)
                .unwrap_or_else(|| self.anew(kept.last)),
        };
        drop(kept);
        let closed = self.0.closed.subscribe();
        Some(Listener {
            missed,
            receiver,
            closed,
            live: self.clone(),
            _place: place,
        })
    }

    fn tell(&self, kind: &'static str, data: &impl Serialize) {
        let data = serde_json::to_string(data).expect("an event is plain data");
        let mut kept = self.kept();
        kept.last += 1;
        let event = Arc::new(LiveEvent {
            number: kept.last,
            kind,
            data,
        });
        if kept.events.len() == KEPT_MAX {
            kept.events.pop_front();
        }
        kept.events.push_back(Arc::clone(&event));
        // Nobody listening is fine.
        drop(self.0.sender.send(event));
    }

    /// What came after an id; `None` if that cannot be told any more.
    fn since(&self, kept: &Kept, id: &str) -> Option<VecDeque<Arc<LiveEvent>>> {
        let (run, number) = id.split_once('-')?;
        let number: u64 = number.parse().ok()?;
        let oldest = kept
            .events
            .front()
            .map_or(kept.last + 1, |event| event.number);
        let told = run == self.0.run && number <= kept.last && number + 1 >= oldest;
        told.then(|| {
            kept.events
                .iter()
                .filter(|event| event.number > number)
                .cloned()
                .collect()
        })
    }

    fn anew(&self, last: u64) -> VecDeque<Arc<LiveEvent>> {
        let event = LiveEvent {
            number: last,
            kind: "reset",
            data: "{}".to_owned(),
        };
        VecDeque::from([Arc::new(event)])
    }

    fn id(&self, number: u64) -> String {
        format!("{}-{number}", self.0.run)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// The next event with its id; `None` when the house closes. One that falls too far behind is
    /// told to read anew.
    pub(crate) async fn next(&mut self) -> Option<(String, Arc<LiveEvent>)> {
        if let Some(event) = self.missed.pop_front() {
            return Some((self.live.id(event.number), event));
        }
        let told = tokio::select! {
            _ = self.closed.wait_for(|closed| *closed) => return None,
            told = self.receiver.recv() => told,
        };
        let event = match told {
            Ok(event) => event,
            Err(broadcast::error::RecvError::Closed) => return None,
            Err(broadcast::error::RecvError::Lagged(_)) => self.catch_up()?,
        };
        Some((self.live.id(event.number), event))
    }

    fn catch_up(&mut self) -> Option<Arc<LiveEvent>> {
        let kept = self.live.kept();
        self.receiver = self.live.0.sender.subscribe();
        self.live.anew(kept.last).pop_front()
    }
}

#[cfg(test)]
mod tests;
