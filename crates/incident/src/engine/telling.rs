//! What people are told of an incident, and what they believe of it since.

use super::{Change, Engine, REOPEN_WITHIN, mix, note};
use crate::cause::Cause;
use crate::words;
use countersign_model::Timestamp;
use countersign_model::id::{IncidentId, NoticeId};
use countersign_model::incident::{Incident, TimelineEntry};
use countersign_model::notice::{Notice, NoticeKind};

/// Timeline words of a notice that it came back.
pub(super) const TOLD_BACK: &str = "People are told that it came back.";
/// Timeline words of a notice that it ended.
pub(super) const TOLD_OVER: &str = "People are told that it works again.";
/// Timeline words of a notice that it is closed without an end that was seen.
pub(super) const TOLD_LEFT: &str = "People are told that it is closed.";
/// Timeline words of a notice that it was to be expected.
pub(super) const TOLD_EXPECTED: &str = "People are told that it was to be expected.";

impl Engine {
    /// A channel accepted a notice of that incident; the first time counts.
    pub fn delivered(&mut self, now: Timestamp, id: &IncidentId) -> Vec<Change> {
        let mut incidents = self.newest.values_mut();
        let Some(incident) = incidents.find(|incident| incident.id == *id) else {
            return Vec::new();
        };
        if incident.notified_at.is_some() {
            return Vec::new();
        }
        incident.notified_at = Some(now);
        note(incident, now, "People were told.");
        vec![Change::Put(incident.clone())]
    }

    /// Tells that it came back, unless people were told so within [`REOPEN_WITHIN`].
    pub(super) fn tell_back(&mut self, now: Timestamp, mut incident: Incident) -> Vec<Change> {
        let mut told = incident
            .timeline
            .iter()
            .filter(|entry| entry.words == TOLD_BACK);
        let again = |entry: &TimelineEntry| now.duration_since(entry.at) < REOPEN_WITHIN;
        if told.any(again) {
            return Vec::new();
        }
        note(&mut incident, now, TOLD_BACK);
        let notice = self.notice(now, NoticeKind::IncidentChanged, &incident);
        let mut changes = self.put(incident);
        changes.push(Change::Notice(notice));
        changes
    }

    /// What was told as one asset's trouble has a cause behind it.
    pub(super) fn cause_found(&self, now: Timestamp, incident: &Incident) -> Notice {
        // A cause may be found behind another within the same instant.
        let found = format!("{} cause {}", incident.id, incident.root_cause);
        let chance = mix(self.seed, &found);
        Notice {
            id: NoticeId::mint(now, chance),
            subject: format!("Cause found: {}", incident.title),
            ..self.notice(now, NoticeKind::IncidentChanged, incident)
        }
    }

    /// The owner decides whether the broker stops: what to run for it.
    pub(super) fn question(&self, now: Timestamp, incident: &Incident) -> Notice {
        let cause = Cause::of(&self.estate, &incident.root_cause, &incident.integrations);
        let chance = mix(self.seed, &format!("{} asked", incident.id));
        Notice {
            id: NoticeId::mint(now, chance),
            subject: format!("Please decide: {}", incident.title),
            summary: words::question(&cause, incident),
            ..self.notice(now, NoticeKind::IncidentChanged, incident)
        }
    }

    pub(super) fn notice(&self, now: Timestamp, kind: NoticeKind, incident: &Incident) -> Notice {
        let cause = Cause::of(&self.estate, &incident.root_cause, &incident.integrations);
        let chance = mix(self.seed, &format!("{} {kind:?}", incident.id));
        let subject = match kind {
            NoticeKind::IncidentOpened => incident.title.clone(),
            NoticeKind::IncidentChanged => format!("Came back: {}", incident.title),
            NoticeKind::IncidentResolved => format!("Resolved: {}", incident.title),
        };
        let summary = match kind {
            NoticeKind::IncidentOpened | NoticeKind::IncidentChanged => {
                words::summary(&cause, now, incident, &subject)
            }
            NoticeKind::IncidentResolved => words::ended(incident, now),
        };
        Notice {
            id: NoticeId::mint(now, chance),
            kind,
            incident: incident.id.clone(),
            team: incident.owner.clone(),
            subject,
            summary,
            detail: words::detail(incident),
            created_at: now,
        }
    }
}

/// Whether the last notice left people believing that it is open.
pub(super) fn is_believed_open(incident: &Incident) -> bool {
    let mut newest = incident.timeline.iter().rev();
    let told = newest.find(|entry| {
        [TOLD_BACK, TOLD_OVER, TOLD_LEFT, TOLD_EXPECTED].contains(&entry.words.as_str())
    });
    incident.opened_at.is_some() && told.is_none_or(|entry| entry.words == TOLD_BACK)
}
