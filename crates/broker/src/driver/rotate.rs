//! Stores what exchanges of refresh tokens brought, before anybody sees it (R3; broker rule 2.5).

use super::Driver;
use crate::books::{Answered, Entry};
use crate::flight::Named;
use crate::rotation::{Brought, Withheld, step};
use countersign_host::clock::Hold;
use countersign_model::Timestamp;
use countersign_model::id::SlotId;
use countersign_refresh::{AttemptEnd, AttemptId, Effect, Input};

impl Driver {
    /// The name of a request on disk: unlike that of any other run.
    pub(super) fn named(&self, attempt: AttemptId) -> Named {
        Named {
            attempt,
            name: format!("{:016x}.{}", self.run, attempt.0),
        }
    }

    /// The refresh token's line of a transaction, if this effect has one.
    pub(super) fn exchange_entry(
        &self,
        slot: &SlotId,
        effect: &Effect,
        brought: Option<&Brought>,
    ) -> Option<Entry> {
        let (_, owner) = self.slots.get(slot)?;
        let rotation = brought.and_then(|brought| brought.rotation.as_ref());
        let rotated = || {
            let rotation = rotation?;
            Some(Entry::Rotation {
                credential: owner.credential.clone(),
                bu: owner.credential_bu.clone(),
                attempt: rotation.attempt.clone(),
                refresh: rotation.refresh.clone(),
            })
        };
        match effect {
            Effect::Publish { .. } => rotated(),
            Effect::Attempt {
                end: AttemptEnd::Rotated,
                ..
            } => rotated(),
            Effect::Attempt {
                attempt,
                end: AttemptEnd::Stands(stands),
                ..
            } => Some(Entry::Attempt {
                credential: owner.credential.clone(),
                attempt: attempt.map(|attempt| self.named(attempt).name),
                stands: *stands,
            }),
            _ => None,
        }
    }

    /// Stores a rotation and then carries out what follows; withholds both while the vault does not
    /// take it. The old access token is served meanwhile, and no other exchange can begin.
    pub(super) async fn rotate(
        &mut self,
        now: Timestamp,
        slot: SlotId,
        (entries, effects): (Vec<Entry>, Vec<Effect>),
        brought: Brought,
        hold: &Hold,
    ) {
        let mut withheld = Withheld {
            slot,
            entries,
            effects: Vec::new(),
            brought,
            again_at: now,
            tries: 0,
        };
        let (waits, goes): (Vec<Effect>, Vec<Effect>) = effects
            .into_iter()
            .partition(|effect| withheld.concerns(effect));
        withheld.effects = waits;
        if self.store(&mut withheld, now).await {
            self.release(withheld, hold).await;
        } else {
            withheld.later(now);
            self.withheld.push(withheld);
        }
        for effect in goes {
            self.carry_out(effect, None, hold);
        }
    }

    /// Tries again what the vault did not take.
    pub(super) async fn rotate_again(&mut self, now: Timestamp, hold: &Hold) {
        for mut one in std::mem::take(&mut self.withheld) {
            if one.again_at > now {
                self.withheld.push(one);
            } else if self.store(&mut one, now).await {
                self.release(one, hold).await;
            } else {
                one.later(now);
                self.withheld.push(one);
            }
        }
    }

    /// When the next try is due.
    pub(super) fn rotates_at(&self) -> Option<Timestamp> {
        self.withheld.iter().map(|one| one.again_at).min()
    }

    /// Whether the vault has it.
    async fn store(&mut self, one: &mut Withheld, now: Timestamp) -> bool {
        let stored = self.backlog.write_whole(&one.entries, now).await;
        if stored {
            step("committed");
        } else {
            let (slot, tries) = (&one.slot, one.tries);
            tracing::error!(%slot, tries, "a received refresh token is not in the vault yet");
        }
        stored
    }

    /// It is stored: its file goes, and only then do readers see the token.
    async fn release(&mut self, one: Withheld, hold: &Hold) {
        let Withheld {
            effects,
            mut brought,
            ..
        } = one;
        let file = brought
            .rotation
            .as_mut()
            .and_then(|rotation| rotation.file.take());
        if let Some(file) = file {
            self.books.spool_done(file).await;
            step("unlinked");
        }
        for effect in effects {
            self.carry_out(effect, Some(&brought), hold);
        }
        step("published");
    }

    /// Lets effects of a slot whose rotation waits wait with it; returns the others.
    pub(super) fn withhold(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut goes = Vec::with_capacity(effects.len());
        for effect in effects {
            let waits = self
                .withheld
                .iter_mut()
                .rev()
                .find(|one| one.concerns(&effect));
            match waits {
                Some(one) => one.effects.push(effect),
                None => goes.push(effect),
            }
        }
        goes
    }

    /// Hands the machine what an earlier run received. The refresh token is stored; the access token
    /// is as good as any.
    pub(super) async fn recover(&mut self, now: Timestamp, answers: Vec<Answered>, hold: &Hold) {
        for Answered { received, file } in answers {
            if let (Some(slot), Some((result, granted))) = (received.slot, received.issued) {
                let fingerprint = (self.fingerprint)(granted.access_token.as_bytes());
                let input = Input::Recovered {
                    slot,
                    sent_at: received.sent_at,
                    result,
                    fingerprint: Some(fingerprint),
                };
                let brought = Brought {
                    granted: Some(granted),
                    rotation: None,
                };
                self.apply(now, input, Some(brought), hold).await;
            }
            self.books.spool_done(file).await;
        }
    }
}
