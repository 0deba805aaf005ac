//! The crates of the house and everything they pull in, as a graph read from `cargo metadata`.

use anyhow::{Context, Result, bail};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

/// Which side of the wall a crate stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wing {
    /// Never holds secret bytes.
    Open,
    /// May hold secret bytes.
    Sealed,
    /// Simulator and chores; used by the doors of the top floor and by tests only.
    Workshop,
}

/// What a crate of ours says about itself under `[package.metadata.house]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct House {
    /// 1 language, 2 reason, 3 drivers, 4 services, 5 doors, 6 the door that composes both planes.
    pub(crate) floor: u64,
    /// Its side of the wall.
    pub(crate) wing: Wing,
    /// Promises no runtime, socket, file, clock, thread, environment or chance.
    pub(crate) pure: bool,
}

/// One package, ours or not, with the packages it is built from.
#[derive(Debug)]
pub(crate) struct Node {
    /// Package name.
    pub(crate) name: String,
    /// Present for crates of ours only.
    pub(crate) house: Option<House>,
    /// Indices of its normal and build dependencies; test dependencies are left out.
    pub(crate) needs: Vec<usize>,
}

/// The dependency graph; a node is named by its index.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// All packages.
    pub(crate) nodes: Vec<Node>,
}

impl Graph {
    /// The crates of ours with what they say about themselves.
    pub(crate) fn ours(&self) -> impl Iterator<Item = (usize, &Node, House)> {
        let all = self.nodes.iter().enumerate();
        all.filter_map(|(at, node)| node.house.map(|house| (at, node, house)))
    }

    /// For everything reachable from `start`, one shortest path that begins at `start`.
    ///
    /// `passable(from, to)` says whether the walk may use an edge; a package reached only through
    /// an edge it refuses does not appear.
    pub(crate) fn paths_from(
        &self,
        start: usize,
        passable: impl Fn(&Node, &Node) -> bool,
    ) -> Vec<Vec<usize>> {
        let mut came_from = BTreeMap::from([(start, None)]);
        let mut queue = VecDeque::from([start]);
        let mut order = Vec::new();
        while let Some(at) = queue.pop_front() {
            for &to in &self.nodes[at].needs {
                if came_from.contains_key(&to) || !passable(&self.nodes[at], &self.nodes[to]) {
                    continue;
                }
                came_from.insert(to, Some(at));
                order.push(to);
                queue.push_back(to);
            }
        }
        order
            .into_iter()
            .map(|end| walk_back(&came_from, end))
            .collect()
    }

    /// `a -> b -> c`, for a message.
    pub(crate) fn show(&self, path: &[usize]) -> String {
        let names: Vec<&str> = path
            .iter()
            .map(|&at| self.nodes[at].name.as_str())
            .collect();
        names.join(" -> ")
    }
}

fn walk_back(came_from: &BTreeMap<usize, Option<usize>>, end: usize) -> Vec<usize> {
    let mut path = vec![end];
    while let Some(Some(before)) = came_from.get(&path[path.len() - 1]) {
        path.push(*before);
    }
    path.reverse();
    path
}

/// One crate of the workspace and where its manifest lies.
pub(crate) struct Manifest {
    /// Package name.
    pub(crate) name: String,
    /// Path of its `Cargo.toml`.
    pub(crate) path: PathBuf,
}

/// Reads the graph of this workspace, and the manifests of its members.
///
/// # Errors
/// When cargo cannot resolve the workspace, or a member does not say where in the house it stands.
pub(crate) fn load() -> Result<(Graph, Vec<Manifest>)> {
    let metadata = MetadataCommand::new()
        .exec()
        .context("run `cargo metadata`")?;
    let members = metadata.workspace_packages();
    let manifests = members.iter().map(|package| Manifest {
        name: package.name.to_string(),
        path: package.manifest_path.clone().into_std_path_buf(),
    });
    let manifests = manifests.collect();
    Ok((graph_of(&metadata)?, manifests))
}

fn graph_of(metadata: &Metadata) -> Result<Graph> {
    let index_of: BTreeMap<&PackageId, usize> = metadata
        .packages
        .iter()
        .enumerate()
        .map(|(at, package)| (&package.id, at))
        .collect();
    let mut nodes = Vec::with_capacity(metadata.packages.len());
    for package in &metadata.packages {
        let house = match metadata.workspace_members.contains(&package.id) {
            true => Some(house_of(package)?),
            false => None,
        };
        nodes.push(Node {
            name: package.name.to_string(),
            house,
            needs: Vec::new(),
        });
    }
    let resolve = metadata
        .resolve
        .as_ref()
        .context("`cargo metadata` resolved nothing")?;
    for node in &resolve.nodes {
        let built_from = node.deps.iter().filter(|dependency| {
            dependency
                .dep_kinds
                .iter()
                .any(|kind| kind.kind != DependencyKind::Development)
        });
        nodes[index_of[&node.id]].needs = built_from.map(|d| index_of[&d.pkg]).collect();
    }
    Ok(Graph { nodes })
}

fn house_of(package: &Package) -> Result<House> {
    let said = &package.metadata["house"];
    let wing = match said["wing"].as_str() {
        Some("open") => Wing::Open,
        Some("sealed") => Wing::Sealed,
        Some("workshop") => Wing::Workshop,
        _ => bail!(
            "{}: [package.metadata.house] needs wing = \"open\", \"sealed\" or \"workshop\"",
            package.name
        ),
    };
    let floor = said["floor"]
        .as_u64()
        .filter(|floor| (1..=6).contains(floor));
    let floor = floor.with_context(|| {
        format!(
            "{}: [package.metadata.house] needs floor = 1 to 6",
            package.name
        )
    })?;
    let pure = said["pure"].as_bool();
    let pure = pure.with_context(|| {
        format!(
            "{}: [package.metadata.house] needs pure = true or false",
            package.name
        )
    })?;
    Ok(House { floor, wing, pure })
}
