//! What time and people change on an incident: impact, screens, steps and recovery, once a minute.

use super::{Change, Engine, note};
use crate::cause::Cause;
use crate::{considered, figures, harm, recovery, screens, steps};
use countersign_model::expectation::Expectation;
use countersign_model::incident::{Incident, RootCause};
use countersign_model::outcome::{Fact, Outcome};
use countersign_model::response::{Acknowledgement, Deed};
use countersign_model::{SignedDuration, Timestamp};

/// How often an incident is counted anew on its first day.
const EVERY: SignedDuration = SignedDuration::from_secs(60);
/// Later it is counted this many times in each span as long as its age, since a longer span costs more
/// to count and a minute of it matters less.
const TIMES_PER_AGE: i32 = 1_440;

/// Timeline words when the first customer effect moved away from what people were told.
const LATER: &str =
    "By the plan as it is now, the first customer effect comes later than was told.";
/// Timeline words when it moved towards us.
const SOONER: &str = "The first customer effect comes sooner than was told.";
/// Timeline words of the last tick of the recovery sheet.
const GOES_ON: &str = "Everything that is counted goes on again.";
/// Timeline words of an acknowledgement, after who it was.
const TAKEN_ON: &str = "took it on.";

impl Engine {
    /// Counts one outcome, and takes what a person did about an incident. `Deed`s are believed from
    /// whatever outcome they come in: whoever lets outcomes in refuses them from producers.
    pub fn observe(&mut self, now: Timestamp, outcome: &Outcome) -> Vec<Change> {
        self.tally.observe(outcome);
        let Fact::Audit { action, object } = &outcome.fact else {
            return Vec::new();
        };
        let id = object.as_deref();
        let (Some(deed), Some(id)) = (Deed::of_action(action), id) else {
            return Vec::new();
        };
        // The rule stands, also where its incident is not remembered any more.
        let mut changes = match (&deed, id.parse()) {
            (Deed::Expected(rule), Ok(_)) => vec![Change::Expect(Expectation::clone(rule))],
            (Deed::ExpectedNoMore { by }, Ok(incident)) => {
                let by = by.clone();
                vec![Change::ExpectNoMore { incident, by }]
            }
            _ => Vec::new(),
        };
        let known = self.newest.values().find(|one| one.id.as_str() == id);
        if let Some(incident) = known.cloned() {
            changes.extend(self.done(now, incident, outcome.ts, deed));
        }
        changes
    }

    /// What was counted since the last call, in parts to be kept until the next start; `None` forgets
    /// one.
    pub fn take_tally(&mut self) -> Vec<(String, Option<String>)> {
        self.tally.take_changed()
    }

    /// Takes up one part that [`take_tally`](Self::take_tally) gave.
    ///
    /// # Errors
    /// If it cannot be read; nothing has changed then.
    pub fn recall_tally(&mut self, part: &str, text: &str) -> Result<(), serde_json::Error> {
        self.tally.recall(part, text)
    }

    fn done(
        &mut self,
        now: Timestamp,
        mut incident: Incident,
        at: Timestamp,
        deed: Deed,
    ) -> Vec<Change> {
        match deed {
            Deed::Acknowledged { found_by, by } => {
                if incident.response.acknowledged.is_some() {
                    return Vec::new();
                }
                let who = by.as_deref().unwrap_or("Somebody");
                note(&mut incident, at, &format!("{who} {TAKEN_ON}"));
                incident.response.acknowledged = Some(Acknowledgement { at, found_by, by });
            }
            Deed::StepDone(name) => {
                if !steps::BY_HAND.contains(&name.as_str()) {
                    return Vec::new();
                }
                incident.response.ticked.entry(name).or_insert(at);
            }
            Deed::Expected(rule) => return self.expected(now, incident, &rule),
            Deed::ExpectedNoMore { by } => return self.expected_no_more(at, incident, &by),
        }
        self.recount(now, &mut incident);
        self.put(incident)
    }

    /// Counts anew what is due: open incidents, and ended ones until they are seen to have recovered.
    pub(super) fn review(&mut self, now: Timestamp) -> Vec<Change> {
        let counted = |one: &Incident| one.impact.as_ref().map(|impact| impact.as_of);
        let is_due = |one: &&Incident| {
            let runs = one.is_open() || recovery::is_watched(one, now);
            let every = EVERY.max(now.duration_since(one.started_at) / TIMES_PER_AGE);
            runs && counted(one).is_none_or(|at| now.duration_since(at) >= every)
        };
        let due: Vec<Incident> = self.newest.values().filter(is_due).cloned().collect();
        let mut changes = Vec::new();
        for mut incident in due {
            if incident.is_open() {
                self.foresee(now, &mut incident);
            }
            self.recount(now, &mut incident);
            changes.extend(self.put(incident));
        }
        changes
    }

    /// The first customer effect by the plan as it is now; a change of what was told is written down.
    fn foresee(&self, now: Timestamp, incident: &mut Incident) {
        let cause = Cause::of(&self.estate, &incident.root_cause, &incident.integrations);
        let Some(found) = harm::first_harm(&cause, &figures::outage_of(incident)) else {
            return;
        };
        let said = match incident.harm.as_ref().map(|told| told.at) {
            Some(told) if told == found.at || told <= now && found.at > told => return,
            Some(told) if found.at > told => Some(LATER),
            Some(_) => Some(SOONER),
            None => None,
        };
        if let Some(said) = said {
            note(incident, now, said);
        }
        incident.harm = Some(found);
    }

    /// Impact, screens, steps and recovery as they are now.
    pub(super) fn recount(&self, now: Timestamp, incident: &mut Incident) {
        let root = incident.root_cause.clone();
        let cause = Cause::of(&self.estate, &root, &incident.integrations);
        let tally = &self.tally;
        incident.impact = Some(figures::impact(&cause, incident, tally, now));
        incident.response.screens = screens::screens(&self.estate, incident, tally, now);
        incident.response.considered = considered::considered(&cause, incident, tally, now);
        let over = incident.response.restored_at.or(incident.resolved_at);
        if let Some(end) = over {
            let sheet = recovery::sheet(&cause, incident, tally, now);
            if incident.response.recovered_at.is_none() {
                incident.response.recovered_at = recovery::recovered_at(&sheet, tally, end);
                if let Some(at) = incident.response.recovered_at {
                    note(incident, at, GOES_ON);
                }
            }
            incident.response.recovery = Some(sheet);
        }
        incident.response.steps = steps::steps(&cause, incident, tally, now);
    }

    /// Tokens are of use again since `at`, by what is seen; only causes of authentication say so.
    pub(super) fn restored(at: Timestamp, incident: &mut Incident) {
        if !matches!(incident.root_cause, RootCause::Asset(_)) {
            incident.response.restored_at = Some(at);
        }
    }

    /// It came back: what was restored is not, and what is over is not counted on.
    pub(super) fn begun_again(incident: &mut Incident) {
        incident.outage = None;
        incident.response.restored_at = None;
        incident.response.recovered_at = None;
        incident.response.recovery = None;
    }
}

#[cfg(test)]
mod tests;
