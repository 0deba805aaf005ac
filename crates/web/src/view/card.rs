//! An incident in a list: what, for whom, how long until a customer notices.

use super::place::{Countdown, Moment, Place};
use super::words;
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::incident::Incident;

/// One incident as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Card {
    /// Its id, for the link.
    pub(crate) id: String,
    /// Its title.
    pub(crate) title: String,
    /// State as a word.
    pub(crate) state: &'static str,
    /// Style name of the state.
    pub(crate) tone: &'static str,
    /// The cause, as written in the API.
    pub(crate) root_cause: String,
    /// The class, as written in the API.
    pub(crate) class: &'static str,
    /// Names of the business units hit.
    pub(crate) units: String,
    /// The team that owns it, or what happens without one.
    pub(crate) owner: String,
    /// What customers notice first.
    pub(crate) harm: Option<HarmLine>,
    /// `12 things affected`.
    pub(crate) reach: String,
    /// When it began.
    pub(crate) started: Moment,
}

/// What customers notice, when, and how long that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HarmLine {
    /// What they notice.
    pub(crate) words: String,
    /// When.
    pub(crate) at: Moment,
    /// How long is left; `None` once it has begun or the incident is over.
    pub(crate) countdown: Option<Countdown>,
}

/// Makes the card.
pub(crate) fn card(incident: &Incident, estate: &Estate, now: Timestamp) -> Card {
    let place = Place::of(estate, incident.business_units.first());
    let (state, tone) = words::state(incident.state);
    Card {
        id: incident.id.to_string(),
        title: incident.title.clone(),
        state,
        tone,
        root_cause: incident.root_cause.to_string(),
        class: incident.class.as_str(),
        units: unit_names(incident, estate).join(", "),
        owner: owner(incident),
        harm: harm_line(incident, estate, now),
        reach: format!(
            "{} affected",
            words::count(incident.affects().len(), "thing")
        ),
        started: place.moment(incident.started_at, now),
    }
}

/// First customer harm in the zone of the asset it happens on.
pub(crate) fn harm_line(incident: &Incident, estate: &Estate, now: Timestamp) -> Option<HarmLine> {
    let harm = incident.harm.as_ref()?;
    let bu = estate.asset(&harm.asset).map(|asset| &asset.bu);
    let place = Place::of(estate, bu.or(incident.business_units.first()));
    let ahead = harm.at > now && incident.resolved_at.is_none();
    Some(HarmLine {
        words: harm.words.clone(),
        at: place.moment(harm.at, now),
        countdown: ahead.then(|| Countdown::new(harm.at, now)),
    })
}

/// Names of the business units hit, the cause's own first.
pub(crate) fn unit_names(incident: &Incident, estate: &Estate) -> Vec<String> {
    let name = |bu| match estate.business_unit(bu) {
        Some(unit) if !unit.name.is_empty() => unit.name.clone(),
        _ => bu.to_string(),
    };
    incident.business_units.iter().map(name).collect()
}

/// The owning team, or that there is none.
pub(crate) fn owner(incident: &Incident) -> String {
    incident
        .owner
        .clone()
        .unwrap_or_else(|| "No owner is declared".to_owned())
}
