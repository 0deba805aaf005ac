//! `cargo xtask floors`: proves that every dependency runs downhill and that no wall is crossed.
//!
//! Looks at what ships (normal and build dependencies); a test may use what it likes. Start at
//! [`faults`]; the tables it judges by are in [`rule`].

mod manifest;
mod rule;
#[cfg(test)]
mod tests;

use crate::Verdict;
use crate::house::{self, Graph, House, Node, Wing};
use anyhow::{Context, Result};

/// Checks the workspace this runs in.
pub(crate) fn run() -> Result<Verdict> {
    let (graph, manifests) = house::load()?;
    let mut found = faults(&graph);
    for manifest in &manifests {
        let text = std::fs::read_to_string(&manifest.path)
            .with_context(|| format!("read {}", manifest.path.display()))?;
        found.extend(manifest::faults(&manifest.name, &text));
    }
    Ok(Verdict {
        looked_at: format!("{} crates of ours", manifests.len()),
        faults: found,
    })
}

/// Every fault of a graph, each with the whole path that commits it.
pub(crate) fn faults(graph: &Graph) -> Vec<String> {
    let mut found = Vec::new();
    for (at, node, house) in graph.ours() {
        found.extend(not_downhill(graph, node, house));
        found.extend(wrong_neighbours(graph, node));
        found.extend(through_the_wall(graph, at, house));
        found.extend(impure(graph, at, house));
        found.extend(kept_apart(graph, at));
    }
    found
}

/// Direct edges that run upward or sideways, or into the workshop from below the top floor.
fn not_downhill(graph: &Graph, node: &Node, house: House) -> Vec<String> {
    let ours = node.needs.iter().filter_map(|&to| {
        let target = &graph.nodes[to];
        target.house.map(|target_house| (target, target_house))
    });
    let mut found = Vec::new();
    for (target, target_house) in ours {
        if target_house.floor >= house.floor {
            found.push(format!(
                "{} (floor {}) must not depend on {} (floor {}): dependencies run downhill",
                node.name, house.floor, target.name, target_house.floor
            ));
        }
        let product_below_the_top = house.wing != Wing::Workshop && house.floor < rule::TOP_FLOOR;
        if target_house.wing == Wing::Workshop && product_below_the_top {
            found.push(format!(
                "{} must not depend on {}: only floor {} of the product may use the workshop",
                node.name,
                target.name,
                rule::TOP_FLOOR
            ));
        }
    }
    found
}

/// Direct edges to outside crates that only certain rooms may speak to.
fn wrong_neighbours(graph: &Graph, node: &Node) -> Vec<String> {
    let mut found = Vec::new();
    for &to in &node.needs {
        let target = graph.nodes[to].name.as_str();
        let Some(keeper) = rule::KEPT_BY.iter().find(|keeper| keeper.outside == target) else {
            continue;
        };
        if !keeper.rooms.contains(&rule::room(&node.name)) {
            found.push(format!(
                "{} must not depend on {target}: {} (kept by {})",
                node.name,
                keeper.reason,
                keeper.rooms.join(", ")
            ));
        }
    }
    found
}

/// Paths from the open wing to the sealed one.
fn through_the_wall(graph: &Graph, start: usize, house: House) -> Vec<String> {
    if house.wing != Wing::Open {
        return Vec::new();
    }
    let sealed = |path: &Vec<usize>| {
        let end = path[path.len() - 1];
        graph.nodes[end]
            .house
            .is_some_and(|house| house.wing == Wing::Sealed)
    };
    let paths = graph
        .paths_from(start, |_, _| true)
        .into_iter()
        .filter(sealed);
    paths
        .map(|path| format!("open wing reaches the sealed one: {}", graph.show(&path)))
        .collect()
}

/// Paths from a pure crate to anything that can touch the world.
fn impure(graph: &Graph, start: usize, house: House) -> Vec<String> {
    if !house.pure {
        return Vec::new();
    }
    let passable = |from: &Node, to: &Node| {
        !rule::PASSAGES
            .iter()
            .any(|(a, b, _)| *a == from.name && *b == to.name)
    };
    let ends_outside = |path: &Vec<usize>| {
        let end = &graph.nodes[path[path.len() - 1]];
        rule::IMPURE.contains(&end.name.as_str()) || end.house.is_some_and(|house| !house.pure)
    };
    let paths = graph
        .paths_from(start, passable)
        .into_iter()
        .filter(ends_outside);
    paths
        .map(|path| format!("pure crate reaches the world: {}", graph.show(&path)))
        .collect()
}

/// Paths between rooms that must not know of each other although the floors would allow it.
fn kept_apart(graph: &Graph, start: usize) -> Vec<String> {
    let from = rule::room(&graph.nodes[start].name);
    let apart: Vec<_> = rule::APART
        .iter()
        .filter(|apart| apart.room == from)
        .collect();
    if apart.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for path in graph.paths_from(start, |_, _| true) {
        let end = rule::room(&graph.nodes[path[path.len() - 1]].name);
        if let Some(apart) = apart.iter().find(|apart| apart.never.contains(&end)) {
            found.push(format!("{}: {}", graph.show(&path), apart.reason));
        }
    }
    found
}
