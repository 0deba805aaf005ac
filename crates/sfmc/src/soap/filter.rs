//! Filters of Retrieve: what they say, and whether a thing meets them.

use countersign_etframework::Node;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::cmp::Ordering;

/// A filter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    /// A property compared with values.
    Simple {
        property: String,
        operator: String,
        values: Vec<String>,
    },
    /// Every one of these.
    All(Vec<Filter>),
    /// One of these.
    Any(Vec<Filter>),
}

impl Filter {
    /// A filter as it was sent.
    ///
    /// # Errors
    /// Words for the answer.
    pub(super) fn new(sent: &Node) -> Result<Filter, String> {
        match sent.kind {
            Some("ComplexFilterPart") => Filter::complex(sent),
            _ => Filter::simple(sent),
        }
    }

    fn simple(sent: &Node) -> Result<Filter, String> {
        let property = sent
            .text("Property")
            .ok_or("Error: A filter has no Property")?;
        let operator = sent.text("SimpleOperator").unwrap_or("equals");
        let values: Vec<String> = sent
            .texts("Value")
            .chain(sent.texts("DateValue"))
            .map(str::to_owned)
            .collect();
        let n_wanted = match operator {
            "isNull" | "isNotNull" => 0,
            "between" => 2,
            "equals" | "notEquals" | "greaterThan" | "lessThan" | "greaterThanOrEqual"
            | "lessThanOrEqual" | "like" | "IN" | "beginsWith" | "endsWith" | "contains"
            | "notContains" => 1,
            other => return Err(format!("Error: The operator {other} is not supported")),
        };
        if values.len() < n_wanted {
            return Err(format!(
                "Error: The filter on {property} has too few values"
            ));
        }
        Ok(Filter::Simple {
            property: property.to_owned(),
            operator: operator.to_owned(),
            values,
        })
    }

    fn complex(sent: &Node) -> Result<Filter, String> {
        let operands = ["LeftOperand", "RightOperand", "AdditionalOperands.Operand"];
        let parts = operands.iter().flat_map(|name| sent.nodes(name));
        let parts: Result<Vec<Filter>, String> = parts.map(Filter::new).collect();
        match sent.text("LogicalOperator") {
            Some("AND") => Ok(Filter::All(parts?)),
            Some("OR") => Ok(Filter::Any(parts?)),
            _ => Err("Error: LogicalOperator must be AND or OR".to_owned()),
        }
    }

    /// The properties it looks at.
    pub(super) fn properties(&self) -> Vec<&str> {
        match self {
            Filter::Simple { property, .. } => vec![property],
            Filter::All(parts) | Filter::Any(parts) => {
                parts.iter().flat_map(Filter::properties).collect()
            }
        }
    }

    /// Whether a thing meets it; `get` gives the text of a property.
    pub(super) fn is_met<'a>(&self, get: &impl Fn(&str) -> Option<&'a str>) -> bool {
        match self {
            Filter::All(parts) => parts.iter().all(|part| part.is_met(get)),
            Filter::Any(parts) => parts.iter().any(|part| part.is_met(get)),
            Filter::Simple {
                property,
                operator,
                values,
            } => compares(get(property), operator, values),
        }
    }

    /// The values of which a property must have one, if it says so.
    pub(super) fn only(&self, of: &str) -> Option<&[String]> {
        match self {
            Filter::Any(_) => None,
            Filter::All(parts) => parts.iter().find_map(|part| part.only(of)),
            Filter::Simple {
                property,
                operator,
                values,
            } => (property == of && matches!(operator.as_str(), "equals" | "IN"))
                .then_some(values.as_slice()),
        }
    }

    /// The span of a date property outside of which nothing meets it.
    pub(super) fn span(&self, of: &str) -> (Option<Timestamp>, Option<Timestamp>) {
        match self {
            Filter::Any(_) => (None, None),
            Filter::All(parts) => parts.iter().map(|part| part.span(of)).fold(
                (None, None),
                |(from, to), (other_from, other_to)| {
                    let to = match (to, other_to) {
                        (Some(to), Some(other)) => Some(other.min(to)),
                        (to, other) => to.or(other),
                    };
                    (from.max(other_from), to)
                },
            ),
            Filter::Simple {
                property,
                operator,
                values,
            } if property == of => {
                let at = |n: usize| values.get(n).and_then(|text| instant(text));
                match operator.as_str() {
                    "greaterThan" | "greaterThanOrEqual" => (at(0), None),
                    "lessThan" | "lessThanOrEqual" => (None, at(0)),
                    "between" => (at(0).min(at(1)), at(0).max(at(1))),
                    "equals" => (at(0), at(0)),
                    _ => (None, None),
                }
            }
            Filter::Simple { .. } => (None, None),
        }
    }
}

/// A date and time as text, with or without an offset (then UTC).
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let civil: DateTime = text.parse().ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp())
}

fn compares(actual: Option<&str>, operator: &str, values: &[String]) -> bool {
    let Some(actual) = actual.filter(|text| !text.is_empty()) else {
        return matches!(operator, "isNull" | "notEquals" | "notContains");
    };
    let first = values.first().map_or("", String::as_str);
    let (low, pattern) = (actual.to_lowercase(), first.to_lowercase());
    match operator {
        "isNull" => false,
        "isNotNull" => true,
        "equals" => order(actual, first) == Ordering::Equal,
        "notEquals" => order(actual, first) != Ordering::Equal,
        "greaterThan" => order(actual, first) == Ordering::Greater,
        "lessThan" => order(actual, first) == Ordering::Less,
        "greaterThanOrEqual" => order(actual, first) != Ordering::Less,
        "lessThanOrEqual" => order(actual, first) != Ordering::Greater,
        "IN" => values
            .iter()
            .any(|value| order(actual, value) == Ordering::Equal),
        "between" => values.get(1).is_some_and(|second| {
            order(actual, first) != Ordering::Less && order(actual, second) != Ordering::Greater
        }),
        "like" => is_like(&low, &pattern),
        "contains" => low.contains(&pattern),
        "notContains" => !low.contains(&pattern),
        "beginsWith" => low.starts_with(&pattern),
        "endsWith" => low.ends_with(&pattern),
        _ => false,
    }
}

/// Compares as numbers, instants or flags if both are such, else as text, whatever the case.
fn order(a: &str, b: &str) -> Ordering {
    let flag = |text: &str| match text {
        "true" | "True" | "1" => Some(true),
        "false" | "False" | "0" => Some(false),
        _ => None,
    };
    if let (Some(a), Some(b)) = (flag(a), flag(b)) {
        return a.cmp(&b);
    }
    if let (Ok(a), Ok(b)) = (a.parse::<f64>(), b.parse::<f64>()) {
        return a.partial_cmp(&b).unwrap_or(Ordering::Equal);
    }
    if let (Some(a), Some(b)) = (instant(a), instant(b)) {
        // Answers are written in whole seconds.
        let apart = a.duration_since(b);
        if apart.abs() < SignedDuration::from_secs(1) {
            return Ordering::Equal;
        }
        return a.cmp(&b);
    }
    a.to_lowercase().cmp(&b.to_lowercase())
}

/// `%` stands for any text; without one the pattern may stand anywhere.
fn is_like(text: &str, pattern: &str) -> bool {
    if !pattern.contains('%') {
        return text.contains(pattern);
    }
    let parts: Vec<&str> = pattern.split('%').collect();
    let (first, last) = (parts[0], parts[parts.len() - 1]);
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    for part in &parts[1..parts.len() - 1] {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests;
