//! How it went: summary, timeline, clocks, and the windows that it hit.

use super::{Block, Section, Writer, or_text, section, table};
use crate::clocks::{Clocks, clocks};
use crate::words::{self, span};
use crate::{figures, hits, volume};
use countersign_model::Timestamp;
use countersign_model::impact::FigureKind;
use countersign_model::incident::IncidentState;
use countersign_model::response::FoundBy;

impl Writer<'_> {
    pub(super) fn summary(&self) -> Section {
        let incident = self.incident;
        let state = match (incident.state, incident.opened_at, incident.resolved_at) {
            (IncidentState::Open, Some(opened), _) => {
                format!("It is open for {}.", span(opened, self.now))
            }
            (IncidentState::Resolved, Some(opened), Some(ended)) => {
                format!("It was open for {}.", span(opened, ended))
            }
            (IncidentState::Suspect, _, _) => "It is a suspicion; nobody was told.".to_owned(),
            _ => "It came to nothing.".to_owned(),
        };
        let harm = match &incident.harm {
            None => "No schedule tells a first customer effect.".to_owned(),
            Some(harm) if incident.resolved_at.is_some_and(|end| end < harm.at) => format!(
                "It ended {} before the first customer effect would have come: {}.",
                span(incident.resolved_at.unwrap_or(harm.at), harm.at),
                harm.words
            ),
            Some(harm) if harm.at <= self.now => {
                format!(
                    "Customers may have noticed since {}: {}.",
                    self.at(harm.at),
                    harm.words
                )
            }
            Some(harm) => format!(
                "First customer effect at {} (in {}): {}.",
                self.at(harm.at),
                span(self.now, harm.at),
                harm.words
            ),
        };
        let mut blocks = vec![Block::Text(format!("{state} {harm}"))];
        if let Some(money) = incident
            .impact
            .as_ref()
            .and_then(|all| all.total(FigureKind::ValueAtRisk))
        {
            let money = figures::dollars(money);
            blocks.push(Block::Text(format!(
                "At stake so far: {money}. The assumptions are under Impact."
            )));
        }
        let impact = incident.impact.iter().flat_map(|impact| &impact.figures);
        for kept in impact.filter(|figure| figure.kind == FigureKind::Prevented) {
            blocks.push(Block::Text(kept.words.clone()));
        }
        let owner = incident.owner.as_deref().unwrap_or("nobody");
        blocks.push(Block::Text(format!("Owner: {owner}.")));
        section("Summary", blocks)
    }

    pub(super) fn timeline(&self) -> Section {
        let entry = |(at, words): (Timestamp, &str)| vec![self.at(at), words.to_owned()];
        let mut all: Vec<(Timestamp, &str)> = Vec::new();
        let incident = self.incident;
        all.extend(
            incident
                .timeline
                .iter()
                .map(|one| (one.at, one.words.as_str())),
        );
        all.extend(
            incident
                .evidence
                .iter()
                .map(|one| (one.at, one.words.as_str())),
        );
        all.sort_by_key(|(at, _)| *at);
        let rows = all.into_iter().map(entry).collect();
        section("Timeline", vec![table(&["When", "What"], rows)])
    }

    pub(super) fn clocks(&self) -> Section {
        let Clocks {
            tier,
            found_by,
            clocks,
        } = clocks(self.estate, self.incident, self.now);
        let rows = clocks.into_iter().map(|clock| {
            let at = clock.at.map_or("–".to_owned(), |at| self.at(at));
            vec![
                clock.clock.label().to_owned(),
                at,
                clock.objective,
                clock.standing.label().to_owned(),
            ]
        });
        let found = match found_by {
            FoundBy::System => "Countersign found it.",
            FoundBy::Person => "A person found it before Countersign said so.",
        };
        let taken = self.incident.response.acknowledged.as_ref();
        let taken = taken.and_then(|taken| taken.by.as_ref());
        let taken = taken.map_or(String::new(), |by| format!(" Taken on by: {by}."));
        let tier = tier.map_or(String::new(), |tier| {
            format!(" Objectives are those of {tier:?}.")
        });
        let head = ["Clock", "When", "Objective", "Standing"];
        section(
            "Clocks against objectives",
            vec![
                Block::Text(format!("{found}{taken}{tier}")),
                table(&head, rows.collect()),
            ],
        )
    }

    /// The planned runs, sends and starts that fell into it.
    pub(super) fn windows(&self) -> Section {
        let outage = figures::outage_of(self.incident);
        let end = figures::end_of(self.incident, self.now);
        let mut hit = Vec::new();
        for flow in &self.cause.integrations {
            let Some(schedule) = &flow.schedule else {
                continue;
            };
            let Some(unit) = self.estate.business_unit(&flow.bu) else {
                continue;
            };
            let missed = volume::starts(schedule, &unit.time_zone, outage.from, end);
            if let (Some(first), n @ 1..) = (missed.first(), missed.len()) {
                let runs = words::plural(n, "run");
                hit.push(format!(
                    "{}: {runs}, the first at {}",
                    flow.name,
                    self.at(*first)
                ));
            }
        }
        for one in hits::hits(self.cause, &outage) {
            let batches = volume::batches(self.estate, one.asset, one.since, end);
            if let (Some((first, _)), n @ 1..) = (batches.first(), batches.len()) {
                let runs = words::plural(n, "window");
                hit.push(format!(
                    "{}: {runs}, the first at {}",
                    one.asset.name,
                    self.at(*first)
                ));
            }
        }
        section(
            "Cycles and windows hit",
            vec![or_text(hit, "No planned run, send or start fell into it.")],
        )
    }
}
