//! The record as a page for people.

use super::counts::{Counts, rank};
use super::{GATES, Line};
use std::fmt::Write;

const HEAD: &str = "# What the watch makes of the corpus

Written by `cargo run -- simulate corpus --report docs/corpus.md`, with
[corpus.jsonl](corpus.jsonl) beside it for machines; the tests play every scenario again and compare.
Nothing here is edited by hand. [How scenarios are made and marked](formats/scenario.md).

";

const FAMILY_HEAD: &str = "| family | scenarios | as expected | found | false | cause right | class right | after the fault p50, p95 | after the evidence p50, p95 | locks right |
|---|---|---|---|---|---|---|---|---|---|
";

const SCENARIO_HEAD: &str =
    "| scenario | found | after the fault | after the evidence | otherwise than expected |
|---|---|---|---|---|
";

/// The page of a record: the gates, counts a family, and one row a scenario.
#[must_use]
pub fn page(lines: &[Line]) -> String {
    let mut page = HEAD.to_owned();
    page.push_str("## What must hold\n\n| asked | is | holds |\n|---|---|---|\n");
    for gate in GATES {
        let measure = gate.measure(lines);
        let holds = if measure.holds { "yes" } else { "**no**" };
        row(&mut page, &[gate.asks, &measure.words, holds]);
    }
    page.push_str("\n## By family\n\n");
    page.push_str(FAMILY_HEAD);
    for family in families(lines) {
        let of_it = lines.iter().filter(|line| line.family == family);
        counts_row(&mut page, family, &Counts::of(of_it));
    }
    counts_row(&mut page, "**all**", &Counts::of(lines.iter()));
    for family in families(lines) {
        write!(page, "\n## {family}\n\n{SCENARIO_HEAD}").expect("a text takes everything");
        for line in lines.iter().filter(|line| line.family == family) {
            scenario_row(&mut page, line);
        }
    }
    page
}

/// The families, in the order of the record.
fn families(lines: &[Line]) -> Vec<&str> {
    let mut names: Vec<&str> = lines.iter().map(|line| line.family.as_str()).collect();
    names.dedup();
    names
}

fn counts_row(page: &mut String, name: &str, counts: &Counts) {
    let of = |part: usize, whole: usize| format!("{part} of {whole}");
    row(
        page,
        &[
            name,
            &counts.scenarios.to_string(),
            &counts.passed.to_string(),
            &of(counts.found, counts.expected),
            &of(counts.others, counts.opened()),
            &of(counts.causes, counts.found),
            &of(counts.classes, counts.found),
            &ranks(&counts.after_fault_s),
            &ranks(&counts.after_evidence_s),
            &of(counts.lockouts, counts.scenarios),
        ],
    );
}

fn scenario_row(page: &mut String, line: &Line) {
    let found = line.entries.iter().filter_map(|entry| entry.found.as_ref());
    let n_found = found.clone().count();
    let spans = |of: &dyn Fn(&super::super::Found) -> Option<u64>| {
        let all = found
            .clone()
            .map(|one| of(one).map_or("-".to_owned(), span));
        all.collect::<Vec<String>>().join(", ")
    };
    row(
        page,
        &[
            &line.scenario,
            &format!("{n_found} of {}", line.entries.len()),
            &spans(&|one| Some(one.after_fault_s)),
            &spans(&|one| one.after_evidence_s),
            &line.misses.join("; "),
        ],
    );
}

fn row(page: &mut String, cells: &[&str]) {
    writeln!(page, "| {} |", cells.join(" | ")).expect("a text takes everything");
}

fn ranks(ascending: &[u64]) -> String {
    match (rank(ascending, 50), rank(ascending, 95)) {
        (Some(middle), Some(high)) => format!("{}, {}", span(middle), span(high)),
        _ => "-".to_owned(),
    }
}

/// Seconds for a person.
fn span(seconds: u64) -> String {
    match seconds {
        short if short < 600 => format!("{short} s"),
        long => format!("{} min", (long + 30) / 60),
    }
}
