//! Contacts leave an answer before a read-only consumer sees it: values of rows, and whatever names
//! a person. Counts, states, times and names of things stay.

use crate::people::{is_address, is_person, shows, shows_of};
use countersign_etframework::xml::{Element, without};
use serde_json::Value;

/// What stands where a value was.
const GONE: &str = "(not shown to a read-only consumer)";
/// Deepest nesting followed; deeper values are left out whole.
const DEPTH_MAX: usize = 32;

/// A JSON answer without contacts; `None` if it cannot be read, and then nothing of it may pass.
pub(crate) fn json(body: &[u8]) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    strip(&mut value, 0);
    serde_json::to_vec(&value).ok()
}

fn strip(value: &mut Value, depth: usize) {
    if depth > DEPTH_MAX {
        *value = Value::from(GONE);
        return;
    }
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                match shows(name) {
                    true => strip(value, depth + 1),
                    false => *value = Value::from(GONE),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| strip(item, depth + 1)),
        Value::String(text) if is_address(text) => *value = Value::from(GONE),
        _ => {}
    }
}

/// A SOAP answer about objects of `kind` without what names a person; `None` if it cannot be read, and
/// then nothing of it may pass.
pub(crate) fn soap(body: &[u8], kind: Option<&str>) -> Option<Vec<u8>> {
    without(body, |around, element| {
        let is_user = around.iter().any(|outer| match outer.name.as_str() {
            "Results" => kind.is_some_and(is_person) || is_person_by_type(outer),
            name => is_person(name) || is_person_by_type(outer),
        });
        let shown = match is_user {
            true => shows_of("AccountUser", &element.name),
            false => shows(&element.name),
        };
        !shown || is_address(&element.text)
    })
    .ok()
}

/// An object that says of itself that it is another kind than its place has (`xsi:type`).
fn is_person_by_type(element: &Element) -> bool {
    let told = element.attribute("type");
    told.and_then(|kind| kind.rsplit(':').next())
        .is_some_and(is_person)
}

#[cfg(test)]
mod tests;
