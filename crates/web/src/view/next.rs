//! The one command that helps next.

use super::unit::UnitStatus;
use countersign_model::estate::Estate;
use countersign_model::incident::Incident;
use countersign_model::status::Health;

/// Names the one command that helps next: mend the gravest open incident, else make something
/// unknown known, else look back.
pub(crate) fn next_command(
    estate: Option<&Estate>,
    units: &[UnitStatus],
    open: &[Incident],
) -> String {
    let Some(estate) = estate.filter(|estate| !estate.integrations.is_empty()) else {
        return "countersign estate apply estate.yaml".to_owned();
    };
    if let Some(incident) = most_urgent(open) {
        let command = incident
            .runbook
            .iter()
            .find_map(|step| step.command.clone());
        return command.unwrap_or_else(|| "countersign incidents".to_owned());
    }
    let flows = || units.iter().flat_map(|unit| &unit.integrations);
    if let Some(flow) = flows().find(|flow| flow.status.health > Health::Unknown) {
        return format!("countersign renew {}", flow.status.integration);
    }
    match flows().find(|flow| flow.status.health == Health::Unknown) {
        Some(flow) if estate.credential(&flow.status.credential).is_some() => {
            format!("countersign credential show {}", flow.status.credential)
        }
        Some(_) => "countersign estate lint estate.yaml".to_owned(),
        None => "countersign incidents --all".to_owned(),
    }
}

/// The open incident whose harm comes first; else the one that opened first.
fn most_urgent(open: &[Incident]) -> Option<&Incident> {
    let dated = open.iter().filter(|incident| incident.harm.is_some());
    dated
        .min_by_key(|incident| incident.harm.as_ref().map(|harm| harm.at))
        .or(open.first())
}

#[cfg(test)]
mod tests;
