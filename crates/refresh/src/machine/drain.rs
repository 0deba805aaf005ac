//! From wanting a renewal to the request that leaves: doubt about the credential, the queue, limits.

use super::Machine;
use super::host::Host;
use super::slot::{Flight, Phase};
use crate::breaker::Gate;
use crate::deadline::Timer;
use crate::effect::{AttemptId, Effect};
use crate::event::Event;
use crate::instant::after;
use crate::read::Hold;
use crate::refusal::RefusalClass;
use countersign_model::Timestamp;
use countersign_model::id::{BuId, CredentialId, SlotId};
use std::sync::Arc;

/// An exchange is written down before and after it, and has this much more time for it, milliseconds:
/// the client's own end of waiting, which knows more, comes first.
const ARMED_MS_MAX: u64 = 10_000;

/// Whether a credential lets a slot ask.
#[derive(Clone, Copy)]
pub(super) enum Leave {
    Granted,
    /// Another slot tests the credential; look again then.
    Parked(Timestamp),
    /// The credential's last refusal is too fresh.
    Wait(Timestamp),
    /// Another slot's exchange of the same refresh token comes first; look again then.
    Behind(Timestamp),
    Held,
}

impl Machine {
    /// A slot wants a renewal: into the queue, unless its credential says otherwise. Does nothing
    /// for a slot that is queued or out already (R1).
    pub(super) fn want(&mut self, now: Timestamp, id: &SlotId) {
        self.touch(id);
        let Some(slot) = self.slots.get(id) else {
            return;
        };
        if matches!(slot.phase, Phase::Queued { .. } | Phase::Flying(_)) {
            return;
        }
        let leave = self.leave_of(now, id);
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        slot.wanted_at = Some(slot.wanted_at.map_or(now, |at| at.min(now)));
        match leave {
            Leave::Granted => self.enqueue(now, id),
            Leave::Parked(until) => {
                slot.phase = Phase::Parked;
                slot.next_attempt_at = Some(until);
                slot.failing = slot.failing.or(Some(RefusalClass::SecretRefused));
                self.refuse_waiters(now, id, RefusalClass::SecretRefused);
            }
            Leave::Wait(until) => {
                slot.phase = Phase::Idle;
                slot.next_attempt_at = Some(until);
                slot.failing = slot.failing.or(Some(RefusalClass::SecretRefused));
                self.refuse_waiters(now, id, RefusalClass::SecretRefused);
            }
            Leave::Behind(until) => {
                // Its waiters go on waiting: the exchange ahead takes seconds.
                slot.phase = Phase::Idle;
                slot.behind = Some(slot.behind.unwrap_or(now));
                slot.wanted_at = Some(until);
                self.refuse_if_down(now, id);
            }
            Leave::Held => {
                let class = match slot.hold {
                    Hold::Disabled => RefusalClass::Disabled,
                    Hold::Quarantined => RefusalClass::GrantDead,
                    Hold::Locked | Hold::None => RefusalClass::Locked,
                };
                slot.phase = Phase::Idle;
                slot.wanted_at = None;
                self.refuse_waiters(now, id, class);
            }
        }
    }

    fn refuse_waiters(&mut self, now: Timestamp, id: &SlotId, class: RefusalClass) {
        if self.slots.get(id).is_some_and(|slot| slot.waited) {
            self.refuse(now, id, class, true);
        }
    }

    /// While a secret is in doubt, one slot tests it: three requests are three strikes, however
    /// many slots share it.
    fn leave_of(&mut self, now: Timestamp, id: &SlotId) -> Leave {
        let exchange = self.exchange_leave(now, id);
        let Some(slot) = self.slots.get(id) else {
            return Leave::Held;
        };
        let Some(credential) = self.credentials.get_mut(&slot.spec.credential) else {
            return Leave::Held;
        };
        if !credential.active() || slot.quarantined || matches!(exchange, Leave::Held) {
            return Leave::Held;
        }
        match &credential.trial {
            Some(trial) if trial != id => {
                let tested_at = self.slots.get(trial).and_then(|other| match other.phase {
                    Phase::Flying(flight) => Some(flight.give_up_at),
                    Phase::Idle | Phase::Queued { .. } | Phase::Parked => other.next_attempt_at,
                });
                let soonest = after(now, 1_000);
                return Leave::Parked(tested_at.map_or(soonest, |at| at.max(soonest)));
            }
            Some(_) => {}
            None if credential.record.strikes > 0 => credential.trial = Some(id.clone()),
            None => {}
        }
        match credential.not_before {
            Some(at) if at > now => Leave::Wait(at),
            Some(_) | None => exchange,
        }
    }

    /// The doubt is over, or its tester is gone: the others plan for themselves again.
    pub(super) fn release_parked(&mut self, now: Timestamp, credential: &CredentialId) {
        let Some(entry) = self.credentials.get_mut(credential) else {
            return;
        };
        entry.trial = None;
        let slots: Vec<SlotId> = entry.slots.iter().cloned().collect();
        for id in slots {
            let key = self.key;
            let Some(slot) = self.slots.get_mut(&id) else {
                continue;
            };
            if matches!(slot.phase, Phase::Parked) {
                slot.phase = Phase::Idle;
                slot.next_attempt_at = None;
                slot.failing = None;
                slot.plan(now, key);
                self.touch(&id);
            }
        }
    }

    fn enqueue(&mut self, now: Timestamp, id: &SlotId) {
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        let Some(host) = self.hosts.get_mut(&slot.host) else {
            return;
        };
        let line = slot.line(now);
        slot.phase = Phase::Queued { line };
        host.push(&slot.spec.bu, line, id);
        if slot.waited {
            host.waiting.insert(id.clone());
        }
        self.stale_hosts.insert(slot.host.clone());
        self.refuse_if_down(now, id);
    }

    /// Who waits on a host whose breaker is open is answered at once (broker rule 2.7).
    pub(super) fn refuse_if_down(&mut self, now: Timestamp, id: &SlotId) {
        let Some(slot) = self.slots.get_mut(id).filter(|slot| slot.waited) else {
            return;
        };
        let Some(host) = self.hosts.get_mut(&slot.host) else {
            return;
        };
        if let Some(until) = host.breaker.open_until(now) {
            host.waiting.remove(id);
            slot.next_attempt_at = slot.next_attempt_at.max(Some(until));
            self.touch(id);
            self.refuse(now, id, RefusalClass::HostDown, true);
        }
    }

    /// Takes a slot out of its host's queue.
    pub(super) fn unqueue(&mut self, id: &SlotId) {
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        if let Phase::Queued { line } = slot.phase {
            slot.phase = Phase::Idle;
            if let Some(host) = self.hosts.get_mut(&slot.host) {
                host.unqueue(&slot.spec.bu, line, id);
            }
        }
    }

    /// Lets a host's queue move, earliest line first, until a limit stops it; then waits for that
    /// limit by a timer, or for the answer that will free a permit.
    pub(super) fn drain(&mut self, now: Timestamp, host_id: &Arc<str>) {
        self.permits.starved.remove(host_id);
        self.give_up_knock_if_due(now, host_id);
        let wake = loop {
            let Some(host) = self.hosts.get_mut(host_id) else {
                break None;
            };
            if host.n_queued == 0 || host.in_flight >= self.config.host_in_flight_max {
                break None;
            }
            let (ready_at, probe) = match host.breaker.gate(now) {
                Gate::Busy => break host.knock.map(|knock| knock.give_up_at),
                Gate::Wait(until) => break Some(until),
                Gate::Probe => (ready_at(host, now), true),
                Gate::Go => (ready_at(host, now), false),
            };
            if ready_at > now {
                break Some(ready_at);
            }
            let (config, permits) = (&self.config, &self.permits);
            let bu_max = config.bu_permits(config.in_flight_max);
            let house_full = permits.in_flight >= config.in_flight_max;
            let allows = |bu: &BuId| !house_full && permits.of(bu) < bu_max;
            match host.pick(config, allows) {
                Some(id) if probe => {
                    if let Some(wake) = self.probe(now, host_id, &id) {
                        break Some(wake);
                    }
                }
                Some(id) => self.send(now, &id, false),
                None => {
                    self.permits.starved.insert(host_id.clone());
                    break None;
                }
            }
        };
        self.deadlines.set(&Timer::Host(host_id.clone()), wake);
    }

    pub(super) fn send(&mut self, now: Timestamp, id: &SlotId, probe: bool) {
        self.unqueue(id);
        if self.window_closed(now, id) {
            return;
        }
        self.attempts += 1;
        let attempt = AttemptId(self.attempts);
        let slot = self
            .slots
            .get_mut(id)
            .expect("a queued slot exists: removal unqueues it");
        assert!(
            !matches!(slot.phase, Phase::Flying(_)),
            "R1: one request in flight per slot"
        );
        let armed_ms = slot.spec.profile.map_or(0, |_| ARMED_MS_MAX);
        let give_up_at = after(now, self.config.answer_ms_max + armed_ms);
        slot.phase = Phase::Flying(Flight {
            attempt,
            asked_at: now,
            give_up_at,
        });
        slot.next_attempt_at = None;
        let host = self
            .hosts
            .get_mut(&slot.host)
            .expect("a slot's host lives as long as the slot");
        host.bucket.take();
        host.depart(&slot.spec.bu);
        self.permits.take(&slot.spec.bu);
        if probe && host.breaker.probe_sent(attempt) {
            self.out.tell(Event::BreakerHalfOpen {
                host: slot.spec.host.clone(),
            });
        }
        self.out.send(Effect::Send {
            slot: id.clone(),
            attempt,
            give_up_at,
        });
        self.touch(id);
    }

    /// A request is no longer out: give its permits back and let the queues move.
    pub(super) fn land(&mut self, id: &SlotId) {
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        slot.phase = Phase::Idle;
        self.permits.release(&slot.spec.bu);
        if let Some(host) = self.hosts.get_mut(&slot.host) {
            host.arrive(&slot.spec.bu);
        }
        self.stale_hosts.insert(slot.host.clone());
        self.stale_hosts.append(&mut self.permits.starved);
        self.touch(id);
        self.let_siblings_go(id);
    }
}

/// When the host's own limits let one more request leave.
fn ready_at(host: &mut Host, now: Timestamp) -> Timestamp {
    let paced = host.bucket.ready_at(now, host.n_queued);
    host.paused_until.map_or(paced, |until| paced.max(until))
}
