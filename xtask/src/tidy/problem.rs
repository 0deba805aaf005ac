//! Every problem code has its page, and every page its code.

use crate::source::{Source, end_of_brackets};
use crate::tree::Tree;
use std::collections::BTreeMap;

const PAGES: &str = "docs/problems";
const CALL: &str = "Problem::new(";
const TABLE: &str = "/problem/code.rs";

/// Codes without a page in `docs/problems/`, and pages of codes that nothing sends.
pub(super) fn faults(tree: &Tree) -> Vec<String> {
    let mut codes = BTreeMap::new();
    for source in &tree.sources {
        for (code, line) in codes_of(source) {
            codes
                .entry(code)
                .or_insert_with(|| format!("{}:{line}", source.path));
        }
    }
    let mut found = Vec::new();
    for (code, place) in &codes {
        let page = format!("{PAGES}/{code}.md");
        if !tree.exists(&page) {
            found.push(format!("{place}: the problem `{code}` has no page {page}"));
        }
    }
    for page in tree.inside(PAGES) {
        let name = page
            .rsplit('/')
            .next()
            .unwrap_or(page)
            .trim_end_matches(".md");
        if !codes.contains_key(name) && name != "README" {
            found.push(format!("{page}: nothing sends the problem `{name}`"));
        }
    }
    found
}

/// The codes that a source writes, each with its line.
///
/// A code is written where the problem is made, as the second argument of `Problem::new`, or once in
/// a table called `problem/code.rs`, whose rows read `Name = "code", …`.
fn codes_of(source: &Source) -> Vec<(String, usize)> {
    let mut places = Vec::new();
    for (at, _) in source.product.match_indices(CALL) {
        let open = at + CALL.len() - 1;
        places.extend(second_argument(&source.product, open));
    }
    if source.path.ends_with(TABLE) {
        places.extend(
            source
                .product
                .match_indices("= ")
                .map(|(at, found)| at + found.len()),
        );
    }
    let code_at = |place| literal(source, place).map(|code| (code, source.line_of(place)));
    places.into_iter().filter_map(code_at).collect()
}

/// Where the second argument of the call that opens at `open` begins.
fn second_argument(code: &str, open: usize) -> Option<usize> {
    let end = end_of_brackets(code, open)?;
    let mut at = open + 1;
    while at < end {
        match code.as_bytes()[at] {
            b'(' | b'[' | b'{' => at = end_of_brackets(code, at)?,
            b',' => return Some(at + code[at..].len() - code[at + 1..].trim_start().len()),
            _ => at += 1,
        }
    }
    None
}

/// The literal that begins at `place`, if what stands there is a literal in the form of a code.
fn literal(source: &Source, place: usize) -> Option<String> {
    let inside = source.text[place..].strip_prefix('"')?;
    let code = inside.split('"').next()?;
    let in_form = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (!code.is_empty() && code.chars().all(in_form)).then(|| code.to_owned())
}
