//! An incident that people say was to be expected: it ends, and its rule stands.

use super::telling::{TOLD_EXPECTED, is_believed_open};
use super::{Change, Engine, is_live, note};
use crate::words;
use countersign_model::Timestamp;
use countersign_model::expectation::Expectation;
use countersign_model::incident::{Incident, IncidentState};
use countersign_model::notice::{Notice, NoticeKind};
use countersign_model::response::{Acknowledgement, FoundBy};

impl Engine {
    /// Ends the incident if it lives, and tells whoever was told. What was told to be over stays so.
    pub(super) fn expected(
        &mut self,
        now: Timestamp,
        mut incident: Incident,
        rule: &Expectation,
    ) -> Vec<Change> {
        let (by, reason) = (&rule.by, &rule.reason);
        note(
            &mut incident,
            rule.made_at,
            &format!("{by} said it was to be expected {}: {reason}", rule.when()),
        );
        incident.response.expected = Some(Box::new(rule.clone()));
        let taken = Acknowledgement {
            at: rule.made_at,
            found_by: FoundBy::System,
            by: Some(by.clone()),
        };
        incident.response.acknowledged.get_or_insert(taken);
        if !is_live(&incident) {
            return self.put(incident);
        }
        incident.state = IncidentState::Dismissed;
        incident.resolved_at = Some(now);
        self.recount(now, &mut incident);
        if !is_believed_open(&incident) {
            return self.put(incident);
        }
        note(&mut incident, now, TOLD_EXPECTED);
        let notice = Notice {
            subject: format!("Expected: {}", incident.title),
            summary: words::expected(rule),
            ..self.notice(now, NoticeKind::IncidentResolved, &incident)
        };
        let mut changes = self.put(incident);
        changes.push(Change::Notice(notice));
        changes
    }

    /// Writes down that it is expected no more.
    pub(super) fn expected_no_more(
        &mut self,
        at: Timestamp,
        mut incident: Incident,
        by: &str,
    ) -> Vec<Change> {
        if incident.response.expected.take().is_none() {
            return Vec::new();
        }
        note(
            &mut incident,
            at,
            &format!("{by} said it is to be expected no more."),
        );
        self.put(incident)
    }
}
