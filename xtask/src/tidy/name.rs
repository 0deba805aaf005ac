//! Every file says in its first line what it is for, and none is a drawer for odds and ends.

use crate::source::words;
use crate::tree::Tree;

/// Names that tell nothing about what is inside.
const DRAWERS: &[&str] = &[
    "utils", "util", "common", "helpers", "helper", "misc", "manager", "managers",
];

/// Files without a `//!` header, `mod.rs` files and drawers.
pub(super) fn faults(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for source in &tree.sources {
        let path = &source.path;
        // `foo/tests.rs` says by its name what it is for.
        if !source.text.starts_with("//! ") && !path.ends_with("/tests.rs") {
            found.push(format!(
                "{path}: the first line must say what it is for, after `//!`"
            ));
        }
        let mut parts = path.trim_end_matches(".rs").split('/');
        if let Some(drawer) = parts.clone().find(|part| DRAWERS.contains(part)) {
            found.push(format!(
                "{path}: no module is called `{drawer}`; name what it does"
            ));
        }
        if parts.next_back() == Some("mod") {
            found.push(format!(
                "{path}: write `foo.rs` beside `foo/`, not `foo/mod.rs`"
            ));
        }
        for drawer in DRAWERS {
            let inline = words(&source.code, drawer).into_iter().find(|at| {
                source.code[..*at].ends_with("mod ")
                    && source.code[at + drawer.len()..]
                        .trim_start()
                        .starts_with('{')
            });
            if let Some(at) = inline {
                let line = source.line_of(at);
                found.push(format!("{path}:{line}: no module is called `{drawer}`"));
            }
        }
    }
    found
}
