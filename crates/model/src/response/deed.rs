//! What a person did about an incident, as the audit outcome in which it travels.

use super::FoundBy;
use crate::expectation::Expectation;

/// What a person did about an incident. It travels as an audit outcome of ours, so that it is durable
/// before it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Took it on.
    Acknowledged {
        /// Who found the failure.
        found_by: FoundBy,
        /// The team that takes it on, or how we know whoever does.
        by: Option<String>,
    },
    /// Marked a step as done, by its name.
    StepDone(String),
    /// Said that it is to be expected, and when.
    Expected(Box<Expectation>),
    /// Took back what was said to be expected.
    ExpectedNoMore {
        /// The team that takes it back, or how we know whoever does.
        by: String,
    },
}

/// What every deed's action begins with. Producers of outcomes may not say it.
pub const DEED_PREFIX: &str = "incident.";
const ACKNOWLEDGED: &str = "incident.acknowledged";
const FOUND: &str = "incident.found_by_person";
const STEP_DONE: &str = "incident.step_done.";
const EXPECTED: &str = "incident.expected";
const EXPECTED_NO_MORE: &str = "incident.expected_no_more";

impl Deed {
    /// The action of its audit outcome: a name, and after a space what belongs to it.
    #[must_use]
    pub fn action(&self) -> String {
        match self {
            Deed::Acknowledged { found_by, by } => {
                let name = match found_by {
                    FoundBy::System => ACKNOWLEDGED,
                    FoundBy::Person => FOUND,
                };
                match by {
                    Some(by) => format!("{name} {by}"),
                    None => name.to_owned(),
                }
            }
            Deed::StepDone(name) => format!("{STEP_DONE}{name}"),
            Deed::Expected(rule) => {
                let rule = serde_json::to_string(rule).expect("text, times and lists");
                format!("{EXPECTED} {rule}")
            }
            Deed::ExpectedNoMore { by } => format!("{EXPECTED_NO_MORE} {by}"),
        }
    }

    /// The deed of an action; `None` for every other action.
    #[must_use]
    pub fn of_action(action: &str) -> Option<Deed> {
        let (name, rest) = match action.split_once(' ') {
            Some((name, rest)) => (name, Some(rest.to_owned())),
            None => (action, None),
        };
        let taken = |found_by| Deed::Acknowledged {
            found_by,
            by: rest.clone(),
        };
        match name {
            ACKNOWLEDGED => Some(taken(FoundBy::System)),
            FOUND => Some(taken(FoundBy::Person)),
            EXPECTED => {
                let rule = rest
                    .as_deref()
                    .and_then(|text| serde_json::from_str(text).ok());
                rule.map(Deed::Expected)
            }
            EXPECTED_NO_MORE => rest.map(|by| Deed::ExpectedNoMore { by }),
            _ => {
                let name = action.strip_prefix(STEP_DONE)?;
                Some(Deed::StepDone(name.to_owned()))
            }
        }
    }
}

#[cfg(test)]
mod tests;
