//! How a breaker is tested without risking a refresh token that works once (broker rule 2.7).

use super::Machine;
use super::host::Knock;
use crate::breaker::Change;
use crate::effect::{AttemptId, Effect};
use crate::event::Event;
use crate::grant::Profile;
use crate::instant::after;
use countersign_model::Timestamp;
use countersign_model::id::SlotId;
use std::sync::Arc;

impl Machine {
    /// Sends the one probe of a half-open breaker: `picked`, if it may be risked, or another slot that
    /// waits for the host and may, or no slot at all. Returns when to look again, in that case.
    pub(super) fn probe(
        &mut self,
        now: Timestamp,
        host_id: &Arc<str>,
        picked: &SlotId,
    ) -> Option<Timestamp> {
        let may = |id: &&SlotId| {
            let slot = self.slots.get(*id);
            slot.is_some_and(|slot| slot.spec.profile != Some(Profile::Strict))
        };
        let queued = self
            .hosts
            .get(host_id)
            .into_iter()
            .flat_map(|host| host.queued());
        let chosen = Some(picked)
            .filter(may)
            .or_else(|| queued.into_iter().find(may));
        if let Some(id) = chosen.cloned() {
            self.send(now, &id, true);
            return None;
        }
        let give_up_at = after(now, self.config.answer_ms_max);
        self.attempts += 1;
        let attempt = AttemptId(self.attempts);
        let host = self.hosts.get_mut(host_id)?;
        host.knock = Some(Knock {
            attempt,
            give_up_at,
        });
        if host.breaker.probe_sent(attempt) {
            self.out.tell(Event::BreakerHalfOpen {
                host: host_id.to_string(),
            });
        }
        self.out.send(Effect::Knock {
            slot: picked.clone(),
            attempt,
        });
        Some(give_up_at)
    }

    /// The host was asked for anything at all.
    pub(super) fn knocked(&mut self, now: Timestamp, id: &SlotId, attempt: AttemptId, up: bool) {
        let Some(host_id) = self.slots.get(id).map(|slot| slot.host.clone()) else {
            return;
        };
        self.knock_ended(now, &host_id, attempt, up);
    }

    /// No answer in time is one too.
    pub(super) fn give_up_knock_if_due(&mut self, now: Timestamp, host_id: &Arc<str>) {
        let knock = self.hosts.get(host_id).and_then(|host| host.knock);
        if let Some(knock) = knock.filter(|knock| knock.give_up_at <= now) {
            self.knock_ended(now, host_id, knock.attempt, false);
        }
    }

    fn knock_ended(&mut self, now: Timestamp, host_id: &Arc<str>, attempt: AttemptId, up: bool) {
        let unit = self.key.unit("breaker", host_id, attempt.0);
        let Some(host) = self.hosts.get_mut(host_id) else {
            return;
        };
        if host
            .knock
            .take_if(|knock| knock.attempt == attempt)
            .is_none()
        {
            return;
        }
        let change = if up {
            host.breaker.answered(now, attempt)
        } else {
            let slot = host.queued().next().cloned();
            slot.and_then(|slot| host.breaker.failed(now, (&slot, attempt), false, unit))
        };
        let name = host_id.to_string();
        match change {
            Some(Change::Opened(until)) => {
                self.out.tell(Event::BreakerOpened { host: name, until })
            }
            Some(Change::Closed) => {
                host.bucket.ramp(now);
                self.out.tell(Event::BreakerClosed { host: name });
            }
            None => host.breaker.probe_void(attempt),
        }
        self.stale_hosts.insert(host_id.clone());
    }
}
