//! The first page: are customers affected, by what, and what to do.

use super::card::{Card, card};
use super::finding::{self, FindingRow};
use super::headline::{Headline, headline};
use super::horizon::{Ending, endings};
use super::next::next_command;
use super::place::{Countdown, Moment, Place};
use super::promise::{self, PromiseRow, Promises};
use super::todo::{Todo, todos};
use super::unit::{FlowStatus, UnitStatus, unit_statuses};
use super::words;
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::finding::Finding;
use countersign_model::incident::{Incident, IncidentState};
use countersign_model::status::IntegrationStatus;

/// Most rows of a short list on the page; what is left out is counted.
const ROWS_MAX: usize = 6;

/// Everything *Today* shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Today {
    /// The one sentence.
    pub(crate) headline: Headline,
    /// Open incidents.
    pub(crate) incidents: Vec<Card>,
    /// `1 suspicion is being checked.`, or nothing.
    pub(crate) suspicions: Option<String>,
    /// Business units.
    pub(crate) units: Vec<UnitRow>,
    /// What to do.
    pub(crate) todos: Vec<Todo>,
    /// How many things to do are not listed.
    pub(crate) todos_left: usize,
    /// Weaknesses that are no outage yet, gravest first.
    pub(crate) findings: Vec<FindingRow>,
    /// How many of these are not listed.
    pub(crate) findings_left: usize,
    /// What ends soon.
    pub(crate) endings: Vec<Ending>,
    /// How many of these are not listed.
    pub(crate) endings_left: usize,
    /// The next token renewals.
    pub(crate) renewals: Vec<Renewal>,
    /// What was promised, and how it is kept.
    pub(crate) promises: Vec<PromiseRow>,
    /// What to improve.
    pub(crate) improve: Vec<String>,
    /// The one command that helps next.
    pub(crate) next: String,
    /// Whether an estate is known at all.
    pub(crate) has_estate: bool,
}

/// One business unit on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnitRow {
    /// Its code.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Its health as a word.
    pub(crate) word: &'static str,
    /// Style name of its health.
    pub(crate) tone: &'static str,
    /// Why.
    pub(crate) reason: String,
    /// Its integrations.
    pub(crate) flows: Vec<FlowRow>,
    /// `6 integrations`.
    pub(crate) n_flows: String,
}

/// One integration on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FlowRow {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Its tier.
    pub(crate) tier: &'static str,
    /// Its owner.
    pub(crate) owner: Option<String>,
    /// Its health as a word.
    pub(crate) word: &'static str,
    /// Style name of its health.
    pub(crate) tone: &'static str,
    /// Why.
    pub(crate) reason: String,
    /// The incident that explains it.
    pub(crate) incident: Option<String>,
    /// End of its newest token.
    pub(crate) token_ends: Option<Moment>,
    /// `97 of 100`, or that too little is seen.
    pub(crate) confidence: String,
    /// What is seen of it.
    pub(crate) coverage: String,
    /// How soon a dead credential would be noticed.
    pub(crate) known_within: String,
    /// What would notice it sooner.
    pub(crate) known_sooner: Option<String>,
}

/// One planned token renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renewal {
    /// The integration.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// When.
    pub(crate) at: Moment,
    /// How long until then.
    pub(crate) countdown: Countdown,
}

/// What the ledger holds for the page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Read<'a> {
    /// How every integration is doing.
    pub(crate) statuses: &'a [IntegrationStatus],
    /// Open incidents, and suspicions beside them.
    pub(crate) incidents: &'a [Incident],
    /// Open findings, gravest first.
    pub(crate) findings: &'a [Finding],
    /// What was promised, and what was kept of it.
    pub(crate) promises: &'a Promises,
}

/// Makes the page's content.
pub(crate) fn today(estate: Option<&Estate>, read: &Read<'_>, now: Timestamp) -> Today {
    let Read {
        statuses,
        incidents,
        findings,
        promises,
    } = *read;
    let nothing = Estate::default();
    let known = estate.unwrap_or(&nothing);
    let open: Vec<Incident> = incidents.iter().filter(|i| i.is_open()).cloned().collect();
    let units = unit_statuses(known, statuses, &open, now);
    let all_endings = endings(known, now);
    let all_todos = todos(known, &units, &open, findings, &all_endings);
    let all_findings = finding::rows(findings, known, now);
    Today {
        headline: headline(known, &units, &open, now),
        incidents: cards(&open, known, now),
        suspicions: suspicions(incidents),
        todos_left: all_todos.len().saturating_sub(ROWS_MAX),
        todos: all_todos.into_iter().take(ROWS_MAX).collect(),
        findings_left: all_findings.len().saturating_sub(ROWS_MAX),
        findings: all_findings.into_iter().take(ROWS_MAX).collect(),
        endings_left: all_endings.len().saturating_sub(ROWS_MAX),
        endings: all_endings.into_iter().take(ROWS_MAX).collect(),
        renewals: renewals(&units, known, now),
        promises: promise::rows(promises),
        improve: promises.response.improve.clone(),
        next: next_command(estate, &units, &open),
        has_estate: !known.integrations.is_empty(),
        units: units
            .iter()
            .map(|unit| unit_row(unit, known, now))
            .collect(),
    }
}

/// Cards of open incidents, the one whose harm is nearest first.
fn cards(open: &[Incident], estate: &Estate, now: Timestamp) -> Vec<Card> {
    let mut open: Vec<&Incident> = open.iter().collect();
    open.sort_by_key(|incident| {
        let harm = incident
            .harm
            .as_ref()
            .map_or(Timestamp::MAX, |harm| harm.at);
        (harm, incident.started_at)
    });
    open.into_iter()
        .map(|incident| card(incident, estate, now))
        .collect()
}

fn suspicions(incidents: &[Incident]) -> Option<String> {
    match incidents
        .iter()
        .filter(|i| i.state == IncidentState::Suspect)
        .count()
    {
        0 => None,
        1 => Some("1 suspicion is being checked; nobody has been told yet.".to_owned()),
        n => Some(format!(
            "{n} suspicions are being checked; nobody has been told yet."
        )),
    }
}

fn unit_row(unit: &UnitStatus, estate: &Estate, now: Timestamp) -> UnitRow {
    let (word, tone) = words::health(unit.health);
    let place = Place::of(estate, Some(&unit.id));
    UnitRow {
        id: unit.id.to_string(),
        name: unit.name.clone(),
        word,
        tone,
        reason: unit.reason.clone(),
        flows: unit
            .integrations
            .iter()
            .map(|flow| flow_row(flow, &place, now))
            .collect(),
        n_flows: words::count(unit.integrations.len(), "integration"),
    }
}

fn flow_row(flow: &FlowStatus, place: &Place, now: Timestamp) -> FlowRow {
    let (word, tone) = words::health(flow.status.health);
    FlowRow {
        id: flow.status.integration.to_string(),
        name: flow.name.clone(),
        tier: words::tier(flow.tier),
        owner: flow.owner.clone(),
        word,
        tone,
        reason: flow.status.reason.clone(),
        incident: flow.status.incident.as_ref().map(ToString::to_string),
        token_ends: flow.status.token_expires_at.map(|at| place.moment(at, now)),
        confidence: match flow.status.confidence.figure {
            Some(figure) => format!("{figure} of 100"),
            None => "unknown".to_owned(),
        },
        coverage: flow.coverage.clone(),
        known_within: flow.time_to_know.words.clone(),
        known_sooner: flow
            .time_to_know
            .next_step
            .as_ref()
            .map(|step| words::capitalised(&step.words)),
    }
}

fn renewals(units: &[UnitStatus], estate: &Estate, now: Timestamp) -> Vec<Renewal> {
    let mut planned: Vec<(Timestamp, &UnitStatus, &FlowStatus)> = units
        .iter()
        .flat_map(|unit| unit.integrations.iter().map(move |flow| (unit, flow)))
        .filter_map(|(unit, flow)| Some((flow.status.next_renewal_at?, unit, flow)))
        .filter(|(at, ..)| *at > now)
        .collect();
    planned.sort_by(|a, b| (a.0, &a.2.status.integration).cmp(&(b.0, &b.2.status.integration)));
    let row = |(at, unit, flow): (Timestamp, &UnitStatus, &FlowStatus)| Renewal {
        id: flow.status.integration.to_string(),
        name: flow.name.clone(),
        at: Place::of(estate, Some(&unit.id)).moment(at, now),
        countdown: Countdown::new(at, now),
    };
    planned.into_iter().take(ROWS_MAX).map(row).collect()
}

#[cfg(test)]
mod tests;
