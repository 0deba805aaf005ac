//! The report of an incident, for people who decide: business words first, technique last.
//!
//! Built once as sections and written in two forms, Markdown and HTML, that say the same.

use crate::cause::Cause;
use crate::clocks::{Clocks, clocks};
use crate::signature::signature;
use crate::words::{self, span};
use crate::{figures, hits, steps};
use countersign_model::Timestamp;
use countersign_model::estate::{AssetKind, Estate};
use countersign_model::impact::FigureKind;
use countersign_model::incident::{Confidence, Incident, IncidentState};
use countersign_model::response::{FoundBy, StepPart, StepState};
use countersign_model::schedule::zone;

mod form;

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    title: String,
    sections: Vec<Section>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Section {
    title: &'static str,
    blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    Text(String),
    List(Vec<String>),
    Table {
        head: Vec<&'static str>,
        rows: Vec<Vec<String>>,
    },
}

impl Report {
    /// Writes down what is known of an incident at `now`.
    #[must_use]
    pub fn of(estate: &Estate, incident: &Incident, now: Timestamp) -> Report {
        let cause = Cause::of(estate, &incident.root_cause, &incident.integrations);
        let writer = Writer {
            estate,
            incident,
            now,
            cause: &cause,
        };
        let sections = vec![
            writer.summary(),
            writer.timeline(),
            writer.clocks(),
            writer.windows(),
            writer.why(),
            writer.chain(),
            writer.impact(),
            writer.ruled_out(),
            writer.again(),
            writer.customers(),
            writer.attribution(),
            writer.changes(),
        ];
        Report {
            title: incident.title.clone(),
            sections,
        }
    }

    /// Its title: that of the incident.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The report as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        form::markdown(self)
    }

    /// The report as the inside of an HTML page, every text escaped.
    #[must_use]
    pub fn html(&self) -> String {
        form::html(self)
    }
}

struct Writer<'a> {
    estate: &'a Estate,
    incident: &'a Incident,
    now: Timestamp,
    cause: &'a Cause<'a>,
}

impl Writer<'_> {
    fn summary(&self) -> Section {
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

    fn timeline(&self) -> Section {
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

    fn clocks(&self) -> Section {
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
        let tier = tier.map_or(String::new(), |tier| {
            format!(" Objectives are those of {tier:?}.")
        });
        let head = ["Clock", "When", "Objective", "Standing"];
        section(
            "Clocks against objectives",
            vec![
                Block::Text(format!("{found}{tier}")),
                table(&head, rows.collect()),
            ],
        )
    }

    /// The planned runs, sends and starts that fell into it.
    fn windows(&self) -> Section {
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
            let missed = crate::volume::starts(schedule, &unit.time_zone, outage.from, end);
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
            let batches = crate::volume::batches(self.estate, one.asset, one.since, end);
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

    fn why(&self) -> Section {
        let incident = self.incident;
        let sure = match incident.confidence {
            Confidence::Certain => "It is certain: the cause itself was seen failing.",
            Confidence::Likely => "It is likely: the evidence allows hardly anything else.",
            Confidence::Possible => "It is possible: several causes fit.",
        };
        let mut blocks = vec![Block::Text(format!(
            "{}. {sure}",
            capitalised(&words::cause(self.cause, incident, self.now))
        ))];
        if let Some(main) = self.cause.main() {
            blocks.push(Block::Text(signature(main.kind).shows.to_owned()));
        }
        let technical = format!(
            "Root cause {}, class {}.",
            incident.root_cause,
            incident.class.as_str()
        );
        blocks.push(Block::Text(technical));
        section("Cause", blocks)
    }

    fn chain(&self) -> Section {
        let rows = self.incident.affected.iter().map(|hit| {
            vec![
                format!("{} ({})", hit.name, hit.reached.node.id()),
                hit.words.clone(),
                hit.reached.via.id().to_owned(),
            ]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let block = match rows.is_empty() {
            true => Block::Text("The estate names nothing that depends on it.".to_owned()),
            false => table(&["What", "What happens to it", "Through"], rows),
        };
        section("From cause to customer", vec![block])
    }

    fn impact(&self) -> Section {
        let Some(impact) = &self.incident.impact else {
            let words = "It was not counted: it never opened.".to_owned();
            return section("Impact", vec![Block::Text(words)]);
        };
        let figures = impact.figures.iter().map(|figure| {
            let places = figure.assumes.iter().map(|place| format!("A{}", place + 1));
            let places: Vec<String> = places.collect();
            vec![
                words::figure_name(figure.kind).to_owned(),
                figure.words.clone(),
                words::range(figure),
                places.join(", "),
            ]
        });
        let figures: Vec<Vec<String>> = figures.collect();
        if figures.is_empty() {
            let words = "Nothing is lost or late so far.".to_owned();
            return section("Impact", vec![Block::Text(words)]);
        }
        let assumptions = impact.assumptions.iter().enumerate();
        let assumptions = assumptions.map(|(n, words)| format!("A{}: {words}", n + 1));
        section(
            "Impact",
            vec![
                Block::Text(format!("Counted up to {}.", self.at(impact.as_of))),
                table(&["Figure", "What", "Range", "Rests on"], figures),
                Block::List(assumptions.collect()),
            ],
        )
    }

    fn ruled_out(&self) -> Section {
        let mut out: Vec<String> = self.incident.unaffected.clone();
        let answers = self
            .incident
            .response
            .steps
            .iter()
            .find(|step| step.name == "endpoint");
        if let Some(step) = answers.filter(|step| step.state == StepState::Done) {
            out.insert(
                0,
                format!("An outage of the token service: {}", step.because),
            );
        }
        let blind = self
            .incident
            .blind_spots
            .iter()
            .map(|spot| format!("Not seen: {spot}"));
        out.extend(blind);
        section(
            "Ruled out, and not seen",
            vec![or_text(out, "Nothing near the cause could be ruled out.")],
        )
    }

    /// What to run again (recovery sheet).
    fn again(&self) -> Section {
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

    fn customers(&self) -> Section {
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

    fn attribution(&self) -> Section {
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

    fn changes(&self) -> Section {
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
        let missed = missed.filter(|clock| clock.standing == crate::Standing::Missed);
        said.extend(missed.map(|clock| {
            format!(
                "{}: missed {}; find out why.",
                clock.clock.label(),
                clock.objective
            )
        }));
        section("What changes", vec![Block::List(said)])
    }

    /// A time in the zone of the cause's unit, with the zone's name.
    fn at(&self, at: Timestamp) -> String {
        let unit = self.cause.unit();
        match unit.and_then(|unit| zone(&unit.time_zone).ok()) {
            Some(zone) => at
                .to_zoned(zone)
                .strftime("%Y-%m-%d %H:%M:%S %Z")
                .to_string(),
            None => at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        }
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

fn section(title: &'static str, blocks: Vec<Block>) -> Section {
    Section { title, blocks }
}

fn table(head: &[&'static str], rows: Vec<Vec<String>>) -> Block {
    Block::Table {
        head: head.to_vec(),
        rows,
    }
}

fn or_text(list: Vec<String>, none: &str) -> Block {
    match list.is_empty() {
        true => Block::Text(none.to_owned()),
        false => Block::List(list),
    }
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests;
