//! Three strikes (broker rule 2.9): only a refused secret strikes, strikes are spaced, and neither
//! a fresh edit nor a suspect platform counts.

use super::Machine;
use super::failure::Verdict;
use super::slot::Phase;
use crate::breaker::BreakerPhase;
use crate::event::{Event, Waiver};
use crate::input::CredentialState;
use crate::instant::after;
use crate::read::Hold;
use crate::refusal::RefusalClass;
use countersign_model::Timestamp;
use countersign_model::estate::Lockout;
use countersign_model::id::{CredentialId, SlotId};

/// Strikes that lock (R076).
const STRIKES_MAX: u8 = 3;

impl Machine {
    /// The secret was refused. This slot tests it from now on; the others wait for its verdict.
    pub(super) fn strike(&mut self, now: Timestamp, id: &SlotId, sent_at: Timestamp) -> Verdict {
        let Some(slot) = self.slots.get(id) else {
            return Verdict {
                strike: None,
                next_at: None,
            };
        };
        let (name, lockout) = (slot.spec.credential.clone(), slot.spec.lockout);
        let suspect = self.platform_suspect(now, id);
        let grace = self.in_grace(id, sent_at);
        let config = &self.config;
        let Some(credential) = self.credentials.get_mut(&name) else {
            return Verdict {
                strike: None,
                next_at: None,
            };
        };
        let spaced_at = credential
            .record
            .last_strike_at
            .map(|last| after(last, spacing(credential.record.strikes, config)));
        let waiver = match spaced_at {
            _ if grace => Some(Waiver::Grace),
            _ if suspect => Some(Waiver::PlatformSuspect),
            Some(at) if sent_at < at => Some(Waiver::TooSoon),
            Some(_) | None => None,
        };
        if credential.trial.is_none() {
            credential.trial = Some(id.clone());
        }
        let (strike, next_at) = match (waiver, spaced_at) {
            (Some(Waiver::TooSoon), Some(at)) => (None, at),
            (Some(_), _) => (None, after(sent_at, config.grace_pace_ms)),
            (None, _) => {
                let strikes = credential.record.strikes.saturating_add(1);
                credential.record.strikes = strikes;
                credential.record.last_strike_at = Some(sent_at);
                (Some(strikes), after(sent_at, spacing(strikes, config)))
            }
        };
        credential.not_before = Some(next_at);
        let record = credential.record.clone();
        match (waiver, strike) {
            (Some(why), _) => {
                let (credential, slot) = (name, id.clone());
                self.out.tell(Event::StrikeWaived {
                    credential,
                    slot,
                    why,
                });
            }
            (None, Some(strikes)) => {
                self.out.save(record);
                let (credential, slot) = (name.clone(), id.clone());
                self.out.tell(Event::Struck {
                    credential,
                    slot,
                    strikes,
                });
                if self.third(now, &name, strikes, lockout) {
                    return Verdict {
                        strike,
                        next_at: None,
                    };
                }
            }
            (None, None) => {}
        }
        Verdict {
            strike,
            next_at: Some(next_at),
        }
    }

    /// The third strike, by the credential's setting. True if it locked.
    fn third(&mut self, now: Timestamp, name: &CredentialId, n: u8, lockout: Lockout) -> bool {
        let credential = name.clone();
        match lockout {
            Lockout::Armed if n >= STRIKES_MAX => {
                self.lock(now, name);
                return true;
            }
            Lockout::DryRun if n == STRIKES_MAX => {
                self.out.tell(Event::WouldHaveLocked { credential });
            }
            Lockout::Ask if n == STRIKES_MAX => self.out.tell(Event::AskToLock { credential }),
            Lockout::Armed | Lockout::DryRun | Lockout::Ask => {}
        }
        false
    }

    /// Locks: from here on nothing is sent with this credential. Live tokens are served to their
    /// end, flagged.
    fn lock(&mut self, now: Timestamp, name: &CredentialId) {
        let Some(credential) = self.credentials.get_mut(name) else {
            return;
        };
        credential.record.state = CredentialState::Locked;
        credential.record.locked_at = Some(now);
        credential.trial = None;
        credential.not_before = None;
        self.out.save(credential.record.clone());
        self.out.tell(Event::Locked {
            credential: name.clone(),
        });
        self.halt(now, name, RefusalClass::Locked);
    }

    /// Stops all of a credential's slots. Requests that are out land in their own time.
    pub(super) fn halt(&mut self, now: Timestamp, name: &CredentialId, class: RefusalClass) {
        let Some(credential) = self.credentials.get(name) else {
            return;
        };
        let slots: Vec<SlotId> = credential.slots.iter().cloned().collect();
        for id in slots {
            self.unqueue(&id);
            let Some(slot) = self.slots.get_mut(&id) else {
                continue;
            };
            if matches!(slot.phase, Phase::Parked) {
                slot.phase = Phase::Idle;
            }
            slot.next_attempt_at = None;
            if slot.waited && !matches!(slot.phase, Phase::Flying(_)) {
                self.refuse(now, &id, class, true);
            }
        }
        self.refresh_holds(name);
    }

    /// True within six minutes of an edit of the slot's credential.
    pub(super) fn in_grace(&self, id: &SlotId, sent_at: Timestamp) -> bool {
        let edited_at = self
            .slots
            .get(id)
            .and_then(|slot| self.credentials.get(&slot.spec.credential))
            .and_then(|credential| credential.record.edited_at);
        edited_at.is_some_and(|at| sent_at < after(at, self.config.grace_ms))
    }

    /// True if the platform rather than one credential seems to fail on the slot's host.
    fn platform_suspect(&mut self, now: Timestamp, id: &SlotId) -> bool {
        let Some(slot) = self.slots.get(id) else {
            return false;
        };
        let Some(host) = self.hosts.get_mut(&slot.host) else {
            return false;
        };
        let (span_ms, share) = (self.config.suspect_ms, self.config.suspect_share);
        host.breaker.phase() != BreakerPhase::Closed || host.tries.suspect(now, span_ms, share)
    }

    /// Derives again what readers and the scheduler may do with a credential's slots.
    pub(super) fn refresh_holds(&mut self, name: &CredentialId) {
        let Some(credential) = self.credentials.get(name) else {
            return;
        };
        let slots: Vec<SlotId> = credential.slots.iter().cloned().collect();
        for id in slots {
            self.refresh_hold(&id);
        }
    }

    /// The same for one slot.
    pub(super) fn refresh_hold(&mut self, id: &SlotId) {
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        let known = self.credentials.get(&slot.spec.credential);
        let state = known.map_or(CredentialState::Active, |one| one.record.state);
        let waits =
            slot.spec.profile.is_some() && known.is_some_and(|one| one.grant.waits_for_person());
        slot.hold = match state {
            CredentialState::Disabled => Hold::Disabled,
            CredentialState::Locked => Hold::Locked,
            CredentialState::Active if slot.quarantined || waits => Hold::Quarantined,
            CredentialState::Active => Hold::None,
        };
        self.touch(id);
    }
}

/// How long after strike number `strikes` was sent the next request goes out.
pub(super) fn spacing(strikes: u8, config: &crate::config::Config) -> u64 {
    match strikes {
        0 | 1 => config.strike_second_ms,
        2 => config.strike_third_ms,
        _ => config.unlocked_pace_ms,
    }
}
