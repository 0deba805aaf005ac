//! How evidence of a further signal is added to an incident.

use countersign_model::id::{IncidentId, IntegrationId};
use countersign_model::incident::{Incident, IncidentState};
use countersign_model::response::Response;
use countersign_model::signal::Signal;

/// Evidence an incident keeps: the first and the newest.
const EVIDENCE_MAX: usize = 20;

/// An incident that knows nothing but its cause.
pub(super) fn blank(id: IncidentId, signal: &Signal) -> Incident {
    Incident {
        id,
        root_cause: signal.cause.clone(),
        class: signal.class,
        refused: signal.refused,
        state: IncidentState::Suspect,
        confidence: signal.confidence,
        title: String::new(),
        business_units: Vec::new(),
        integrations: Vec::new(),
        affected: Vec::new(),
        unaffected: Vec::new(),
        harm: None,
        token_ends_at: None,
        outage: None,
        impact: None,
        response: Response::default(),
        evidence: Vec::new(),
        blind_spots: Vec::new(),
        owner: None,
        backup: None,
        runbook: Vec::new(),
        timeline: Vec::new(),
        started_at: signal.since,
        opened_at: None,
        notified_at: None,
        asked_at: None,
        locked_at: None,
        part_of: None,
        resolved_at: None,
    }
}

/// Takes what is new, with the flows it hits; whether anything was.
pub(super) fn take(incident: &mut Incident, signal: &Signal, flows: &[IntegrationId]) -> bool {
    let before = incident.clone();
    add_evidence(incident, signal);
    incident.class = signal.class;
    incident.refused = signal.refused;
    incident.confidence = signal.confidence;
    incident.started_at = incident.started_at.min(signal.since);
    incident.blind_spots.clone_from(&signal.blind_spots);
    for id in flows {
        if !incident.integrations.contains(id) {
            incident.integrations.push(id.clone());
        }
    }
    *incident != before || incident.title.is_empty()
}

/// Adds evidence in its place in time, each fact once.
pub(super) fn add_evidence(incident: &mut Incident, signal: &Signal) {
    for fact in &signal.evidence {
        if !incident.evidence.contains(fact) {
            incident.evidence.push(fact.clone());
        }
    }
    incident.evidence.sort_by_key(|fact| fact.at);
    while incident.evidence.len() > EVIDENCE_MAX {
        incident.evidence.remove(1);
    }
}
