//! Slots come and go, credentials are edited, disabled, enabled, and the clock steps.

use super::Machine;
use super::credential::Credential;
use super::host::Host;
use super::slot::{Phase, Slot};
use super::strike::spacing;
use crate::deadline::Timer;
use crate::effect::Refusal;
use crate::event::Event;
use crate::input::{CredentialRecord, CredentialState, SlotSpec};
use crate::instant::after;
use crate::refusal::RefusalClass;
use countersign_model::Timestamp;
use countersign_model::id::{CredentialId, SlotId};
use countersign_model::token::{Generation, TokenFacts};
use std::sync::Arc;

/// No wait survives a step of the clock for longer than this, milliseconds.
const WAIT_MS_MAX: u64 = 3_600_000;

impl Machine {
    /// A slot exists. A stored token is taken in with the lines it was given, so that a restart
    /// mints nothing; one that is overdue is spread over the next minute.
    pub(super) fn slot_put(
        &mut self,
        now: Timestamp,
        spec: SlotSpec,
        token: Option<TokenFacts>,
        last_generation: Generation,
    ) {
        let id = spec.slot.clone();
        let moved = self.slots.get(&id).is_some_and(|known| {
            known.spec.host != spec.host
                || known.spec.bu != spec.bu
                || known.spec.credential != spec.credential
        });
        let kept = if moved { self.take_out(now, &id) } else { None };
        if !self.slots.contains_key(&id) {
            self.settle_in(now, spec.clone());
        }
        let key = self.key;
        let slot = self.slots.get_mut(&id).expect("it was put just now");
        slot.spec = spec;
        slot.last_generation = slot.last_generation.max(last_generation);
        let newest = [token, kept]
            .into_iter()
            .flatten()
            .max_by_key(|facts| facts.generation);
        let newer = newest.filter(|facts| {
            slot.token
                .as_ref()
                .is_none_or(|known| facts.generation > known.generation)
        });
        let future = newer.is_some_and(|facts| slot.admit(now, facts));
        slot.plan(now, key);
        if future {
            slot.wanted_at = Some(now);
        }
        self.refresh_hold(&id);
        self.judge_armed(now, &id);
    }

    fn settle_in(&mut self, now: Timestamp, spec: SlotSpec) {
        let (id, credential) = (spec.slot.clone(), spec.credential.clone());
        let slot = Slot::new(spec);
        let config = &self.config;
        self.hosts
            .entry(slot.host.clone())
            .or_insert_with(|| Host::new(config, &slot.spec.host, now))
            .slot_added(&slot.spec.bu);
        self.credentials
            .entry(credential.clone())
            .or_insert_with(|| Credential::new(&credential))
            .slots
            .insert(id.clone());
        self.slots.insert(id, slot);
    }

    /// A slot is gone, with everything that waited for it.
    pub(super) fn slot_remove(&mut self, now: Timestamp, id: &SlotId) {
        let waited = self.slots.get(id).is_some_and(|slot| slot.waited);
        if waited {
            let class = RefusalClass::UnknownSlot;
            let refusal = Refusal {
                class,
                retry_after_ms: 60_000,
                cached: true,
            };
            self.settle(id, Err(refusal));
        }
        if self.take_out(now, id).is_some() {
            self.out.drop_token(id.clone());
        }
        self.out.unshow(id);
    }

    /// Takes a slot out of queue, flight, credential, host and deadlines; returns its token.
    fn take_out(&mut self, now: Timestamp, id: &SlotId) -> Option<TokenFacts> {
        self.unqueue(id);
        if self.flight_of(id).is_some() {
            if let (Some(flight), Some(slot)) = (self.flight_of(id), self.slots.get(id))
                && let Some(host) = self.hosts.get_mut(&slot.host)
            {
                host.breaker.probe_void(flight.attempt);
            }
            self.land(id);
        }
        let slot = self.slots.remove(id)?;
        self.touch(id);
        let name = slot.spec.credential.clone();
        if let Some(credential) = self.credentials.get_mut(&name) {
            credential.slots.remove(id);
            if credential.trial.as_ref() == Some(id) {
                self.release_parked(now, &name);
            }
        }
        if let Some(host) = self.hosts.get_mut(&slot.host) {
            host.slot_removed(&slot.spec.bu);
            if host.n_slots == 0 {
                self.hosts.remove(&slot.host);
                self.deadlines.set(&Timer::Host(slot.host.clone()), None);
            }
        }
        slot.token
    }

    /// What the store knows: strikes survive a restart, and so does their spacing.
    pub(super) fn credential_restore(&mut self, now: Timestamp, record: CredentialRecord) {
        let name = record.credential.clone();
        let next_at = record.last_strike_at.filter(|_| record.strikes > 0);
        let next_at = next_at.map(|last| after(last, spacing(record.strikes, &self.config)));
        let entry = self
            .credentials
            .entry(name.clone())
            .or_insert_with(|| Credential::new(&name));
        entry.not_before = next_at.map(|at| at.min(after(now, self.config.unlocked_pace_ms)));
        entry.record = record;
        self.refresh_holds(&name);
    }

    /// What a host sustains.
    pub(super) fn host_rate(&mut self, host: String, per_s: f64) {
        if !(per_s > 0.0 && per_s.is_finite()) {
            return;
        }
        if let Some(entry) = self.hosts.get_mut(host.as_str()) {
            entry.bucket.set_nominal(per_s);
            self.stale_hosts.insert(Arc::from(host.as_str()));
        }
        self.config.host_rates_per_s.insert(host, per_s);
    }

    /// The secret or its package changed: a new version starts without strikes and with six minutes
    /// of grace. What was locked, struck or failing is tested at once, through one slot's own flight.
    pub(super) fn credential_edited(&mut self, now: Timestamp, name: &CredentialId) {
        let Some(credential) = self.credentials.get_mut(name) else {
            return;
        };
        let locked = credential.record.state == CredentialState::Locked;
        let doubted = locked || credential.record.strikes > 0 || credential.trial.is_some();
        credential.clear();
        credential.record.secret_version += 1;
        credential.record.edited_at = Some(now);
        if locked {
            credential.record.state = CredentialState::Active;
            self.out.tell(Event::Unlocked {
                credential: name.clone(),
            });
        }
        self.out.save(credential.record.clone());
        self.resume(now, name, doubted);
    }

    /// A person turns it off: nothing is sent and nothing served. Tokens stay in store, so that
    /// turning it on again costs no request.
    pub(super) fn credential_disable(&mut self, now: Timestamp, name: &CredentialId) {
        let entry = self
            .credentials
            .entry(name.clone())
            .or_insert_with(|| Credential::new(name));
        entry.record.state = CredentialState::Disabled;
        entry.trial = None;
        self.out.save(entry.record.clone());
        self.halt(now, name, RefusalClass::Disabled);
    }

    /// A person turns it on again, or unlocks it: strikes start afresh, one slot tests it.
    pub(super) fn credential_enable(&mut self, now: Timestamp, name: &CredentialId) {
        let Some(credential) = self.credentials.get_mut(name) else {
            return;
        };
        let was = credential.record.state;
        if was == CredentialState::Active {
            return;
        }
        credential.clear();
        credential.record.state = CredentialState::Active;
        self.out.save(credential.record.clone());
        if was == CredentialState::Locked {
            self.out.tell(Event::Unlocked {
                credential: name.clone(),
            });
        }
        self.resume(now, name, was == CredentialState::Locked);
    }

    /// Sets a credential's slots going again. With `test`, the slot whose line is earliest tests the
    /// secret now and the others wait for its answer.
    pub(super) fn resume(&mut self, now: Timestamp, name: &CredentialId, test: bool) {
        let Some(credential) = self.credentials.get(name) else {
            return;
        };
        let slots: Vec<SlotId> = credential.slots.iter().cloned().collect();
        let failing = self.replan(now, name);
        self.refresh_holds(name);
        let tester = slots
            .iter()
            .min_by_key(|id| self.slots.get(*id).map(|s| s.line(now)));
        if let Some(id) = tester.filter(|_| test || failing).cloned() {
            if let Some(credential) = self.credentials.get_mut(name).filter(|_| test) {
                credential.trial = Some(id.clone());
            }
            self.want(now, &id);
        }
    }

    /// Forgets what held a credential's slots back and derives when each is renewed; whether one of
    /// them was failing.
    pub(super) fn replan(&mut self, now: Timestamp, name: &CredentialId) -> bool {
        let Some(credential) = self.credentials.get(name) else {
            return false;
        };
        let slots: Vec<SlotId> = credential.slots.iter().cloned().collect();
        let mut failing = false;
        for id in &slots {
            let key = self.key;
            let Some(slot) = self.slots.get_mut(id) else {
                continue;
            };
            failing |= slot.failing.take().is_some() || slot.quarantined;
            slot.quarantined = false;
            slot.confirms = 0;
            if !matches!(slot.phase, Phase::Flying(_)) {
                slot.next_attempt_at = None;
            }
            if matches!(slot.phase, Phase::Parked) {
                slot.phase = Phase::Idle;
            }
            slot.plan(now, key);
        }
        failing
    }

    /// The clock stepped: spans begun before the step mean nothing, so every wait is bounded again
    /// and every deadline derived anew (broker rule 2.15).
    pub(super) fn clock_stepped(&mut self, now: Timestamp) {
        let (key, answer_ms) = (self.key, self.config.answer_ms_max);
        let latest = after(now, WAIT_MS_MAX);
        for slot in self.slots.values_mut() {
            if let Some(facts) = slot.token.take() {
                let same_since = slot.same_since;
                slot.admit(now, facts);
                slot.same_since = same_since;
            }
            if let Phase::Flying(flight) = &mut slot.phase {
                flight.give_up_at = flight.give_up_at.min(after(now, answer_ms));
                flight.asked_at = flight.asked_at.min(now);
            }
            slot.next_attempt_at = slot.next_attempt_at.map(|at| at.min(latest));
            slot.wanted_at = slot.wanted_at.map(|at| at.min(latest));
            slot.asked_at = slot.asked_at.map(|at| at.min(now));
            slot.overridden_at = slot.overridden_at.map(|at| at.min(now));
            slot.gap_since = slot.gap_since.map(|at| at.min(now));
            slot.reports.forced_at = slot.reports.forced_at.map(|at| at.min(now));
            slot.plan(now, key);
        }
        for credential in self.credentials.values_mut() {
            credential.grant = credential.grant.no_later_than(now);
            let record = &mut credential.record;
            record.edited_at = record.edited_at.map(|at| at.min(now));
            record.last_strike_at = record.last_strike_at.map(|at| at.min(now));
            credential.not_before = credential.not_before.map(|at| at.min(latest));
        }
        for (name, host) in &mut self.hosts {
            host.bucket.rebase(now);
            host.breaker.rebase(now);
            host.paused_until = host.paused_until.map(|at| at.min(after(now, 600_000)));
            self.stale_hosts.insert(name.clone());
        }
        self.stale_slots.extend(self.slots.keys().cloned());
    }
}
