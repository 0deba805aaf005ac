//! One open incident per root cause: how signals open it, grow it and end it.

use crate::tally::Tally;
use countersign_model::estate::Estate;
use countersign_model::expectation::Expectation;
use countersign_model::graph::Graph;
use countersign_model::id::{IncidentId, IntegrationId};
use countersign_model::incident::{Incident, IncidentState, RootCause, TimelineEntry};
use countersign_model::notice::{Notice, NoticeKind};
use countersign_model::signal::{Signal, Strength};
use countersign_model::{SignedDuration, Timestamp};
use parts::CAUSE_FOUND;
use std::collections::{BTreeMap, BTreeSet};
use telling::{TOLD_OVER, is_believed_open};

mod describe;
mod expected;
mod grow;
mod left;
mod parts;
mod review;
mod telling;

/// The same cause again within so long is the same incident.
const REOPEN_WITHIN: SignedDuration = SignedDuration::from_mins(30);
/// An ended incident is remembered so long: its recovery is watched, and people write down its cause.
const REMEMBERED_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What the engine wants made durable.
#[expect(
    clippy::large_enum_variant,
    reason = "a handful a turn, moved once; a box would only hide where it lives"
)]
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// An incident as it is now.
    Put(Incident),
    /// A message to people.
    Notice(Notice),
    /// A rule that people wrote: what is to be expected.
    Expect(Expectation),
    /// People took back the rule of an incident.
    ExpectNoMore {
        /// Which incident's.
        incident: IncidentId,
        /// The team, or how we know whoever did.
        by: String,
    },
}

/// Turns signals into incidents and notices. Deterministic: seed, estate and signals decide all.
#[derive(Debug, Clone)]
pub struct Engine {
    estate: Estate,
    graph: Graph,
    seed: u64,
    /// The newest incident of each cause; an ended one for [`REMEMBERED_FOR`].
    newest: BTreeMap<RootCause, Incident>,
    /// What was counted last.
    tally: Tally,
}

impl Engine {
    /// An engine without incidents.
    #[must_use]
    pub fn new(estate: &Estate, seed: u64) -> Engine {
        Engine {
            estate: estate.clone(),
            graph: Graph::of(estate),
            seed,
            newest: BTreeMap::new(),
            tally: Tally::new(estate),
        }
    }

    /// Takes a new estate; open incidents are worded anew when they next grow.
    pub fn set_estate(&mut self, estate: &Estate) {
        self.estate = estate.clone();
        self.graph = Graph::of(estate);
        self.tally.set_estate(estate);
    }

    /// Takes up the incidents of an earlier run; live ones win over ended ones, newer over older.
    pub fn restore(&mut self, incidents: Vec<Incident>) {
        // A suspicion that came to nothing is not remembered.
        let remembered = |one: &Incident| is_live(one) || one.opened_at.is_some();
        for incident in incidents.into_iter().filter(remembered) {
            let rank = |one: &Incident| (is_live(one), one.started_at, one.opened_at);
            match self.newest.get(&incident.root_cause) {
                Some(known) if rank(known) >= rank(&incident) => {}
                _ => drop(self.newest.insert(incident.root_cause.clone(), incident)),
            }
        }
    }

    /// The live incidents: open ones and suspicions, by root cause.
    #[must_use]
    pub fn open(&self) -> Vec<&Incident> {
        self.newest.values().filter(|one| is_live(one)).collect()
    }

    /// Takes one signal. The same signal twice changes nothing; one root cause never has two open
    /// incidents (I1). `healthy`: the integrations that evidence says are well, which alone are named
    /// as spared.
    pub fn step(
        &mut self,
        now: Timestamp,
        signal: &Signal,
        healthy: &BTreeSet<IntegrationId>,
    ) -> Vec<Change> {
        let before = self.newest.get(&signal.cause).cloned();
        match (signal.strength, before) {
            (Strength::Healed, Some(incident)) if is_live(&incident) => {
                self.heal(now, signal, incident)
            }
            (Strength::Healed, _) => Vec::new(),
            (_, Some(incident)) if is_live(&incident) => {
                self.worsen(now, signal, incident, healthy)
            }
            (_, Some(ended)) if is_old_news(&ended, signal) => Vec::new(),
            (Strength::Suspect, Some(ended)) if can_reopen(&ended, now) => Vec::new(),
            (_, Some(ended)) if can_reopen(&ended, now) => self.reopen(now, signal, ended, healthy),
            _ => self.begin(now, signal, healthy),
        }
    }

    /// Closes incidents whose cause has left the estate, forgets ended ones in time, tells of one that
    /// came back and stayed, once it may be told, and counts anew what open ones cost.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Change> {
        let mut changes = self.close_what_left(now);
        self.newest
            .retain(|_, incident| is_live(incident) || is_remembered(incident, now));
        let untold = |one: &&Incident| one.is_open() && !is_believed_open(one);
        let untold: Vec<Incident> = self.newest.values().filter(untold).cloned().collect();
        for incident in untold {
            changes.extend(self.tell_back(now, incident));
        }
        changes.extend(self.review(now));
        changes
    }

    fn begin(
        &mut self,
        now: Timestamp,
        signal: &Signal,
        healthy: &BTreeSet<IntegrationId>,
    ) -> Vec<Change> {
        let chance = mix(self.seed, &signal.cause.to_string());
        let mut incident = grow::blank(IncidentId::mint(now, chance), signal);
        note(&mut incident, signal.since, "First evidence.");
        self.worsen(now, signal, incident, healthy)
    }

    /// Suspect, Page or Locked on a live incident.
    fn worsen(
        &mut self,
        now: Timestamp,
        signal: &Signal,
        mut incident: Incident,
        healthy: &BTreeSet<IntegrationId>,
    ) -> Vec<Change> {
        let opens = signal.strength >= Strength::Page && incident.opened_at.is_none();
        let asks = signal.strength == Strength::Asked && incident.asked_at.is_none();
        if asks {
            incident.asked_at = Some(signal.evidence.last().map_or(signal.at, |fact| fact.at));
        }
        let grown = grow::take(&mut incident, signal, &self.flows_of(signal)) || asks;
        if grown || opens {
            self.describe(now, signal, &mut incident, healthy);
        }
        if opens {
            incident.state = IncidentState::Open;
            incident.opened_at = Some(now);
            note(&mut incident, now, "Incident opened.");
        }
        if signal.strength == Strength::Locked && incident.locked_at.is_none() {
            incident.locked_at = Some(signal.evidence.last().map_or(signal.at, |fact| fact.at));
            note(&mut incident, now, "The broker locked the credential.");
        }
        if asks {
            note(
                &mut incident,
                now,
                "The broker asks whether to lock the credential.",
            );
        }
        if incident.is_open() && (grown || opens) {
            self.recount(now, &mut incident);
        }
        let found = incident
            .timeline
            .last()
            .is_some_and(|entry| entry.words == CAUSE_FOUND);
        let tells = found && !opens && incident.opened_at.is_some();
        if tells {
            note(&mut incident, now, "People are told of the cause.");
        }
        let mut changes = self.put(incident.clone());
        if tells {
            changes.push(Change::Notice(self.cause_found(now, &incident)));
        }
        if opens {
            let kind = NoticeKind::IncidentOpened;
            changes.push(Change::Notice(self.notice(now, kind, &incident)));
        }
        if asks {
            changes.push(Change::Notice(self.question(now, &incident)));
        }
        changes
    }

    /// People were told that it ended, so they are told that it did not, at most every 30 min.
    fn reopen(
        &mut self,
        now: Timestamp,
        signal: &Signal,
        mut incident: Incident,
        healthy: &BTreeSet<IntegrationId>,
    ) -> Vec<Change> {
        revive(now, &mut incident);
        let mut changes = self.worsen(now, signal, incident, healthy);
        if let Some(incident) = self.newest.get(&signal.cause).cloned() {
            changes.extend(self.tell_back(now, incident));
        }
        changes
    }

    fn heal(&mut self, now: Timestamp, signal: &Signal, mut incident: Incident) -> Vec<Change> {
        grow::add_evidence(&mut incident, signal);
        incident.resolved_at = Some(now);
        if incident.opened_at.is_none() {
            incident.state = IncidentState::Dismissed;
            note(&mut incident, now, "It came to nothing.");
            return self.put(incident);
        }
        incident.state = IncidentState::Resolved;
        Engine::restored(signal.at, &mut incident);
        note(&mut incident, now, "It works again.");
        self.recount(now, &mut incident);
        if !is_believed_open(&incident) {
            return self.put(incident);
        }
        note(&mut incident, now, TOLD_OVER);
        let notice = self.notice(now, NoticeKind::IncidentResolved, &incident);
        let mut changes = self.put(incident);
        changes.push(Change::Notice(notice));
        changes
    }

    fn put(&mut self, incident: Incident) -> Vec<Change> {
        let known = self
            .newest
            .insert(incident.root_cause.clone(), incident.clone());
        match known.as_ref() == Some(&incident) {
            true => Vec::new(),
            false => vec![Change::Put(incident)],
        }
    }
}

/// It is open again, and what was known of its end and its harm is not.
fn revive(now: Timestamp, incident: &mut Incident) {
    incident.state = IncidentState::Open;
    incident.resolved_at = None;
    incident.locked_at = None;
    incident.asked_at = None;
    incident.harm = None;
    incident.part_of = None;
    Engine::begun_again(incident);
    note(incident, now, "It came back.");
}

fn is_live(incident: &Incident) -> bool {
    matches!(incident.state, IncidentState::Suspect | IncidentState::Open)
}

fn is_remembered(incident: &Incident, now: Timestamp) -> bool {
    let ended = incident.resolved_at;
    let ended = ended.filter(|_| incident.opened_at.is_some());
    ended.is_some_and(|ended| now.duration_since(ended) <= REMEMBERED_FOR)
}

fn can_reopen(incident: &Incident, now: Timestamp) -> bool {
    let ended = incident
        .resolved_at
        .filter(|_| incident.opened_at.is_some());
    ended.is_some_and(|ended| now.duration_since(ended) <= REOPEN_WITHIN)
}

/// Judged before the end that we know of.
fn is_old_news(ended: &Incident, signal: &Signal) -> bool {
    ended.resolved_at.is_some_and(|end| signal.at <= end)
}

fn note(incident: &mut Incident, at: Timestamp, words: &str) {
    let words = words.to_owned();
    incident.timeline.push(TimelineEntry { at, words });
}

/// A number by text and seed (FNV-1a), so that ids differ and yet repeat.
fn mix(seed: u64, text: &str) -> u64 {
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, fold)
}

#[cfg(test)]
pub(crate) mod tests;
