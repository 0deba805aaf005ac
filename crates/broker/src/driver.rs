//! The one task that changes slots. It feeds the machine and carries out its effects in their order;
//! it has no opinions of its own.

mod command;
mod jobs;
mod rotate;
mod step_watch;

use crate::backlog::Backlog;
use crate::books::{Books, Entry, Fingerprint};
use crate::bundle;
use crate::cell::Live;
use crate::flight::{Airline, Landing, Target};
use crate::metrics::Metrics;
use crate::rotation::{Brought, Withheld};
use crate::specs::Slots;
use crate::tell::{self, Owner};
use crate::vend::Vendor;
use countersign_host::clock::{Clock, Hold};
use countersign_host::doorbell::Doorbell;
use countersign_host::entropy::Entropy;
use countersign_model::Timestamp;
use countersign_model::id::SlotId;
use countersign_model::token::{Generation, TokenFacts};
use countersign_refresh::{Effect, Event, Input, Machine};
use jobs::Jobs;
use std::collections::BTreeMap;
use std::sync::Arc;
use step_watch::StepWatch;
use tokio::sync::mpsc;

pub use command::{Command, CredentialChange, ROAD_MAX};
pub use jobs::Job;

/// The driver's parts.
pub struct Driver {
    machine: Machine,
    slots: BTreeMap<SlotId, (Target, Owner)>,
    jobs: Jobs,
    vendor: Arc<Vendor>,
    backlog: Backlog<Books>,
    airline: Airline,
    clock: Clock,
    entropy: Entropy,
    outbox: Doorbell,
    metrics: Arc<Metrics>,
    fingerprint: Fingerprint,
    books: Arc<Books>,
    /// Tells this run's requests from those of others.
    run: u64,
    /// Rotations the vault has not taken yet.
    withheld: Vec<Withheld>,
}

/// What a driver is made of.
pub struct Parts {
    /// The pure core.
    pub machine: Machine,
    /// Readers' side.
    pub vendor: Arc<Vendor>,
    /// The sealed store.
    pub books: Arc<Books>,
    /// The road out.
    pub airline: Airline,
    /// Chance, for ids.
    pub entropy: Entropy,
    /// Rung when outcomes wait in the outbox.
    pub outbox: Doorbell,
    /// Counters.
    pub metrics: Arc<Metrics>,
}

impl Driver {
    /// Composes a driver without slots.
    #[must_use]
    pub fn new(parts: Parts) -> Driver {
        let Parts {
            machine,
            vendor,
            books,
            airline,
            entropy,
            outbox,
            metrics,
        } = parts;
        let fingerprint = books.fingerprinter();
        Driver {
            run: entropy.u64(),
            withheld: Vec::new(),
            books: Arc::clone(&books),
            clock: vendor.clock().clone(),
            machine,
            slots: BTreeMap::new(),
            jobs: Jobs::default(),
            vendor,
            backlog: Backlog::new(books, Arc::clone(&metrics)),
            airline,
            entropy,
            outbox,
            metrics,
            fingerprint,
        }
    }

    /// Notes in the audit chain which stored tokens could not be read.
    pub async fn note_unreadable(&mut self, slots: &[String]) {
        let records = slots.iter().map(|slot| tell::unreadable(slot));
        let entries: Vec<Entry> = records.map(Entry::Record).collect();
        self.backlog.write(entries, self.clock.now()).await;
    }

    /// Restores what the vault holds, so that a restart mints nothing for slots that still live.
    pub async fn restore(&mut self, slots: Slots, stored: crate::books::Stored) {
        let now = self.clock.now();
        for record in stored.credentials {
            self.apply(
                now,
                Input::CredentialRestore { record },
                None,
                &Hold::none(),
            )
            .await;
        }
        for (credential, state) in stored.grants {
            let input = Input::GrantRestore { credential, state };
            self.apply(now, input, None, &Hold::none()).await;
        }
        let mut tokens: BTreeMap<SlotId, (TokenFacts, Live)> = stored.tokens;
        self.take_slots(now, slots, &mut tokens, &stored.generations, &Hold::none())
            .await;
        self.recover(now, stored.answers, &Hold::none()).await;
    }

    /// Runs until the road is closed.
    pub async fn run(mut self, mut road: mpsc::Receiver<Command>) {
        let mut hold = self.clock.hold();
        let mut watch = StepWatch::new(&self.clock);
        loop {
            let wake = self.next_wake();
            let resting = self.clock.rest_until(wake, hold);
            tokio::select! {
                biased;
                woken = resting => {
                    hold = woken;
                    if watch.stepped() {
                        self.apply(self.clock.now(), Input::ClockStepped, None, &hold).await;
                    }
                    self.tick(&hold).await;
                }
                command = road.recv() => {
                    hold = self.clock.hold();
                    match command {
                        Some(command) => self.take(command, &hold).await,
                        None => return,
                    }
                }
            }
        }
    }

    fn next_wake(&self) -> Timestamp {
        let wakes = [
            self.machine.next_wake(),
            self.jobs.next_at(),
            self.rotates_at(),
            StepWatch::next(&self.clock),
        ];
        wakes.into_iter().flatten().min().unwrap_or(Timestamp::MAX)
    }

    async fn tick(&mut self, hold: &Hold) {
        let now = self.clock.now();
        self.rotate_again(now, hold).await;
        for input in self.jobs.due(now) {
            self.apply(now, input, None, hold).await;
        }
        self.apply(now, Input::Tick, None, hold).await;
    }

    async fn take(&mut self, command: Command, hold: &Hold) {
        let now = self.clock.now();
        match command {
            Command::Demand {
                slot,
                min_ttl_ms,
                unlike,
                asked: _,
            } => {
                self.apply(
                    now,
                    Input::Demand {
                        slot,
                        min_ttl_ms,
                        unlike,
                    },
                    None,
                    hold,
                )
                .await;
            }
            Command::Rejected { slot, generation } => {
                self.apply(now, Input::Rejected { slot, generation }, None, hold)
                    .await;
            }
            Command::RenewNow { slot, noted } => {
                self.apply(now, Input::RenewNow { slot }, None, hold).await;
                noted.send(()).ok();
            }
            Command::Knocked { slot, attempt, up } => {
                let input = Input::Knocked { slot, attempt, up };
                self.apply(now, input, None, hold).await;
            }
            Command::Landed(landing) => self.land(now, *landing).await,
            Command::Reload { slots, done } => {
                self.take_slots(now, slots, &mut BTreeMap::new(), &BTreeMap::new(), hold)
                    .await;
                done.send(()).ok();
            }
            Command::Credential {
                credential,
                change,
                done,
            } => {
                let input = match change {
                    CredentialChange::Edited => Input::CredentialEdited { credential },
                    CredentialChange::Disabled => Input::CredentialDisable { credential },
                    CredentialChange::Enabled => Input::CredentialEnable { credential },
                    CredentialChange::Authorized => Input::GrantGiven { credential },
                    CredentialChange::ReplayAllowed => Input::GrantReplay { credential },
                };
                self.apply(now, input, None, hold).await;
                done.send(()).ok();
            }
        }
    }

    async fn land(&mut self, now: Timestamp, landing: Landing) {
        let Landing {
            slot,
            attempt,
            sent_at,
            result,
            grant,
            rotation,
            hold,
        } = landing;
        let rotated = rotation.as_ref().is_some_and(|one| one.refresh.is_some());
        let fingerprint = grant
            .as_ref()
            .map(|grant| (self.fingerprint)(grant.access_token.as_bytes()));
        let input = match result {
            Some(result) => Input::Answered {
                slot,
                attempt,
                sent_at,
                result,
                fingerprint,
                rotated,
            },
            None => Input::Aborted { slot, attempt },
        };
        let brought = Brought {
            granted: grant,
            rotation,
        };
        self.apply(now, input, Some(brought), &hold).await;
    }

    /// Makes the machine's slots those of `slots`; nothing else of the house knows about estates.
    async fn take_slots(
        &mut self,
        now: Timestamp,
        slots: Slots,
        tokens: &mut BTreeMap<SlotId, (TokenFacts, Live)>,
        generations: &BTreeMap<SlotId, Generation>,
        hold: &Hold,
    ) {
        let gone: Vec<SlotId> = self
            .slots
            .keys()
            .filter(|slot| !slots.by_id.contains_key(*slot))
            .cloned()
            .collect();
        for slot in gone {
            self.apply(now, Input::SlotRemove { slot: slot.clone() }, None, hold)
                .await;
            self.slots.remove(&slot);
            self.vendor.remove(&slot);
        }
        for (host, per_s) in slots.host_rates {
            self.apply(now, Input::HostRate { host, per_s }, None, hold)
                .await;
        }
        for (id, described) in slots.by_id {
            let cell = self.vendor.cell_or_new(&id);
            let (token, live) = tokens.remove(&id).unzip();
            if live.is_some() {
                cell.hand_in(live);
            }
            self.slots
                .insert(id.clone(), (described.target, described.owner));
            let last_generation = generations.get(&id).copied().unwrap_or_default();
            let input = Input::SlotPut {
                spec: described.spec,
                token,
                last_generation,
            };
            self.apply(now, input, None, hold).await;
        }
        self.jobs.plan(now, slots.jobs);
    }

    /// Feeds one input and carries out what follows: persist first, then act, then tell.
    async fn apply(&mut self, now: Timestamp, input: Input, brought: Option<Brought>, hold: &Hold) {
        // Entries that wait are tried again with others, or at the next look of the clock.
        let again = matches!(input, Input::Tick) && self.backlog.waits();
        let slot = match &input {
            Input::Answered { slot, .. } | Input::Recovered { slot, .. } => Some(slot.clone()),
            _ => None,
        };
        let effects = self.machine.step(now, input);
        let entries = self.entries(now, &effects, brought.as_ref());
        let tells_watch = entries
            .iter()
            .any(|entry| matches!(entry, Entry::Outcome(_)));
        let effects = self.withhold(effects);
        let rotated = entries
            .iter()
            .any(|entry| matches!(entry, Entry::Rotation { .. }));
        match (brought, slot) {
            (Some(brought), Some(slot)) if rotated => {
                self.rotate(now, slot, (entries, effects), brought, hold)
                    .await;
            }
            (brought, _) => {
                if again || !entries.is_empty() {
                    // Whatever comes of it, what lives in memory goes on being served.
                    self.backlog.write(entries, now).await;
                }
                for effect in effects {
                    self.carry_out(effect, brought.as_ref(), hold);
                }
            }
        }
        if tells_watch {
            self.outbox.ring(Some(hold.share()));
        }
    }

    /// What has to be on disk before anything else happens, as one transaction (A1).
    fn entries(&self, now: Timestamp, effects: &[Effect], brought: Option<&Brought>) -> Vec<Entry> {
        let grant = brought.and_then(|brought| brought.granted.as_ref());
        let mut entries = Vec::new();
        for effect in effects {
            match effect {
                Effect::Publish { slot, facts } => {
                    if let (Some(grant), Some((_, owner))) = (grant, self.slots.get(slot)) {
                        entries.push(Entry::Token {
                            slot: slot.clone(),
                            owner: owner.clone(),
                            facts: facts.clone(),
                            sealed: bundle::encode(grant),
                        });
                    }
                    entries.extend(self.exchange_entry(slot, effect, brought));
                }
                Effect::Attempt { slot, .. } => {
                    entries.extend(self.exchange_entry(slot, effect, brought));
                }
                Effect::Drop { slot } => entries.push(Entry::Drop { slot: slot.clone() }),
                Effect::Save(record) => entries.push(Entry::Credential(record.clone())),
                Effect::Tell(event) => {
                    entries.extend(tell::record(event).map(Entry::Record));
                    if let Some(owner) = self.owner_of(event) {
                        let told = tell::outcome(event, &owner, now, self.entropy.u64());
                        entries.extend(told.map(|outcome| Entry::Outcome(Box::new(outcome))));
                    }
                }
                Effect::Show { .. }
                | Effect::Send { .. }
                | Effect::Knock { .. }
                | Effect::Settle { .. } => {}
            }
        }
        entries
    }

    fn carry_out(&mut self, effect: Effect, brought: Option<&Brought>, hold: &Hold) {
        let grant = brought.and_then(|brought| brought.granted.as_ref());
        match effect {
            Effect::Publish { slot, facts } => {
                if let (Some(grant), Some(cell)) = (grant, self.vendor.cell(&slot)) {
                    cell.hand_in(Some(bundle::live(grant, facts.generation)));
                }
            }
            Effect::Drop { slot } => {
                if let Some(cell) = self.vendor.cell(&slot) {
                    cell.hand_in(None);
                }
            }
            Effect::Show { slot, view } => {
                if let Some(cell) = self.vendor.cell(&slot) {
                    cell.show(view);
                }
            }
            Effect::Settle { slot, answer } => {
                if let Some(cell) = self.vendor.cell(&slot) {
                    cell.settle(answer);
                }
            }
            Effect::Send { slot, attempt, .. } => {
                if let Some((target, _)) = self.slots.get(&slot) {
                    let named = self.named(attempt);
                    self.airline.depart(target.clone(), named, hold.share());
                }
            }
            Effect::Knock { slot, attempt } => {
                if let Some((target, _)) = self.slots.get(&slot) {
                    self.airline.knock(target.clone(), attempt, hold.share());
                }
            }
            Effect::Save(_) | Effect::Attempt { .. } => {}
            Effect::Tell(event) => {
                tell::log(&event);
                self.metrics.count(&event);
            }
        }
    }

    fn owner_of(&self, event: &Event) -> Option<Owner> {
        let by_slot = |slot: &SlotId| self.slots.get(slot).map(|(_, owner)| owner.clone());
        match event {
            Event::Minted { slot, .. }
            | Event::MintFailed { slot, .. }
            | Event::Quarantined { slot, .. } => by_slot(slot),
            Event::Locked { credential }
            | Event::WouldHaveLocked { credential }
            | Event::AskToLock { credential }
            | Event::Unlocked { credential }
            | Event::Recovered { credential, .. }
            | Event::Released { credential }
            | Event::OutsideMinterSuspected { credential, .. } => {
                let mut owners = self.slots.values().map(|(_, owner)| owner);
                owners
                    .find(|owner| owner.credential == *credential)
                    .cloned()
            }
            _ => None,
        }
    }
}
