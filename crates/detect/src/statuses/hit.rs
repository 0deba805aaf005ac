//! What incidents say of integrations: on their cause, suspected, or beside something they hit.

use super::index::Index;
use super::{Class, Incident, Place};
use countersign_model::graph::Node;
use countersign_model::id::IncidentId;
use countersign_model::incident::IncidentState;
use countersign_model::status::Health;
use std::collections::BTreeMap;

/// What an incident makes of one integration.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hit {
    pub(super) health: Health,
    pub(super) reason: String,
    pub(super) incident: Option<IncidentId>,
}

/// The integrations that incidents hit. An open incident on its cause says more than a suspicion, and
/// that more than an incident on what it feeds.
pub(super) fn hits<'a>(
    index: &Index,
    incidents: impl Iterator<Item = &'a Incident> + Clone,
) -> BTreeMap<Place, Hit> {
    let open = incidents.clone().filter(|incident| incident.is_open());
    let suspected = incidents.filter(|incident| incident.state == IncidentState::Suspect);
    let mut hits = BTreeMap::new();
    for incident in open.clone() {
        for place in incident.integrations.iter().filter_map(|id| index.flow(id)) {
            hits.entry(place).or_insert_with(|| on_cause(incident));
        }
    }
    for incident in suspected {
        for place in incident.integrations.iter().filter_map(|id| index.flow(id)) {
            hits.entry(place).or_insert_with(|| Hit {
                health: Health::AtRisk,
                reason: "First failures seen; one more pages.".to_owned(),
                incident: None,
            });
        }
    }
    for incident in open {
        beside(&mut hits, index, incident);
    }
    hits
}

fn on_cause(incident: &Incident) -> Hit {
    Hit {
        health: health_of(incident.class),
        reason: incident.title.clone(),
        incident: Some(incident.id.clone()),
    }
}

/// What still works in part is degraded.
fn health_of(class: Class) -> Health {
    match class {
        Class::Reduced | Class::Throttled | Class::QueueGrowth | Class::LongJob => Health::Degraded,
        Class::AuthRejected
        | Class::Scope
        | Class::Policy
        | Class::GrantDead
        | Class::TokenRevoked
        | Class::SecondMinter
        | Class::NotRenewed
        | Class::Certificate
        | Class::Upstream
        | Class::Network
        | Class::Malformed
        | Class::Config
        | Class::Stopped
        | Class::ZeroRows
        | Class::Frozen
        | Class::Local => Health::Failing,
    }
}

/// Those that feed the first of the things it reaches.
fn beside(hits: &mut BTreeMap<Place, Hit>, index: &Index, incident: &Incident) {
    for affected in &incident.affected {
        let Node::Asset(asset) = &affected.reached.node else {
            continue;
        };
        for place in index.feeders(asset) {
            hits.entry(*place).or_insert_with(|| Hit {
                health: Health::AtRisk,
                reason: format!(
                    "{}, which it feeds, is hit by an open incident.",
                    affected.name
                ),
                incident: Some(incident.id.clone()),
            });
        }
    }
}
