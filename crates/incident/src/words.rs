//! Words for people: business first, technique below the fold.

use crate::cause::Cause;
use crate::runbook::{advice, lower_first, stop};
use countersign_model::Timestamp;
use countersign_model::expectation::Expectation;
use countersign_model::incident::{Confidence, Incident, RootCause};
use cut::{NAME_WORDS_MAX, SUBJECT_NAME_WORDS_MAX, clipped, ended_by_stop};

mod cause;
mod cut;
mod figure;
mod spared;
mod summary;
mod title;

pub(crate) use cause::cause;
pub use figure::{figure_name, range, thousands};
pub(crate) use figure::{plural, span};
pub(crate) use spared::spared;
pub(crate) use summary::summary;
pub(crate) use title::title;

/// What the broker asks the owner, with the exact command.
pub(crate) fn question(cause: &Cause<'_>, incident: &Incident) -> String {
    let name = clipped(&cause.name(), SUBJECT_NAME_WORDS_MAX);
    let stop = match cause.root {
        RootCause::Credential(id) => format!(" To stop it: {}", stop(id)),
        _ => String::new(),
    };
    format!(
        "\"{name}\" was refused three times, and the broker tries on until told to stop. \
         Better: {}{stop}",
        lower_first(advice(cause, incident.class, incident.refused)),
    )
}

/// How sure, what was not seen, technique, ids; below the fold.
pub(crate) fn detail(incident: &Incident) -> Vec<String> {
    let mut lines = vec![format!("How sure: {}", sure(incident.confidence))];
    let blind = incident.blind_spots.iter();
    lines.extend(blind.map(|spot| format!("Could not see: {}", lower_first(spot))));
    let technical: Vec<String> = incident
        .evidence
        .iter()
        .map(|fact| format!("{} at {} UTC", fact.words, fact.at.strftime("%H:%M:%S")))
        .collect();
    let technical = match technical.as_slice() {
        [first, second, between @ .., last] if between.len() > 1 => {
            format!("{first}; {second}; {} more; {last}", between.len())
        }
        few => few.join("; "),
    };
    if !technical.is_empty() {
        lines.push(format!("Technical detail: {technical}."));
    }
    lines.push(format!(
        "Root cause: {} ({})",
        incident.root_cause,
        incident.class.as_str()
    ));
    lines.push(format!("Affected: {}", incident.affects().join(", ")));
    if let Some(end) = incident.token_ends_at {
        lines.push(format!(
            "Last good token ends {} UTC.",
            end.strftime("%H:%M:%S")
        ));
    }
    let steps = incident.runbook.iter().enumerate();
    lines.extend(steps.map(|(n, step)| match &step.command {
        Some(command) => format!("Step {}: {} {command}", n + 1, step.words),
        None => format!("Step {}: {}", n + 1, step.words),
    }));
    lines
}

fn sure(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "certain; the credential itself was refused in front of us.",
        Confidence::Likely => "likely; the evidence allows hardly anything else.",
        Confidence::Possible => "possible; one of several causes.",
    }
}

/// The summary of an end that nobody saw: the cause left the estate.
pub(crate) fn left(incident: &Incident, now: Timestamp) -> String {
    let open = match incident.opened_at {
        Some(opened) => format!("It was open for {}.", span(opened, now)),
        None => String::new(),
    };
    format!(
        "What it was about left the estate, so it is watched no more. Whether it works is not \
         known. {open} If it should still be watched, put it back into the estate."
    )
}

/// The summary of what people said was to be expected.
pub(crate) fn expected(rule: &Expectation) -> String {
    let by = clipped(&rule.by, SUBJECT_NAME_WORDS_MAX);
    let reason = clipped(&rule.reason, NAME_WORDS_MAX + NAME_WORDS_MAX / 2);
    let reason = ended_by_stop(reason.trim_end_matches('.'));
    format!(
        "{by} said: {reason} The same {} pages nobody; another failure does.",
        rule.when()
    )
}

/// The summary of an end.
pub(crate) fn ended(incident: &Incident, now: Timestamp) -> String {
    let open = match incident.opened_at {
        Some(opened) => format!("It was open for {}.", span(opened, now)),
        None => String::new(),
    };
    let harm = match &incident.harm {
        Some(harm) if harm.at <= now => ended_by_stop(&format!(
            "Customers may have noticed: {}",
            clipped(&harm.words, NAME_WORDS_MAX + NAME_WORDS_MAX / 2)
        )),
        Some(_) => "It ended before customers could notice.".to_owned(),
        None => "No customer effect is known.".to_owned(),
    };
    format!("It works again. {open} {harm} Nothing needs doing.")
}
