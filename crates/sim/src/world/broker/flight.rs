//! Requests of the simulated broker on their way, and what it tells of them.

use super::{Broker, Coming};
use crate::traffic::count::Luck;
use crate::world::wire::{Brought, Client, Wire};
use countersign_broker::tell;
use countersign_model::id::{CredentialId, SlotId};
use countersign_model::mint::MintResult;
use countersign_model::{SignedDuration, Timestamp};
use countersign_refresh::{AttemptId, Event};

/// Share of token requests that fail by themselves (demo estate D.8).
const NATURAL_FAILURES: f64 = 0.0015;

impl Broker {
    pub(super) fn send(&mut self, now: Timestamp, id: SlotId, attempt: AttemptId, wire: &mut Wire) {
        let Some(slot) = self.slots.get(&id) else {
            return;
        };
        let credential = slot.described.spec.credential.clone();
        let Some((client_id, secret)) = self.secrets.get(&credential) else {
            return;
        };
        let presents = slot.described.spec.grant.presents_refresh_token();
        let refresh_token = self.refresh_tokens.get(&credential).filter(|_| presents);
        let client = Client {
            kind: slot.kind,
            label: credential.as_str(),
            client_id,
            secret,
            refresh_token: refresh_token.map(String::as_str),
            mid: slot.described.target.mid,
        };
        let mut luck = Luck::new(self.seed, id.as_str(), now);
        let brought = match luck.unit() < NATURAL_FAILURES && !presents {
            true => stumbled(&mut luck),
            false => wire.mint(now, &client),
        };
        self.number += 1;
        let fingerprint = brought
            .access_token
            .as_ref()
            .map(|_| format!("{:016x}", self.number));
        let latency = i64::try_from(brought.latency_ms).unwrap_or(0);
        let at = now + SignedDuration::from_millis(latency.max(1));
        let coming = Coming {
            slot: id,
            attempt,
            sent_at: now,
            brought,
            fingerprint,
            found: false,
        };
        self.coming.insert((at, self.number), coming);
    }

    pub(super) fn knock(
        &mut self,
        now: Timestamp,
        id: SlotId,
        attempt: AttemptId,
        wire: &mut Wire,
    ) {
        let Some(slot) = self.slots.get(&id) else {
            return;
        };
        let up = wire.knock(now, slot.kind, slot.described.spec.credential.as_str());
        self.number += 1;
        let at = now + SignedDuration::from_millis(100);
        self.knocks.insert((at, self.number), (id, attempt, up));
    }

    pub(super) fn tell(&mut self, now: Timestamp, event: &Event) {
        match event {
            Event::Minted { .. } => self.tally.renewals += 1,
            Event::Locked { credential } => {
                self.tally.locked.insert(credential.clone());
            }
            _ => {}
        }
        let of = |credential: &CredentialId| {
            let mut slots = self.slots.values();
            slots.find(|slot| slot.described.spec.credential == *credential)
        };
        let slot = match event {
            Event::Minted { slot, .. }
            | Event::MintFailed { slot, .. }
            | Event::Quarantined { slot, .. } => self.slots.get(slot),
            Event::Locked { credential }
            | Event::WouldHaveLocked { credential }
            | Event::AskToLock { credential }
            | Event::Unlocked { credential }
            | Event::Recovered { credential, .. }
            | Event::Released { credential }
            | Event::OutsideMinterSuspected { credential, .. } => of(credential),
            _ => None,
        };
        let Some(owner) = slot.map(|slot| slot.described.owner.clone()) else {
            return;
        };
        self.number += 1;
        if let Some(mut outcome) = tell::outcome(event, &owner, now, self.number) {
            outcome.ts = outcome.ts.checked_add(self.skew).unwrap_or(outcome.ts);
            self.told.push(outcome);
        }
    }
}

/// A token request that fails by itself, and heals.
fn stumbled(luck: &mut Luck) -> Brought {
    let busy = luck.unit() < 0.6;
    Brought {
        result: MintResult::Refused {
            status: if busy { 503 } else { 429 },
            error: None,
            errorcode: None,
            retry_after_s: None,
            description: None,
        },
        latency_ms: 900,
        access_token: None,
        refresh_token: None,
    }
}
