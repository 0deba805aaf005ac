//! One incident that turns out to be a part of another, or to have a cause behind it.

use super::{Change, Engine, can_reopen, is_live, note, revive};
use countersign_model::Timestamp;
use countersign_model::incident::{Incident, IncidentState, RootCause};

/// Timeline words of a cause found behind what was thought to be one.
pub(super) const CAUSE_FOUND: &str = "The cause behind it is known.";

impl Engine {
    /// Ends the incident of `child`, which is a part of `parent`'s. Nobody is told anew: the parent's
    /// notice names it among what is hit. A parent that ended just now is open again with an open child.
    /// Where `parent` has none, it takes the child's over: one failure stays one incident, whose cause is
    /// known better.
    pub fn absorb(&mut self, now: Timestamp, child: &RootCause, parent: &RootCause) -> Vec<Change> {
        let goes_on = |one: &&Incident| is_live(one) || can_reopen(one, now);
        let Some(mut whole) = self.newest.get(parent).filter(goes_on).cloned() else {
            return self.take_over(now, child, parent);
        };
        let Some(mut part) = self.newest.get(child).filter(|one| is_live(one)).cloned() else {
            return Vec::new();
        };
        let comes_back = part.is_open() && !is_live(&whole);
        if comes_back {
            revive(now, &mut whole);
        }
        part.state = match part.opened_at {
            Some(_) => IncidentState::Resolved,
            None => IncidentState::Dismissed,
        };
        part.resolved_at = Some(now);
        part.part_of = Some(whole.id.clone());
        note(&mut part, now, &format!("It is a part of: {}", whole.title));
        note(&mut whole, now, &format!("Joined: {}", part.title));
        let mut changes = self.put(part);
        changes.extend(self.put(whole.clone()));
        if comes_back {
            changes.extend(self.tell_back(now, whole));
        }
        changes
    }

    fn take_over(&mut self, now: Timestamp, child: &RootCause, parent: &RootCause) -> Vec<Change> {
        let Some(mut incident) = self.newest.get(child).filter(|one| is_live(one)).cloned() else {
            return Vec::new();
        };
        self.newest.remove(child);
        incident.root_cause = parent.clone();
        note(&mut incident, now, CAUSE_FOUND);
        self.put(incident)
    }
}
