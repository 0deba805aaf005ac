//! Every rule that a comment cites is on `docs/rules.md`, so that a clone explains itself.

use crate::source::Source;
use crate::tree::Tree;

const PAGE: &str = "docs/rules.md";
/// How a citation begins; a number follows.
const WORDS: [&str; 6] = [
    "broker rule ",
    "broker rules ",
    "design ",
    "detection ",
    "target p",
    "demo estate d.",
];

/// Citations of rules that the page does not tell.
pub(super) fn faults(tree: &Tree) -> Vec<String> {
    let told: Vec<String> = tree
        .document(PAGE)
        .unwrap_or_default()
        .lines()
        .map(|line| line.trim_start_matches(['#', '-', '*', '|', ' ']))
        .map(str::to_lowercase)
        .collect();
    let is_told = |cited: &str| {
        told.iter().any(|line| {
            line.strip_prefix(cited)
                .is_some_and(|rest| number(rest.trim_start_matches('.')).is_empty())
        })
    };
    let mut found = Vec::new();
    for source in &tree.sources {
        for (cited, line) in citations(source) {
            if !is_told(&cited) {
                found.push(format!(
                    "{}:{line}: `{cited}` is not on {PAGE}",
                    source.path
                ));
            }
        }
    }
    found
}

/// What a source cites, in lower case and in the singular, with its line.
fn citations(source: &Source) -> Vec<(String, usize)> {
    let text = source.text.to_ascii_lowercase();
    let mut found = Vec::new();
    for words in WORDS {
        for (at, _) in text.match_indices(words) {
            let is_word = !text[..at].ends_with(char::is_alphanumeric);
            let number = number(&text[at + words.len()..]);
            if is_word && !number.is_empty() {
                let words = words.replace("rules", "rule");
                found.push((format!("{words}{number}"), source.line_of(at)));
            }
        }
    }
    found
}

/// The number a text begins with: `2`, `2.13`.
fn number(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}
