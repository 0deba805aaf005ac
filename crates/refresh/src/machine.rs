//! The machine: all slots, credentials and hosts, one deadline set, one way in.
//!
//! Every step has the same shape: apply the input, then do everything that has become due, then hand
//! out the effects in the order persist, show, send, answer, tell.

mod answer;
mod credential;
mod demand;
mod drain;
mod exchange;
mod failure;
mod host;
mod knock;
mod outbox;
mod roster;
mod slot;
mod strike;

use crate::chance::JitterKey;
use crate::config::Config;
use crate::deadline::{Deadlines, Timer};
use crate::effect::{Effect, Refusal};
use crate::event::Event;
use crate::input::Input;
use crate::instant::ms_until;
use crate::read::{HELD_RETRY_MS, Hold, ReadView};
use crate::refusal::RefusalClass;
use crate::view::{CredentialView, HostView, SlotView};
use answer::Landed;
use countersign_model::Timestamp;
use countersign_model::id::{CredentialId, SlotId};
use countersign_model::token::Generation;
use credential::Credential;
use host::{Host, Permits};
use outbox::Outbox;
use slot::Slot;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The token lifecycle of a whole house: synchronous, deterministic, O(log n) per step.
///
/// Equal configurations, keys and inputs give equal effects.
#[derive(Debug)]
pub struct Machine {
    config: Config,
    key: JitterKey,
    slots: BTreeMap<SlotId, Slot>,
    credentials: BTreeMap<CredentialId, Credential>,
    hosts: BTreeMap<Arc<str>, Host>,
    permits: Permits,
    deadlines: Deadlines,
    /// Number of the last request sent.
    attempts: u64,
    out: Outbox,
    /// Slots whose deadline has to be derived again.
    stale_slots: BTreeSet<SlotId>,
    /// Hosts whose queue may move.
    stale_hosts: BTreeSet<Arc<str>>,
}

impl Machine {
    /// An empty machine.
    ///
    /// `jitter_key` is 32 bytes that all nodes of a house share, or a seed in tests.
    #[must_use]
    pub fn new(config: Config, jitter_key: impl Into<JitterKey>) -> Machine {
        Machine {
            config,
            key: jitter_key.into(),
            slots: BTreeMap::new(),
            credentials: BTreeMap::new(),
            hosts: BTreeMap::new(),
            permits: Permits::default(),
            deadlines: Deadlines::default(),
            attempts: 0,
            out: Outbox::default(),
            stale_slots: BTreeSet::new(),
            stale_hosts: BTreeSet::new(),
        }
    }

    /// Takes one input at `now` and returns what follows, in the order it must happen.
    ///
    /// Whatever is due at `now` is done too, so a late [`Input::Tick`] loses nothing. Afterwards
    /// [`Machine::next_wake`] lies after `now`.
    #[must_use]
    pub fn step(&mut self, now: Timestamp, input: Input) -> Vec<Effect> {
        self.apply(now, input);
        self.run_due(now);
        self.out.take()
    }

    fn apply(&mut self, now: Timestamp, input: Input) {
        match input {
            Input::Tick => {}
            Input::SlotPut {
                spec,
                token,
                last_generation,
            } => {
                self.slot_put(now, spec, token, last_generation);
            }
            Input::SlotRemove { slot } => self.slot_remove(now, &slot),
            Input::CredentialRestore { record } => self.credential_restore(now, record),
            Input::HostRate { host, per_s } => self.host_rate(host, per_s),
            Input::Demand {
                slot,
                min_ttl_ms,
                unlike,
            } => {
                self.demand(now, &slot, min_ttl_ms, unlike);
            }
            Input::Rejected { slot, generation } => self.rejected(now, &slot, generation),
            Input::RenewNow { slot } => self.renew_now(now, &slot),
            Input::JobPlanned { slot, at } => self.job_planned(now, &slot, at),
            Input::JobEnded { slot } => self.job_ended(now, &slot),
            Input::Answered {
                slot,
                attempt,
                sent_at,
                result,
                fingerprint,
                rotated,
            } => {
                let sent_at = sent_at.min(now);
                let landed = Landed {
                    sent_at,
                    result,
                    fingerprint,
                    rotated,
                };
                self.answered(now, &slot, attempt, landed);
            }
            Input::Recovered {
                slot,
                sent_at,
                result,
                fingerprint,
            } => {
                let sent_at = sent_at.min(now);
                let landed = Landed {
                    sent_at,
                    result,
                    fingerprint,
                    rotated: true,
                };
                self.recovered(now, &slot, landed);
            }
            Input::Knocked { slot, attempt, up } => self.knocked(now, &slot, attempt, up),
            Input::GrantRestore { credential, state } => self.grant_restore(&credential, state),
            Input::GrantGiven { credential } => self.grant_given(now, &credential),
            Input::GrantReplay { credential } => self.grant_replay(now, &credential),
            Input::Aborted { slot, attempt } => self.aborted(now, &slot, attempt),
            Input::CredentialEdited { credential } => self.credential_edited(now, &credential),
            Input::CredentialDisable { credential } => self.credential_disable(now, &credential),
            Input::CredentialEnable { credential } => self.credential_enable(now, &credential),
            Input::ClockStepped => self.clock_stepped(now),
        }
    }

    /// Does everything due. Timers go first and queues last, so that slots due together leave in
    /// the order of their lines and not of their names.
    fn run_due(&mut self, now: Timestamp) {
        loop {
            while let Some(id) = self.stale_slots.pop_first() {
                self.retime(&id);
            }
            match self.deadlines.pop_due(now) {
                Some(Timer::Slot(id)) => self.slot_due(now, &id),
                Some(Timer::Host(host)) => {
                    self.stale_hosts.insert(host);
                }
                None => match self.stale_hosts.pop_first() {
                    Some(host) => self.drain(now, &host),
                    None if self.stale_slots.is_empty() => return,
                    None => {}
                },
            }
        }
    }

    /// A slot has changed: derive its deadline again and show readers what they need.
    fn touch(&mut self, id: &SlotId) {
        self.stale_slots.insert(id.clone());
    }

    fn retime(&mut self, id: &SlotId) {
        let timer = Timer::Slot(id.clone());
        let Some(slot) = self.slots.get_mut(id) else {
            self.deadlines.set(&timer, None);
            return;
        };
        self.deadlines.set(&timer, slot.deadline());
        if let Some(view) = slot.changed_view() {
            self.out.show(id.clone(), view);
        }
    }

    /// Something of a slot is due: its answer, its end, its job, its renewal.
    fn slot_due(&mut self, now: Timestamp, id: &SlotId) {
        self.touch(id);
        self.give_up_if_due(now, id);
        let key = self.key;
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        if slot.gap_begins(now) {
            self.out.tell(Event::GapStarted { slot: id.clone() });
        }
        slot.pass_jobs(now, key);
        if slot.due_at().is_some_and(|at| at <= now) {
            self.want(now, id);
        }
    }

    fn settle(&mut self, id: &SlotId, answer: Result<Generation, Refusal>) {
        if let Some(slot) = self.slots.get_mut(id) {
            slot.waited = false;
        }
        self.out.settle(id.clone(), answer);
    }

    /// Refuses all who wait on a slot.
    fn refuse(&mut self, now: Timestamp, id: &SlotId, class: RefusalClass, cached: bool) {
        let retry_after_ms = self
            .slots
            .get(id)
            .map_or(HELD_RETRY_MS, |slot| match slot.hold {
                Hold::None => slot
                    .next_attempt_at
                    .map_or(0, |at| ms_until(now, at))
                    .max(1_000),
                Hold::Locked | Hold::Quarantined | Hold::Disabled => HELD_RETRY_MS,
            });
        self.settle(
            id,
            Err(Refusal {
                class,
                retry_after_ms,
                cached,
            }),
        );
    }

    /// The earliest instant at which [`Input::Tick`] does something; `None` if nothing waits.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.deadlines.first()
    }

    /// One slot.
    #[must_use]
    pub fn slot(&self, id: &SlotId) -> Option<SlotView> {
        self.slots.get(id).map(Slot::view)
    }

    /// All slots, by id.
    pub fn slots(&self) -> impl Iterator<Item = SlotView> + '_ {
        self.slots.values().map(Slot::view)
    }

    /// What readers judge, without the rest of [`Machine::slot`].
    #[must_use]
    pub fn read_view(&self, id: &SlotId) -> Option<ReadView> {
        self.slots.get(id).map(Slot::read_view)
    }

    /// One credential, once a slot or the store has named it.
    #[must_use]
    pub fn credential(&self, id: &CredentialId) -> Option<CredentialView> {
        self.credentials.get(id).map(Credential::view)
    }

    /// All credentials, by id.
    pub fn credentials(&self) -> impl Iterator<Item = CredentialView> + '_ {
        self.credentials.values().map(Credential::view)
    }

    /// One auth host by its base URL, as of `now`.
    #[must_use]
    pub fn host(&self, host: &str, now: Timestamp) -> Option<HostView> {
        self.hosts.get(host).map(|host| host.view(now))
    }

    /// The base URLs of all auth hosts.
    pub fn hosts(&self) -> impl Iterator<Item = &str> + '_ {
        self.hosts.keys().map(AsRef::as_ref)
    }

    /// The configuration it runs with.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }
}
