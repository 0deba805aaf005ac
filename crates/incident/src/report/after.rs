//! What is left: running it again, customers, whose it is, and what changes.

use super::{Block, Section, Writer, capitalised, or_text, section, table};
use crate::clocks::{Standing, clocks};
use crate::signature::signature;
use crate::{figures, hits, steps};
use countersign_model::Timestamp;
use countersign_model::estate::AssetKind;
use countersign_model::response::StepPart;

impl Writer<'_> {
    /// What to run again (recovery sheet).
    pub(super) fn again(&self) -> Section {
        let Some(sheet) = &self.incident.response.recovery else {
            let words = "Authentication is not restored yet.".to_owned();
            return section("Running it again", vec![Block::Text(words)]);
        };
        let rows = sheet.lines.iter().map(|line| {
            vec![
                line.name.clone(),
                line.words.clone(),
                line.catch_up.clone(),
                line.because.clone(),
            ]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let block = match rows.is_empty() {
            true => Block::Text("Nothing has to be run again.".to_owned()),
            false => table(
                &["What, in order", "What to do", "Catching up", "Goes on"],
                rows,
            ),
        };
        section("Running it again", vec![block])
    }

    pub(super) fn customers(&self) -> Section {
        let mut said = Vec::new();
        if let Some(main) = self.cause.main() {
            said.push(signature(main.kind).customers.to_owned());
        }
        let outage = figures::outage_of(self.incident);
        let end = figures::end_of(self.incident, self.now);
        let hits = hits::hits(self.cause, &outage).into_iter();
        let seen = hits.filter(|hit| is_seen_by_customers(hit, end) && !hit.asset.harm.is_empty());
        said.extend(seen.map(|hit| format!("{}: {}.", hit.asset.name, hit.asset.harm)));
        section(
            "What customers see",
            vec![or_text(said, "No customer effect is known.")],
        )
    }

    pub(super) fn attribution(&self) -> Section {
        let incident = self.incident;
        let mut said = vec![match &incident.owner {
            Some(owner) => format!("The cause belongs to {owner}."),
            None => "The cause belongs to nobody by the estate.".to_owned(),
        }];
        said.extend(
            incident
                .backup
                .as_ref()
                .map(|team| format!("Behind it: {team}.")),
        );
        let hit = incident
            .business_units
            .iter()
            .filter_map(|id| self.estate.business_unit(id));
        let units: Vec<&str> = hit.map(|unit| unit.name.as_str()).collect();
        if !units.is_empty() {
            said.push(format!("Hit: {}.", units.join(", ")));
        }
        section("Attribution", vec![Block::List(said)])
    }

    pub(super) fn changes(&self) -> Section {
        let change = capitalised(steps::change(self.cause, self.incident));
        let mut said = Vec::new();
        if self.incident.response.steps.is_empty() {
            said.push(change);
        }
        let learn = self.incident.response.steps.iter();
        let learn = learn.filter(|step| step.part == StepPart::Learn);
        said.extend(learn.map(|step| format!("{} {}", step.words, step.because)));
        let missed = clocks(self.estate, self.incident, self.now)
            .clocks
            .into_iter();
        let missed = missed.filter(|clock| clock.standing == Standing::Missed);
        said.extend(missed.map(|clock| {
            format!(
                "{}: missed {}; find out why.",
                clock.clock.label(),
                clock.objective
            )
        }));
        section("What changes", vec![Block::List(said)])
    }
}

/// Whether customers could see an asset's failure by `end`: a launch that lies ahead is not seen.
fn is_seen_by_customers(hit: &hits::Hit<'_>, end: Timestamp) -> bool {
    let start = hit.asset.starts_at.as_ref().map(|start| start.at());
    let faces = matches!(
        hit.asset.kind,
        AssetKind::Journey | AssetKind::TriggeredSend | AssetKind::Launch
    );
    faces && start.unwrap_or(hit.since).max(hit.since) <= end
}
