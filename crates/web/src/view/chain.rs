//! The chain from cause to customer as a layered picture, laid out here and drawn as SVG.
//!
//! The same things stand in a table beside the picture; what does not fit into the picture is
//! counted in it.

mod layer;

use super::words;
use countersign_model::estate::{AssetKind, Estate};
use countersign_model::graph::{Graph, Node};
use countersign_model::incident::{Incident, RootCause};
use layer::{Entry, Layer, Spot, layers, path_to_harm};
use std::collections::{BTreeMap, BTreeSet};

/// Longest line of a name inside a box, in characters.
const LINE_CHARS_MAX: usize = 20;

const BOX_WIDTH: usize = 184;
const BOX_HEIGHT: usize = 64;
const COLUMN_GAP: usize = 48;
const ROW_GAP: usize = 14;
const TOP: usize = 34;

/// The picture: positions in its own units, which are CSS pixels at full size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chain {
    /// Width.
    pub(crate) width: usize,
    /// Height.
    pub(crate) height: usize,
    /// Column heads.
    pub(crate) columns: Vec<Column>,
    /// Lines, drawn below the boxes.
    pub(crate) edges: Vec<Edge>,
    /// Boxes.
    pub(crate) boxes: Vec<NodeBox>,
    /// The picture in one sentence, for those who do not see it.
    pub(crate) description: String,
}

/// A column head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Left edge.
    pub(crate) x: usize,
    /// What stands in it.
    pub(crate) label: String,
}

/// A dependency as an SVG path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edge {
    /// Path data.
    pub(crate) path: String,
    /// Whether it lies on the way to the first customer harm.
    pub(crate) to_harm: bool,
}

/// One box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NodeBox {
    /// Left edge.
    pub(crate) x: usize,
    /// Top edge.
    pub(crate) y: usize,
    /// Its id; empty for a box that only counts.
    pub(crate) id: String,
    /// Its name, in at most two lines.
    pub(crate) lines: Vec<String>,
    /// Style name: `cause`, `flow`, `asset`, `harm`, `more`.
    pub(crate) tone: &'static str,
    /// A short remark at the foot: `first harm`.
    pub(crate) remark: String,
}

impl Chain {
    /// Width of every box.
    pub(crate) fn box_width(&self) -> usize {
        BOX_WIDTH
    }
    /// Height of every box.
    pub(crate) fn box_height(&self) -> usize {
        BOX_HEIGHT
    }
}

/// Lays out the chain of an incident.
pub(crate) fn chain(incident: &Incident, estate: &Estate) -> Chain {
    let graph = Graph::of(estate);
    let layers = layers(incident, &graph);
    let places = places(&layers);
    let tallest = layers.iter().map(Layer::height).max().unwrap_or(1);
    let columns = layers.iter().enumerate().map(|(index, layer)| Column {
        x: column_x(index),
        label: column_label(index, layer, estate),
    });
    Chain {
        width: column_x(layers.len()) - COLUMN_GAP + 1,
        height: row_y(tallest) - ROW_GAP + 2,
        columns: columns.collect(),
        edges: edges(&layers, &places, &graph, &path_to_harm(incident)),
        boxes: boxes(&layers, &places, incident),
        description: description(incident),
    }
}

/// Left and top edge.
type Place = (usize, usize);

fn column_x(index: usize) -> usize {
    1 + index * (BOX_WIDTH + COLUMN_GAP)
}

fn row_y(row: usize) -> usize {
    TOP + row * (BOX_HEIGHT + ROW_GAP)
}

fn places(layers: &[Layer]) -> BTreeMap<Spot, Place> {
    let mut places = BTreeMap::new();
    for (column, layer) in layers.iter().enumerate() {
        for (row, entry) in layer.entries.iter().enumerate() {
            places.insert(entry.spot.clone(), (column_x(column), row_y(row)));
        }
    }
    places
}

/// Lines between drawn places, left to right only: a dependency inside a layer stays in the table.
fn edges(
    layers: &[Layer],
    places: &BTreeMap<Spot, Place>,
    graph: &Graph,
    on_way: &BTreeSet<(Spot, Spot)>,
) -> Vec<Edge> {
    let mut edges = Vec::new();
    for entry in layers.iter().flat_map(|layer| &layer.entries) {
        let end = places[&entry.spot];
        for source in entry.sources(graph) {
            if let Some(&start) = places.get(&source).filter(|start| start.0 < end.0) {
                let to_harm = on_way.contains(&(source, entry.spot.clone()));
                edges.push(Edge {
                    path: curve(start, end),
                    to_harm,
                });
            }
        }
    }
    edges.sort_by_key(|edge| edge.to_harm);
    edges
}

fn boxes(layers: &[Layer], places: &BTreeMap<Spot, Place>, incident: &Incident) -> Vec<NodeBox> {
    let mut boxes = Vec::new();
    for (column, layer) in layers.iter().enumerate() {
        for entry in &layer.entries {
            boxes.push(node_box(entry, places[&entry.spot], incident));
        }
        if layer.folded > 0 {
            let y = row_y(layer.entries.len());
            boxes.push(folded_box(layer.folded, (column_x(column), y)));
        }
    }
    boxes
}

fn node_box(entry: &Entry, (x, y): Place, incident: &Incident) -> NodeBox {
    let Some(hit) = entry.hit else {
        return cause_box(incident, (x, y));
    };
    let node = &hit.reached.node;
    let harmed = incident
        .harm
        .as_ref()
        .is_some_and(|harm| node.id() == harm.asset.as_str());
    let (tone, remark) = match (harmed, node) {
        (true, _) => ("harm", "first harm"),
        (false, Node::Asset(_)) => ("asset", ""),
        (false, Node::Integration(_) | Node::Credential(_)) => ("flow", ""),
    };
    let (id, remark) = (node.id().to_owned(), remark.to_owned());
    NodeBox {
        x,
        y,
        id,
        lines: wrapped(&hit.name),
        tone,
        remark,
    }
}

fn cause_box(incident: &Incident, (x, y): Place) -> NodeBox {
    let (id, name) = match &incident.root_cause {
        RootCause::Credential(id) => (id.to_string(), "Credential"),
        RootCause::Asset(id) => (id.to_string(), "Asset"),
        RootCause::Consumer(id) => (id.to_string(), "Consumer"),
        RootCause::Platform => (String::new(), "Marketing Cloud"),
        RootCause::Blind => (String::new(), "Nothing reports"),
        RootCause::Own => (String::new(), "Countersign itself"),
    };
    let remark = incident.class.as_str().replace('_', " ");
    NodeBox {
        x,
        y,
        id,
        lines: vec![name.to_owned()],
        tone: "cause",
        remark,
    }
}

fn folded_box(folded: usize, (x, y): Place) -> NodeBox {
    let lines = vec![format!("and {folded} more,"), "see the table".to_owned()];
    NodeBox {
        x,
        y,
        id: String::new(),
        lines,
        tone: "more",
        remark: String::new(),
    }
}

/// What a column holds: its kinds if they are one or two, else only that it lies further down.
fn column_label(index: usize, layer: &Layer, estate: &Estate) -> String {
    if index == 0 {
        return "Cause".to_owned();
    }
    let mut kinds: Vec<&'static str> = Vec::new();
    for hit in layer.entries.iter().filter_map(|entry| entry.hit) {
        let kind = plural(&hit.reached.node, estate);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    match kinds.as_slice() {
        [one] => (*one).to_owned(),
        [one, other] => format!("{one}, {}", other.to_lowercase()),
        _ => "What depends on them".to_owned(),
    }
}

fn plural(node: &Node, estate: &Estate) -> &'static str {
    match node {
        Node::Credential(_) => "Credentials",
        Node::Integration(_) => "Integrations",
        Node::Asset(id) => match estate.asset(id).map(|asset| asset.kind) {
            None => "Assets",
            Some(AssetKind::DataExtension) => "Tables",
            Some(AssetKind::Journey) => "Journeys",
            Some(AssetKind::TriggeredSend) => "Sends",
            Some(AssetKind::Automation) => "Automations",
            Some(AssetKind::Launch) => "Launches",
            Some(AssetKind::OutsideSystem) => "Outside systems",
        },
    }
}

fn description(incident: &Incident) -> String {
    let affected = words::count(incident.affected.len(), "thing");
    let harm = incident.harm.as_ref().map_or(String::new(), |harm| {
        format!(" The first customer harm is at {}.", harm.asset)
    });
    format!(
        "From {} to {affected} that depend on it.{harm} The table below lists all.",
        incident.root_cause
    )
}

/// A line from the right middle of one box to the left middle of another.
fn curve(from: Place, to: Place) -> String {
    let (x1, y1) = (from.0 + BOX_WIDTH, from.1 + BOX_HEIGHT / 2);
    let (x2, y2) = (to.0, to.1 + BOX_HEIGHT / 2);
    let bend = COLUMN_GAP / 2;
    format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2 - bend)
}

/// Breaks a name into at most two lines at a space, `_` or `-`; what is left over becomes `…`.
fn wrapped(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= LINE_CHARS_MAX {
        return vec![name.to_owned()];
    }
    let seam = letters[..LINE_CHARS_MAX]
        .iter()
        .rposition(|c| matches!(c, ' ' | '_' | '-'));
    let end = seam.map_or(LINE_CHARS_MAX, |seam| seam + 1);
    let first: String = letters[..end].iter().collect();
    let rest = &letters[end..];
    let second: String = match rest.len() {
        n if n <= LINE_CHARS_MAX => rest.iter().collect(),
        _ => rest[..LINE_CHARS_MAX - 1].iter().chain(&['…']).collect(),
    };
    vec![first.trim_end().to_owned(), second]
}

#[cfg(test)]
mod tests;
