//! Every invariant of the catalogue is written where it could break, and where it is proved.

use crate::source::{Source, words};
use crate::tree::Tree;

const CATALOGUE: &str = "crates/model/src/invariant.rs";

/// Ids that no code or no test mentions.
pub(super) fn faults(tree: &Tree) -> Vec<String> {
    let Some(catalogue) = tree.sources.iter().find(|source| source.path == CATALOGUE) else {
        return vec![format!(
            "{CATALOGUE} is missing, and with it the catalogue of invariants"
        )];
    };
    let others: Vec<&Source> = tree
        .sources
        .iter()
        .filter(|source| source.path != CATALOGUE && source.path.starts_with("crates/"))
        .collect();
    let mut found = Vec::new();
    for id in ids(catalogue) {
        if !others
            .iter()
            .any(|source| mentions(&source.product_text(), &id))
        {
            found.push(format!(
                "invariant {id} is not written in any code that ships"
            ));
        }
        if !others
            .iter()
            .any(|source| mentions(&source.test_text(), &id))
        {
            found.push(format!("invariant {id} is not written in any test"));
        }
    }
    found
}

/// The ids in the catalogue, from its `id: "R1"` fields.
fn ids(catalogue: &Source) -> Vec<String> {
    let fields = catalogue.text.split("id: \"").skip(1);
    fields
        .filter_map(|rest| rest.split_once('"'))
        .map(|(id, _)| id.to_owned())
        .collect()
}

/// Whether a text names the id: in a comment or literal as `R1`, or at the start of a test's name
/// as `r1_`.
fn mentions(text: &str, id: &str) -> bool {
    let as_name = format!("fn {}_", id.to_ascii_lowercase());
    !words(text, id).is_empty() || text.contains(&as_name)
}
