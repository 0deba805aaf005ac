//! The simulator: one tenant behind a lock, a clock, and what is in flight.

use crate::scenario::Fault;
use crate::setup::setup;
use countersign_host::clock::{Clock, ClockControl};
use countersign_model::estate::Estate;
use countersign_sfmc::{FaultError, Platform, Reply, Request, Setup, SwitchError};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Faults that happen outside the tenant: accepted, and nothing here.
const ELSEWHERE: [&str; 1] = ["broker_restart"];

/// A simulated tenant. Cheap to clone; all clones are the same one.
#[derive(Clone)]
pub struct Simulator(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    clock: Clock,
    control: Option<ClockControl>,
    setup: Setup,
    seed: u64,
}

struct State {
    platform: Platform,
    in_flight: BTreeMap<String, u64>,
    most_in_flight: BTreeMap<String, u64>,
    elsewhere: u64,
}

impl State {
    fn new(setup: &Setup, seed: u64) -> State {
        State {
            platform: Platform::new(setup.clone(), seed),
            in_flight: BTreeMap::new(),
            most_in_flight: BTreeMap::new(),
            elsewhere: 0,
        }
    }
}

/// A token request under way; counts until it is dropped.
pub(crate) struct InFlight(Simulator, String);

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(count) = self.0.state().in_flight.get_mut(&self.1) {
            *count = count.saturating_sub(1);
        }
    }
}

impl Simulator {
    /// A tenant with the estate's packages, units and assets, nothing broken. `base_url` is where
    /// it listens; `control` lets its control move the clock.
    #[must_use]
    pub fn new(
        estate: &Estate,
        clock: Clock,
        control: Option<ClockControl>,
        seed: u64,
        base_url: &str,
    ) -> Simulator {
        let setup = setup(estate, base_url);
        let state = Mutex::new(State::new(&setup, seed));
        Simulator(Arc::new(Inner {
            state,
            clock,
            control,
            setup,
            seed,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn clock_control(&self) -> Option<&ClockControl> {
        self.0.control.as_ref()
    }

    /// Lets `work` see and change the tenant.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Platform) -> T) -> T {
        work(&mut self.state().platform)
    }

    /// Answers one request at the clock's instant.
    pub(crate) fn step(&self, request: &Request) -> Reply {
        let now = self.0.clock.now();
        self.with(|platform| platform.step(now, request))
    }

    /// Counts a client's token request as under way.
    pub(crate) fn enter(&self, client_id: String) -> InFlight {
        let mut state = self.state();
        let count = state.in_flight.entry(client_id.clone()).or_default();
        *count += 1;
        let now = *count;
        let most = state.most_in_flight.entry(client_id.clone()).or_default();
        *most = now.max(*most);
        drop(state);
        InFlight(self.clone(), client_id)
    }

    /// Most token requests at once, by client.
    pub(crate) fn concurrent_mints(&self) -> BTreeMap<String, u64> {
        self.state().most_in_flight.clone()
    }

    /// Breaks something now; the fault's id. A fault that happens outside the tenant
    /// (`broker_restart`) is accepted and changes nothing here.
    ///
    /// # Errors
    /// [`FaultError`] if kind, target, share or a span is not one.
    pub fn inject(&self, fault: &Fault) -> Result<String, FaultError> {
        if ELSEWHERE.contains(&fault.kind.as_str()) {
            let mut state = self.state();
            state.elsewhere += 1;
            return Ok(format!("flt_elsewhere_{}", state.elsewhere));
        }
        let order = fault.order()?;
        let now = self.0.clock.now();
        self.with(|platform| platform.inject(now, &order))
    }

    /// Ends every fault aimed at that credential, integration, unit, tenant or `all`; how many.
    pub fn mend(&self, target: &str) -> usize {
        self.with(|platform| platform.mend(target))
    }

    /// Sets a switch from text.
    ///
    /// # Errors
    /// [`SwitchError`] if there is no such switch or the value is none of it.
    pub fn set_switch(&self, name: &str, value: &str) -> Result<(), SwitchError> {
        self.with(|platform| platform.set_switch(name, value))
    }

    /// Tokens issued since the start.
    #[must_use]
    pub fn mints(&self) -> u64 {
        self.with(|platform| platform.ledger().totals().issued)
    }

    /// Token requests that got no token since the start.
    #[must_use]
    pub fn refusals(&self) -> u64 {
        self.with(|platform| platform.ledger().totals().refused)
    }

    /// Everything as at the start; switches keep their values.
    pub(crate) fn reset(&self) {
        let mut state = self.state();
        let values = state.platform.switches().values();
        *state = State::new(&self.0.setup, self.0.seed);
        for (name, value) in values {
            let kept = state.platform.set_switch(name, &value);
            kept.expect("a switch's own value is one of it");
        }
    }
}
