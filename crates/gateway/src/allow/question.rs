//! What a read-only consumer asks along with a REST route: nothing that would tell it, by what matches
//! or in which order, a value that it is not shown.

use crate::people::{is_address, shows};
use serde_json::Value;
use url::form_urlencoded;

/// The rows of a data extension: every field of theirs is a value.
const ROWSET: &str = "rowset";
/// All that may be asked of rows.
const PAGING: [&str; 2] = ["$page", "$pagesize"];
/// Deepest nesting of a body followed.
const DEPTH_MAX: usize = 32;

/// Whether the query asks after nothing that is not shown.
pub(super) fn is_open(path: &str, query: Option<&str>) -> bool {
    let of_rows = path
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .is_some_and(|last| last.eq_ignore_ascii_case(ROWSET));
    form_urlencoded::parse(query.unwrap_or_default().as_bytes()).all(|(name, value)| {
        let name = name.trim().to_ascii_lowercase();
        match of_rows {
            true => PAGING.contains(&name.as_str()),
            false => is_fine(&name, &value),
        }
    })
}

/// Whether a body asks after nothing that is not shown; one that cannot be read is not known to.
pub(super) fn is_open_body(body: &[u8]) -> bool {
    match body.trim_ascii() {
        [] => true,
        body => serde_json::from_slice(body).is_ok_and(|value| is_fine_inside(&value, 0)),
    }
}

fn is_fine_inside(value: &Value, depth: usize) -> bool {
    match value {
        _ if depth > DEPTH_MAX => false,
        Value::Object(fields) => fields
            .iter()
            .all(|(name, inner)| shows(name) && is_fine_inside(inner, depth + 1)),
        Value::Array(items) => items.iter().all(|item| is_fine_inside(item, depth + 1)),
        Value::String(text) => is_fine("", text),
        _ => true,
    }
}

/// Whether neither the name of a parameter nor a word of its value is a field that is not shown.
fn is_fine(name: &str, value: &str) -> bool {
    shows(name.trim_start_matches('$')) && !is_address(value) && words(value).all(shows)
}

/// The words of an expression. Quotes count for nothing: what is inside for one reader may be outside for
/// another.
fn words(expression: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let parts = expression.split(move |letter| !is_part(letter));
    parts.filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests;
