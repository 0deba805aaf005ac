//! Handing a token to a consumer: the hot path. No lock, no disk, no slow hash.

use crate::cell::{Cell, Live};
use crate::consumer::Consumer;
use crate::driver::Command;
use countersign_host::clock::Clock;
use countersign_model::estate::CredentialMode;
use countersign_model::id::{CredentialId, SlotId};
use countersign_model::token::{Generation, TokenFacts};
use countersign_refresh::{Flag, Refusal, RefusalClass, Verdict, expires_in_s, read};
use papaya::HashMap as Papaya;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// Longest a reader waits for a flight, on the wall (broker rule 2.3).
const WAIT: Duration = Duration::from_secs(10);
/// A reader whose need was not met by a flight asks again at most this often.
const ROUNDS_MAX: u32 = 3;

/// A token handed out.
pub struct Handed {
    /// The slot it is of.
    pub slot: SlotId,
    /// The token and its hosts.
    pub live: Live,
    /// Its facts.
    pub facts: TokenFacts,
    /// Life to tell the consumer, seconds of the house's clock.
    pub expires_in_s: u64,
    /// Set when it is handed out with a remark.
    pub flag: Option<Flag>,
}

/// Why no token was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotHanded {
    /// The consumer may not use this MID.
    Mid,
    /// Scopes outside the slot's, or outside the consumer's.
    Scope,
    /// There is no slot: the credential has no secret here, or is not brokered.
    NoSlot,
    /// There is a slot and no usable token.
    Refused(Refusal),
}

/// All slots as readers see them, and the way to the driver.
pub struct Vendor {
    cells: Papaya<SlotId, Arc<Cell>>,
    driver: mpsc::Sender<Command>,
    clock: Clock,
    driven: AtomicBool,
}

/// Says that the driver runs, for as long as it is held.
pub(crate) struct Driven(Arc<Vendor>);

impl Driven {
    /// The driver runs from here on, with all slots of the vault restored.
    pub(crate) fn now(vendor: Arc<Vendor>) -> Driven {
        vendor.driven.store(true, Ordering::Release);
        Driven(vendor)
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        self.0.driven.store(false, Ordering::Release);
    }
}

impl Vendor {
    /// A vendor without slots.
    #[must_use]
    pub fn new(driver: mpsc::Sender<Command>, clock: Clock) -> Vendor {
        Vendor {
            cells: Papaya::new(),
            driver,
            clock,
            driven: AtomicBool::new(false),
        }
    }

    /// Whether the driver runs: what is asked for is renewed, and not only served while it lives.
    #[must_use]
    pub fn is_driven(&self) -> bool {
        self.driven.load(Ordering::Acquire)
    }

    /// The cell of a slot.
    #[must_use]
    pub fn cell(&self, slot: &SlotId) -> Option<Arc<Cell>> {
        self.cells.pin().get(slot).cloned()
    }

    /// The cell of a slot, made if it is not there.
    pub fn cell_or_new(&self, slot: &SlotId) -> Arc<Cell> {
        let pinned = self.cells.pin();
        Arc::clone(pinned.get_or_insert_with(slot.clone(), || Arc::new(Cell::new(slot.clone()))))
    }

    /// Takes a slot away from readers.
    pub fn remove(&self, slot: &SlotId) {
        self.cells.pin().remove(slot);
    }

    /// All cells.
    #[must_use]
    pub fn cells(&self) -> Vec<Arc<Cell>> {
        self.cells.pin().values().cloned().collect()
    }

    /// Hands `consumer` a token of the business unit it names, or of its own.
    ///
    /// # Errors
    /// [`NotHanded`].
    pub async fn vend(
        &self,
        consumer: &Consumer,
        mid: Option<u64>,
        scope: Option<&[String]>,
    ) -> Result<Handed, NotHanded> {
        let mid = mid.unwrap_or(consumer.default_mid);
        if !consumer.may_act_in(mid) {
            return Err(NotHanded::Mid);
        }
        let slot = SlotId::of(&consumer.credential, mid, None);
        let asked = scope.unwrap_or_default();
        let within = |held: &[String]| asked.iter().all(|scope| held.contains(scope));
        if !consumer.scopes.is_empty() && !within(&consumer.scopes) {
            return Err(NotHanded::Scope);
        }
        let handed = self.obtain(&slot, consumer.min_ttl_s * 1_000, None).await?;
        match &handed.facts.scope {
            Some(held) if !within(held) => Err(NotHanded::Scope),
            _ => Ok(handed),
        }
    }

    /// A usable token of `slot` with at least `min_ttl_ms` of life, and not of generation `unlike`.
    ///
    /// # Errors
    /// [`NotHanded::NoSlot`] or [`NotHanded::Refused`].
    pub async fn obtain(
        &self,
        slot: &SlotId,
        min_ttl_ms: u64,
        unlike: Option<Generation>,
    ) -> Result<Handed, NotHanded> {
        let Some(cell) = self.cell(slot) else {
            return Err(NotHanded::NoSlot);
        };
        let mut waited = None;
        for _ in 0..ROUNDS_MAX {
            let now = self.clock.now();
            let verdict = read(&cell.shown().view, now, min_ttl_ms, unlike);
            let demand = || Command::Demand {
                slot: cell.slot.clone(),
                min_ttl_ms,
                unlike,
                asked: self.clock.hold(),
            };
            match verdict {
                Verdict::Serve => return self.hand(&cell, None),
                Verdict::ServeFlagged(flag) => return self.hand(&cell, Some(flag)),
                Verdict::ServeAndNudge => {
                    // A full road only means that somebody asks already.
                    drop(self.driver.try_send(demand()));
                    return self.hand(&cell, None);
                }
                Verdict::Refuse {
                    class,
                    retry_after_ms,
                } => {
                    let refusal = Refusal {
                        class,
                        retry_after_ms,
                        cached: true,
                    };
                    return Err(NotHanded::Refused(refusal));
                }
                Verdict::Join | Verdict::JoinOrServe => {}
            }
            let until = *waited.get_or_insert_with(|| tokio::time::Instant::now() + WAIT);
            let failure = match self.join(&cell, demand(), until).await {
                Ok(_) => continue,
                Err(refusal) => refusal,
            };
            return match verdict {
                Verdict::JoinOrServe => self.hand(&cell, Some(Flag::Degraded)),
                _ => Err(NotHanded::Refused(failure)),
            };
        }
        Err(NotHanded::Refused(busy()))
    }

    /// Waits for the slot's flight, which goes on when this caller goes away.
    async fn join(
        &self,
        cell: &Cell,
        demand: Command,
        until: tokio::time::Instant,
    ) -> Result<Generation, Refusal> {
        let Some(mut waiting) = cell.wait() else {
            return Err(busy());
        };
        let flight = async {
            self.driver.send(demand).await.ok()?;
            waiting.settled().await
        };
        match tokio::time::timeout_at(until, flight).await {
            Ok(Some(answer)) => answer,
            Ok(None) | Err(_) => Err(busy()),
        }
    }

    fn hand(&self, cell: &Cell, flag: Option<Flag>) -> Result<Handed, NotHanded> {
        let shown = cell.shown();
        let now = self.clock.now();
        match (shown.token(), &shown.view.facts) {
            (Some(live), Some(facts)) if now < facts.expires_at => Ok(Handed {
                slot: cell.slot.clone(),
                live: live.clone(),
                facts: facts.clone(),
                expires_in_s: expires_in_s(facts, now),
                flag,
            }),
            _ => Err(NotHanded::Refused(busy())),
        }
    }

    /// The way to the driver.
    #[must_use]
    pub fn driver(&self) -> &mpsc::Sender<Command> {
        &self.driver
    }

    /// A wait as its caller's wall will see it, in whole seconds and at least one: `Retry-After` of a
    /// house whose clock runs fast.
    #[must_use]
    pub fn wall_wait_s(&self, wait_ms: u64) -> u64 {
        wall_wait_s(wait_ms, self.clock.speed())
    }

    /// The house's clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a wait in ms is far below 2^52 and never negative"
)]
fn wall_wait_s(wait_ms: u64, speed: f64) -> u64 {
    let wall = (wait_ms as f64 / 1_000.0 / speed.max(1.0)).ceil() as u64;
    wall.max(1)
}

fn busy() -> Refusal {
    Refusal {
        class: RefusalClass::HostDown,
        retry_after_ms: 2_000,
        cached: true,
    }
}

/// Whether tokens of this credential can be vended at all, for messages.
#[must_use]
pub fn is_brokered(estate: &countersign_model::estate::Estate, credential: &CredentialId) -> bool {
    estate
        .credential(credential)
        .is_some_and(|held| held.mode == CredentialMode::Brokered)
}
