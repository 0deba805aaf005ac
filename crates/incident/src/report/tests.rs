use super::super::engine::tests::{at, puts, step};
use super::*;
use crate::Engine;
use countersign_feed::demo_estate;
use countersign_model::signal::Strength;

fn points() -> Incident {
    let mut engine = Engine::new(&demo_estate(), 7);
    step(&mut engine, Strength::Page, "2026-11-22T12:51:29Z");
    let noon = engine.tick(at("2026-11-22T16:30:00Z"));
    assert_eq!(puts(&noon).len(), 1);
    let over = step(&mut engine, Strength::Healed, "2026-11-22T16:45:00Z");
    puts(&over)[0].clone()
}

/// R205 and the parts that a report of the kind has to have.
#[test]
fn the_report_tells_all_its_parts_in_both_forms() {
    let report = Report::of(&demo_estate(), &points(), at("2026-11-22T17:00:00Z"));
    let (markdown, html) = (report.markdown(), report.html());
    let parts = [
        "Summary",
        "Timeline",
        "Clocks against objectives",
        "Cycles and windows hit",
        "Cause",
        "From cause to customer",
        "Impact",
        "What it was not, and what is not affected",
        "Running it again",
        "What customers see",
        "Attribution",
        "What changes",
    ];
    let mut last = 0;
    for part in parts {
        let place = markdown.find(&format!("\n## {part}\n"));
        let place = place.unwrap_or_else(|| panic!("{part} in\n{markdown}"));
        assert!(place > last, "{part} is out of order");
        last = place;
        assert!(html.contains(&format!("<h2>{part}</h2>")), "{part}");
    }
    let seen = markdown.split("## What customers see").nth(1).unwrap();
    assert!(
        !seen.split("##").next().unwrap().contains("Double-points"),
        "it lies ahead"
    );
    for words in [
        "Customers may have noticed since 2026-11-22 10:00:00 CST",
        "Points balance load: 4 runs, the first at 2026-11-22 07:05:00 CST",
        "Points expiring reminder: 1 window",
        "About 11,500 contacts were handled by Points expiring reminder with old data",
        "Load 4 missed runs again",
        ": Volumes are those the estate declares",
        "Authentication restored: missed within 15 min of detection",
        "Owner: Loyalty Product Engineering",
    ] {
        assert!(markdown.contains(words), "{words:?} in\n{markdown}");
    }
}

#[test]
fn names_from_the_estate_stay_text_in_both_forms() {
    let mut incident = points();
    incident.title = "<script>alert(1)</script> | *x*\n# y".to_owned();
    incident.owner = Some("A & B".to_owned());
    let report = Report::of(&demo_estate(), &incident, at("2026-11-22T17:00:00Z"));
    let html = report.html();
    assert!(!html.contains("<script>"), "{html}");
    assert!(
        html.contains("&lt;script&gt;") && html.contains("A &amp; B"),
        "{html}"
    );
    let markdown = report.markdown();
    let first = markdown.lines().next().unwrap();
    assert_eq!(first, r"# \<script\>alert(1)\</script\> \| \*x\* \# y");
}

#[test]
fn a_report_of_what_never_opened_says_so() {
    let mut engine = Engine::new(&demo_estate(), 7);
    let silent = step(&mut engine, Strength::Suspect, "2026-11-22T12:50:59Z");
    let report = Report::of(&demo_estate(), puts(&silent)[0], at("2026-11-22T12:51:00Z"));
    let markdown = report.markdown();
    assert!(markdown.contains("nobody was told") && markdown.contains("It was not counted"));
}
