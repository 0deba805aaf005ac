//! An exception to a lint carries its reason.

use crate::source::{end_of_brackets, words};
use crate::tree::Tree;

/// `#[expect(…)]` and `#[allow(…)]` without `reason = "…"`.
pub(super) fn faults(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for source in &tree.sources {
        for kind in ["expect", "allow"] {
            for at in words(&source.code, kind) {
                let open = at + kind.len();
                let in_attribute = source.code[..at].ends_with("#[")
                    || source.code[..at].ends_with("#![")
                    || attribute_under_condition(&source.code, at);
                if !in_attribute || source.code.as_bytes().get(open) != Some(&b'(') {
                    continue;
                }
                let end = end_of_brackets(&source.code, open).unwrap_or(source.code.len());
                if words(&source.code[open..end], "reason").is_empty() {
                    let line = source.line_of(at);
                    found.push(format!(
                        "{}:{line}: `{kind}` must give its reason = \"…\"",
                        source.path
                    ));
                }
            }
        }
    }
    found
}

/// Whether the word stands in a `#[cfg_attr(…, here(…))]`.
fn attribute_under_condition(code: &str, at: usize) -> bool {
    let line = code[..at].rfind('\n').map_or(0, |newline| newline + 1);
    code[line..at].contains("cfg_attr(")
}
