//! The broker of the simulated world: the product's own machine, driven without I/O.
//!
//! It does what the live driver does with each effect, but for disk and network: tokens are kept in
//! memory, and requests go over the [`Wire`] to the provider's model.

mod flight;

use super::wire::{Brought, Wire};
use crate::setup::{first_refresh_token_for, secret_for};
use countersign_broker::specs::{Described, planned};
use countersign_model::estate::{CredentialKind, Estate};
use countersign_model::id::{CredentialId, IntegrationId, SlotId};
use countersign_model::outcome::Outcome;
use countersign_model::token::{Generation, TokenFacts};
use countersign_model::{SignedDuration, Timestamp};
use countersign_refresh::{
    AttemptEnd, AttemptId, Config, CredentialRecord, Effect, GrantState, Input, Machine, ReadView,
    Verdict, read,
};
use std::collections::{BTreeMap, BTreeSet};

/// Least life of the token a program works with: its calls of one minute.
const MIN_TTL_MS: u64 = 60_000;

/// A token as a program holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) text: String,
    pub(crate) generation: Generation,
}

/// What a program that asks for a token gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Vend {
    Token(Held),
    /// A renewal is on its way: ask again.
    Wait,
    Refused,
}

struct Slot {
    described: Described,
    kind: CredentialKind,
    view: Option<ReadView>,
    kept: Option<(TokenFacts, String)>,
    last_generation: Generation,
}

/// An answer on its way.
struct Coming {
    slot: SlotId,
    attempt: AttemptId,
    sent_at: Timestamp,
    brought: Brought,
    fingerprint: Option<String>,
    /// Its process died meanwhile: it is found when the next one looks.
    found: bool,
}

/// Counts for the report.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) renewals: u64,
    pub(crate) failed_vends: u64,
    pub(crate) locked: BTreeSet<CredentialId>,
}

/// The broker.
pub(crate) struct Broker {
    machine: Machine,
    seed: u64,
    slots: BTreeMap<SlotId, Slot>,
    by_flow: BTreeMap<IntegrationId, SlotId>,
    secrets: BTreeMap<CredentialId, (String, String)>,
    refresh_tokens: BTreeMap<CredentialId, String>,
    records: BTreeMap<CredentialId, CredentialRecord>,
    grants: BTreeMap<CredentialId, GrantState>,
    host_rates: Vec<(String, f64)>,
    starts: BTreeMap<(Timestamp, u64), SlotId>,
    coming: BTreeMap<(Timestamp, u64), Coming>,
    knocks: BTreeMap<(Timestamp, u64), (SlotId, AttemptId, bool)>,
    number: u64,
    told: Vec<Outcome>,
    /// By how much its clock is off.
    pub(crate) skew: SignedDuration,
    pub(crate) tally: Tally,
}

impl Broker {
    /// A broker whose slots appear at the instants that `first` names.
    pub(crate) fn new(
        estate: &Estate,
        seed: u64,
        mut first: impl FnMut(&CredentialId, f64) -> (Timestamp, Option<f64>),
    ) -> Broker {
        let all = planned(estate);
        let mut broker = Broker {
            machine: Machine::new(Config::default(), seed),
            seed,
            slots: BTreeMap::new(),
            by_flow: BTreeMap::new(),
            secrets: BTreeMap::new(),
            refresh_tokens: BTreeMap::new(),
            records: BTreeMap::new(),
            grants: BTreeMap::new(),
            host_rates: all.host_rates,
            starts: BTreeMap::new(),
            coming: BTreeMap::new(),
            knocks: BTreeMap::new(),
            number: 0,
            told: Vec::new(),
            skew: SignedDuration::ZERO,
            tally: Tally::default(),
        };
        for (id, mut described) in all.by_id {
            let credential = described.spec.credential.clone();
            let (Some(secret), Some(held)) = (
                secret_for(estate, &credential),
                estate.credential(&credential),
            ) else {
                continue;
            };
            let client_id = held.client_id.clone();
            let client_id = client_id.unwrap_or_else(|| format!("sim-client-{credential}"));
            broker
                .secrets
                .insert(credential.clone(), (client_id, secret));
            if let Some(token) = first_refresh_token_for(estate, &credential) {
                broker.refresh_tokens.insert(credential.clone(), token);
            }
            let (at, jitter_ratio) = first(&credential, described.spec.policy.refresh_ratio);
            if let Some(jitter_ratio) = jitter_ratio {
                described.spec.policy.jitter_ratio = jitter_ratio;
            }
            broker.number += 1;
            broker.starts.insert((at, broker.number), id.clone());
            broker.slots.insert(
                id,
                Slot {
                    described,
                    kind: held.kind,
                    view: None,
                    kept: None,
                    last_generation: Generation::default(),
                },
            );
        }
        for flow in &estate.integrations {
            let slot = estate
                .mid_of(flow)
                .map(|mid| SlotId::of(&flow.credential, mid, None));
            let slot = slot.filter(|slot| broker.slots.contains_key(slot));
            broker
                .by_flow
                .extend(slot.map(|slot| (flow.id.clone(), slot)));
        }
        broker
    }

    /// The slot a flow works with, if its credential is brokered here.
    pub(crate) fn slot_of(&self, flow: &IntegrationId) -> Option<&SlotId> {
        self.by_flow.get(flow)
    }

    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        let wakes = [
            self.machine.next_wake(),
            self.starts.keys().next().map(|key| key.0),
            self.coming.keys().next().map(|key| key.0),
            self.knocks.keys().next().map(|key| key.0),
        ];
        wakes.into_iter().flatten().min()
    }

    /// Does what is due at `now`: first answers, then what time brings.
    pub(crate) fn turn(&mut self, now: Timestamp, wire: &mut Wire) {
        while let Some(entry) = self
            .starts
            .first_entry()
            .filter(|entry| entry.key().0 <= now)
        {
            let slot = entry.remove();
            self.put(now, &slot, wire);
        }
        while let Some(entry) = self
            .coming
            .first_entry()
            .filter(|entry| entry.key().0 <= now)
        {
            let coming = entry.remove();
            self.land(now, coming, wire);
        }
        while let Some(entry) = self
            .knocks
            .first_entry()
            .filter(|entry| entry.key().0 <= now)
        {
            let (slot, attempt, up) = entry.remove();
            self.input(now, Input::Knocked { slot, attempt, up }, None, wire);
        }
        if self.machine.next_wake().is_some_and(|wake| wake <= now) {
            self.input(now, Input::Tick, None, wire);
        }
    }

    /// What it has told the watch since the last time.
    pub(crate) fn take_told(&mut self) -> Vec<Outcome> {
        std::mem::take(&mut self.told)
    }

    /// Asks for a token as a program does; `unlike` is one it knows to be dead.
    pub(crate) fn vend(
        &mut self,
        now: Timestamp,
        slot: &SlotId,
        unlike: Option<Generation>,
        wire: &mut Wire,
    ) -> Vend {
        let asked = |broker: &Broker| {
            let view = broker.slots.get(slot)?.view.clone()?;
            Some(read(&view, now, MIN_TTL_MS, unlike))
        };
        match asked(self) {
            Some(Verdict::Serve | Verdict::ServeFlagged(_)) => self.held(slot),
            Some(Verdict::ServeAndNudge | Verdict::JoinOrServe) => {
                self.demand(now, slot, unlike, wire);
                self.held(slot)
            }
            Some(Verdict::Join) => {
                self.demand(now, slot, unlike, wire);
                Vend::Wait
            }
            Some(Verdict::Refuse { .. }) | None => Vend::Refused,
        }
    }

    fn demand(
        &mut self,
        now: Timestamp,
        slot: &SlotId,
        unlike: Option<Generation>,
        wire: &mut Wire,
    ) {
        let input = Input::Demand {
            slot: slot.clone(),
            min_ttl_ms: MIN_TTL_MS,
            unlike,
        };
        self.input(now, input, None, wire);
    }

    fn held(&self, slot: &SlotId) -> Vend {
        let kept = self.slots.get(slot).and_then(|slot| slot.kept.as_ref());
        kept.map_or(Vend::Refused, |(facts, text)| {
            Vend::Token(Held {
                text: text.clone(),
                generation: facts.generation,
            })
        })
    }

    /// A program reports a token that is dead.
    pub(crate) fn reject(
        &mut self,
        now: Timestamp,
        slot: &SlotId,
        generation: Generation,
        wire: &mut Wire,
    ) {
        let slot = slot.clone();
        self.input(now, Input::Rejected { slot, generation }, None, wire);
    }

    /// A job is planned on a slot.
    pub(crate) fn job(&mut self, now: Timestamp, slot: &SlotId, at: Timestamp, wire: &mut Wire) {
        let slot = slot.clone();
        self.input(now, Input::JobPlanned { slot, at }, None, wire);
    }

    /// A job on a slot has ended.
    pub(crate) fn job_ended(&mut self, now: Timestamp, slot: &SlotId, wire: &mut Wire) {
        self.input(now, Input::JobEnded { slot: slot.clone() }, None, wire);
    }

    /// The process dies and starts again with what its vault holds.
    pub(crate) fn restart(&mut self, now: Timestamp, wire: &mut Wire) {
        self.machine = Machine::new(Config::default(), self.seed);
        self.coming
            .values_mut()
            .for_each(|coming| coming.found = true);
        self.knocks.clear();
        for record in self.records.values().cloned().collect::<Vec<_>>() {
            self.input(now, Input::CredentialRestore { record }, None, wire);
        }
        for (credential, state) in self.grants.clone() {
            self.input(now, Input::GrantRestore { credential, state }, None, wire);
        }
        let waiting: BTreeSet<SlotId> = self.starts.values().cloned().collect();
        let slots: Vec<SlotId> = self.slots.keys().cloned().collect();
        for slot in slots.iter().filter(|slot| !waiting.contains(*slot)) {
            self.put(now, slot, wire);
        }
    }

    fn put(&mut self, now: Timestamp, id: &SlotId, wire: &mut Wire) {
        for (host, per_s) in self.host_rates.clone() {
            self.input(now, Input::HostRate { host, per_s }, None, wire);
        }
        let Some(slot) = self.slots.get(id) else {
            return;
        };
        let input = Input::SlotPut {
            spec: slot.described.spec.clone(),
            token: slot.kept.as_ref().map(|(facts, _)| facts.clone()),
            last_generation: slot.last_generation,
        };
        self.input(now, input, None, wire);
    }

    fn land(&mut self, now: Timestamp, coming: Coming, wire: &mut Wire) {
        let Coming {
            slot,
            attempt,
            sent_at,
            brought,
            fingerprint,
            found,
        } = coming;
        let credential = self
            .slots
            .get(&slot)
            .map(|slot| slot.described.spec.credential.clone());
        if let (Some(credential), Some(next)) = (credential, brought.refresh_token.clone()) {
            self.refresh_tokens.insert(credential, next);
        }
        let input = match found {
            true => Input::Recovered {
                slot,
                sent_at,
                result: brought.result,
                fingerprint,
            },
            false => Input::Answered {
                slot,
                attempt,
                sent_at,
                result: brought.result,
                fingerprint,
                rotated: brought.refresh_token.is_some(),
            },
        };
        self.input(now, input, brought.access_token, wire);
    }

    fn input(&mut self, now: Timestamp, input: Input, token: Option<String>, wire: &mut Wire) {
        for effect in self.machine.step(now, input) {
            self.carry_out(now, effect, token.as_deref(), wire);
        }
    }

    fn carry_out(&mut self, now: Timestamp, effect: Effect, token: Option<&str>, wire: &mut Wire) {
        match effect {
            Effect::Publish { slot, facts } => {
                if let (Some(slot), Some(token)) = (self.slots.get_mut(&slot), token) {
                    slot.last_generation = facts.generation;
                    slot.kept = Some((facts, token.to_owned()));
                }
            }
            Effect::Drop { slot } => {
                if let Some(slot) = self.slots.get_mut(&slot) {
                    slot.kept = None;
                }
            }
            Effect::Save(record) => {
                self.records.insert(record.credential.clone(), record);
            }
            Effect::Attempt { slot, end, .. } => self.note_grant(&slot, end),
            Effect::Show { slot, view } => {
                if let Some(slot) = self.slots.get_mut(&slot) {
                    slot.view = Some(view);
                }
            }
            Effect::Send { slot, attempt, .. } => self.send(now, slot, attempt, wire),
            Effect::Knock { slot, attempt } => self.knock(now, slot, attempt, wire),
            Effect::Settle { .. } => {}
            Effect::Tell(event) => self.tell(now, &event),
        }
    }

    fn note_grant(&mut self, slot: &SlotId, end: AttemptEnd) {
        let credential = self
            .slots
            .get(slot)
            .map(|slot| slot.described.spec.credential.clone());
        if let (Some(credential), AttemptEnd::Stands(state)) = (credential, end) {
            self.grants.insert(credential, state);
        }
    }
}
