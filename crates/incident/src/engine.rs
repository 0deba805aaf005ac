//! One open incident per root cause: how signals open it, grow it and end it.

use crate::cause::Cause;
use crate::tally::Tally;
use crate::{harm, impact, runbook, words};
use countersign_model::estate::{Estate, Integration};
use countersign_model::graph::Graph;
use countersign_model::id::{IncidentId, IntegrationId, NoticeId};
use countersign_model::incident::{Incident, IncidentState, RootCause, TimelineEntry};
use countersign_model::notice::{Notice, NoticeKind};
use countersign_model::signal::{Signal, Strength};
use countersign_model::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

mod grow;
mod review;

/// The same cause again within so long is the same incident.
const REOPEN_WITHIN: SignedDuration = SignedDuration::from_mins(30);
/// An ended incident is remembered so long: its recovery is watched, and people write down its cause.
const REMEMBERED_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Timeline words of a cause found behind what was thought to be one.
const CAUSE_FOUND: &str = "The cause behind it is known.";
/// Timeline words of a notice that it came back.
const TOLD_BACK: &str = "People are told that it came back.";
/// Timeline words of a notice that it ended.
const TOLD_OVER: &str = "People are told that it works again.";
/// Timeline words of a notice that it is closed without an end that was seen.
const TOLD_LEFT: &str = "People are told that it is closed.";
/// Timeline words of an end by the estate.
const LEFT: &str = "It left the estate, so nobody watches it any more.";

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
        for incident in incidents {
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

    /// No evidence will come of what left the estate, so its incidents would stay open for good.
    fn close_what_left(&mut self, now: Timestamp) -> Vec<Change> {
        let left = |one: &&Incident| is_live(one) && has_left(&self.estate, one);
        let left: Vec<Incident> = self.newest.values().filter(left).cloned().collect();
        let mut changes = Vec::new();
        for mut incident in left {
            incident.resolved_at = Some(now);
            note(&mut incident, now, LEFT);
            let told = incident.opened_at.is_some() && is_believed_open(&incident);
            incident.state = match incident.opened_at {
                Some(_) => IncidentState::Resolved,
                None => IncidentState::Dismissed,
            };
            if !told {
                changes.extend(self.put(incident));
                continue;
            }
            note(&mut incident, now, TOLD_LEFT);
            let notice = Notice {
                subject: format!("Closed: {}", incident.title),
                summary: words::left(&incident, now),
                ..self.notice(now, NoticeKind::IncidentResolved, &incident)
            };
            changes.extend(self.put(incident));
            changes.push(Change::Notice(notice));
        }
        changes
    }

    /// Ends the incident of `child`, which is a part of `parent`'s. Nobody is told anew: the parent's
    /// notice names it among what is hit. Where `parent` has none, it takes the child's over: one
    /// failure stays one incident, whose cause is known better.
    pub fn absorb(&mut self, now: Timestamp, child: &RootCause, parent: &RootCause) -> Vec<Change> {
        let Some(mut whole) = self.newest.get(parent).filter(|one| is_live(one)).cloned() else {
            return self.take_over(now, child, parent);
        };
        let Some(mut part) = self.newest.get(child).filter(|one| is_live(one)).cloned() else {
            return Vec::new();
        };
        part.state = match part.opened_at {
            Some(_) => IncidentState::Resolved,
            None => IncidentState::Dismissed,
        };
        part.resolved_at = Some(now);
        part.part_of = Some(whole.id.clone());
        note(&mut part, now, &format!("It is a part of: {}", whole.title));
        note(&mut whole, now, &format!("Joined: {}", part.title));
        let mut changes = self.put(part);
        changes.extend(self.put(whole));
        changes
    }

    fn take_over(&mut self, now: Timestamp, child: &RootCause, parent: &RootCause) -> Vec<Change> {
        let Some(mut incident) = self.newest.get(child).filter(|one| is_live(one)).cloned() else {
            return Vec::new();
        };
        self.newest.remove(child);
        incident.root_cause = parent.clone();
        note(&mut incident, now, CAUSE_FOUND);
        self.put(incident)
    }

    /// A channel accepted a notice of that incident; the first time counts.
    pub fn delivered(&mut self, now: Timestamp, id: &IncidentId) -> Vec<Change> {
        let mut incidents = self.newest.values_mut();
        let Some(incident) = incidents.find(|incident| incident.id == *id) else {
            return Vec::new();
        };
        if incident.notified_at.is_some() {
            return Vec::new();
        }
        incident.notified_at = Some(now);
        note(incident, now, "People were told.");
        vec![Change::Put(incident.clone())]
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
        incident.state = IncidentState::Open;
        incident.resolved_at = None;
        incident.locked_at = None;
        incident.asked_at = None;
        incident.harm = None;
        Engine::begun_again(&mut incident);
        note(&mut incident, now, "It came back.");
        let mut changes = self.worsen(now, signal, incident, healthy);
        if let Some(incident) = self.newest.get(&signal.cause).cloned() {
            changes.extend(self.tell_back(now, incident));
        }
        changes
    }

    /// Tells that it came back, unless people were told so within [`REOPEN_WITHIN`].
    fn tell_back(&mut self, now: Timestamp, mut incident: Incident) -> Vec<Change> {
        let mut told = incident
            .timeline
            .iter()
            .filter(|entry| entry.words == TOLD_BACK);
        let again = |entry: &TimelineEntry| now.duration_since(entry.at) < REOPEN_WITHIN;
        if told.any(again) {
            return Vec::new();
        }
        note(&mut incident, now, TOLD_BACK);
        let notice = self.notice(now, NoticeKind::IncidentChanged, &incident);
        let mut changes = self.put(incident);
        changes.push(Change::Notice(notice));
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

    /// The integrations a signal names, and those on the credentials it names.
    fn flows_of(&self, signal: &Signal) -> Vec<IntegrationId> {
        let is_named = |flow: &&Integration| {
            signal.integrations.contains(&flow.id) || signal.credentials.contains(&flow.credential)
        };
        let named = self.estate.integrations.iter().filter(is_named);
        named.map(|flow| flow.id.clone()).collect()
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

    /// Impact, clocks, people and words, from the estate as it is.
    fn describe(
        &self,
        now: Timestamp,
        signal: &Signal,
        incident: &mut Incident,
        healthy: &BTreeSet<IntegrationId>,
    ) {
        let root = incident.root_cause.clone();
        let cause = Cause::of(&self.estate, &root, &incident.integrations);
        let ids = cause
            .integrations
            .iter()
            .map(|integration| integration.id.clone());
        incident.integrations = ids.collect();
        incident.affected = impact::affected(&cause, &self.graph);
        incident.business_units = impact::business_units(&cause, &incident.affected);
        let spared = impact::spared(&cause, &incident.affected, healthy, &self.open());
        let sentence = |flow: &&Integration| words::spared(&self.estate, flow, now);
        incident.unaffected = spared.iter().map(sentence).collect();
        incident.token_ends_at = signal.token_ends_at.filter(|end| *end > now);
        let outage = harm::outage(signal, incident.outage.as_ref(), now);
        let harm = harm::first_harm(&cause, &outage);
        incident.outage = Some(outage);
        let known = incident
            .harm
            .as_ref()
            .map_or(Timestamp::MAX, |harm| harm.at);
        let is_sooner = harm.as_ref().is_some_and(|harm| harm.at < known);
        // An open incident's harm was told; only worse news changes it.
        if incident.opened_at.is_none() || is_sooner {
            incident.harm = harm;
        }
        incident.owner = cause.owner();
        incident.backup = cause.backup();
        incident.runbook = runbook::runbook(&cause, incident);
        incident.title = words::title(&cause, incident.class);
    }

    /// What was told as one asset's trouble has a cause behind it.
    fn cause_found(&self, now: Timestamp, incident: &Incident) -> Notice {
        let chance = mix(self.seed, &format!("{} cause", incident.id));
        Notice {
            id: NoticeId::mint(now, chance),
            subject: format!("Cause found: {}", incident.title),
            ..self.notice(now, NoticeKind::IncidentChanged, incident)
        }
    }

    /// The owner decides whether the broker stops: what to run for it.
    fn question(&self, now: Timestamp, incident: &Incident) -> Notice {
        let cause = Cause::of(&self.estate, &incident.root_cause, &incident.integrations);
        let chance = mix(self.seed, &format!("{} asked", incident.id));
        Notice {
            id: NoticeId::mint(now, chance),
            subject: format!("Please decide: {}", incident.title),
            summary: words::question(&cause, incident),
            ..self.notice(now, NoticeKind::IncidentChanged, incident)
        }
    }

    fn notice(&self, now: Timestamp, kind: NoticeKind, incident: &Incident) -> Notice {
        let cause = Cause::of(&self.estate, &incident.root_cause, &incident.integrations);
        let chance = mix(self.seed, &format!("{} {kind:?}", incident.id));
        let subject = match kind {
            NoticeKind::IncidentOpened => incident.title.clone(),
            NoticeKind::IncidentChanged => format!("Came back: {}", incident.title),
            NoticeKind::IncidentResolved => format!("Resolved: {}", incident.title),
        };
        let summary = match kind {
            NoticeKind::IncidentOpened | NoticeKind::IncidentChanged => {
                words::summary(&cause, now, incident, &subject)
            }
            NoticeKind::IncidentResolved => words::ended(incident, now),
        };
        Notice {
            id: NoticeId::mint(now, chance),
            kind,
            incident: incident.id.clone(),
            team: incident.owner.clone(),
            subject,
            summary,
            detail: words::detail(incident),
            created_at: now,
        }
    }
}

/// Whether the last notice left people believing that it is open.
fn is_believed_open(incident: &Incident) -> bool {
    let mut newest = incident.timeline.iter().rev();
    let told =
        newest.find(|entry| [TOLD_BACK, TOLD_OVER, TOLD_LEFT].contains(&entry.words.as_str()));
    incident.opened_at.is_some() && told.is_none_or(|entry| entry.words == TOLD_BACK)
}

/// Whether its cause, or everything it was seen in, is not in the estate any more.
fn has_left(estate: &Estate, incident: &Incident) -> bool {
    match &incident.root_cause {
        RootCause::Credential(id) => estate.credential(id).is_none(),
        RootCause::Asset(id) => estate.asset(id).is_none(),
        RootCause::Platform | RootCause::Consumer(_) | RootCause::Blind | RootCause::Own => {
            let mut flows = incident.integrations.iter();
            !incident.integrations.is_empty() && flows.all(|id| estate.integration(id).is_none())
        }
    }
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
