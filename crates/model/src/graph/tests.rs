use super::*;
use serde_json::{Value, json};

fn estate(integrations: Value, assets: Value) -> Estate {
    serde_json::from_value(json!({ "version": 1, "integrations": integrations, "assets": assets }))
        .expect("an estate")
}

fn flow(id: &str, kind: &str, feeds: &[&str]) -> Value {
    json!({ "id": id, "name": id, "bu": "LOY", "kind": kind, "tier": "T1", "credential": "KEY",
            "feeds": feeds })
}

fn asset(id: &str, kind: &str, reads: &[&str], writes: &[&str]) -> Value {
    json!({ "id": id, "name": id, "bu": "LOY", "kind": kind, "reads": reads, "writes": writes })
}

fn integration(id: &str) -> Node {
    Node::Integration(IntegrationId::new(id).expect("an id"))
}

/// `distance id < via: why` for each node reached.
fn reach(graph: &Graph, start: &Node) -> Vec<String> {
    let line = |it: Reached| {
        format!(
            "{} {} < {}: {:?}",
            it.distance,
            it.node.id(),
            it.via.id(),
            it.dependency
        )
    };
    graph.blast_radius(start).into_iter().map(line).collect()
}

#[test]
fn a_blast_radius_reads_from_the_cause_to_the_customer() {
    let graph = Graph::of(&estate(
        json!([flow("load", "etl", &["T"])]),
        json!([
            asset("J", "journey", &["T"], &[]),
            asset("T", "data_extension", &[], &[]),
            asset("C", "launch", &["T"], &[]),
            asset("CRM", "outside_system", &["J"], &[]),
        ]),
    ));
    let key = Node::Credential(CredentialId::new("KEY").expect("an id"));
    assert_eq!(
        reach(&graph, &key),
        [
            "1 load < KEY: UsesCredential",
            "2 T < load: Feeds",
            "3 C < T: Reads",
            "3 J < T: Reads",
            "4 CRM < J: CrossPlatform",
        ]
    );
}

#[test]
fn all_four_kinds_of_dependency_are_told_apart() {
    let graph = Graph::of(&estate(
        json!([
            flow("call", "journey-http", &["J"]),
            flow("extract", "reporting", &["LAKE"])
        ]),
        json!([
            asset("J", "journey", &[], &[]),
            asset("T", "data_extension", &[], &[]),
            asset("LAKE", "outside_system", &["T"], &[]),
            asset("CRM", "outside_system", &["J"], &[]),
        ]),
    ));
    assert_eq!(
        reach(&graph, &integration("call")),
        ["1 J < call: JourneyCall", "2 CRM < J: CrossPlatform"]
    );
    assert_eq!(
        reach(&graph, &integration("extract")),
        ["1 LAKE < extract: OutsideConsumer"]
    );
    let table = Node::Asset(AssetId::new("T").expect("an id"));
    assert_eq!(reach(&graph, &table), ["1 LAKE < T: OutsideConsumer"]);
}

#[test]
fn a_circle_ends() {
    let graph = Graph::of(&estate(
        json!([flow("load", "etl", &["A"])]),
        json!([
            asset("A", "data_extension", &[], &[]),
            asset("B", "data_extension", &[], &[]),
            asset("forth", "automation", &["A"], &["B"]),
            asset("back", "automation", &["B"], &["A"]),
        ]),
    ));
    assert_eq!(
        reach(&graph, &integration("load")),
        [
            "1 A < load: Feeds",
            "2 forth < A: Reads",
            "3 B < forth: Writes",
            "4 back < B: Reads"
        ]
    );
    let table = Node::Asset(AssetId::new("A").expect("an id"));
    assert!(graph.blast_radius(&table).iter().all(|it| it.node != table));
}

#[test]
fn the_nearest_way_is_told_when_there_are_two() {
    let graph = Graph::of(&estate(
        json!([flow("load", "etl", &["A", "J"])]),
        json!([
            asset("A", "data_extension", &[], &[]),
            asset("J", "journey", &["A"], &[])
        ]),
    ));
    assert_eq!(
        reach(&graph, &integration("load")),
        ["1 A < load: Feeds", "1 J < load: Feeds"]
    );
}

#[test]
fn edges_to_nowhere_are_left_out() {
    let graph = Graph::of(&estate(
        json!([flow("load", "etl", &["GONE"])]),
        json!([asset("J", "journey", &["GONE"], &["GONE"])]),
    ));
    assert!(graph.blast_radius(&integration("load")).is_empty());
    assert!(graph.blast_radius(&integration("nobody")).is_empty());
    let gone = Node::Asset(AssetId::new("GONE").expect("an id"));
    assert!(graph.blast_radius(&gone).is_empty());
}

#[test]
fn what_a_node_depends_on_is_found_too() {
    let graph = Graph::of(&estate(
        json!([flow("load", "etl", &["T"]), flow("other", "etl", &["T"])]),
        json!([asset("T", "data_extension", &[], &[])]),
    ));
    let table = Node::Asset(AssetId::new("T").expect("an id"));
    let ids: Vec<&str> = graph
        .upstream_of(&table)
        .into_iter()
        .map(Node::id)
        .collect();
    assert_eq!(ids, ["load", "other"]);
}

#[test]
fn only_scheduled_picks_come_from_a_table() {
    assert!(picks_from_table(Some(Entry::DataTable)));
    assert!(!picks_from_table(Some(Entry::ApiEvent)));
    assert!(!picks_from_table(None));
}
