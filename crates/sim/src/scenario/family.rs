//! Families of scenarios: what they share, and one line for what sets each apart.
//!
//! A file holds one scenario, or a head with `cases`: each case is the head with its own fields put
//! over it. Both are decoded by the same strict types.

use super::{Scenario, ScenarioError};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The field that makes a file a family.
const CASES: &str = "cases";

/// Reads a file: one scenario, or a family.
///
/// # Errors
/// [`ScenarioError`] with the place and what is wrong there; for a family, also the case.
pub fn parse_all(text: &str) -> Result<Vec<Scenario>, ScenarioError> {
    let head = match serde_saphyr::from_str::<Value>(text) {
        Ok(Value::Object(head)) if head.contains_key(CASES) => head,
        // The typed reader tells the line of whatever is wrong.
        _ => return Scenario::parse(text).map(|one| vec![one]),
    };
    cases(head)
}

fn cases(mut head: Map<String, Value>) -> Result<Vec<Scenario>, ScenarioError> {
    let Some(Value::Array(cases)) = head.remove(CASES) else {
        return Err(ScenarioError::Format(
            "cases: write a list of scenarios' own fields".to_owned(),
        ));
    };
    let case = |(number, own): (usize, Value)| {
        let Value::Object(own) = own else {
            return Err(ScenarioError::Format(format!(
                "cases[{number}]: write the fields of one scenario"
            )));
        };
        let mut whole = head.clone();
        whole.extend(own);
        decoded(number, Value::Object(whole))
    };
    cases.into_iter().enumerate().map(case).collect()
}

fn decoded(number: usize, whole: Value) -> Result<Scenario, ScenarioError> {
    let named = match whole.get("name").and_then(Value::as_str) {
        Some(name) => format!("case {name}"),
        None => format!("cases[{number}]"),
    };
    let mut place = serde_path_to_error::Track::new();
    Scenario::deserialize(serde_path_to_error::Deserializer::new(whole, &mut place))
        .map_err(|error| ScenarioError::Format(format!("{named}: {}: {error}", place.path())))
}
