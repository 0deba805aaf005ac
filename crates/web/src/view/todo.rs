//! What somebody should do today, gravest first, and only what has a next step.

use super::finding;
use super::horizon::Ending;
use super::unit::UnitStatus;
use super::words::{capitalised, count};
use countersign_model::estate::Estate;
use countersign_model::finding::Finding;
use countersign_model::incident::Incident;
use countersign_model::status::Health;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Todo {
    /// What, as an order.
    pub(crate) words: String,
    /// Who, if known.
    pub(crate) who: Option<String>,
    /// A page that tells more.
    pub(crate) link: Option<String>,
    /// The command that does it or shows more.
    pub(crate) command: Option<String>,
}

/// Lists what to do: first steps of open incidents, secrets that end within a week, findings that
/// press, integrations nobody sees or owns.
pub(crate) fn todos(
    estate: &Estate,
    units: &[UnitStatus],
    open: &[Incident],
    findings: &[Finding],
    endings: &[Ending],
) -> Vec<Todo> {
    let blamed: Vec<String> = open
        .iter()
        .map(|incident| incident.root_cause.to_string())
        .collect();
    let urgent = endings.iter().filter(|ending| {
        ending.is_urgent() && !blamed.contains(&format!("credential:{}", ending.id))
    });
    let mut todos: Vec<Todo> = open.iter().filter_map(first_step).collect();
    todos.extend(urgent.map(renew));
    todos.extend(finding::todos(findings));
    todos.extend(unseen(units));
    todos.extend(ownerless(estate));
    todos
}

fn first_step(incident: &Incident) -> Option<Todo> {
    let step = incident.runbook.first()?;
    Some(Todo {
        words: step.words.clone(),
        who: incident.owner.clone(),
        link: Some(format!("/incidents/{}", incident.id)),
        command: step.command.clone(),
    })
}

fn renew(ending: &Ending) -> Todo {
    let when = if ending.words.starts_with("in ") {
        format!("ends {}", ending.words)
    } else {
        ending.words.clone()
    };
    Todo {
        words: capitalised(&format!(
            "renew the {} of {}: it {when}.",
            ending.noun, ending.name
        )),
        who: ending.owner.clone(),
        link: None,
        command: Some(format!("countersign credential show {}", ending.id)),
    }
}

fn unseen(units: &[UnitStatus]) -> Option<Todo> {
    let unknown = units
        .iter()
        .flat_map(|unit| &unit.integrations)
        .filter(|flow| flow.status.health == Health::Unknown)
        .count();
    (unknown > 0).then(|| Todo {
        words: format!(
            "Make {} visible: they are unknown today.",
            count(unknown, "integration")
        )
        .replace(
            "1 integration visible: they are",
            "1 integration visible: it is",
        ),
        who: None,
        link: None,
        command: Some("countersign status".to_owned()),
    })
}

fn ownerless(estate: &Estate) -> Option<Todo> {
    let names: Vec<&str> = estate
        .integrations
        .iter()
        .filter(|integration| integration.owner.is_none())
        .map(|integration| integration.name.as_str())
        .collect();
    let words = match names.as_slice() {
        [] => return None,
        [only] => format!("Name an owner for {only}."),
        [first, rest @ ..] => format!("Name owners for {first} and {} more.", rest.len()),
    };
    Some(Todo {
        words,
        who: None,
        link: None,
        command: None,
    })
}

#[cfg(test)]
mod tests;
