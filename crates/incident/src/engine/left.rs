//! The end of what left the estate: no evidence will come of it any more.

use super::telling::{TOLD_LEFT, is_believed_open};
use super::{Change, Engine, is_live, note};
use crate::words;
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::incident::{Incident, IncidentState, RootCause};
use countersign_model::notice::{Notice, NoticeKind};

/// Timeline words of an end by the estate.
pub(super) const LEFT: &str = "It left the estate, so nobody watches it any more.";

impl Engine {
    /// No evidence will come of what left the estate, so its incidents would stay open for good.
    pub(super) fn close_what_left(&mut self, now: Timestamp) -> Vec<Change> {
        let left = |one: &&Incident| is_live(one) && has_left(&self.estate, one);
        let left: Vec<Incident> = self.newest.values().filter(left).cloned().collect();
        let mut changes = Vec::new();
        for mut incident in left {
            incident.resolved_at = Some(now);
            note(&mut incident, now, LEFT);
            let told = incident.opened_at.is_some() && is_believed_open(&incident);
            incident.state = match incident.opened_at {
                Some(_) => IncidentState::Resolved,
                None => IncidentState::Dismissed,
            };
            if !told {
                changes.extend(self.put(incident));
                continue;
            }
            note(&mut incident, now, TOLD_LEFT);
            let notice = Notice {
                subject: format!("Closed: {}", incident.title),
                summary: words::left(&incident, now),
                ..self.notice(now, NoticeKind::IncidentResolved, &incident)
            };
            changes.extend(self.put(incident));
            changes.push(Change::Notice(notice));
        }
        changes
    }
}

/// Whether its cause, or everything it was seen in, is not in the estate any more.
fn has_left(estate: &Estate, incident: &Incident) -> bool {
    match &incident.root_cause {
        RootCause::Credential(id) => estate.credential(id).is_none(),
        RootCause::Asset(id) => estate.asset(id).is_none(),
        RootCause::Platform | RootCause::Consumer(_) | RootCause::Blind | RootCause::Own => {
            let mut flows = incident.integrations.iter();
            !incident.integrations.is_empty() && flows.all(|id| estate.integration(id).is_none())
        }
    }
}
