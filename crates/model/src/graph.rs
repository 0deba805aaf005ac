//! The dependency graph of an estate: what fails when something fails, and on which path.

use crate::estate::{AssetKind, Entry, Estate, IntegrationKind};
use crate::id::{AssetId, CredentialId, IntegrationId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A node of the graph. Ordered by layer, so that lists read from cause to customer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "node", content = "id", rename_all = "snake_case")]
pub enum Node {
    /// A long-lived secret.
    Credential(CredentialId),
    /// A flow.
    Integration(IntegrationId),
    /// Anything the flow feeds.
    Asset(AssetId),
}

impl Node {
    /// The id as text.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Node::Credential(id) => id.as_str(),
            Node::Integration(id) => id.as_str(),
            Node::Asset(id) => id.as_str(),
        }
    }
}

/// Why one node depends on another (requirements R134 to R137).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dependency {
    /// The flow mints with the credential.
    UsesCredential,
    /// Kind 1: a journey calls an outside service per contact; those in flight are hit at once.
    JourneyCall,
    /// Kind 2: a pipeline fills a table, starts a journey or sends.
    Feeds,
    /// Kind 2: a campaign, journey or automation reads a table.
    Reads,
    /// An automation writes a table.
    Writes,
    /// Kind 3: campaign results flow back to the CRM or another platform.
    CrossPlatform,
    /// Kind 4: an outside system consumes SFMC data.
    OutsideConsumer,
}

/// One node of a blast radius: how far it is, and through which node it is reached first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// The node.
    pub node: Node,
    /// Edges from the start.
    pub distance: u32,
    /// The node before it on a shortest path.
    pub via: Node,
    /// Why it depends on `via`.
    pub dependency: Dependency,
}

/// Edges of an estate, from what is depended on to what depends on it.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    downstream: BTreeMap<Node, BTreeSet<(Node, Dependency)>>,
    upstream: BTreeMap<Node, BTreeSet<Node>>,
}

impl Graph {
    /// Builds the graph. Edges to ids that the estate does not hold are left out (`lint` names them).
    #[must_use]
    pub fn of(estate: &Estate) -> Graph {
        let mut graph = Graph::default();
        let assets: BTreeMap<&AssetId, AssetKind> = estate
            .assets
            .iter()
            .map(|asset| (&asset.id, asset.kind))
            .collect();
        for integration in &estate.integrations {
            let flow = Node::Integration(integration.id.clone());
            let credential = Node::Credential(integration.credential.clone());
            graph.insert(credential, flow.clone(), Dependency::UsesCredential);
            for fed in integration
                .feeds
                .iter()
                .filter(|fed| assets.contains_key(fed))
            {
                let why = match (integration.kind, assets[fed]) {
                    (_, AssetKind::OutsideSystem) => Dependency::OutsideConsumer,
                    (IntegrationKind::JourneyHttp, AssetKind::Journey) => Dependency::JourneyCall,
                    _ => Dependency::Feeds,
                };
                graph.insert(flow.clone(), Node::Asset(fed.clone()), why);
            }
        }
        for asset in &estate.assets {
            let node = Node::Asset(asset.id.clone());
            for read in asset.reads.iter().filter(|read| assets.contains_key(read)) {
                let why = match (asset.kind, assets[read]) {
                    (AssetKind::OutsideSystem, AssetKind::DataExtension) => {
                        Dependency::OutsideConsumer
                    }
                    (AssetKind::OutsideSystem, _) => Dependency::CrossPlatform,
                    _ => Dependency::Reads,
                };
                graph.insert(Node::Asset(read.clone()), node.clone(), why);
            }
            for written in asset
                .writes
                .iter()
                .filter(|written| assets.contains_key(written))
            {
                graph.insert(
                    node.clone(),
                    Node::Asset(written.clone()),
                    Dependency::Writes,
                );
            }
        }
        graph
    }

    fn insert(&mut self, from: Node, to: Node, why: Dependency) {
        self.upstream
            .entry(to.clone())
            .or_default()
            .insert(from.clone());
        self.downstream.entry(from).or_default().insert((to, why));
    }

    /// Everything that depends on `start`, nearest first, then by layer and id; without `start`.
    #[must_use]
    pub fn blast_radius(&self, start: &Node) -> Vec<Reached> {
        let mut seen = BTreeSet::from([start.clone()]);
        let mut queue = VecDeque::from([(start.clone(), 0)]);
        let mut reached = Vec::new();
        while let Some((node, distance)) = queue.pop_front() {
            for (next, dependency) in self.downstream.get(&node).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    queue.push_back((next.clone(), distance + 1));
                    reached.push(Reached {
                        node: next.clone(),
                        distance: distance + 1,
                        via: node.clone(),
                        dependency: *dependency,
                    });
                }
            }
        }
        reached.sort_by(|a, b| (a.distance, &a.node).cmp(&(b.distance, &b.node)));
        reached
    }

    /// Everything `start` depends on, nearest first, without `start`. What `ends` holds for is
    /// reached and not passed through.
    #[must_use]
    pub fn ancestors(&self, start: &Node, ends: impl Fn(&Node) -> bool) -> Vec<(Node, u32)> {
        let mut seen = BTreeSet::from([start.clone()]);
        let mut queue = VecDeque::from([(start.clone(), 0)]);
        let mut reached = Vec::new();
        while let Some((node, distance)) = queue.pop_front() {
            for before in self.upstream.get(&node).into_iter().flatten() {
                if seen.insert(before.clone()) {
                    reached.push((before.clone(), distance + 1));
                    if !ends(before) {
                        queue.push_back((before.clone(), distance + 1));
                    }
                }
            }
        }
        reached
    }

    /// What `node` depends on directly.
    #[must_use]
    pub fn upstream_of(&self, node: &Node) -> Vec<&Node> {
        self.upstream.get(node).into_iter().flatten().collect()
    }
}

/// Whether contacts are picked from a table on a schedule, so that stale data is sent at its next run.
#[must_use]
pub fn picks_from_table(entry: Option<Entry>) -> bool {
    matches!(entry, Some(Entry::DataTable))
}

#[cfg(test)]
mod tests;
