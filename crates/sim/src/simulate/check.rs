//! Whether a scenario can be played and scored, before anything is run.

use super::Staged;
use crate::scenario::Scenario;
use crate::world::trouble::troubles;
use crate::world::{Ground, Times, TroubleError, World, estate_of};
use countersign_model::SignedDuration;
use countersign_model::class::Class;
use countersign_model::estate::Estate;
use countersign_model::incident::RootCause;
use countersign_sfmc::switch::Switches;
use serde::Deserialize;
use serde::de::value::{Error as WordError, StrDeserializer};

/// Why a scenario cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// A field of the scenario says what cannot be.
    #[error("{name}: {field}: {words}")]
    Field {
        /// The scenario.
        name: String,
        /// The field.
        field: String,
        /// What is wrong, and what to write.
        words: String,
    },
    /// One of its faults cannot be played.
    #[error("{name}: faults: {source}")]
    Fault {
        /// The scenario.
        name: String,
        /// Which field of the fault, and what it may hold.
        source: TroubleError,
    },
}

/// Longest time a scenario may span: a year and a bit, history included.
const SPAN_MAX: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Whether a scenario can be played and scored.
///
/// # Errors
/// [`SimulateError`] with the field, and what to write.
pub fn check(staged: &Staged) -> Result<(), SimulateError> {
    let scenario = &staged.scenario;
    let wrong = |(field, words): (String, String)| SimulateError::Field {
        name: scenario.name.clone(),
        field,
        words,
    };
    fields(scenario, &staged.estate).map_err(wrong)?;
    let fault = |source| SimulateError::Fault {
        name: scenario.name.clone(),
        source,
    };
    let estate = estate_of(scenario, &staged.estate);
    if !troubles(scenario, &estate).map_err(fault)?.is_empty() {
        // The provider's model says what it can play; nobody moves in this world.
        let now = Times::of(scenario);
        let ground = Ground::new(
            scenario,
            &estate,
            Times {
                end: now.begin,
                ..now
            },
        );
        World::new(scenario, &estate, ground).map_err(fault)?;
    }
    Ok(())
}

type Wrong = (String, String);

fn fields(scenario: &Scenario, estate: &Estate) -> Result<(), Wrong> {
    let wrong = |field: &str, words: String| Err((field.to_owned(), words));
    let warm_up = scenario.warm_up.unwrap_or(SignedDuration::ZERO);
    if scenario.run_for <= SignedDuration::ZERO {
        return wrong("run_for", "write a duration above 0".to_owned());
    }
    if warm_up < SignedDuration::ZERO || warm_up + scenario.run_for > SPAN_MAX {
        return wrong(
            "warm_up",
            "write at most 400 days, the run included".to_owned(),
        );
    }
    for slot in &scenario.slots {
        known_credential(estate, "slots: credential", &slot.credential)?;
        if !(0.0..=0.1).contains(&slot.jitter_ratio) {
            return wrong(
                "slots: jitter_ratio",
                "write a share from 0 to 0.1".to_owned(),
            );
        }
    }
    for id in &scenario.observed {
        known_credential(estate, "observed", id)?;
    }
    for id in scenario.seen.iter().chain(&scenario.unseen) {
        if !estate
            .integrations
            .iter()
            .any(|flow| flow.id.as_str() == id)
        {
            return wrong(
                "seen, unseen",
                format!("the estate has no integration {id:?}"),
            );
        }
    }
    let span = SignedDuration::ZERO..scenario.run_for;
    let in_turn =
        scenario.restarts.is_sorted() && scenario.restarts.iter().all(|at| span.contains(at));
    if !in_turn {
        return wrong(
            "restarts",
            "write spans within run_for, ascending".to_owned(),
        );
    }
    let mut switches = Switches::default();
    for (name, value) in &scenario.switches {
        if let Err(error) = switches.set(name, &value.to_string()) {
            return wrong("switches", error.to_string());
        }
    }
    expected(scenario, estate)
}

fn known_credential(estate: &Estate, field: &str, id: &str) -> Result<(), Wrong> {
    match estate.credentials.iter().any(|one| one.id.as_str() == id) {
        true => Ok(()),
        false => Err((
            field.to_owned(),
            format!("the estate has no credential {id:?}"),
        )),
    }
}

fn expected(scenario: &Scenario, estate: &Estate) -> Result<(), Wrong> {
    let expect = &scenario.expect;
    let wrong = |field: &str, words: String| Err((format!("expect: {field}"), words));
    if expect
        .others
        .as_deref()
        .is_some_and(|others| others != "none")
    {
        return wrong("others", "write none, or leave it out".to_owned());
    }
    for id in &expect.lockouts {
        known_credential(estate, "expect: lockouts", id)?;
    }
    for entry in &expect.incidents {
        if let Err(error) = entry.root_cause.parse::<RootCause>() {
            return wrong("root_cause", error);
        }
        if class(&entry.class).is_none() {
            return wrong("class", format!("there is no class {:?}", entry.class));
        }
        let known = |id: &str| {
            estate.assets.iter().any(|one| one.id.as_str() == id)
                || estate.integrations.iter().any(|one| one.id.as_str() == id)
        };
        if let Some(id) = entry.affects.iter().find(|id| !known(id)) {
            return wrong("affects", format!("the estate has no {id:?}"));
        }
    }
    Ok(())
}

/// The class of that name.
pub(super) fn class(name: &str) -> Option<Class> {
    Class::deserialize(StrDeserializer::<WordError>::new(name)).ok()
}
