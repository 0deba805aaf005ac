//! Runs scenarios in virtual time: the world's outcomes into the product's own judgement, in order.
//!
//! Scenarios that share a history (estate, seed, start and what is seen) live through it once: the
//! judgement's memory and the world's counters are kept where it ends, as at a restart.

mod check;
mod flip;
mod oracle;
mod record;
mod report;
mod watching;

pub use check::{SimulateError, check};
pub use flip::{Flip, Flipped, flips, page as flips_page};
pub use oracle::{Entry, Found};
pub use record::{GATES, Gate, Line, Measure, page as record_page};
pub use report::{Affects, Report, ScenarioReport, Seconds, Summary};
pub(crate) use watching::{Keeping, Watching};

use crate::scenario::Scenario;
use crate::world::{Ground, Times, World, estate_of};
use countersign_host::clock::stopwatch;
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::finding::Finding;
use countersign_model::incident::{Incident, IncidentState};
use countersign_model::outcome::Outcome;
use countersign_store::Loaded;
use countersign_watch::{Judge, Rules};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A scenario with the estate it plays in.
#[derive(Debug, Clone)]
pub struct Staged {
    /// The scenario.
    pub scenario: Scenario,
    /// The estate it names.
    pub estate: Arc<Estate>,
}

/// What became of one scenario.
#[derive(Debug)]
pub struct Ran {
    /// Its score.
    pub report: ScenarioReport,
    /// Whether all came as expected.
    pub passed: bool,
    /// What was missed, in words.
    pub misses: Vec<String>,
    /// Every incident as it stood at the end, oldest first.
    pub incidents: Vec<Incident>,
    /// When each of them changed, and to what.
    pub story: Vec<String>,
    /// What had to open, and what came of each.
    pub entries: Vec<Entry>,
    /// Incidents that had to be none, as root cause and class.
    pub false_incidents: Vec<String>,
    /// The provider's switches that an answer of this run depended on, by name.
    pub switches_read: Vec<&'static str>,
}

/// A history that has been lived through.
pub(crate) struct Past {
    pub(crate) ground: Ground,
    pub(crate) memory: BTreeMap<String, String>,
    pub(crate) incidents: Vec<Incident>,
}

/// What decides a history: scenarios alike in all of it share one.
type PastKey = (String, u64, Times, [Vec<String>; 3]);

/// Runs all scenarios on as many threads as there are processors; their results in order.
///
/// # Errors
/// [`SimulateError`] for the first scenario that cannot be played; then none is run.
pub fn simulate(staged: &[Staged]) -> Result<Vec<Ran>, SimulateError> {
    for one in staged {
        check(one)?;
    }
    let pasts: Mutex<BTreeMap<PastKey, Arc<OnceLock<Past>>>> = Mutex::default();
    let next = AtomicUsize::new(0);
    let results: Vec<OnceLock<Ran>> = staged.iter().map(|_| OnceLock::new()).collect();
    let work = || {
        while let Some(one) = staged.get(next.fetch_add(1, Ordering::Relaxed)) {
            let number = staged.iter().position(|other| std::ptr::eq(other, one));
            let ran = run(one, &pasts);
            if let Some(place) = number.and_then(|number| results.get(number)) {
                drop(place.set(ran));
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(staged.len()) {
            scope.spawn(work);
        }
    });
    let ran = results.into_iter().map(OnceLock::into_inner);
    Ok(ran
        .map(|one| one.expect("every scenario was taken by a thread"))
        .collect())
}

/// Hands every outcome of a scenario, history included, to `each` with the instant at which it
/// reaches the watch.
///
/// # Errors
/// [`SimulateError`] if it cannot be played.
pub fn outcomes(
    staged: &Staged,
    mut each: impl FnMut(Timestamp, &Outcome),
) -> Result<(), SimulateError> {
    check(staged)?;
    let scenario = &staged.scenario;
    let estate = estate_of(scenario, &staged.estate);
    let times = Times::of(scenario);
    let ground = Ground::new(scenario, &estate, times);
    let mut world = World::new(scenario, &estate, ground).expect("every fault was checked");
    while world.next_at() < times.end {
        let (now, outcomes) = world.step();
        outcomes.iter().for_each(|outcome| each(now, outcome));
    }
    Ok(())
}

fn run(staged: &Staged, pasts: &Mutex<BTreeMap<PastKey, Arc<OnceLock<Past>>>>) -> Ran {
    let watch = stopwatch();
    let scenario = &staged.scenario;
    let estate = estate_of(scenario, &staged.estate);
    let times = Times::of(scenario);
    let shared = Times {
        end: times.live_from,
        ..times
    };
    let lists = [&scenario.observed, &scenario.seen, &scenario.unseen].map(Clone::clone);
    let key = (scenario.estate.clone(), scenario.seed, shared, lists);
    let past = {
        let mut pasts = pasts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(pasts.entry(key).or_default())
    };
    let past = past.get_or_init(|| live_through(scenario, &estate, times));
    let mut ran = play(scenario, estate, times, past);
    ran.report.wall_seconds = watch.elapsed().as_secs_f64();
    ran
}

/// The fault-free history before the detail begins.
pub(crate) fn live_through(scenario: &Scenario, estate: &Estate, times: Times) -> Past {
    let (world, watch) = lived(scenario, estate, times, None);
    past(&world, watch)
}

/// The same, with all that the judgement said in it.
pub(crate) fn lived(
    scenario: &Scenario,
    estate: &Estate,
    times: Times,
    keeping: Option<Keeping>,
) -> (World, Watching) {
    let clean = Scenario {
        faults: Vec::new(),
        noise: Vec::new(),
        ..scenario.clone()
    };
    let ground = Ground::new(&clean, estate, times);
    let mut world = World::new(&clean, estate, ground).expect("there is no fault in it");
    let judge = Judge::new(Rules::default(), estate, scenario.seed, &Loaded::default());
    let mut watch = Watching::new(judge, keeping);
    watch.until(&mut world, times.live_from);
    (world, watch)
}

/// What is left of a history.
pub(crate) fn past(world: &World, mut watch: Watching) -> Past {
    Past {
        ground: world.ground(),
        memory: watch
            .judge
            .take_memory()
            .into_iter()
            .filter_map(|(part, text)| Some((part, text?)))
            .collect(),
        incidents: watch.incidents.into_values().collect(),
    }
}

/// A world that goes on from a history, and the judgement as after a restart.
pub(crate) fn resumed(
    scenario: &Scenario,
    estate: &mut Estate,
    past: &Past,
    keeping: Option<Keeping>,
) -> (World, Watching) {
    let times = Times::of(scenario);
    let ground = past.ground.on(scenario, estate, times);
    let world = World::new(scenario, estate, ground).expect("every fault was checked");
    estate.planned.extend(world.planned());
    let incidents = past.incidents.iter().cloned();
    let loaded = loaded(past.memory.clone(), incidents, Vec::new());
    let judge = Judge::new(Rules::default(), estate, scenario.seed, &loaded);
    (world, Watching::new(judge, keeping))
}

/// What a ledger with these would load.
fn loaded(
    memory: BTreeMap<String, String>,
    incidents: impl Iterator<Item = Incident>,
    findings: Vec<Finding>,
) -> Loaded {
    let (ended, incidents) = incidents.partition(|one| {
        matches!(
            one.state,
            IncidentState::Resolved | IncidentState::Dismissed
        )
    });
    Loaded {
        memory,
        incidents,
        ended,
        findings,
        ..Loaded::default()
    }
}

fn play(scenario: &Scenario, mut estate: Estate, times: Times, past: &Past) -> Ran {
    let (mut world, mut watch) = resumed(scenario, &mut estate, past, None);
    watch.until(&mut world, times.start);
    let renewals_before = world.tally().renewals;
    let mut kept = past.memory.clone();
    for after in &scenario.restarts {
        let at = times.start.checked_add(*after).unwrap_or(times.end);
        watch.until(&mut world, at.min(times.end));
        watch.remember(&mut kept);
        let older = past.incidents.iter();
        let older = older.filter(|one| !watch.incidents.contains_key(&one.id));
        let incidents = older.chain(watch.incidents.values()).cloned();
        let findings = watch.findings.values().filter(|one| one.is_open());
        let loaded = loaded(kept.clone(), incidents, findings.cloned().collect());
        watch.judge = Judge::new(Rules::default(), &estate, scenario.seed, &loaded);
    }
    watch.until(&mut world, times.end);
    let opened: Vec<Incident> = watch
        .incidents
        .into_values()
        .filter(|one| one.opened_at.is_some_and(|at| at >= times.start))
        .collect();
    let mut ran = oracle::score(scenario, &estate, &world, opened);
    ran.report.renewals = world.tally().renewals - renewals_before;
    ran.report.virtual_seconds = times.end.duration_since(times.begin).as_secs_f64();
    ran.switches_read = world.switches_read();
    ran.story = watch.story;
    ran
}
