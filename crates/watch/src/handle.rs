//! The handle by which the doors compose the watch and everyone else talks to it.

use crate::bell::Bell;
use crate::chores;
use crate::outbox::Outbox;
use crate::pipeline::{OnCommit, Pipeline};
use crate::resolve::resolve;
use crate::tail::{self, Board, TailSource};
use countersign_detect::Rules;
use countersign_host::clock::Clock;
use countersign_model::estate::Estate;
use countersign_model::id::{IncidentId, OutcomeId};
use countersign_model::outcome::{Fact, Outcome};
use countersign_model::response::Deed;
use countersign_notify::Channels;
use countersign_store::{Appended, Keep, StoreError, TailPlace, WatchStore};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// Source of the outcomes that the watch writes itself.
const SOURCE: &str = "watch";

/// A task of the watch with its name; it never ends by itself.
pub type Task = (&'static str, Pin<Box<dyn Future<Output = ()> + Send>>);

/// What the watch is built from.
pub struct WatchParts {
    /// The ledger.
    pub store: WatchStore,
    /// The clock by which it judges.
    pub clock: Clock,
    /// Where notices go.
    pub channels: Channels,
    /// Where links in notices lead, `http://127.0.0.1:8600`; `None` for no links.
    pub dashboard_url: Option<String>,
    /// What there is to watch.
    pub estate: Estate,
    /// When to page.
    pub rules: Rules,
    /// How long what is kept.
    pub keep: Keep,
    /// Log files to follow.
    pub tails: Vec<TailSource>,
    /// Makes ids and jitter; the same seed, clock and outcomes give the same incidents.
    pub seed: u64,
    /// Told of every turn that changed something.
    pub on_commit: OnCommit,
}

/// Why the watch did not do what it was asked. Nothing of the request was kept.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The ledger refused.
    #[error("the watch's ledger refused")]
    Store {
        /// Why.
        #[from]
        source: StoreError,
    },
}

/// The estate in force.
#[derive(Clone)]
pub(crate) struct SharedEstate(Arc<Mutex<Arc<Estate>>>);

impl SharedEstate {
    fn new(estate: Estate) -> SharedEstate {
        SharedEstate(Arc::new(Mutex::new(Arc::new(estate))))
    }

    pub(crate) fn get(&self) -> Arc<Estate> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, estate: Estate) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(estate);
    }
}

/// The watch, as seen by those who feed it. Cheap to clone.
#[derive(Clone)]
pub struct Watch {
    store: WatchStore,
    clock: Clock,
    estate: SharedEstate,
    pipeline: Bell,
    outbox: Bell,
}

impl Watch {
    /// Builds the watch: the handle, and the tasks that do its work while they are polled.
    #[must_use]
    pub fn build(parts: WatchParts) -> (Watch, Vec<Task>) {
        let WatchParts {
            store,
            clock,
            channels,
            dashboard_url,
            estate,
            rules,
            keep,
            tails,
            seed,
            on_commit,
        } = parts;
        let board = Board::of(&tails);
        let watch = Watch {
            store: store.clone(),
            clock: clock.clone(),
            estate: SharedEstate::new(estate),
            pipeline: Bell::default(),
            outbox: Bell::default(),
        };
        let pipeline = Pipeline {
            store: store.clone(),
            clock: clock.clone(),
            bell: watch.pipeline.clone(),
            outbox: watch.outbox.clone(),
            estate: watch.estate.clone(),
            channels: channels.names(),
            rules,
            failures_sample: keep.failures_sample,
            tails: board.clone(),
            seed,
            on_commit,
        };
        let outbox = Outbox {
            store: store.clone(),
            clock: clock.clone(),
            channels,
            dashboard_url,
            bell: watch.outbox.clone(),
            pipeline: watch.pipeline.clone(),
            seed,
        };
        let mut tasks: Vec<Task> = vec![
            ("watch pipeline", Box::pin(pipeline.run())),
            ("watch outbox", Box::pin(outbox.run())),
            ("watch chores", Box::pin(chores::run(store, clock, keep))),
        ];
        let names = tails.iter().map(|source| source.name.clone()).collect();
        let retire = tail::retire(watch.clone(), names);
        tasks.push(("watch tails retired", Box::pin(retire)));
        for source in tails {
            let run = tail::run(watch.clone(), Arc::new(source), board.clone());
            tasks.push(("watch tail", Box::pin(run)));
        }
        (watch, tasks)
    }

    /// Takes outcomes from a trusted room of the same process; durable when it returns.
    ///
    /// # Errors
    /// [`WatchError`]; then none of them was kept and they may be sent again.
    pub async fn outcomes(&self, mut outcomes: Vec<Outcome>) -> Result<Appended, WatchError> {
        let estate = self.estate();
        for outcome in &mut outcomes {
            resolve(&estate, outcome, None);
        }
        self.append(outcomes).await
    }

    /// Notes what a person did about an incident; durable when it returns, on the incident a turn later.
    ///
    /// What does not fit the incident (taken on already, no such step) changes nothing.
    ///
    /// # Errors
    /// [`WatchError`]; then it was not noted.
    pub async fn note_deed(&self, incident: &IncidentId, deed: &Deed) -> Result<(), WatchError> {
        let now = self.clock.now();
        let action = deed.action();
        let chance = incident.as_str().bytes().chain(action.bytes());
        let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let outcome = Outcome {
            id: OutcomeId::mint(now, chance.fold(0xcbf2_9ce4_8422_2325, fold)),
            ts: now,
            source: SOURCE.to_owned(),
            integration: None,
            bu: None,
            credential: None,
            consumer: None,
            peer_ip: None,
            n: 1,
            fact: Fact::Audit {
                action,
                object: Some(incident.to_string()),
            },
        };
        self.append(vec![outcome]).await.map(|_| ())
    }

    /// Makes outcomes durable, then wakes the pipeline.
    pub(crate) async fn append(&self, outcomes: Vec<Outcome>) -> Result<Appended, WatchError> {
        let hold = self.clock.hold();
        let appended = self
            .store
            .outcomes_append(self.clock.now(), outcomes)
            .await?;
        if appended.accepted > 0 {
            self.pipeline.ring(hold);
        }
        Ok(appended)
    }

    /// Makes lines of a followed file durable together with the place that is past them.
    pub(crate) async fn append_tail(
        &self,
        name: &str,
        outcomes: Vec<Outcome>,
        place: TailPlace,
    ) -> Result<TailPlace, WatchError> {
        let hold = self.clock.hold();
        let now = self.clock.now();
        let append = self
            .store
            .tail_append(name.to_owned(), now, outcomes, place);
        let (appended, place) = append.await?;
        if appended.accepted > 0 {
            self.pipeline.ring(hold);
        }
        Ok(place)
    }

    /// Wakes the pipeline.
    pub(crate) fn ring(&self) {
        self.pipeline.ring(self.clock.hold());
    }

    /// Waits until everything taken so far is judged.
    pub(crate) async fn judged(&self) {
        self.pipeline.settled().await;
    }

    /// Puts another estate in force, once it is durable.
    ///
    /// # Errors
    /// [`WatchError`]; then the old estate is still in force.
    pub async fn set_estate(&self, estate: Estate) -> Result<(), WatchError> {
        let hold = self.clock.hold();
        self.store.estate_put(&estate, self.clock.now()).await?;
        self.estate.set(estate);
        self.pipeline.ring(hold);
        Ok(())
    }

    /// The estate in force.
    #[must_use]
    pub fn estate(&self) -> Arc<Estate> {
        self.estate.get()
    }

    /// Waits until everything taken so far is judged, and every notice it led to was tried once.
    pub async fn quiesce(&self) {
        self.pipeline.settled().await;
        self.outbox.settled().await;
        // What the channels accepted is noted on the incidents.
        self.pipeline.settled().await;
    }

    /// The ledger, for those who only read.
    #[must_use]
    pub fn store(&self) -> &WatchStore {
        &self.store
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }
}
