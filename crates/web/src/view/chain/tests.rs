use super::*;
use crate::view::sample::{estate, platform, points};

fn column_of(chain: &Chain, id: &str) -> usize {
    let found = chain
        .boxes
        .iter()
        .find(|node| node.id == id && node.tone != "cause");
    found.unwrap_or_else(|| panic!("{id} is drawn")).x / (BOX_WIDTH + COLUMN_GAP)
}

#[test]
fn layers_run_from_the_credential_to_customers() {
    let chain = chain(&points(), &estate());
    let labels: Vec<&str> = chain
        .columns
        .iter()
        .map(|column| column.label.as_str())
        .collect();
    assert_eq!(labels[..3], ["Cause", "Integrations", "Tables"]);
    assert_eq!(column_of(&chain, "INT-029"), 1);
    assert_eq!(column_of(&chain, "DE-16"), 2);
    assert_eq!(column_of(&chain, "J-12"), 3);
    assert_eq!(column_of(&chain, "C-2"), 3);
}

#[test]
fn every_box_lies_inside_and_none_covers_another() {
    let chain = chain(&points(), &estate());
    for (index, a) in chain.boxes.iter().enumerate() {
        assert!(
            a.x + BOX_WIDTH < chain.width && a.y + BOX_HEIGHT <= chain.height,
            "{a:?}"
        );
        for b in &chain.boxes[index + 1..] {
            let apart = a.x != b.x || a.y.abs_diff(b.y) >= BOX_HEIGHT + ROW_GAP;
            assert!(apart, "{a:?} covers {b:?}");
        }
    }
}

#[test]
fn both_tables_lead_to_the_reminder_and_one_way_to_the_harm_is_marked() {
    let chain = chain(&points(), &estate());
    let reminder = chain.boxes.iter().find(|node| node.id == "J-12").unwrap();
    let end = format!("{} {}", reminder.x, reminder.y + BOX_HEIGHT / 2);
    let ways = chain
        .edges
        .iter()
        .filter(|edge| edge.path.ends_with(&end))
        .count();
    assert_eq!(ways, 2);
    assert_eq!(chain.edges.iter().filter(|edge| edge.to_harm).count(), 3);
    assert_eq!(reminder.tone, "harm");
    assert_eq!(reminder.remark, "first harm");
}

#[test]
fn the_way_to_the_harm_runs_along_the_top() {
    let chain = chain(&points(), &estate());
    let top = |id| chain.boxes.iter().find(|node| node.id == id).unwrap().y;
    assert_eq!(top("INT-029"), TOP);
    assert_eq!(top("DE-16"), TOP);
    assert_eq!(top("J-12"), TOP);
    assert!(top("J-11") > TOP);
}

#[test]
fn a_crowded_layer_is_folded_and_says_how_many() {
    let mut incident = points();
    for n in 0..30 {
        let mut copy = incident.affected[0].clone();
        copy.reached.node = Node::Integration(format!("INT-9{n:02}").parse().unwrap());
        incident.affected.push(copy);
    }
    let chain = chain(&incident, &estate());
    let more = chain.boxes.iter().find(|node| node.tone == "more").unwrap();
    assert_eq!(more.lines, ["and 23 more,", "see the table"]);
    assert!(chain.height < 1_000);
}

#[test]
fn the_harmed_asset_survives_folding() {
    let mut incident = points();
    let harmed = incident
        .affected
        .iter()
        .find(|hit| hit.reached.node.id() == "J-12")
        .cloned();
    for n in 0..30 {
        let mut copy = harmed.clone().unwrap();
        copy.reached.node = Node::Asset(format!("A-{n:02}").parse().unwrap());
        incident.affected.insert(0, copy);
    }
    let chain = chain(&incident, &estate());
    assert!(chain.boxes.iter().any(|node| node.tone == "harm"));
}

#[test]
fn a_cause_without_reach_is_one_box() {
    let chain = chain(&platform(), &estate());
    assert_eq!(chain.boxes.len(), 1);
    assert_eq!(chain.edges, []);
}

#[test]
fn a_loop_in_the_recorded_way_ends() {
    let mut incident = points();
    for hit in &mut incident.affected {
        hit.reached.via = hit.reached.node.clone();
    }
    let marked = chain(&incident, &estate())
        .edges
        .iter()
        .filter(|edge| edge.to_harm)
        .count();
    assert_eq!(marked, 0, "a thing does not depend on itself");
}

#[test]
fn long_names_break_at_a_seam_and_end_in_an_ellipsis() {
    assert_eq!(wrapped("Points balance load"), ["Points balance load"]);
    let lookup = wrapped("Reward catalogue lookup inside journeys");
    assert_eq!(lookup, ["Reward catalogue", "lookup inside journ…"]);
    assert_eq!(
        wrapped("LOY_A_table_with_a_long_name"),
        ["LOY_A_table_with_a_", "long_name"]
    );
    assert_eq!(wrapped(&"ö".repeat(50))[0].chars().count(), LINE_CHARS_MAX);
}
