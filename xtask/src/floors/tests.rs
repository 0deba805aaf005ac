//! Each test plants one fault in a small house and looks for its path in the report.

use super::{faults, manifest};
use crate::house::{Graph, House, Node, Wing};
use std::collections::BTreeMap;

/// Builds a graph from lines such as `watch 4 open -> store model` or `tokio -> mio`.
fn graph(plan: &str) -> Graph {
    let lines: Vec<(Vec<&str>, Vec<&str>)> = plan
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (left, right) = line.split_once("->").unwrap_or((line, ""));
            (
                left.split_whitespace().collect(),
                right.split_whitespace().collect(),
            )
        })
        .collect();
    let index: BTreeMap<&str, usize> = lines
        .iter()
        .enumerate()
        .map(|(at, (left, _))| (left[0], at))
        .collect();
    let node = |(left, right): &(Vec<&str>, Vec<&str>)| Node {
        name: if left.len() > 1 {
            format!("countersign-{}", left[0])
        } else {
            left[0].to_owned()
        },
        house: (left.len() > 1).then(|| House {
            floor: left[1].parse().unwrap(),
            wing: match left[2] {
                "open" => Wing::Open,
                "sealed" => Wing::Sealed,
                "workshop" => Wing::Workshop,
                other => panic!("no wing is called {other}"),
            },
            pure: left.get(3) == Some(&"pure"),
        }),
        needs: right.iter().map(|name| index[name]).collect(),
    };
    Graph {
        nodes: lines.iter().map(node).collect(),
    }
}

#[track_caller]
fn check(plan: &str, expected: &[&str]) {
    let found = faults(&graph(plan));
    assert_eq!(found.len(), expected.len(), "found {found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "`{expected}` is not in `{found}`");
    }
}

const SOUND: &str = "
    model 1 open pure
    seal 1 open pure -> ring
    secret 1 sealed pure
    refresh 2 open pure -> model
    vault 2 sealed pure -> seal secret model ring
    store 3 open -> model rusqlite
    vault-store 3 sealed -> vault rusqlite
    watch 4 open -> store model tokio
    broker 4 sealed -> vault-store refresh tokio
    watchd 5 open -> watch
    brokerd 5 sealed -> broker
    sim 5 workshop -> model tokio
    countersign 6 sealed -> watchd brokerd sim
    ring -> getrandom
    rusqlite
    tokio -> mio
    mio
    getrandom
";

#[test]
fn a_sound_house_has_no_faults() {
    check(SOUND, &[]);
}

#[test]
fn an_edge_upward_is_named_with_both_floors() {
    check(
        "refresh 2 open pure -> store
         store 3 open pure",
        &["countersign-refresh (floor 2) must not depend on countersign-store (floor 3)"],
    );
}

#[test]
fn an_edge_sideways_is_a_fault_too() {
    check(
        "detect 2 open pure -> feed
         feed 2 open pure",
        &["countersign-detect (floor 2) must not depend on countersign-feed (floor 2)"],
    );
}

#[test]
fn the_open_wing_may_not_reach_the_sealed_one_through_others() {
    check(
        "vault 2 sealed
         cache 3 workshop -> vault
         watchd 6 open -> cache",
        &["open wing reaches the sealed one: \
           countersign-watchd -> countersign-cache -> countersign-vault"],
    );
}

#[test]
fn a_direct_edge_through_the_wall_is_reported_for_everyone_above_it() {
    check(
        "vault 2 sealed
         watch 4 open -> vault
         watchd 5 open -> watch",
        &[
            "countersign-watch -> countersign-vault",
            "countersign-watchd -> countersign-watch -> countersign-vault",
        ],
    );
}

#[test]
fn a_sealed_room_may_use_open_ones() {
    check(
        "refresh 2 open pure
         broker 4 sealed -> refresh",
        &[],
    );
}

#[test]
fn a_runtime_deep_below_a_pure_crate_is_found_with_its_path() {
    check(
        "refresh 2 open pure -> clock
         clock -> tokio
         tokio",
        &["pure crate reaches the world: countersign-refresh -> clock -> tokio"],
    );
}

#[test]
fn a_pure_crate_on_top_of_an_impure_one_of_ours_is_not_pure() {
    check(
        "incident 2 open pure -> model
         model 1 open",
        &["pure crate reaches the world: countersign-incident -> countersign-model"],
    );
}

#[test]
fn chance_is_allowed_through_ring_and_through_nothing_else() {
    check(
        "seal 1 open pure -> ring uuid-like
         ring -> getrandom
         uuid-like -> getrandom
         getrandom",
        &["countersign-seal -> uuid-like -> getrandom"],
    );
}

#[test]
fn a_pure_crate_that_is_not_on_the_list_may_not_take_ring() {
    check(
        "detect 2 open pure -> ring
         ring",
        &["countersign-detect must not depend on ring"],
    );
}

#[test]
fn an_sql_driver_belongs_to_the_stores() {
    check(
        "web 4 open -> rusqlite
         rusqlite",
        &["countersign-web must not depend on rusqlite"],
    );
}

#[test]
fn the_product_below_the_top_floor_may_not_use_the_workshop() {
    check(
        "sim 3 workshop
         watch 4 open -> sim
         countersign 6 sealed -> watch sim",
        &["countersign-watch must not depend on countersign-sim"],
    );
}

#[test]
fn the_provider_may_not_share_nouns_with_its_judges() {
    check(
        "model 1 open pure
         sfmc 2 open pure -> model",
        &["countersign-sfmc -> countersign-model: the model of the provider"],
    );
}

#[test]
fn a_secret_type_may_not_learn_to_serialise() {
    check(
        "secret 1 sealed pure -> bytes-like
         bytes-like -> serde
         serde",
        &["countersign-secret -> bytes-like -> serde"],
    );
}

#[test]
fn a_manifest_without_the_lints_of_the_house_is_a_fault() {
    let elsewhere = "[package]\nname = \"x\"\n[badges]\nworkspace = true\n";
    assert_eq!(manifest::faults("x", elsewhere).len(), 1);
    assert!(manifest::faults("x", "[lints]\nworkspace = true\n").is_empty());
    assert!(manifest::faults("x", "lints.workspace = true\n").is_empty());
}

#[test]
fn a_version_chosen_below_the_root_is_a_fault() {
    let text = "[lints]\nworkspace = true\n[dev-dependencies]\na.workspace = true\nb = \"1\"\n";
    let found = manifest::faults("x", text);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("dependency `b`"), "{found:?}");
}
