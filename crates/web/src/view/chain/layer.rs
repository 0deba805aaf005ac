//! Which thing stands in which layer, and in which order.
//!
//! Layers are distances from the cause, so that dependencies run left to right. The way to the first
//! customer harm runs along the top; below it things stand at the mean height of what they depend
//! on, which keeps lines from crossing.

use countersign_model::graph::{Graph, Node};
use countersign_model::incident::{Affected, Incident};
use std::collections::{BTreeMap, BTreeSet};

/// Most things drawn in one layer.
const LAYER_NODES_MAX: usize = 8;

/// A place in the picture: the cause, or a node of the estate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spot {
    /// The cause.
    Cause,
    /// Something it reaches.
    Node(Node),
}

/// One thing in a layer; `hit` is absent for the cause.
pub(super) struct Entry<'a> {
    pub(super) spot: Spot,
    pub(super) hit: Option<&'a Affected>,
}

/// Things at the same distance from the cause.
pub(super) struct Layer<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    /// How many more there are that are not drawn.
    pub(super) folded: usize,
}

impl Layer<'_> {
    /// Boxes in the column, with the one that counts the rest.
    pub(super) fn height(&self) -> usize {
        self.entries.len() + usize::from(self.folded > 0)
    }
}

impl Entry<'_> {
    /// What it hangs on: everything the estate says, the recorded way, and the cause if it is next
    /// to it. Some of it may not be drawn.
    pub(super) fn sources(&self, graph: &Graph) -> BTreeSet<Spot> {
        let Some(hit) = self.hit else {
            return BTreeSet::new();
        };
        let upstream = graph
            .upstream_of(&hit.reached.node)
            .into_iter()
            .cloned()
            .map(Spot::Node);
        let mut sources: BTreeSet<Spot> = upstream.collect();
        sources.insert(source_of(hit));
        sources
    }
}

/// The place before a thing on the recorded way from the cause.
fn source_of(hit: &Affected) -> Spot {
    if hit.reached.distance <= 1 {
        Spot::Cause
    } else {
        Spot::Node(hit.reached.via.clone())
    }
}

/// Sorts everything an incident reaches into layers, the cause alone in the first.
pub(super) fn layers<'a>(incident: &'a Incident, graph: &Graph) -> Vec<Layer<'a>> {
    let mut by_distance: BTreeMap<u32, Vec<Entry>> = BTreeMap::new();
    for hit in &incident.affected {
        let entry = Entry {
            spot: Spot::Node(hit.reached.node.clone()),
            hit: Some(hit),
        };
        by_distance
            .entry(hit.reached.distance.max(1))
            .or_default()
            .push(entry);
    }
    let on_way: BTreeSet<Spot> = path_to_harm(incident)
        .into_iter()
        .map(|(_, to)| to)
        .collect();
    let cause = Entry {
        spot: Spot::Cause,
        hit: None,
    };
    let mut layers = vec![Layer {
        entries: vec![cause],
        folded: 0,
    }];
    let mut rows: BTreeMap<Spot, usize> = BTreeMap::from([(Spot::Cause, 0)]);
    for mut entries in by_distance.into_values() {
        entries.sort_by_cached_key(|entry| {
            (
                !on_way.contains(&entry.spot),
                mean_row(entry, graph, &rows),
                entry.spot.clone(),
            )
        });
        let folded = entries.len().saturating_sub(LAYER_NODES_MAX);
        entries.truncate(LAYER_NODES_MAX);
        rows.extend(
            entries
                .iter()
                .enumerate()
                .map(|(row, entry)| (entry.spot.clone(), row)),
        );
        layers.push(Layer { entries, folded });
    }
    layers
}

/// Mean row of what a thing hangs on, in hundredths of a row.
fn mean_row(entry: &Entry, graph: &Graph, rows: &BTreeMap<Spot, usize>) -> usize {
    let sources = entry.sources(graph);
    let known: Vec<usize> = sources
        .iter()
        .filter_map(|spot| rows.get(spot).copied())
        .collect();
    known.iter().sum::<usize>() * 100 / known.len().max(1)
}

/// The steps of the recorded way from the cause to the first customer harm.
pub(super) fn path_to_harm(incident: &Incident) -> BTreeSet<(Spot, Spot)> {
    let hits: BTreeMap<Spot, &Affected> = incident
        .affected
        .iter()
        .map(|hit| (Spot::Node(hit.reached.node.clone()), hit))
        .collect();
    let mut steps = BTreeSet::new();
    let mut at = incident
        .harm
        .as_ref()
        .map(|harm| Spot::Node(Node::Asset(harm.asset.clone())));
    while let Some(hit) = at.as_ref().and_then(|spot| hits.get(spot)) {
        let before = source_of(hit);
        let step = (before.clone(), Spot::Node(hit.reached.node.clone()));
        if !steps.insert(step) {
            break;
        }
        at = Some(before);
    }
    steps
}
