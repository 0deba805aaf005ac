//! What readers see of a slot: one pointer to load, one bell to wait on.

use arc_swap::ArcSwap;
use countersign_model::id::SlotId;
use countersign_model::token::Generation;
use countersign_refresh::{Hold, ReadView, Refusal};
use countersign_secret::TokenBytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::watch;

/// Most readers that may wait on one slot's flight (design: 16,384); the next is refused at once.
pub const WAITERS_MAX: u32 = 16_384;

/// A live token and where it works.
#[derive(Clone)]
pub struct Live {
    /// Its number in the slot.
    pub generation: Generation,
    /// Its bytes.
    pub token: TokenBytes,
    /// Base URL of REST calls, as the provider said.
    pub rest_url: Option<String>,
    /// Base URL of SOAP calls, as the provider said.
    pub soap_url: Option<String>,
}

/// A slot as readers see it.
pub struct Shown {
    /// The facts they judge by.
    pub view: ReadView,
    /// The token those facts are about.
    pub live: Option<Live>,
}

impl Shown {
    fn nothing() -> Shown {
        Shown {
            view: ReadView {
                facts: None,
                same_since: Generation(0),
                next_attempt_at: None,
                failing: None,
                hold: Hold::None,
                nudge: false,
            },
            live: None,
        }
    }

    /// The token, if it is the one the facts are about.
    #[must_use]
    pub fn token(&self) -> Option<&Live> {
        let facts = self.view.facts.as_ref()?;
        self.live
            .as_ref()
            .filter(|live| live.generation == facts.generation)
    }
}

/// How a flight ended, for all who waited on it.
#[derive(Debug, Clone, Copy)]
pub struct Settled {
    /// Counts flights, so that equal answers are told apart.
    pub round: u64,
    /// The token that is current now, or the failure all share; `None` before the first flight.
    pub answer: Option<Result<Generation, Refusal>>,
}

/// One slot, for readers. Written by the driver only.
pub struct Cell {
    /// Which slot.
    pub slot: SlotId,
    shown: ArcSwap<Shown>,
    settled: watch::Sender<Settled>,
    waiters: AtomicU32,
}

impl Cell {
    /// A slot without a token.
    #[must_use]
    pub fn new(slot: SlotId) -> Cell {
        Cell {
            slot,
            shown: ArcSwap::from_pointee(Shown::nothing()),
            settled: watch::Sender::new(Settled {
                round: 0,
                answer: None,
            }),
            waiters: AtomicU32::new(0),
        }
    }

    /// What readers see now.
    #[must_use]
    pub fn shown(&self) -> arc_swap::Guard<Arc<Shown>> {
        self.shown.load()
    }

    /// Puts the token in (or takes it out); readers go on with the old facts until [`Cell::show`].
    pub fn hand_in(&self, live: Option<Live>) {
        let view = self.shown.load().view.clone();
        self.shown.store(Arc::new(Shown { view, live }));
    }

    /// Swaps the facts readers judge by.
    pub fn show(&self, view: ReadView) {
        let live = self.shown.load().live.clone();
        self.shown.store(Arc::new(Shown { view, live }));
    }

    /// Wakes all who wait.
    pub fn settle(&self, answer: Result<Generation, Refusal>) {
        self.settled.send_modify(|settled| {
            settled.round += 1;
            settled.answer = Some(answer);
        });
    }

    /// A place among those who wait for the next flight to end; `None` if all are taken. Take it
    /// before asking, so that no answer is missed.
    #[must_use]
    pub fn wait(&self) -> Option<Waiting<'_>> {
        let before = self.waiters.fetch_add(1, Ordering::Relaxed);
        let waiting = Waiting {
            cell: self,
            settled: self.settled.subscribe(),
        };
        (before < WAITERS_MAX).then_some(waiting)
    }
}

/// One place among those who wait. Leaving it leaves the flight alone.
pub struct Waiting<'a> {
    cell: &'a Cell,
    settled: watch::Receiver<Settled>,
}

impl Waiting<'_> {
    /// Waits until the flight ends; `None` if the slot is gone.
    pub async fn settled(&mut self) -> Option<Result<Generation, Refusal>> {
        self.settled.changed().await.ok()?;
        self.settled.borrow_and_update().answer
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.cell.waiters.fetch_sub(1, Ordering::Relaxed);
    }
}
