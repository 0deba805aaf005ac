//! `docs/requirements.md` has one row for each requirement, and what a row names exists.

use crate::source::Source;
use crate::tree::Tree;
use std::collections::BTreeMap;

const PAGE: &str = "docs/requirements.md";
const LAST: u32 = 214;

/// Missing, doubled and empty rows, and rows that are shown by something that is not there.
pub(super) fn faults(tree: &Tree) -> Vec<String> {
    let Some(text) = tree.document(PAGE) else {
        return vec![format!("{PAGE} is missing")];
    };
    let mut n_rows: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for row in rows(text) {
        *n_rows.entry(row.id).or_default() += 1;
        if row.requirement.is_empty() || row.shown_by.is_empty() {
            found.push(format!("{PAGE}: {} has an empty cell", row.id));
        }
        let lost = row
            .shown_by
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|name| !is_there(tree, name));
        found.extend(lost.map(|name| {
            format!(
                "{PAGE}: {} is shown by `{name}`, which does not exist",
                row.id
            )
        }));
    }
    for number in 1..=LAST {
        let id = format!("R{number:03}");
        match n_rows.get(id.as_str()) {
            Some(1) => {}
            Some(n) => found.push(format!("{PAGE}: {id} has {n} rows")),
            None => found.push(format!("{PAGE}: {id} has no row")),
        }
    }
    found
}

struct Row<'a> {
    id: &'a str,
    requirement: &'a str,
    shown_by: &'a str,
}

/// The table rows that begin with a requirement's id.
fn rows(text: &str) -> impl Iterator<Item = Row<'_>> {
    text.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| R")?.split('|');
        let id = cells.next()?.trim();
        id.starts_with(|c: char| c.is_ascii_digit()).then_some(())?;
        let id = &line[2..3 + id.len()];
        Some(Row {
            id,
            requirement: cells.next()?.trim(),
            shown_by: cells.next()?.trim(),
        })
    })
}

/// Whether a name in backticks exists, if it is of a kind we can look up: a path with `/`, a module
/// as `room::module`, or a test as `a_sentence_of_words`. Commands and routes are taken on trust.
fn is_there(tree: &Tree, name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    if name.contains("::") && name.split("::").all(is_word) {
        return tree.sources.iter().any(|source| holds_module(source, name));
    }
    if is_word(name) && name.matches('_').count() >= 3 {
        let test = format!("fn {name}(");
        return tree
            .sources
            .iter()
            .any(|source| source.code.contains(&test));
    }
    let first = name.split('/').next().unwrap_or_default();
    let is_path =
        name.contains('/') && ["crates", "docs", "tests", "xtask", "bench"].contains(&first);
    !is_path || tree.exists(name)
}

/// Whether a source is the module or lies in it.
fn holds_module(source: &Source, name: &str) -> bool {
    let module = source.module();
    module
        .strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}
