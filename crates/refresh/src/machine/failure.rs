//! What follows a failure: when to try again, and whom to tell.

use super::Machine;
use crate::delay::{Delay, backoff};
use crate::effect::AttemptId;
use crate::event::Event;
use crate::instant::{after, ms_until, share_ms};
use crate::policy::Mode;
use crate::refusal::{Disposition, RefusalClass};
use countersign_model::Timestamp;
use countersign_model::id::SlotId;
use countersign_model::mint::MintResult;

/// A `Retry-After` is believed between these, seconds (broker rule 2.1).
const RETRY_AFTER_S: (u64, u64) = (1, 600);
/// Pace of refusals that a person repairs, milliseconds.
const CONFIRMED_PACE_MS: u64 = 300_000;
/// Pace of an address rule: 5 to 15 minutes (broker rule 2.8).
const POLICY_PACE_MS: (u64, u64) = (300_000, 900_000);
/// Pace of what is misconfigured: hourly (broker rule 2.8).
const MISCONFIGURED_PACE_MS: u64 = 3_600_000;

/// What to do after a failure.
pub(super) struct Verdict {
    pub(super) strike: Option<u8>,
    /// The next try; `None`: it waits for a person.
    pub(super) next_at: Option<Timestamp>,
}

impl Machine {
    /// A request failed. The present token stays (R5); all waiters share the failure, and until the
    /// next try so does everybody who asks.
    pub(super) fn failed(
        &mut self,
        now: Timestamp,
        id: &SlotId,
        attempt: AttemptId,
        sent_at: Timestamp,
        result: Option<MintResult>,
        class: RefusalClass,
    ) {
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        slot.fails = slot.fails.saturating_add(1);
        slot.mints_failed += 1;
        let persistent = class.disposition() != Disposition::Retry;
        slot.confirms = match (persistent, slot.failing == Some(class)) {
            (true, true) => slot.confirms.saturating_add(1),
            (true, false) => 1,
            (false, _) => slot.confirms,
        };
        slot.failing = Some(class);
        let attempts = slot.fails;
        let credential = slot.spec.credential.clone();
        if class != RefusalClass::Local
            && let Some(host) = self.hosts.get_mut(&slot.host)
        {
            host.tries.note(now, &credential, true);
        }
        let pause = self.obey(now, id, sent_at, result.as_ref(), class);
        let verdict = self.judge(now, id, attempt, sent_at, class);
        let soonest = Delay::from_ms(0).after(now);
        let next_at = verdict.next_at.map(|at| at.max(soonest).max(pause));
        // Within a window of replay, waiting is what loses the grant.
        let next_at = next_at.map(|at| if self.replays(id) { soonest } else { at });
        self.schedule_retry(now, id, class, next_at);
        self.end_trial_if_moot(now, id, class);
        let next_attempt_at = self.slots.get(id).and_then(super::slot::Slot::due_at);
        self.out.tell(Event::MintFailed {
            slot: id.clone(),
            sent_at,
            result,
            class,
            strike: verdict.strike,
            attempts,
            next_attempt_at,
            latency_ms: ms_until(sent_at, now),
        });
        self.touch(id);
        self.refuse(now, id, class, false);
    }

    /// Halves the rate of a host that throttles and keeps away from it as long as it asks. Returns
    /// the instant until which it is left alone.
    fn obey(
        &mut self,
        now: Timestamp,
        id: &SlotId,
        sent_at: Timestamp,
        result: Option<&MintResult>,
        class: RefusalClass,
    ) -> Timestamp {
        let Some(slot) = self.slots.get(id) else {
            return now;
        };
        let Some(host) = self.hosts.get_mut(&slot.host) else {
            return now;
        };
        if class == RefusalClass::Throttled && host.bucket.cut(now, sent_at) {
            let per_s = host.bucket.rate(now);
            self.out.tell(Event::RateCut {
                host: slot.spec.host.clone(),
                per_s,
            });
        }
        if let Some(MintResult::Refused {
            retry_after_s: Some(seconds),
            ..
        }) = result
        {
            let seconds = (*seconds).clamp(RETRY_AFTER_S.0, RETRY_AFTER_S.1);
            host.paused_until = host.paused_until.max(Some(after(now, seconds * 1_000)));
        }
        host.paused_until.map_or(now, |until| until.max(now))
    }

    fn judge(
        &mut self,
        now: Timestamp,
        id: &SlotId,
        attempt: AttemptId,
        sent_at: Timestamp,
        class: RefusalClass,
    ) -> Verdict {
        let unit = self.key.unit("backoff", id.as_str(), attempt.0);
        let pace_ms = match class.disposition() {
            Disposition::Retry => return self.judge_retry(now, id, unit),
            Disposition::Strike => return self.strike(now, id, sent_at),
            Disposition::Quarantine => return self.quarantine(now, id),
            Disposition::Confirm => CONFIRMED_PACE_MS,
            Disposition::ConfirmSlowly => {
                let (least, most) = POLICY_PACE_MS;
                least + share_ms(most - least, unit)
            }
            Disposition::Misconfigured => MISCONFIGURED_PACE_MS,
        };
        let confirms = self.slots.get(id).map_or(0, |slot| slot.confirms);
        let wait_ms = match confirms {
            _ if self.in_grace(id, sent_at) => self.config.grace_pace_ms,
            0 | 1 => self.config.strike_second_ms,
            2 => self.config.strike_third_ms,
            _ => pace_ms,
        };
        Verdict {
            strike: None,
            next_at: Some(after(sent_at, wait_ms)),
        }
    }

    /// Back-off towards the line; while the host's breaker is open, that is the pace.
    fn judge_retry(&self, now: Timestamp, id: &SlotId, unit: f64) -> Verdict {
        let Some(slot) = self.slots.get(id) else {
            return Verdict {
                strike: None,
                next_at: None,
            };
        };
        let line = slot.line(now);
        let to_line = (line > now).then(|| ms_until(now, line));
        let backed_off = backoff(slot.fails.saturating_sub(1), to_line, unit).after(now);
        let open = self
            .hosts
            .get(&slot.host)
            .and_then(|host| host.breaker.open_until(now));
        Verdict {
            strike: None,
            next_at: Some(open.unwrap_or(backed_off)),
        }
    }

    fn quarantine(&mut self, now: Timestamp, id: &SlotId) -> Verdict {
        if let Some(slot) = self
            .slots
            .get_mut(id)
            .filter(|slot| slot.spec.profile.is_none())
        {
            slot.quarantined = true;
        }
        self.grant_held(now, id, false);
        Verdict {
            strike: None,
            next_at: None,
        }
    }

    /// Slots kept warm try for ever; others until nobody has asked for a while, so that a failure
    /// is neither silent nor endless. A refused secret is tested until its case is closed.
    fn schedule_retry(
        &mut self,
        now: Timestamp,
        id: &SlotId,
        class: RefusalClass,
        next_at: Option<Timestamp>,
    ) {
        let patience_ms = self.config.patience_ms;
        let tests = self.is_trial(id);
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        slot.next_attempt_at = next_at;
        let asked =
            slot.asked_at.is_some_and(|at| after(at, patience_ms) > now) || !slot.jobs.is_empty();
        let goes_on = slot.spec.policy.mode == Mode::KeepWarm
            || asked
            || tests
            || class.disposition() == Disposition::Strike;
        slot.wanted_at = (goes_on && next_at.is_some()).then_some(now);
    }

    fn is_trial(&self, id: &SlotId) -> bool {
        let credential = self
            .slots
            .get(id)
            .and_then(|slot| self.credentials.get(&slot.spec.credential));
        credential.is_some_and(|credential| credential.trial.as_ref() == Some(id))
    }

    /// A tester that is refused for a reason of its own (its scope, its address) says nothing about
    /// the secret any more: another slot takes over, so that nobody waits for it.
    fn end_trial_if_moot(&mut self, now: Timestamp, id: &SlotId, class: RefusalClass) {
        let tells = matches!(
            class.disposition(),
            Disposition::Retry | Disposition::Strike
        );
        if tells || !self.is_trial(id) {
            return;
        }
        if let Some(name) = self.slots.get(id).map(|slot| slot.spec.credential.clone()) {
            self.release_parked(now, &name);
        }
    }
}
