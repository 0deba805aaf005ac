//! The judgement at work on a world, and what it says.

use crate::world::World;
use countersign_model::finding::Finding;
use countersign_model::id::{FindingId, IncidentId, IntegrationId};
use countersign_model::incident::Incident;
use countersign_model::outcome::{Fact, Outcome};
use countersign_model::response::{Deed, FoundBy};
use countersign_model::status::Health;
use countersign_model::{SignedDuration, Timestamp};
use countersign_watch::Judge;
use std::collections::BTreeMap;
use std::sync::mpsc::sync_channel;

/// Steps that a world may be ahead of what is judged.
const AHEAD: usize = 256;

/// What is kept beside incidents, where a history is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keeping {
    /// Notices are taken, and somebody acknowledges so long after the first of an incident.
    pub(crate) acknowledged_after: SignedDuration,
    /// Healths are looked at so often.
    pub(crate) health_every: SignedDuration,
}

pub(crate) struct Watching {
    pub(crate) judge: Judge,
    pub(crate) incidents: BTreeMap<IncidentId, Incident>,
    pub(crate) findings: BTreeMap<FindingId, Finding>,
    pub(crate) story: Vec<String>,
    /// Healths as they came, where they are looked at.
    pub(crate) healths: Vec<(Timestamp, IntegrationId, Health)>,
    keeping: Option<Keeping>,
    acknowledgements: BTreeMap<IncidentId, Timestamp>,
    looked_at: Timestamp,
    ticked_at: Timestamp,
}

impl Watching {
    pub(crate) fn new(judge: Judge, keeping: Option<Keeping>) -> Watching {
        Watching {
            judge,
            incidents: BTreeMap::new(),
            findings: BTreeMap::new(),
            story: Vec::new(),
            healths: Vec::new(),
            keeping,
            acknowledgements: BTreeMap::new(),
            looked_at: Timestamp::MIN,
            ticked_at: Timestamp::MIN,
        }
    }

    /// Writes what the judgement remembers over what was kept of it.
    pub(crate) fn remember(&mut self, kept: &mut BTreeMap<String, String>) {
        for (part, text) in self.judge.take_memory() {
            match text {
                Some(text) => kept.insert(part, text),
                None => kept.remove(&part),
            };
        }
    }

    /// Lets the world go on until `end`, which is not part of it. The world depends on nothing that is
    /// judged, so it runs ahead on a thread of its own.
    pub(crate) fn until(&mut self, world: &mut World, end: Timestamp) {
        let (says, hears) = sync_channel(AHEAD);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                while world.next_at() < end {
                    let (now, outcomes) = world.step();
                    if !outcomes.is_empty() && says.send((now, outcomes)).is_err() {
                        return;
                    }
                }
            });
            for (now, outcomes) in hears {
                self.wait_until(now);
                for outcome in &outcomes {
                    self.judge.observe(now, outcome);
                }
                self.look(now);
            }
        });
        self.wait_until(end);
    }

    /// Looks again as often as the judgement wants to before `end`.
    fn wait_until(&mut self, end: Timestamp) {
        while let Some(wake) = self.wake().filter(|wake| *wake < end) {
            self.look(wake);
        }
    }

    fn look(&mut self, now: Timestamp) {
        self.judge.tick(now);
        self.ticked_at = now;
        self.note(now);
    }

    /// When the judgement wants to look again; at most once a second.
    fn wake(&self) -> Option<Timestamp> {
        let least = self.ticked_at.checked_add(SignedDuration::from_secs(1));
        let wake = self.judge.next_wake()?;
        Some(wake.max(least.unwrap_or(Timestamp::MIN)))
    }

    fn note(&mut self, now: Timestamp) {
        let verdict = self.judge.take_verdict();
        for incident in verdict.incidents {
            let known = self.incidents.get(&incident.id);
            if known.is_none_or(|known| differs(known, &incident)) {
                self.story.push(line(now, &incident));
            }
            self.incidents.insert(incident.id.clone(), incident);
        }
        let findings = verdict.findings.into_iter();
        self.findings
            .extend(findings.map(|one| (one.id.clone(), one)));
        if let Some(keeping) = self.keeping {
            for notice in verdict.notices {
                self.judge.delivered(now, &notice.incident);
                let at = now + keeping.acknowledged_after;
                self.acknowledgements.entry(notice.incident).or_insert(at);
            }
            self.keep(now, keeping);
        }
    }

    /// What people do, and how everybody is, where that is kept.
    fn keep(&mut self, now: Timestamp, keeping: Keeping) {
        for (id, at) in &mut self.acknowledgements {
            if *at <= now {
                self.judge.observe(now, &acknowledged(id, *at));
                // Once is enough, and later notices of the incident find it here.
                *at = Timestamp::MAX;
            }
        }
        let next = self.looked_at.checked_add(keeping.health_every);
        if next.is_ok_and(|next| next <= now) {
            self.looked_at = now;
            let changed = self.judge.status_changes(now).changed.into_iter();
            let healths = changed.map(|one| (now, one.integration, one.health));
            self.healths.extend(healths);
        }
    }
}

/// Somebody took an incident on.
fn acknowledged(id: &IncidentId, at: Timestamp) -> Outcome {
    let text = format!("{id}-acknowledged");
    Outcome {
        id: text.parse().expect("an id and letters"),
        ts: at,
        source: "operator".to_owned(),
        integration: None,
        bu: None,
        credential: None,
        consumer: None,
        peer_ip: None,
        n: 1,
        fact: Fact::Audit {
            action: Deed::Acknowledged {
                found_by: FoundBy::System,
                by: None,
            }
            .action(),
            object: Some(id.to_string()),
        },
    }
}

/// Whether a change of an incident is worth a line.
fn differs(older: &Incident, newer: &Incident) -> bool {
    (&older.root_cause, older.class, older.state, older.locked_at)
        != (&newer.root_cause, newer.class, newer.state, newer.locked_at)
        || older.affects() != newer.affects()
}

fn line(now: Timestamp, incident: &Incident) -> String {
    let state = serde_json::to_value(incident.state).unwrap_or_default();
    let evidence = incident
        .evidence
        .last()
        .map_or("", |fact| fact.words.as_str());
    let locked = if incident.locked_at.is_some() {
        ", locked"
    } else {
        ""
    };
    format!(
        "{now}  {}{locked}  {}  {}  affects {}  [{}]",
        state.as_str().unwrap_or("?"),
        incident.root_cause,
        incident.class.as_str(),
        incident.affects().join(" "),
        evidence,
    )
}
