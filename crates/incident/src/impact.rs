//! Who is hit and who is not: the blast radius in words.

use crate::cause::Cause;
use countersign_model::estate::{AssetKind, Entry, Estate, Integration};
use countersign_model::graph::{Dependency, Graph, Node, Reached};
use countersign_model::id::{BuId, IntegrationId};
use countersign_model::incident::{Affected, Incident};
use std::collections::{BTreeMap, BTreeSet};

/// Everything downstream of the cause, nearest first.
pub(crate) fn affected(cause: &Cause<'_>, graph: &Graph) -> Vec<Affected> {
    let mut nearest: BTreeMap<Node, Reached> = BTreeMap::new();
    for start in cause.starts() {
        for reached in graph.blast_radius(&start) {
            match nearest.get(&reached.node) {
                Some(known) if known.distance <= reached.distance => {}
                _ => drop(nearest.insert(reached.node.clone(), reached)),
            }
        }
    }
    let mut all: Vec<Reached> = nearest.into_values().collect();
    all.sort_by(|a, b| (a.distance, &a.node).cmp(&(b.distance, &b.node)));
    all.into_iter()
        .map(|reached| Affected {
            name: name_of(cause.estate, &reached.node),
            words: words_of(cause.estate, &reached),
            reached,
        })
        .collect()
}

fn name_of(estate: &Estate, node: &Node) -> String {
    let name = match node {
        Node::Credential(id) => estate.credential(id).map(|found| found.name.clone()),
        Node::Integration(id) => estate.integration(id).map(|found| found.name.clone()),
        Node::Asset(id) => estate.asset(id).map(|found| found.name.clone()),
    };
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| node.id().to_owned())
}

fn words_of(estate: &Estate, reached: &Reached) -> String {
    let asset = match &reached.node {
        Node::Asset(id) => estate.asset(id),
        Node::Credential(_) | Node::Integration(_) => None,
    };
    let Some(asset) = asset else {
        return "gets no new token".to_owned();
    };
    let direct = matches!(
        reached.dependency,
        Dependency::Feeds | Dependency::JourneyCall
    );
    let harm = asset.harm.as_str();
    match asset.kind {
        AssetKind::DataExtension if harm.is_empty() => "stops changing".to_owned(),
        AssetKind::DataExtension => format!("stops changing; what reads it shows {harm}"),
        AssetKind::Journey if reached.dependency == Dependency::JourneyCall => {
            "contacts in flight fail at its outside call".to_owned()
        }
        AssetKind::Journey if direct && asset.entry != Some(Entry::DataTable) => {
            with("nobody enters", harm)
        }
        AssetKind::Journey => with("goes on with old data", harm),
        AssetKind::TriggeredSend if direct => with("does not go out", harm),
        AssetKind::TriggeredSend => with("goes out with old data", harm),
        AssetKind::Automation => "runs on old data".to_owned(),
        AssetKind::Launch => with("no-go until its data is fresh", harm),
        AssetKind::OutsideSystem => "gets no new data".to_owned(),
    }
}

fn with(what: &str, harm: &str) -> String {
    match harm.is_empty() {
        true => what.to_owned(),
        false => format!("{what}: {harm}"),
    }
}

/// The units hit, the cause's own first.
pub(crate) fn business_units(cause: &Cause<'_>, affected: &[Affected]) -> Vec<BuId> {
    let own = cause.unit().filter(|_| !cause.is_everybodys());
    let flows = cause.integrations.iter().map(|found| &found.bu);
    let assets = affected
        .iter()
        .filter_map(|affected| match &affected.reached.node {
            Node::Asset(id) => cause.estate.asset(id).map(|asset| &asset.bu),
            Node::Credential(_) | Node::Integration(_) => None,
        });
    let mut units: Vec<BuId> = Vec::new();
    for id in own
        .map(|unit| &unit.id)
        .into_iter()
        .chain(flows)
        .chain(assets)
    {
        if !units.contains(id) {
            units.push(id.clone());
        }
    }
    units
}

/// Other flows of the cause's unit that nothing reaches, and of which evidence says that they work:
/// those in `healthy` that no incident of `live` names.
pub(crate) fn spared<'a>(
    cause: &Cause<'a>,
    affected: &[Affected],
    healthy: &BTreeSet<IntegrationId>,
    live: &[&Incident],
) -> Vec<&'a Integration> {
    let Some(unit) = cause.unit().filter(|_| !cause.is_everybodys()) else {
        return Vec::new();
    };
    let is_hit = |id: &str| affected.iter().any(|hit| hit.reached.node.id() == id);
    let is_in_trouble = |flow: &Integration| {
        live.iter()
            .any(|other| other.integrations.contains(&flow.id))
    };
    let is_spared = |flow: &&Integration| {
        flow.bu == unit.id
            && healthy.contains(&flow.id)
            && !cause.integrations.iter().any(|hit| hit.id == flow.id)
            && !is_hit(flow.id.as_str())
            && !flow.feeds.iter().any(|fed| is_hit(fed.as_str()))
            && !is_in_trouble(flow)
    };
    cause.estate.integrations.iter().filter(is_spared).collect()
}
