//! What readers, consumers and people ask for: a token, another token, a renewal now.

use super::Machine;
use super::slot::{Phase, Slot};
use crate::effect::Refusal;
use crate::event::{Event, ForcedRefusal};
use crate::instant::{after, before, ms_until, share_ms};
use crate::read::{Hold, Verdict, read};
use crate::refusal::RefusalClass;
use countersign_model::Timestamp;
use countersign_model::id::SlotId;
use countersign_model::token::Generation;

/// A new token rejected within this time tells that the token is not the cause (broker rule 2.10).
const REJECTED_AT_ONCE_MS: u64 = 60_000;
/// A token rejected before this share of its life died young.
const YOUNG_SHARE: f64 = 0.5;
/// Tokens that died young within [`YOUNG_SPAN_MS`] and make an outside minter likely.
const YOUNG_DEATHS: usize = 3;
/// That span, milliseconds: one hour.
const YOUNG_SPAN_MS: u64 = 3_600_000;

impl Machine {
    /// A reader could not serve itself, or asks for the next token ahead. Its need is judged again
    /// here, inside the one place that starts flights, so that a renewal that has meanwhile
    /// succeeded is not repeated.
    pub(super) fn demand(
        &mut self,
        now: Timestamp,
        id: &SlotId,
        min_ttl_ms: u64,
        unlike: Option<Generation>,
    ) {
        let Some(slot) = self.slots.get_mut(id) else {
            let class = RefusalClass::UnknownSlot;
            let refusal = Refusal {
                class,
                retry_after_ms: 60_000,
                cached: true,
            };
            self.out.settle(id.clone(), Err(refusal));
            return;
        };
        slot.asked_at = Some(now);
        slot.min_ttl_seen_ms = slot.min_ttl_seen_ms.max(min_ttl_ms);
        let verdict = read(&slot.read_view(), now, min_ttl_ms, unlike);
        let generation = slot.token.as_ref().map(|token| token.generation);
        match (verdict, generation) {
            (Verdict::Serve | Verdict::ServeFlagged(_), Some(generation)) => {
                self.out.settle(id.clone(), Ok(generation));
            }
            (Verdict::ServeAndNudge, Some(generation)) => {
                self.out.settle(id.clone(), Ok(generation));
                self.want(now, id);
            }
            (
                Verdict::Refuse {
                    class,
                    retry_after_ms,
                },
                _,
            ) => {
                let refusal = Refusal {
                    class,
                    retry_after_ms,
                    cached: true,
                };
                self.out.settle(id.clone(), Err(refusal));
            }
            (_, _) => self.join(now, id, unlike),
        }
    }

    /// Joins the flight of a slot, or starts it.
    fn join(&mut self, now: Timestamp, id: &SlotId, unlike: Option<Generation>) {
        let pace_ms = self.config.forced_pace_ms;
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        slot.waited = true;
        match slot.phase {
            Phase::Flying(_) => {}
            Phase::Queued { .. } => {
                if let Some(host) = self.hosts.get_mut(&slot.host) {
                    host.waiting.insert(id.clone());
                }
                self.refuse_if_down(now, id);
            }
            Phase::Idle | Phase::Parked => {
                if unlike.is_some_and(|dead| slot.is_current(dead)) {
                    if let Some(at) = slot.forced_not_before(now, pace_ms) {
                        let class = RefusalClass::TokenRejected;
                        let retry_after_ms = ms_until(now, at).max(1_000);
                        self.settle(
                            id,
                            Err(Refusal {
                                class,
                                retry_after_ms,
                                cached: true,
                            }),
                        );
                        return;
                    }
                    slot.force(now);
                }
                self.want(now, id);
            }
        }
    }

    /// A consumer reports a token dead. An older one needs nothing: a newer is there. The present
    /// one forces one renewal, at most once a minute; if the new token is rejected at once too, the
    /// token is not the cause and forcing rests.
    pub(super) fn rejected(&mut self, now: Timestamp, id: &SlotId, generation: Generation) {
        let (pace_ms, rest_ms) = (self.config.forced_pace_ms, self.config.forced_rest_ms);
        let Some(slot) = self
            .slots
            .get_mut(id)
            .filter(|slot| slot.is_current(generation))
        else {
            return;
        };
        if slot.died_young(now) {
            let (slot_id, credential) = (id.clone(), slot.spec.credential.clone());
            self.out.tell(Event::OutsideMinterSuspected {
                slot: slot_id,
                credential,
            });
        }
        let token = slot
            .token
            .as_ref()
            .expect("a current generation has a token");
        let at_once = now < after(token.issued_at, REJECTED_AT_ONCE_MS);
        if slot.reports.born == Some(token.generation) && at_once {
            if slot.reports.rest_until.is_none_or(|until| until <= now) {
                slot.reports.rest_until = Some(after(now, rest_ms));
                self.out.tell(Event::ApiSideRejection { slot: id.clone() });
            }
            return;
        }
        let busy = matches!(slot.phase, Phase::Queued { .. } | Phase::Flying(_));
        let backing_off = slot.next_attempt_at.is_some_and(|at| at > now);
        if busy || backing_off || slot.forced_not_before(now, pace_ms).is_some() {
            return;
        }
        slot.force(now);
        self.want(now, id);
    }

    /// A person asks to renew now. The slot's own back-off gives way, once per 30 s; the host's
    /// limits, its breaker and a lock do not.
    pub(super) fn renew_now(&mut self, now: Timestamp, id: &SlotId) {
        let pace_ms = self.config.override_pace_ms;
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        let why = match slot.overridden_at {
            _ if slot.hold != Hold::None => Some(ForcedRefusal::Held),
            Some(last) if now < after(last, pace_ms) => Some(ForcedRefusal::TooSoon),
            Some(_) | None => None,
        };
        if let Some(why) = why {
            self.out.tell(Event::ForcedRenewalRefused {
                slot: id.clone(),
                why,
            });
            return;
        }
        slot.overridden_at = Some(now);
        slot.asked_at = Some(now);
        if matches!(slot.phase, Phase::Queued { .. } | Phase::Flying(_)) {
            return;
        }
        slot.next_attempt_at = None;
        let name = slot.spec.credential.clone();
        self.take_over_trial(&name, id);
        self.want(now, id);
    }

    /// Lets this slot test a doubted credential now, unless the tester's request is on its way.
    fn take_over_trial(&mut self, name: &countersign_model::id::CredentialId, id: &SlotId) {
        let Some(credential) = self.credentials.get_mut(name) else {
            return;
        };
        let busy = credential
            .trial
            .as_ref()
            .and_then(|trial| self.slots.get(trial))
            .is_some_and(|tester| matches!(tester.phase, Phase::Queued { .. } | Phase::Flying(_)));
        if busy {
            return;
        }
        credential.not_before = None;
        let former = credential
            .trial
            .as_mut()
            .map(|trial| std::mem::replace(trial, id.clone()));
        if let Some(former) = former.filter(|former| former != id)
            && let Some(slot) = self.slots.get_mut(&former)
        {
            slot.phase = Phase::Parked;
            self.touch(&former);
        }
    }

    /// A job is planned: see that it will have a fresh token.
    pub(super) fn job_planned(&mut self, now: Timestamp, id: &SlotId, at: Timestamp) {
        let key = self.key;
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        if at <= now {
            return;
        }
        slot.plan_job(at);
        slot.plan(now, key);
        self.touch(id);
    }

    /// A job has ended: its token goes, if the policy says so.
    pub(super) fn job_ended(&mut self, now: Timestamp, id: &SlotId) {
        let key = self.key;
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        if slot.spec.policy.drop_after_job && slot.token.take().is_some() {
            self.out.drop_token(id.clone());
            slot.plan(now, key);
        }
        self.touch(id);
    }
}

impl Slot {
    /// True if `generation` is the present token, or one with the same bytes.
    fn is_current(&self, generation: Generation) -> bool {
        let present = self.token.as_ref().map(|token| token.generation);
        present.is_some_and(|present| generation >= self.same_since && generation <= present)
    }

    /// From when a renewal may be forced; `None` if now.
    fn forced_not_before(&self, now: Timestamp, pace_ms: u64) -> Option<Timestamp> {
        let paced = self.reports.forced_at.map(|last| after(last, pace_ms));
        self.reports.rest_until.max(paced).filter(|at| *at > now)
    }

    fn force(&mut self, now: Timestamp) {
        self.reports.forced_at = Some(now);
        self.reports.pending = true;
    }

    /// Counts an early death once per token; true if it is the third within an hour.
    fn died_young(&mut self, now: Timestamp) -> bool {
        let Some(token) = &self.token else {
            return false;
        };
        let old_at = after(token.issued_at, share_ms(token.lifetime_ms, YOUNG_SHARE));
        if now >= old_at || self.reports.counted == Some(token.generation) {
            return false;
        }
        self.reports.counted = Some(token.generation);
        let oldest = before(now, YOUNG_SPAN_MS);
        self.reports.early.retain(|at| *at >= oldest);
        self.reports.early.push_back(now);
        let suspected = self.reports.early.len() >= YOUNG_DEATHS;
        if suspected {
            self.reports.early.clear();
        }
        suspected
    }
}
