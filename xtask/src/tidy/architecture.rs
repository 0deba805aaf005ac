//! Every path named in `ARCHITECTURE.md` exists, so that a reader can follow it.

use crate::tree::Tree;

const PAGE: &str = "ARCHITECTURE.md";

/// The beginnings by which a word in backticks is known to be a path.
const TOPS: &[&str] = &[
    "crates/", "docs/", "xtask/", "tests/", "bench/", "fuzz/", "openapi/", ".ci/", ".config/",
];

/// Paths that lead nowhere.
pub(super) fn faults(tree: &Tree) -> Vec<String> {
    let Some(text) = tree.document(PAGE) else {
        return vec![format!("{PAGE} is missing")];
    };
    let named = paths_in_backticks(text).chain(targets_of_links(text));
    let lost = named.filter(|path| !tree.exists(path));
    lost.map(|path| format!("{PAGE} names `{path}`, which does not exist"))
        .collect()
}

fn paths_in_backticks(text: &str) -> impl Iterator<Item = &str> {
    let spans = text.split('`').skip(1).step_by(2);
    spans.filter(|span| {
        TOPS.iter().any(|top| span.starts_with(top)) && !span.contains(['*', '{', '<', ' ', '\n'])
    })
}

fn targets_of_links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#']).next());
    targets.filter(|target| !target.is_empty() && !target.contains("://"))
}
