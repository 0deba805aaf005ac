//! Clocks, steps and the recovery sheet of an incident, as its page shows them.

use super::place::{Moment, Place};
use countersign_incident::words::thousands;
use countersign_incident::{ClockKind, Clocks, Standing, clocks};
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::incident::Incident;
use countersign_model::response::{
    FoundBy, RecoveryLine, RecoverySheet, Step, StepPart, StepState,
};

/// One clock: `Detected`, `12:51 (Chicago)`, `within 5 min of the start`, `met`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClockRow {
    /// Which clock.
    pub(crate) label: &'static str,
    /// Its time, once it stopped.
    pub(crate) at: Option<Moment>,
    /// What is aimed at.
    pub(crate) objective: String,
    /// How it stands, as a word; empty without an objective.
    pub(crate) standing: &'static str,
    /// Style name of the standing.
    pub(crate) tone: &'static str,
}

/// The steps of one part of the runbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepGroup {
    /// What they are for.
    pub(crate) title: &'static str,
    /// The steps.
    pub(crate) steps: Vec<StepRow>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepRow {
    /// The step.
    pub(crate) step: Step,
    /// Its state as a word.
    pub(crate) state: &'static str,
    /// Style name of the state.
    pub(crate) tone: &'static str,
}

/// One line of the recovery sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecoveryRow {
    /// The line.
    pub(crate) line: RecoveryLine,
    /// Numbers that are not 0: `138 must not be sent`.
    pub(crate) counts: Vec<String>,
    /// State as a word.
    pub(crate) state: &'static str,
    /// Style name of the state.
    pub(crate) tone: &'static str,
}

/// The clocks, the objectives' tier and who found it, in one sentence.
pub(crate) fn clock_rows(
    estate: &Estate,
    incident: &Incident,
    place: &Place,
    now: Timestamp,
) -> (Vec<ClockRow>, String) {
    let Clocks {
        tier,
        found_by,
        clocks,
    } = clocks(estate, incident, now);
    let end = incident.token_ends_at;
    let mut rows = Vec::new();
    for clock in clocks {
        let (standing, tone) = standing(clock.standing);
        rows.push(ClockRow {
            label: clock.clock.label(),
            at: clock.at.map(|at| place.moment_exact(at, now)),
            objective: clock.objective,
            standing,
            tone,
        });
        if clock.clock == ClockKind::Acknowledged {
            let plain = [
                ("Owner asked to stop it", incident.asked_at),
                ("Credential locked", incident.locked_at),
                ("Last good token ends", end),
                ("Tokens of no use since", useless_since(incident, now)),
            ];
            rows.extend(plain.into_iter().filter_map(|(label, at)| {
                let at = Some(place.moment_exact(at?, now));
                let (objective, standing, tone) = (String::new(), "", "unknown");
                Some(ClockRow {
                    label,
                    at,
                    objective,
                    standing,
                    tone,
                })
            }));
        }
    }
    let found = match found_by {
        FoundBy::System => "Found by Countersign.",
        FoundBy::Person => "Found by a person.",
    };
    let tier = tier.map_or(String::new(), |tier| {
        format!(" Objectives of {}.", super::words::tier(tier))
    });
    let taken = incident.response.acknowledged.as_ref();
    let taken = taken.and_then(|taken| taken.by.as_ref());
    let taken = taken.map_or(String::new(), |by| format!(" Taken on by: {by}."));
    (rows, format!("{found}{taken}{tier}"))
}

/// Since when, if it has begun and is not the end of a token that is shown already.
fn useless_since(incident: &Incident, now: Timestamp) -> Option<Timestamp> {
    let from = incident.outage.as_ref()?.from;
    (from <= now && incident.token_ends_at != Some(from)).then_some(from)
}

fn standing(standing: Standing) -> (&'static str, &'static str) {
    let tone = match standing {
        Standing::Met => "healthy",
        Standing::Missed => "failing",
        Standing::Running => "at-risk",
        Standing::NoObjective | Standing::NotSeen => "unknown",
    };
    (standing.label(), tone)
}

/// The steps by part, in order.
pub(crate) fn step_groups(steps: &[Step]) -> Vec<StepGroup> {
    let parts = [
        (StepPart::Contain, "First: contain it"),
        (StepPart::Restore, "Then: mend it"),
        (StepPart::Verify, "See that it is over"),
        (StepPart::Learn, "Keep it from coming back"),
    ];
    let group = |(part, title)| {
        let of_part = steps.iter().filter(|step| step.part == part);
        let steps: Vec<StepRow> = of_part.map(step_row).collect();
        (!steps.is_empty()).then_some(StepGroup { title, steps })
    };
    parts.into_iter().filter_map(group).collect()
}

fn step_row(step: &Step) -> StepRow {
    let (state, tone) = state(step.state);
    StepRow {
        step: step.clone(),
        state,
        tone,
    }
}

fn state(state: StepState) -> (&'static str, &'static str) {
    match state {
        StepState::Open => ("Open", "at-risk"),
        StepState::Done => ("Done", "healthy"),
        StepState::CannotTell => ("Cannot tell", "unknown"),
    }
}

/// The lines of the recovery sheet, in the order in which they are to be done.
pub(crate) fn recovery_rows(sheet: &RecoverySheet) -> Vec<RecoveryRow> {
    let row = |line: &RecoveryLine| {
        let (state, tone) = match line.state {
            StepState::Done => ("Goes on", "healthy"),
            StepState::Open => ("Not yet seen", "at-risk"),
            StepState::CannotTell => ("Cannot tell", "unknown"),
        };
        RecoveryRow {
            counts: counts(line),
            line: line.clone(),
            state,
            tone,
        }
    };
    sheet.lines.iter().map(row).collect()
}

fn counts(line: &RecoveryLine) -> Vec<String> {
    let all = [
        (line.lost, "lost"),
        (line.late, "late"),
        (line.replay, "to repeat"),
        (line.must_not_send, "must not be sent"),
        (line.to_correct, "to correct"),
    ];
    let some = all.into_iter().filter(|(n, _)| *n > 0);
    some.map(|(n, what)| format!("{} {what}", thousands(n)))
        .collect()
}

#[cfg(test)]
mod tests;
