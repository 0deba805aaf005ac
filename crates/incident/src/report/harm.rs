//! Why it happened and what it did: cause, chain, impact, and what it was not.

use super::{Block, Section, Writer, capitalised, or_text, section, table};
use crate::signature::signature;
use crate::words;
use countersign_model::incident::Confidence;

impl Writer<'_> {
    pub(super) fn why(&self) -> Section {
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

    pub(super) fn chain(&self) -> Section {
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

    pub(super) fn impact(&self) -> Section {
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

    pub(super) fn ruled_out(&self) -> Section {
        let incident = self.incident;
        let rows = incident.response.considered.iter().map(|one| {
            vec![
                one.other.label().to_owned(),
                one.weighed.label().to_owned(),
                one.in_favour.join(" "),
                one.against.join(" "),
            ]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let mut blocks = Vec::new();
        if !rows.is_empty() {
            let head = ["Was it this?", "Verdict", "For", "Against"];
            blocks.push(table(&head, rows));
        }
        let spared = incident.unaffected.iter();
        let mut said: Vec<String> = spared
            .map(|words| format!("Not affected: {words}"))
            .collect();
        let blind = incident.blind_spots.iter();
        said.extend(blind.map(|spot| format!("Not seen: {spot}")));
        blocks.push(or_text(said, "Nothing near the cause could be ruled out."));
        section("What it was not, and what is not affected", blocks)
    }
}
