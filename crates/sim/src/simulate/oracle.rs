//! Marks what the judgement said, knowing what really happened.
//!
//! It reads the ledger of faults and what the world lost; it shares no code with detectors, cause or
//! impact, and works out for itself what hangs on what.

use super::Ran;
use super::check::class;
use super::report::{Affects, ScenarioReport, share};
use crate::scenario::{ExpectedIncident, Scenario};
use crate::world::World;
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::incident::{Incident, RootCause};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An expected incident, and the one that is it.
struct Match<'a> {
    expected: &'a ExpectedIncident,
    cause: RootCause,
    /// When its fault began.
    at: Timestamp,
    incident: Option<usize>,
}

/// One incident that had to open, for the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Root cause and class that it had to have.
    pub expected: String,
    /// Its cause is a credential, and programs call with it once a minute or more, runs left out.
    pub every_minute: bool,
    /// The incident that is it, if one opened in time.
    pub found: Option<Found>,
}

/// The incident that an expected one was found in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Whether its root cause is the very one.
    pub cause: bool,
    /// Whether its class is.
    pub class: bool,
    /// From the fault to the incident, whole seconds.
    pub after_fault_s: u64,
    /// From the first refused request, failed call or fifth lost event; absent if nothing showed.
    pub after_evidence_s: Option<u64>,
}

pub(super) fn score(
    scenario: &Scenario,
    estate: &Estate,
    world: &World,
    mut opened: Vec<Incident>,
) -> Ran {
    opened.sort_by_key(|incident| incident.opened_at);
    let matches = matches(scenario, estate, world, &opened);
    let found: Vec<(&Match<'_>, &Incident)> = matches
        .iter()
        .filter_map(|one| Some((one, &opened[one.incident?])))
        .collect();
    let right = |one: &Match<'_>, incident: &Incident| {
        incident.root_cause == one.cause && Some(incident.class) == class(&one.expected.class)
    };
    let n_right = found
        .iter()
        .filter(|(one, incident)| right(one, incident))
        .count();
    let locked: BTreeSet<&str> = world.tally().locked.iter().map(|id| id.as_str()).collect();
    let to_lock: BTreeSet<&str> = scenario
        .expect
        .lockouts
        .iter()
        .map(String::as_str)
        .collect();
    let entries = matches
        .iter()
        .map(|one| entry(one, &opened, estate, world))
        .collect();
    let spans = |from: &dyn Fn(&Match<'_>) -> Option<Timestamp>| -> Vec<f64> {
        let span = |(one, incident): &(&Match<'_>, &Incident)| {
            let seconds = incident.opened_at?.duration_since(from(one)?).as_secs_f64();
            Some(seconds.max(0.0))
        };
        found.iter().filter_map(span).collect()
    };
    let report = ScenarioReport {
        name: scenario.name.clone(),
        expected: matches.len(),
        opened: opened.len(),
        matched: found.len(),
        false_incidents: opened.len() - found.len(),
        detect_seconds: spans(&|one| Some(one.at)),
        first_evidence_seconds: spans(&|one| evidence(world, estate, one)),
        root_cause_correct: n_right,
        affects: affects(estate, &matches, &opened),
        lockouts_correct: locked == to_lock,
        renewals: 0,
        failed_vends: world.tally().failed_vends,
        virtual_seconds: 0.0,
        wall_seconds: 0.0,
    };
    let others = others(&matches, &opened);
    let mut misses: Vec<String> = matches
        .iter()
        .filter_map(|one| missed(one, one.incident.map(|place| &opened[place])))
        .collect();
    if scenario.expect.others.is_some() {
        misses.extend(others.iter().map(|one| format!("false incident: {one}")));
    }
    if locked != to_lock {
        misses.push(format!("locked {locked:?}, had to be {to_lock:?}"));
    }
    Ran {
        report,
        passed: misses.is_empty(),
        misses,
        incidents: opened,
        story: Vec::new(),
        entries,
        false_incidents: others,
        switches_read: Vec::new(),
    }
}

/// An expected incident and what came of it, in whole seconds.
fn entry(one: &Match<'_>, opened: &[Incident], estate: &Estate, world: &World) -> Entry {
    let every_minute = match &one.cause {
        RootCause::Credential(id) => world.calls_a_minute(id, one.at) >= 1.0,
        _ => false,
    };
    let seconds = |incident: &Incident, from: Timestamp| {
        let span = incident.opened_at.map(|at| at.duration_since(from));
        span.map_or(0, |span| {
            u64::try_from(span.as_millis().div_euclid(1_000)).unwrap_or(0)
        })
    };
    let found = one.incident.map(|place| &opened[place]);
    Entry {
        expected: format!("{} {}", one.expected.root_cause, one.expected.class),
        every_minute,
        found: found.map(|incident| Found {
            cause: incident.root_cause == one.cause,
            class: Some(incident.class) == class(&one.expected.class),
            after_fault_s: seconds(incident, one.at),
            after_evidence_s: evidence(world, estate, one).map(|from| seconds(incident, from)),
        }),
    }
}

/// Incidents that are no expected one's, as root cause and class.
fn others(matches: &[Match<'_>], opened: &[Incident]) -> Vec<String> {
    let taken: BTreeSet<usize> = matches.iter().filter_map(|one| one.incident).collect();
    let further = opened
        .iter()
        .enumerate()
        .filter(|(place, _)| !taken.contains(place));
    further
        .map(|(_, one)| format!("{} {}", one.root_cause, one.class.as_str()))
        .collect()
}

/// What is wrong with an expected incident, if anything is.
fn missed(one: &Match<'_>, incident: Option<&Incident>) -> Option<String> {
    let wanted = format!("{} {}", one.expected.root_cause, one.expected.class);
    let Some(incident) = incident else {
        return Some(format!("not in time: {wanted}"));
    };
    if incident.root_cause != one.cause || Some(incident.class) != class(&one.expected.class) {
        let got = format!("{} {}", incident.root_cause, incident.class.as_str());
        return Some(format!("{got} instead of {wanted}"));
    }
    let listed = listed(incident);
    let left_out: Vec<&str> = one
        .expected
        .affects
        .iter()
        .map(String::as_str)
        .filter(|id| !listed.contains(*id))
        .collect();
    (!left_out.is_empty()).then(|| format!("{wanted} does not list {}", left_out.join(", ")))
}

/// Pairs expected incidents with opened ones: first by root cause, then by what they share.
fn matches<'a>(
    scenario: &'a Scenario,
    estate: &Estate,
    world: &World,
    opened: &[Incident],
) -> Vec<Match<'a>> {
    let mut matches: Vec<Match<'_>> = scenario
        .expect
        .incidents
        .iter()
        .map(|expected| {
            let cause = expected.root_cause.parse().unwrap_or(RootCause::Own);
            Match {
                expected,
                at: began(world, estate, &cause).unwrap_or(scenario.start),
                cause,
                incident: None,
            }
        })
        .collect();
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    let fits: [fn(&Match<'_>, &Incident) -> bool; 2] = [
        |one, incident| incident.root_cause == one.cause,
        |one, incident| {
            let listed = listed(incident);
            one.expected
                .affects
                .iter()
                .any(|id| listed.contains(id.as_str()))
        },
    ];
    for fit in fits {
        for one in matches.iter_mut().filter(|one| one.incident.is_none()) {
            let until = one.at.checked_add(one.expected.detect_within);
            let until = until.unwrap_or(Timestamp::MAX);
            let found = opened.iter().enumerate().find(|(place, incident)| {
                let in_time = incident
                    .opened_at
                    .is_some_and(|at| at >= one.at && at <= until);
                in_time && !taken.contains(place) && fit(one, incident)
            });
            if let Some((place, _)) = found {
                one.incident = Some(place);
                taken.insert(place);
            }
        }
    }
    matches
}

/// When the fault behind a root cause began.
fn began(world: &World, estate: &Estate, cause: &RootCause) -> Option<Timestamp> {
    let reaches = |trouble: &&crate::world::trouble::Trouble| match cause {
        RootCause::Credential(id) => {
            let flows = estate
                .integrations
                .iter()
                .filter(|flow| flow.credential == *id);
            trouble.hits_credential(id)
                || flows
                    .into_iter()
                    .any(|flow| trouble.reach.flows.contains(&flow.id))
        }
        RootCause::Asset(id) => trouble.reach.all || trouble.reach.assets.contains(id),
        _ => trouble.reach.all || trouble.fault.tenant.is_some(),
    };
    let all = || world.troubles().iter().filter(|trouble| !trouble.is_noise);
    // What names it comes before what hits everything.
    let named = all().filter(|trouble| !trouble.reach.all).find(reaches);
    let found = named.or_else(|| all().find(reaches));
    let found = found.or_else(|| all().next());
    found.map(|trouble| trouble.at)
}

/// When what hangs on a root cause first showed it: what showed before the fault was another's.
fn evidence(world: &World, estate: &Estate, one: &Match<'_>) -> Option<Timestamp> {
    let seen = world.evidence();
    let of_assets = |ids: BTreeSet<String>| ids.iter().filter_map(|id| seen.of_asset(id)).min();
    let first = match &one.cause {
        RootCause::Credential(id) => {
            let downstream = of_assets(truth(estate, &one.cause));
            seen.of_credential(id.as_str())
                .into_iter()
                .chain(downstream)
                .min()
        }
        RootCause::Asset(_) => of_assets(truth(estate, &one.cause)),
        _ => seen.first(),
    };
    first.map(|at| at.max(one.at))
}

/// What an incident lists, its own asset included.
fn listed(incident: &Incident) -> BTreeSet<String> {
    let mut listed: BTreeSet<String> = incident.affects().into_iter().collect();
    if let RootCause::Asset(id) = &incident.root_cause {
        listed.insert(id.to_string());
    }
    listed
}

fn affects(estate: &Estate, matches: &[Match<'_>], opened: &[Incident]) -> Affects {
    let mut sum = (0.0, 0.0);
    for one in matches {
        let Some(place) = one.incident else { continue };
        let listed = listed(&opened[place]);
        let truth = truth(estate, &one.cause);
        let true_ones = listed.iter().filter(|id| truth.contains(*id)).count();
        let wanted = &one.expected.affects;
        let there = wanted.iter().filter(|id| listed.contains(*id)).count();
        sum.0 += share(true_ones, listed.len());
        sum.1 += share(there, wanted.len());
    }
    match matches.len() {
        0 => Affects {
            precision: 1.0,
            recall: 1.0,
        },
        #[expect(clippy::cast_precision_loss, reason = "a few incidents")]
        n => Affects {
            precision: sum.0 / n as f64,
            recall: sum.1 / n as f64,
        },
    }
}

/// Everything that hangs on a root cause: flows, what they feed, what reads or is written by that.
fn truth(estate: &Estate, cause: &RootCause) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = BTreeSet::new();
    match cause {
        RootCause::Credential(id) => {
            for flow in estate
                .integrations
                .iter()
                .filter(|flow| flow.credential == *id)
            {
                all.insert(flow.id.to_string());
                all.extend(flow.feeds.iter().map(ToString::to_string));
            }
        }
        RootCause::Asset(id) => {
            all.insert(id.to_string());
        }
        _ => {
            all.extend(estate.integrations.iter().map(|flow| flow.id.to_string()));
            all.extend(estate.assets.iter().map(|asset| asset.id.to_string()));
        }
    }
    loop {
        let before = all.len();
        for asset in &estate.assets {
            let hangs = asset.reads.iter().any(|read| all.contains(read.as_str()));
            if hangs || all.contains(asset.id.as_str()) {
                all.insert(asset.id.to_string());
                all.extend(asset.writes.iter().map(ToString::to_string));
            }
        }
        if all.len() == before {
            return all;
        }
    }
}
