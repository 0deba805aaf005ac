//! Exchanges of refresh tokens: one at a time per credential, and none after one whose end is unknown
//! (R6; broker rule 2.5).

use super::Machine;
use super::drain::Leave;
use super::slot::Phase;
use crate::effect::{AttemptEnd, AttemptId};
use crate::event::Event;
use crate::grant::{Fate, GrantState, Profile, fate};
use crate::instant::after;
use crate::read::Hold;
use crate::refusal::RefusalClass;
use countersign_model::Timestamp;
use countersign_model::id::{CredentialId, SlotId};
use countersign_model::mint::MintResult;

/// How soon a slot looks again whether the exchange ahead of it has ended, milliseconds. It is woken
/// when that happens; this is for a sibling that left without saying so.
const BEHIND_MS: u64 = 1_000;

/// The end of an exchange.
pub(super) struct Ended<'a> {
    pub(super) attempt: AttemptId,
    pub(super) sent_at: Timestamp,
    pub(super) result: &'a MintResult,
    pub(super) rotated: bool,
}

impl Machine {
    /// An exchange has ended in time: settles where its refresh token stands, and says what kind of
    /// failure it is in the light of that.
    pub(super) fn exchange_ended(
        &mut self,
        now: Timestamp,
        id: &SlotId,
        ended: Ended<'_>,
        class: Option<RefusalClass>,
    ) -> Option<RefusalClass> {
        let Ended {
            attempt, sent_at, ..
        } = ended;
        let Some((name, profile)) = self.exchanged_by(id) else {
            return class;
        };
        let fate = fate_of(&ended, class);
        let credential = self.credentials.get_mut(&name)?;
        if std::mem::take(&mut credential.regiven) {
            // What was exchanged is no longer the credential's: its end says nothing about the new one.
            return class.map(|class| match class {
                RefusalClass::GrantDead => RefusalClass::TokenRejected,
                other => other,
            });
        }
        let before = credential.grant;
        credential.grant = before.ended(fate, profile, sent_at, now);
        credential.unknown_by =
            matches!(credential.grant, GrantState::Unknown { .. }).then_some(attempt);
        let stands = credential.grant;
        match (class, fate) {
            (None, _) => {}
            (Some(_), Fate::Answered) => {
                self.out
                    .attempt(id.clone(), Some(attempt), AttemptEnd::Rotated);
            }
            (Some(_), Fate::Unspent | Fate::Refused | Fate::Unknown) => {
                let end = AttemptEnd::Stands(stands);
                self.out.attempt(id.clone(), Some(attempt), end);
            }
        }
        match stands {
            GrantState::Unknown { .. } => class.map(|_| RefusalClass::GrantUnknown),
            GrantState::Ready { .. } | GrantState::Armed { .. } | GrantState::Dead => class,
        }
    }

    /// The answer to an exchange that was given up has come after all. It may tell that the token was
    /// never used, or hold the only live one (R3).
    pub(super) fn exchange_ended_late(
        &mut self,
        now: Timestamp,
        id: &SlotId,
        ended: Ended<'_>,
        class: Option<RefusalClass>,
    ) {
        let Some((name, _)) = self.exchanged_by(id) else {
            return;
        };
        let fate = fate_of(&ended, class);
        let attempt = Some(ended.attempt);
        let publishes = class.is_none() && !self.has_newer(id, ended.sent_at);
        let Some(credential) = self.credentials.get_mut(&name) else {
            return;
        };
        let its_doubt = credential.unknown_by == attempt;
        match fate {
            Fate::Answered if publishes => {
                credential.grant = GrantState::FRESH;
                credential.unknown_by = None;
                return;
            }
            Fate::Answered => self.out.attempt(id.clone(), attempt, AttemptEnd::Rotated),
            Fate::Unspent if its_doubt => {
                let end = AttemptEnd::Stands(GrantState::FRESH);
                self.out.attempt(id.clone(), attempt, end);
            }
            Fate::Unspent | Fate::Refused | Fate::Unknown => return,
        }
        if its_doubt {
            self.release(now, &name);
        }
    }

    /// Nothing was sent, for a reason of our own.
    pub(super) fn exchange_not_made(&mut self, id: &SlotId, attempt: AttemptId) {
        let Some((name, _)) = self.exchanged_by(id) else {
            return;
        };
        let Some(credential) = self.credentials.get_mut(&name) else {
            return;
        };
        if !std::mem::take(&mut credential.regiven) {
            let end = AttemptEnd::Stands(credential.grant);
            self.out.attempt(id.clone(), Some(attempt), end);
        }
    }

    /// The credential and profile of a slot that exchanges a refresh token.
    fn exchanged_by(&self, id: &SlotId) -> Option<(CredentialId, Profile)> {
        let slot = self.slots.get(id)?;
        let profile = slot.spec.profile?;
        Some((slot.spec.credential.clone(), profile))
    }

    /// Whether the credential's refresh token lets a slot ask now.
    pub(super) fn exchange_leave(&mut self, now: Timestamp, id: &SlotId) -> Leave {
        let Some((name, profile)) = self.exchanged_by(id) else {
            return Leave::Granted;
        };
        let Some(credential) = self.credentials.get(&name) else {
            return Leave::Held;
        };
        if credential.grant.waits_for_person() {
            return Leave::Held;
        }
        if let Some(since) = credential.grant.doubt_since()
            && !profile.may_replay(since, now)
        {
            self.leave_in_doubt(now, id, since);
            return Leave::Held;
        }
        let ahead = credential.slots.iter().any(|other| {
            let phase = self.slots.get(other).map(|slot| slot.phase);
            other != id && matches!(phase, Some(Phase::Queued { .. } | Phase::Flying(_)))
        });
        if ahead {
            return Leave::Behind(after(now, BEHIND_MS));
        }
        Leave::Granted
    }

    /// A queued replay whose window has closed meanwhile is not sent.
    pub(super) fn window_closed(&mut self, now: Timestamp, id: &SlotId) -> bool {
        let held = matches!(self.exchange_leave(now, id), Leave::Held);
        if held {
            self.want(now, id);
        }
        held
    }

    /// True while a slot repeats an exchange within its provider's window.
    pub(super) fn replays(&self, id: &SlotId) -> bool {
        let windowed = self
            .exchanged_by(id)
            .filter(|(_, profile)| matches!(profile, Profile::Idempotent { .. }));
        windowed.is_some_and(|(name, _)| {
            let known = self.credentials.get(&name);
            known.is_some_and(|one| one.grant.doubt_since().is_some())
        })
    }

    /// An exchange has ended: the credential's other slots need not wait longer.
    pub(super) fn let_siblings_go(&mut self, id: &SlotId) {
        let Some((name, _)) = self.exchanged_by(id) else {
            return;
        };
        let Some(credential) = self.credentials.get(&name) else {
            return;
        };
        let siblings: Vec<SlotId> = credential.slots.iter().cloned().collect();
        for other in siblings.iter().filter(|other| *other != id) {
            let slot = self.slots.get_mut(other);
            if let Some((slot, since)) =
                slot.and_then(|slot| slot.behind.take().map(|at| (slot, at)))
            {
                slot.wanted_at = Some(since);
                self.touch(other);
            }
        }
    }

    /// What the store says, before the slots exist.
    pub(super) fn grant_restore(&mut self, name: &CredentialId, state: GrantState) {
        let entry = self
            .credentials
            .entry(name.clone())
            .or_insert_with(|| super::credential::Credential::new(name));
        entry.grant = state;
        self.refresh_holds(name);
    }

    /// A send that was written down and has no end: the process died in between. What that means
    /// depends on the provider (broker rule 2.5 step 7).
    pub(super) fn judge_armed(&mut self, now: Timestamp, id: &SlotId) {
        let Some((name, profile)) = self.exchanged_by(id) else {
            return;
        };
        let Some(credential) = self.credentials.get_mut(&name) else {
            return;
        };
        let GrantState::Armed { since } = credential.grant else {
            return;
        };
        credential.grant = credential.grant.ended(Fate::Unknown, profile, since, now);
        let stands = credential.grant;
        match stands {
            GrantState::Unknown { since } => self.leave_in_doubt(now, id, since),
            GrantState::Ready { .. } | GrantState::Armed { .. } | GrantState::Dead => {
                self.out
                    .attempt(id.clone(), None, AttemptEnd::Stands(stands));
                if let Some(slot) = self
                    .slots
                    .get_mut(id)
                    .filter(|_| stands != GrantState::FRESH)
                {
                    // A window of replay is short: now, and not at the next renewal.
                    slot.wanted_at = Some(now);
                    self.touch(id);
                }
            }
        }
    }

    /// No send is allowed any more, and no request fails to tell of it.
    fn leave_in_doubt(&mut self, now: Timestamp, id: &SlotId, since: Timestamp) {
        let Some((name, _)) = self.exchanged_by(id) else {
            return;
        };
        if let Some(credential) = self.credentials.get_mut(&name) {
            credential.grant = GrantState::Unknown { since };
            credential.unknown_by = None;
        }
        let end = AttemptEnd::Stands(GrantState::Unknown { since });
        self.out.attempt(id.clone(), None, end);
        self.grant_held(now, id, true);
    }

    /// Tells that a credential waits for a person, and stops its slots.
    pub(super) fn grant_held(&mut self, now: Timestamp, id: &SlotId, untold: bool) {
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        let name = slot.spec.credential.clone();
        let shares = slot.spec.profile.is_some();
        let until = slot.token.as_ref().map(|token| token.expires_at);
        if shares {
            slot.failing = slot.failing.or(Some(RefusalClass::GrantDead));
            // Where a failed request tells of it, its waiters share that failure.
            slot.waited &= untold;
        }
        let state = self.credentials.get(&name).map(|one| one.grant);
        let unknown = matches!(state, Some(GrantState::Unknown { .. }));
        if shares {
            self.halt(now, &name, RefusalClass::GrantDead);
        } else {
            self.refresh_hold(id);
        }
        self.out.tell(Event::Quarantined {
            slot: id.clone(),
            credential: name,
            unknown,
            untold,
            until: until.filter(|end| *end > now),
        });
    }

    /// A token has come although the credential was held (its answer was late): all go on.
    pub(super) fn grant_works(&mut self, now: Timestamp, id: &SlotId) {
        let Some((name, _)) = self.exchanged_by(id) else {
            return;
        };
        let Some(credential) = self.credentials.get(&name) else {
            return;
        };
        let slots: Vec<SlotId> = credential.slots.iter().cloned().collect();
        let held = |one: &SlotId| self.slots.get(one).map(|slot| slot.hold);
        if !slots.iter().any(|one| held(one) == Some(Hold::Quarantined)) {
            return;
        }
        self.out.tell(Event::Released {
            credential: name.clone(),
        });
        self.replan(now, &name);
        self.refresh_holds(&name);
    }

    /// The store holds another refresh token.
    pub(super) fn grant_given(&mut self, now: Timestamp, name: &CredentialId) {
        let Some(credential) = self.credentials.get(name) else {
            return;
        };
        let flying = credential
            .slots
            .iter()
            .any(|id| self.flight_of(id).is_some());
        if let Some(credential) = self.credentials.get_mut(name) {
            credential.regiven = flying;
        }
        self.release(now, name);
    }

    /// A person takes the risk of one more send.
    pub(super) fn grant_replay(&mut self, now: Timestamp, name: &CredentialId) {
        let waits = self.credentials.get(name).map(|one| one.grant);
        if waits.is_some_and(GrantState::waits_for_person) {
            self.release(now, name);
        }
    }

    /// The credential's slots go on; one that was held or failing asks now.
    fn release(&mut self, now: Timestamp, name: &CredentialId) {
        let Some(credential) = self.credentials.get_mut(name) else {
            return;
        };
        let held = credential.grant.waits_for_person();
        credential.grant = GrantState::FRESH;
        credential.unknown_by = None;
        if held {
            self.out.tell(Event::Released {
                credential: name.clone(),
            });
        }
        self.resume(now, name, false);
        let Some(credential) = self.credentials.get(name).filter(|_| held) else {
            return;
        };
        // Whether it works is found out now, and not when the live token ends.
        let slots = credential.slots.iter();
        let first = slots.min_by_key(|id| self.slots.get(*id).map(|slot| slot.line(now)));
        if let Some(id) = first.cloned() {
            self.want(now, &id);
        }
    }
}

/// The fate of the token as this machine sees it: where `invalid_grant` blames a user and not the
/// token (Salesforce core), the token was not used.
fn fate_of(ended: &Ended<'_>, class: Option<RefusalClass>) -> Fate {
    let rotated = ended.rotated;
    match fate(ended.result, rotated) {
        Fate::Refused if class != Some(RefusalClass::GrantDead) => Fate::Unspent,
        // A success that cannot be used and holds no new token: the old one may be gone with it.
        Fate::Answered if class.is_some() && !rotated => Fate::Unknown,
        known => known,
    }
}
