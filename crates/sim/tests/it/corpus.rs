//! The corpus as it is checked in: every scenario is played again and has to come out the same, and
//! every gate has to hold.
//!
//! After a change of the detectors, of the cause or of the scenarios:
//! `cargo run -- simulate corpus --report docs/corpus.md`, and read what changed.

use countersign_feed::demo_estate;
use countersign_sim::corpus;
use countersign_sim::simulate::{
    GATES, Line, Ran, Staged, flips, flips_page, record_page, simulate,
};
use std::path::Path;
use std::sync::Arc;

const AGAIN: &str = "`cargo run -- simulate corpus --report docs/corpus.md` writes it anew";

fn document(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn record() -> Vec<Line> {
    Line::read(&document("corpus.jsonl")).unwrap()
}

/// Plays scenarios of ours, each with its family.
fn played(name: &str) -> Vec<(String, Staged, Ran)> {
    let estate = Arc::new(demo_estate());
    let (families, staged): (Vec<_>, Vec<Staged>) = corpus::families(name)
        .into_iter()
        .map(|(family, scenario)| {
            let estate = Arc::clone(&estate);
            (family.to_owned(), Staged { scenario, estate })
        })
        .unzip();
    let ran = simulate(&staged).unwrap();
    let all = families.into_iter().zip(staged).zip(ran);
    all.map(|((family, staged), ran)| (family, staged, ran))
        .collect()
}

fn check(family: &str) {
    let told: Vec<Line> = record()
        .into_iter()
        .filter(|line| line.family == family)
        .collect();
    let ran: Vec<Line> = played(family)
        .iter()
        .map(|(family, _, ran)| Line::of(family, ran))
        .collect();
    let differ: Vec<String> = ran
        .iter()
        .filter(|line| !told.contains(line))
        .map(|line| Line::write(std::slice::from_ref(line)))
        .collect();
    assert!(
        differ.is_empty(),
        "came out otherwise; {AGAIN}:\n{}",
        differ.concat()
    );
    assert_eq!(ran.len(), told.len(), "a scenario is gone; {AGAIN}");
}

#[test]
fn dead_credentials_come_out_as_recorded() {
    check("dead-credential");
}

#[test]
fn partial_losses_come_out_as_recorded() {
    check("partial");
}

#[test]
fn failures_of_renewal_alone_come_out_as_recorded() {
    check("renewal-only");
}

#[test]
fn what_shows_downstream_alone_comes_out_as_recorded() {
    check("downstream-only");
}

#[test]
fn two_causes_come_out_as_recorded() {
    check("two-causes");
}

#[test]
fn failures_of_the_platform_come_out_as_recorded() {
    check("platform");
}

#[test]
fn local_faults_come_out_as_recorded() {
    check("local");
}

#[test]
fn other_faults_come_out_as_recorded() {
    check("others");
}

#[test]
fn what_is_quiet_comes_out_as_recorded() {
    check("quiet");
}

#[test]
fn the_stories_come_out_as_recorded() {
    check("stories");
}

#[test]
fn hard_times_come_out_as_recorded() {
    check("hard-times");
}

#[test]
fn the_record_holds_every_scenario_and_its_page_is_of_the_same_run() {
    let lines = record();
    let names: Vec<(&str, &str)> = lines
        .iter()
        .map(|line| (line.family.as_str(), line.scenario.as_str()))
        .collect();
    let all = corpus::all();
    let ours: Vec<(&str, &str)> = all
        .iter()
        .map(|(family, one)| (*family, one.name.as_str()))
        .collect();
    assert_eq!(names, ours, "{AGAIN}");
    assert_eq!(document("corpus.md"), record_page(&lines), "{AGAIN}");
}

#[test]
fn every_gate_holds() {
    let lines = record();
    for gate in GATES {
        let measure = gate.measure(&lines);
        assert!(measure.holds, "{} It is {}.", gate.asks, measure.words);
    }
}

#[test]
fn a_switch_set_the_other_way_changes_what_the_page_says_and_nothing_else() {
    let all = played("dead-018-address");
    let names = ["code_s".to_owned(), "ip_block_status".to_owned()];
    let flips = flips(&all, &names).unwrap();
    let played: Vec<(&str, usize)> = flips.iter().map(|one| (one.switch, one.played)).collect();
    assert_eq!(
        played,
        [("code_s", 0), ("ip_block_status", 1)],
        "only what depends on it"
    );
    assert!(flips_page(&flips).contains("| `ip_block_status` | 400 | 401 | 1 |"));
}
