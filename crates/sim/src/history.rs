//! What an estate has lived through before a scenario: ninety days with their incidents, where its
//! counters stand, and what the judgement remembers of them.
//!
//! All of it comes from the same world and the same judgement as in `simulate`. The last four weeks are
//! lived through in one piece, so that detectors know what is usual. Each trouble of the time before
//! is lived through by itself, with two days ahead of it; hours between in which nothing is wrong are
//! not judged one by one, and count as the quiet days that were.

mod health;

use crate::scenario::{Scenario, parse_all};
use crate::simulate::{Keeping, Watching, live_through, lived, past, resumed};
use crate::world::{Ground, Times};
use countersign_model::estate::Estate;
use countersign_model::finding::Finding;
use countersign_model::id::IntegrationId;
use countersign_model::incident::{Incident, IncidentState};
use countersign_model::objective::HealthTime;
use countersign_model::status::{Health, IntegrationStatus};
use countersign_model::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Troubles of the past.
const TROUBLES: &str = include_str!("../stories/history.yaml");
/// How long the history is (demo estate D.8).
pub const LASTS: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How much of it is lived through in one piece.
const IN_ONE_PIECE: SignedDuration = SignedDuration::from_hours(28 * 24);
/// From then on in that piece, everybody's health has been seen.
const SETTLED: SignedDuration = SignedDuration::from_hours(2 * 24);
/// Quiet days: nobody acknowledges, and healths are looked at daily.
const QUIETLY: Keeping = Keeping {
    acknowledged_after: SignedDuration::from_mins(6),
    health_every: SignedDuration::from_hours(24),
};
/// Days with trouble.
const CLOSELY: Keeping = Keeping {
    health_every: SignedDuration::from_mins(1),
    ..QUIETLY
};

/// A history, and where the estate stands at its end.
pub struct History {
    pub(crate) ground: Ground,
    until: Timestamp,
    /// What the judgement remembers, by part.
    pub memory: BTreeMap<String, String>,
    /// Incidents of the past, all over, oldest first.
    pub incidents: Vec<Incident>,
    /// Findings as they are at its end.
    pub findings: Vec<Finding>,
    /// Every integration's status at its end.
    pub statuses: Vec<IntegrationStatus>,
    /// How long each integration had each health, up to the beginning of its status now.
    pub health: Vec<HealthTime>,
}

/// One trouble of the past, lived through.
struct Episode {
    from: Timestamp,
    to: Timestamp,
    incidents: Vec<Incident>,
    healths: Vec<(Timestamp, IntegrationId, Health)>,
}

impl History {
    /// No history: the estate begins just before `at`, with full tables.
    #[must_use]
    pub fn none(scenario: &Scenario, estate: &Estate, at: Timestamp) -> History {
        let until = Times::mark(at);
        History {
            ground: Ground::new(scenario, estate, still(until)),
            until,
            memory: BTreeMap::new(),
            incidents: Vec::new(),
            findings: Vec::new(),
            statuses: Vec::new(),
            health: Vec::new(),
        }
    }

    /// The ninety days before `until`, as the scenario's estate lives them.
    #[must_use]
    pub fn lived(scenario: &Scenario, estate: &Estate, until: Timestamp) -> History {
        let until = Times::mark(until);
        let begin = until - LASTS;
        let (mut history, healths, episodes) = std::thread::scope(|scope| {
            let quiet = scope.spawn(|| in_one_piece(scenario, estate, until));
            let troubles = troubles(begin, until).into_iter();
            let episodes: Vec<Episode> = troubles.map(|one| episode(&one, estate)).collect();
            let (history, healths) = quiet.join().expect("the judgement does not panic");
            (history, healths, episodes)
        });
        let settled = until - IN_ONE_PIECE + SETTLED;
        let mut marks = health::marks(&healths, begin, settled);
        for episode in &episodes {
            health::overlay(&mut marks, &episode.healths, (episode.from, episode.to));
        }
        history.health = health::times(&marks, &history.statuses, until);
        let incidents = episodes.into_iter().flat_map(|one| one.incidents);
        let by_id: BTreeMap<_, _> = incidents.map(|one| (one.id.clone(), one)).collect();
        history.incidents.extend(by_id.into_values());
        history.incidents.sort_by_key(|one| one.started_at);
        history
    }

    /// Where it ends.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.until
    }
}

/// An instant with nothing around it.
fn still(at: Timestamp) -> Times {
    Times {
        begin: at,
        live_from: at,
        start: at,
        end: at,
    }
}

type Healths = Vec<(Timestamp, IntegrationId, Health)>;

/// The weeks before `until`, in which nothing goes wrong.
fn in_one_piece(scenario: &Scenario, estate: &Estate, until: Timestamp) -> (History, Healths) {
    let times = Times {
        begin: until - IN_ONE_PIECE,
        ..still(until)
    };
    let (world, mut watch) = lived(scenario, estate, times, Some(QUIETLY));
    let findings = std::mem::take(&mut watch.findings).into_values().collect();
    let healths = std::mem::take(&mut watch.healths);
    let statuses = watch.judge.statuses(until);
    let past = past(&world, watch);
    let history = History {
        ground: past.ground,
        until,
        memory: past.memory,
        incidents: ended(past.incidents),
        findings,
        statuses,
        health: Vec::new(),
    };
    (history, healths)
}

/// The troubles of the past that fit between two instants.
fn troubles(begin: Timestamp, until: Timestamp) -> Vec<Scenario> {
    let all = parse_all(TROUBLES).expect("the troubles in this binary are tested");
    let fits = |one: &Scenario| {
        let times = Times::of(one);
        times.begin >= begin && times.end <= until
    };
    all.into_iter().filter(fits).collect()
}

fn episode(scenario: &Scenario, estate: &Estate) -> Episode {
    let times = Times::of(scenario);
    let past = live_through(scenario, estate, times);
    let mut estate = estate.clone();
    let (mut world, mut watch) = resumed(scenario, &mut estate, &past, Some(CLOSELY));
    watch.until(&mut world, times.end);
    let Watching {
        incidents, healths, ..
    } = watch;
    Episode {
        from: times.start,
        to: times.end,
        incidents: ended(incidents.into_values().collect()),
        healths,
    }
}

/// Those that were told of and are over.
fn ended(incidents: Vec<Incident>) -> Vec<Incident> {
    let over = |one: &Incident| one.opened_at.is_some() && one.state == IncidentState::Resolved;
    incidents.into_iter().filter(over).collect()
}
