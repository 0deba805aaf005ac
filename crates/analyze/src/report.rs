//! What an analysis comes to, for programs; `text` says it for people.

mod text;

use crate::count::{IntegrationCount, LineCounts};
use crate::merge::Merged;
use crate::nobody::Owners;
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::finding::Finding as Weakness;
use countersign_model::id::{BuId, IncidentId, IntegrationId};
use countersign_model::incident::{
    Confidence, CustomerHarm, Evidence, Incident, IncidentState, Refused, RootCause, RunbookStep,
    TimelineEntry,
};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Analysis {
    /// Incidents that opened, in the order of their first evidence.
    pub incidents: Vec<Opened>,
    /// What is worth knowing and is no incident.
    pub findings: Vec<Finding>,
    /// What became of the lines.
    pub lines: LineCounts,
    /// Lines that could not be used, in the order of the files, at most 1,000.
    pub rejects: Vec<LineReject>,
    /// What the lines say of each integration.
    pub integrations: BTreeMap<String, IntegrationCount>,
}

/// An incident that opened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Opened {
    /// Its id.
    pub id: IncidentId,
    /// What is to blame.
    pub root_cause: RootCause,
    /// What kind of failure.
    pub class: Class,
    /// What was refused, where the class leaves it open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    /// Ids of everything affected.
    pub affects: Vec<String>,
    /// First evidence.
    pub started_at: Timestamp,
    /// When a watch would have opened it.
    pub opened_at: Timestamp,
    /// When data ended it; `null`: not before the last line.
    pub resolved_at: Option<Timestamp>,
    /// Where it stands at the last line.
    pub state: IncidentState,
    /// How sure we are.
    pub confidence: Confidence,
    /// One line for people.
    pub title: String,
    /// The business units hit.
    pub business_units: Vec<BuId>,
    /// Integrations on the cause.
    pub integrations: Vec<IntegrationId>,
    /// The team that owns the cause.
    pub owner: Option<String>,
    /// First customer harm, if schedules tell it.
    pub harm: Option<CustomerHarm>,
    /// Why we think so.
    pub evidence: Vec<Evidence>,
    /// What we could not see.
    pub blind_spots: Vec<String>,
    /// What to do.
    pub runbook: Vec<RunbookStep>,
    /// What happened, in order.
    pub timeline: Vec<TimelineEntry>,
}

impl Opened {
    fn of(incident: Incident) -> Option<Opened> {
        Some(Opened {
            affects: incident.affects(),
            opened_at: incident.opened_at?,
            id: incident.id,
            root_cause: incident.root_cause,
            class: incident.class,
            refused: incident.refused,
            started_at: incident.started_at,
            resolved_at: incident.resolved_at,
            state: incident.state,
            confidence: incident.confidence,
            title: incident.title,
            business_units: incident.business_units,
            integrations: incident.integrations,
            owner: incident.owner,
            harm: incident.harm,
            evidence: incident.evidence,
            blind_spots: incident.blind_spots,
            runbook: incident.runbook,
            timeline: incident.timeline,
        })
    }
}

/// Something worth knowing that is no incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind: that of a finding of the watch, or `suspicion`, `not_in_estate`, `broken_file`,
    /// `duplicates`, `rejected_lines`.
    pub kind: &'static str,
    /// What it is about.
    pub subject: String,
    /// How many, where it counts something.
    pub n: u64,
    /// For a person.
    pub words: String,
}

/// A line that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineReject {
    /// Its file, as it was named.
    pub file: String,
    /// Its number there, counted from 1.
    pub line: u64,
    /// Why; never repeats a value of the line.
    pub reason: String,
}

/// Most ids of one finding told by name.
const NAMES_MAX: usize = 20;

impl Finding {
    /// A file that ends badly.
    pub(crate) fn broken(path: &Path, after_line: u64, why: &str) -> Finding {
        Finding {
            kind: "broken_file",
            subject: path.display().to_string(),
            n: after_line,
            words: format!("it ends badly after line {after_line}: {why}"),
        }
    }

    /// A weakness that the judgement found.
    pub(crate) fn of(weakness: &Weakness) -> Finding {
        let n = weakness.evidence.len() as u64;
        let words = weakness.words.clone();
        let subject = weakness.subject.to_string();
        Finding::new(weakness.kind.as_str(), &subject, n, words)
    }

    /// What else there is to say.
    pub(crate) fn all(
        incidents: &[Incident],
        owners: &Owners,
        merged: &Merged,
        has_estate: bool,
    ) -> Vec<Finding> {
        let suspected = incidents
            .iter()
            .filter(|incident| incident.opened_at.is_none());
        let mut findings: Vec<Finding> = suspected.map(Finding::suspicion).collect();
        findings.extend(Finding::throttled(merged));
        let strangers: Vec<&str> = owners.added.iter().map(String::as_str).collect();
        if has_estate && !strangers.is_empty() {
            let n = strangers.len() as u64;
            let words = format!("not in the estate: {}", listed(&strangers));
            findings.push(Finding::new("not_in_estate", "estate", n, words));
        }
        let counts = &merged.counts;
        if counts.duplicates > 0 {
            let n = counts.duplicates;
            let words = format!("{n} lines came a second time and were not counted again");
            findings.push(Finding::new("duplicates", "lines", n, words));
        }
        for (reason, n) in &counts.rejected_for {
            findings.push(Finding::new("rejected_lines", "lines", *n, reason.clone()));
        }
        findings
    }

    /// Answers of 429, as one line of a digest.
    fn throttled(merged: &Merged) -> Option<Finding> {
        let mut names = Vec::new();
        let mut n = 0;
        for (name, counted) in &merged.integrations {
            let answers = counted.failed_with.iter();
            let answers = answers.filter(|(how, _)| how.starts_with("429"));
            let n_here: u64 = answers.map(|(_, n)| n).sum();
            if n_here > 0 {
                names.push(name.as_str());
                n += n_here;
            }
        }
        let words = format!("{n} answers of 429 to {}", listed(&names));
        (n > 0).then(|| Finding::new("throttled", "lines", n, words))
    }

    fn suspicion(incident: &Incident) -> Finding {
        let n = incident.evidence.len() as u64;
        let subject = incident.root_cause.to_string();
        let words = format!(
            "{} It came to nothing in these lines.",
            incident.title.trim_end()
        );
        Finding::new("suspicion", &subject, n, words)
    }

    fn new(kind: &'static str, subject: &str, n: u64, words: String) -> Finding {
        Finding {
            kind,
            subject: subject.to_owned(),
            n,
            words,
        }
    }
}

fn listed(names: &[&str]) -> String {
    let told = names[..names.len().min(NAMES_MAX)].join(", ");
    match names.len().saturating_sub(NAMES_MAX) {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}

impl Analysis {
    pub(crate) fn new(
        incidents: Vec<Incident>,
        findings: Vec<Finding>,
        merged: Merged,
    ) -> Analysis {
        Analysis {
            incidents: incidents.into_iter().filter_map(Opened::of).collect(),
            findings,
            lines: merged.counts,
            rejects: merged.rejects,
            integrations: merged.integrations,
        }
    }
}
