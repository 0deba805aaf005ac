//! Encrypting happens in one room, where the lint's list of paths does not reach.

use crate::source::{Source, words};
use crate::tree::Tree;

/// The one room that may name an AEAD.
const ROOM: &str = "crates/seal/";

/// Product code outside that room that names one, as `ring::aead::…` or in a list of imports.
pub(super) fn faults(tree: &Tree) -> Vec<String> {
    let elsewhere = tree
        .sources
        .iter()
        .filter(|source| !source.path.starts_with(ROOM));
    elsewhere.flat_map(of_source).collect()
}

fn of_source(source: &Source) -> Vec<String> {
    let told = |at: usize| {
        let line = source.line_of(at);
        format!(
            "{}:{line}: encrypting happens in `seal` and nowhere else",
            source.path
        )
    };
    words(&source.product, "aead")
        .into_iter()
        .map(told)
        .collect()
}
