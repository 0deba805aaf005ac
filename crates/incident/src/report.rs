//! The report of an incident, for people who decide: business words first, technique last.
//!
//! Built once as sections and written in two forms, Markdown and HTML, that say the same.

use crate::cause::Cause;
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::incident::Incident;
use countersign_model::schedule::zone;

mod after;
mod course;
mod form;
mod harm;

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
