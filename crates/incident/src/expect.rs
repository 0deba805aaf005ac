//! What people may say is to be expected, and the dated rule it becomes.
//!
//! No rule without an end silences a refusal: what fails because a credential is refused is expected
//! until an instant only. Weekly rules are for what can be a habit, new levels for what has a level.

use crate::cause::Cause;
use countersign_model::class::Class;
use countersign_model::estate::Estate;
use countersign_model::expectation::{Expectation, ExpectedForm, Pattern};
use countersign_model::incident::{Incident, IncidentState, RootCause};
use countersign_model::schedule::zone;
use countersign_model::{SignedDuration, Timestamp};

/// A planned change is expected at most so long ahead; our choice.
const ONCE_MAX: SignedDuration = SignedDuration::from_hours(31 * 24);
/// A weekly window is at most so long.
const WINDOW_MAX: SignedDuration = SignedDuration::from_hours(25);
/// What comes each week comes at most this much earlier or later.
const AROUND: SignedDuration = SignedDuration::from_mins(30);
/// Three of the six weeks that a level is learnt from: then it is more than half of what is known
/// (detection 3, step 1).
const LEARNT_WITHIN: SignedDuration = SignedDuration::from_hours(21 * 24);
/// So long after its end something may be said about an incident.
const SAID_WITHIN: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 300;

/// What somebody says about an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Why it was to be expected.
    pub reason: String,
    /// The team, or how we know whoever says it.
    pub by: String,
    /// How often; by default once where there is an end, and weekly otherwise.
    pub form: Option<ExpectedForm>,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// Why no rule comes of it; each says what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpectError {
    /// No reason, or too long a one.
    #[error("reason: say why on one line of 1 to 300 characters.")]
    Reason,
    /// It never opened.
    #[error("id: this is a suspicion; nobody was told, and it ends by itself if it is nothing.")]
    Suspicion,
    /// It ended too long ago.
    #[error(
        "id: it ended more than two weeks ago; write what is planned into the estate, under planned."
    )]
    TooLate,
    /// The end is past.
    #[error("until: give a time that lies ahead.")]
    Past,
    /// The end is too far ahead.
    #[error(
        "until: a planned change is expected for 31 days at most; write longer ones into the estate, under planned."
    )]
    TooFar,
    /// A refusal comes neither weekly nor for good.
    #[error("until: {class} is expected only up to a time; give it, or mend the cause.")]
    NeedsEnd {
        /// The class.
        class: &'static str,
    },
    /// It lasted longer than a habit of one weekday can.
    #[error(
        "form: it lasts longer than a day, so it is no habit of a weekday; give until, or the new level."
    )]
    TooLong,
    /// What stopped has no level.
    #[error("form: {class} is no new level; give until, or take what is over out of the estate.")]
    NoLevel {
        /// The class.
        class: &'static str,
    },
}

/// The rule that comes of what somebody says about an incident.
///
/// # Errors
/// [`ExpectError`] with what to say instead.
pub fn expectation(
    estate: &Estate,
    incident: &Incident,
    said: Said,
    now: Timestamp,
) -> Result<Expectation, ExpectError> {
    check(incident, &said, now)?;
    let cause = Cause::of(estate, &incident.root_cause, &incident.integrations);
    let zone = cause.unit().map(|unit| unit.time_zone.clone());
    let zone = zone.unwrap_or_else(|| "UTC".to_owned());
    let form = said.form.unwrap_or(match said.until {
        Some(_) => ExpectedForm::Once,
        None => ExpectedForm::Weekly,
    });
    let (from, to) = match form {
        ExpectedForm::Once => once(incident, said.until, now)?,
        ExpectedForm::Weekly => weekly(incident, &zone, now)?,
        ExpectedForm::Baseline => baseline(incident, now)?,
    };
    Ok(Expectation {
        incident: incident.id.clone(),
        made_at: now,
        by: said.by,
        reason: said.reason,
        form,
        patterns: vec![Pattern {
            cause: incident.root_cause.clone(),
            class: incident.class,
        }],
        zone,
        from,
        to,
        until: said.until.filter(|_| form == ExpectedForm::Weekly),
        withdrawn: None,
    })
}

fn check(incident: &Incident, said: &Said, now: Timestamp) -> Result<(), ExpectError> {
    let length = said.reason.chars().count();
    if !(1..=REASON_CHARS_MAX).contains(&length) || said.reason.chars().any(char::is_control) {
        return Err(ExpectError::Reason);
    }
    if incident.state == IncidentState::Suspect || incident.opened_at.is_none() {
        return Err(ExpectError::Suspicion);
    }
    let ended = incident.resolved_at;
    if ended.is_some_and(|ended| now.duration_since(ended) > SAID_WITHIN) {
        return Err(ExpectError::TooLate);
    }
    match said.until.is_some_and(|until| until <= now) {
        true => Err(ExpectError::Past),
        false => Ok(()),
    }
}

type Window = (Timestamp, Timestamp);

fn once(
    incident: &Incident,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<Window, ExpectError> {
    let class = incident.class.as_str();
    let until = until.ok_or(ExpectError::NeedsEnd { class })?;
    match until.duration_since(now) > ONCE_MAX {
        true => Err(ExpectError::TooFar),
        false => Ok((incident.started_at, until)),
    }
}

/// From shortly before it began to shortly after it ended; to the end of the day while it goes on.
fn weekly(incident: &Incident, zone_name: &str, now: Timestamp) -> Result<Window, ExpectError> {
    if !can_be_a_habit(incident) {
        let class = incident.class.as_str();
        return Err(ExpectError::NeedsEnd { class });
    }
    let from = incident.started_at - AROUND;
    let to = match incident.resolved_at {
        Some(ended) => ended + AROUND,
        None => end_of_day(zone_name, now),
    };
    match to.duration_since(from) > WINDOW_MAX {
        true => Err(ExpectError::TooLong),
        false => Ok((from, to)),
    }
}

fn baseline(incident: &Incident, now: Timestamp) -> Result<Window, ExpectError> {
    let has_level = matches!(
        incident.class,
        Class::Reduced | Class::Frozen | Class::QueueGrowth | Class::LongJob
    );
    match has_level {
        true => Ok((incident.started_at, now + LEARNT_WITHIN)),
        false => Err(ExpectError::NoLevel {
            class: incident.class.as_str(),
        }),
    }
}

/// Whether people or their provider may do the same each week: volumes and maintenance, no refusals.
fn can_be_a_habit(incident: &Incident) -> bool {
    let is_ours = matches!(incident.root_cause, RootCause::Own | RootCause::Blind);
    !is_ours
        && matches!(
            incident.class,
            Class::Stopped
                | Class::Reduced
                | Class::ZeroRows
                | Class::Frozen
                | Class::QueueGrowth
                | Class::LongJob
                | Class::Throttled
                | Class::Upstream
                | Class::Network
        )
}

/// Midnight after `now` there.
fn end_of_day(zone_name: &str, now: Timestamp) -> Timestamp {
    let tomorrow = |zone| now.to_zoned(zone).tomorrow().ok()?.start_of_day().ok();
    let midnight = zone(zone_name).ok().and_then(tomorrow);
    midnight.map_or(now + SignedDuration::from_hours(12), |at| at.timestamp())
}

#[cfg(test)]
mod tests;
