//! The simulator: one platform behind a lock, a clock, and what is in flight.

use crate::scenario::Fault;
use crate::setup::{core_app, setup};
use countersign_host::clock::{Clock, ClockControl};
use countersign_model::estate::Estate;
use countersign_sfmc::AppError;
use countersign_sfmc::fault::FaultError;
use countersign_sfmc::platform::Platform;
use countersign_sfmc::request::{Reply, Request};
use countersign_sfmc::switch::SwitchError;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Faults whose player is whoever holds the broker: accepted, and nothing here.
const PLAYED_BY_OTHERS: [&str; 1] = ["broker_restart"];

/// A simulated tenant. Cheap to clone; all clones are the same one.
#[derive(Clone)]
pub struct Simulator(Arc<Inner>);

struct Inner {
    platform: Mutex<Platform>,
    flights: Mutex<BTreeMap<String, Flights>>,
    clock: Clock,
    control: Option<ClockControl>,
}

/// Token requests of one client under way.
#[derive(Debug, Clone, Copy, Default)]
struct Flights {
    now: u64,
    most: u64,
}

/// A token request under way; counts until it is dropped.
pub(crate) struct InFlight(Simulator, String);

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(flights) = self.0.flights().get_mut(&self.1) {
            flights.now = flights.now.saturating_sub(1);
        }
    }
}

impl Simulator {
    /// A platform with the estate's tenants, units, packages and assets, nothing broken. `base_url`
    /// is where it listens and what its token answers point to; `control` lets its control move the
    /// clock; everything by chance comes from `seed`.
    #[must_use]
    pub fn new(
        estate: &Estate,
        clock: Clock,
        control: Option<ClockControl>,
        seed: u64,
        base_url: &str,
    ) -> Simulator {
        let platform = Mutex::new(Platform::new(setup(estate, base_url), clock.now(), seed));
        Simulator(Arc::new(Inner {
            platform,
            flights: Mutex::default(),
            clock,
            control,
        }))
    }

    fn flights(&self) -> MutexGuard<'_, BTreeMap<String, Flights>> {
        self.0
            .flights
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn clock_control(&self) -> Option<&ClockControl> {
        self.0.control.as_ref()
    }

    /// Lets `work` see and change the platform: its ledger, packages, faults. Nobody else is
    /// answered meanwhile.
    pub fn with<T>(&self, work: impl FnOnce(&mut Platform) -> T) -> T {
        work(
            &mut self
                .0
                .platform
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Answers one request at the clock's instant, without a socket.
    pub fn step(&self, request: &Request) -> Reply {
        let now = self.0.clock.now();
        self.with(|platform| platform.step(now, request))
    }

    /// Counts a client's token request as under way.
    pub(crate) fn enter(&self, client_id: String) -> InFlight {
        let mut all = self.flights();
        let flights = all.entry(client_id.clone()).or_default();
        flights.now += 1;
        flights.most = flights.most.max(flights.now);
        drop(all);
        InFlight(self.clone(), client_id)
    }

    /// Most token requests at once, by client id.
    #[must_use]
    pub fn concurrent_mints(&self) -> BTreeMap<String, u64> {
        self.flights()
            .iter()
            .map(|(client, flights)| (client.clone(), flights.most))
            .collect()
    }

    /// Breaks something now; the fault's id. `at` of the fault is not looked at: whoever plays a
    /// scenario waits for it. A fault that others play (`broker_restart`) is accepted and changes
    /// nothing here; its id is `none`.
    ///
    /// # Errors
    /// [`FaultError`], which names the field and what it may hold.
    pub fn inject(&self, fault: &Fault) -> Result<String, FaultError> {
        if PLAYED_BY_OTHERS.contains(&fault.kind.as_str()) {
            return Ok("none".to_owned());
        }
        let order = fault.order()?;
        let now = self.0.clock.now();
        self.with(|platform| platform.inject(now, &order))
    }

    /// Whether a fault could be played, without playing it.
    ///
    /// # Errors
    /// [`FaultError`], which names the field and what it may hold.
    pub fn check(&self, fault: &Fault) -> Result<(), FaultError> {
        if PLAYED_BY_OTHERS.contains(&fault.kind.as_str()) {
            return Ok(());
        }
        let order = fault.order()?;
        self.with(|platform| platform.check(&order))
    }

    /// Lets core know a client that stands in no estate: a connected app of that key and secret, with
    /// a user of its own; client credentials are enough to sign in.
    ///
    /// # Errors
    /// [`AppError`] if the key is taken, or there are too many.
    pub fn core_app_add(&self, client_id: &str, client_secret: &str) -> Result<(), AppError> {
        let now = self.0.clock.now();
        let setup = core_app(client_id, client_secret);
        self.with(|platform| platform.core_app_add(now, &setup))
    }

    /// Mends by fault id or by what was named; how many faults went.
    pub fn mend(&self, named: &str) -> usize {
        self.with(|platform| platform.mend(named))
    }

    /// Sets a switch from text.
    ///
    /// # Errors
    /// [`SwitchError`], which lists the names or the bounds.
    pub fn set_switch(&self, name: &str, value: &str) -> Result<(), SwitchError> {
        self.with(|platform| platform.set_switch(name, value))
    }

    /// Tokens handed out since the start.
    #[must_use]
    pub fn mints(&self) -> u64 {
        self.with(|platform| platform.ledger().mints().minted)
    }

    /// Token requests that got no token since the start.
    #[must_use]
    pub fn refusals(&self) -> u64 {
        self.with(|platform| platform.ledger().mints().refused)
    }

    /// Everything as at the start; switches keep their values.
    pub fn reset(&self) {
        let now = self.0.clock.now();
        self.with(|platform| platform.reset(now));
        self.flights()
            .values_mut()
            .for_each(|flights| flights.most = flights.now);
    }
}
