//! One incident in full, as its page shows it.

use super::card::{self, HarmLine};
use super::chain::{Chain, chain};
use super::impact::{ImpactView, impact_view};
use super::place::{Moment, Place};
use super::response::{ClockRow, RecoveryRow, StepGroup, clock_rows, recovery_rows, step_groups};
use super::words;
use countersign_incident::{Signature, signature};
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::incident::{Affected, Incident, RunbookStep};
use countersign_model::response::{Considered, Screen, Weighed};

/// Everything the incident page shows but its delivery trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IncidentView {
    /// Its id.
    pub(crate) id: String,
    /// Its title.
    pub(crate) title: String,
    /// State as a word.
    pub(crate) state: &'static str,
    /// Style name of the state.
    pub(crate) tone: &'static str,
    /// The root cause in one plain sentence.
    pub(crate) cause: String,
    /// The root cause as written in the API.
    pub(crate) root_cause: String,
    /// The class as written in the API.
    pub(crate) class: &'static str,
    /// Business units hit.
    pub(crate) units: String,
    /// First customer harm.
    pub(crate) harm: Option<HarmLine>,
    /// The picture.
    pub(crate) chain: Chain,
    /// The table beside it.
    pub(crate) rows: Vec<AffectedRow>,
    /// How a failure of this kind shows, and what customers see.
    pub(crate) signature: Option<Signature>,
    /// What it costs so far; nothing while it is a suspicion.
    pub(crate) impact: Option<ImpactView>,
    /// What Marketing Cloud's pages show beside what is counted.
    pub(crate) screens: Vec<Screen>,
    /// What to repeat, drop and correct, once it is restored.
    pub(crate) recovery: Option<Vec<RecoveryRow>>,
    /// How sure, as a word.
    pub(crate) confidence: &'static str,
    /// What that word means.
    pub(crate) confidence_means: &'static str,
    /// Why we think so.
    pub(crate) evidence: Vec<Dated>,
    /// What we could not see.
    pub(crate) blind_spots: Vec<String>,
    /// What else it could have been.
    pub(crate) considered: Vec<ConsideredRow>,
    /// Names of flows near the cause that it does not reach.
    pub(crate) unaffected: Vec<String>,
    /// The owning team, or that there is none.
    pub(crate) owner: String,
    /// The team behind it.
    pub(crate) backup: Option<String>,
    /// What to do, while nothing more is known.
    pub(crate) runbook: Vec<RunbookStep>,
    /// What to do, each step with its state.
    pub(crate) steps: Vec<StepGroup>,
    /// Whether somebody may still take it on.
    pub(crate) can_take_on: bool,
    /// Whether it may be said that it was to be expected.
    pub(crate) can_expect: bool,
    /// Why it is no news, where people said so.
    pub(crate) expected: Option<String>,
    /// The teams that would: owner and backup.
    pub(crate) teams: Vec<String>,
    /// Who found it, and whose objectives hold.
    pub(crate) found: String,
    /// What happened.
    pub(crate) timeline: Vec<Dated>,
    /// The clocks of the incident, each against its objective.
    pub(crate) clocks: Vec<ClockRow>,
}

/// A dated sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dated {
    /// When.
    pub(crate) at: Moment,
    /// What.
    pub(crate) words: String,
}

/// A row of the table of affected things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AffectedRow {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// What it is.
    pub(crate) kind: &'static str,
    /// What happens to it.
    pub(crate) words: String,
    /// How it hangs on the cause: `is fed by INT-029`.
    pub(crate) through: String,
}

/// What else it could have been, with what speaks for and against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConsideredRow {
    /// What.
    pub(crate) name: &'static str,
    /// The verdict as a word.
    pub(crate) verdict: &'static str,
    /// Style name of the verdict.
    pub(crate) tone: &'static str,
    /// Sentences for it.
    pub(crate) in_favour: Vec<String>,
    /// Sentences against it.
    pub(crate) against: Vec<String>,
}

/// Most rows of screens; the table of affected things holds all of them.
const SCREENS_MAX: usize = 6;

/// Makes the page's content.
pub(crate) fn incident_view(incident: &Incident, estate: &Estate, now: Timestamp) -> IncidentView {
    let place = Place::of(estate, incident.business_units.first());
    let (state, tone) = words::state(incident.state);
    let (confidence, confidence_means) = words::confidence(incident.confidence);
    let dated = |at, words: &String| Dated {
        at: place.moment_exact(at, now),
        words: words.clone(),
    };
    let (clocks, found) = clock_rows(estate, incident, &place, now);
    let response = &incident.response;
    let main = incident.integrations.first();
    let main = main.and_then(|id| estate.integration(id));
    IncidentView {
        id: incident.id.to_string(),
        title: incident.title.clone(),
        state,
        tone,
        cause: words::cause(incident, estate, now),
        root_cause: incident.root_cause.to_string(),
        class: incident.class.as_str(),
        units: card::unit_names(incident, estate).join(", "),
        harm: card::harm_line(incident, estate, now),
        chain: chain(incident, estate),
        rows: incident
            .affected
            .iter()
            .map(|hit| affected_row(hit, estate))
            .collect(),
        signature: main.map(|flow| signature(flow.kind)),
        impact: incident
            .impact
            .as_ref()
            .map(|impact| impact_view(impact, &place, now)),
        screens: response.screens.iter().take(SCREENS_MAX).cloned().collect(),
        recovery: response.recovery.as_ref().map(recovery_rows),
        confidence,
        confidence_means,
        evidence: incident
            .evidence
            .iter()
            .map(|fact| dated(fact.at, &fact.words))
            .collect(),
        blind_spots: incident.blind_spots.clone(),
        considered: response.considered.iter().map(considered_row).collect(),
        unaffected: incident.unaffected.clone(),
        owner: card::owner(incident),
        backup: incident.backup.clone(),
        runbook: incident.runbook.clone(),
        steps: step_groups(&response.steps),
        can_take_on: incident.is_open() && response.acknowledged.is_none(),
        can_expect: incident.opened_at.is_some() && response.expected.is_none(),
        expected: response.expected.as_deref().map(|rule| {
            let when = rule.when();
            format!(
                "{} said it is to be expected {when}: {}",
                rule.by, rule.reason
            )
        }),
        teams: incident
            .owner
            .iter()
            .chain(&incident.backup)
            .cloned()
            .collect(),
        found,
        timeline: incident
            .timeline
            .iter()
            .map(|entry| dated(entry.at, &entry.words))
            .collect(),
        clocks,
    }
}

fn considered_row(one: &Considered) -> ConsideredRow {
    ConsideredRow {
        name: one.other.label(),
        verdict: one.weighed.label(),
        tone: match one.weighed {
            Weighed::IsTheCause => "failing",
            Weighed::Possible => "at-risk",
            Weighed::RuledOut => "healthy",
            Weighed::CannotTell => "unknown",
        },
        in_favour: one.in_favour.clone(),
        against: one.against.clone(),
    }
}

fn affected_row(hit: &Affected, estate: &Estate) -> AffectedRow {
    AffectedRow {
        id: hit.reached.node.id().to_owned(),
        name: hit.name.clone(),
        kind: words::node_kind(estate, &hit.reached.node),
        words: hit.words.clone(),
        through: format!(
            "{} {}",
            words::dependency(hit.reached.dependency),
            hit.reached.via.id()
        ),
    }
}

#[cfg(test)]
mod tests;
