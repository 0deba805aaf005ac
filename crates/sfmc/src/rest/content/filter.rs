//! Which assets a query takes: comparisons of properties, joined by `AND` and `OR`.

use serde_json::Value;
use std::cmp::Ordering;

/// Deepest nesting.
const DEPTH_MAX: u32 = 32;

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Contains,
    StartsWith,
    In,
    IsNull,
    IsNotNull,
}

impl Operator {
    fn of(name: &str) -> Option<Operator> {
        Some(match name.to_lowercase().as_str() {
            "equal" | "equals" | "eq" => Operator::Equal,
            "notequal" | "notequals" | "neq" => Operator::NotEqual,
            "lessthan" | "lt" => Operator::Less,
            "lessthanorequal" | "lte" => Operator::LessOrEqual,
            "greaterthan" | "gt" => Operator::More,
            "greaterthanorequal" | "gte" => Operator::MoreOrEqual,
            "contains" | "mustcontain" | "like" => Operator::Contains,
            "startswith" => Operator::StartsWith,
            "in" => Operator::In,
            "isnull" => Operator::IsNull,
            "isnotnull" => Operator::IsNotNull,
            _ => return None,
        })
    }
}

/// A condition on an asset.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    All(Box<Filter>, Box<Filter>),
    Any(Box<Filter>, Box<Filter>),
    One(One),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct One {
    property: String,
    operator: Operator,
    value: Value,
}

impl Filter {
    /// Reads the `query` of a body; `None` if it is not valid.
    pub(super) fn of(query: &Value) -> Option<Filter> {
        Filter::read(query, 0)
    }

    fn read(query: &Value, depth: u32) -> Option<Filter> {
        if depth > DEPTH_MAX {
            return None;
        }
        let text = |name: &str| query.get(name).and_then(Value::as_str);
        if let Some(join) = text("logicalOperator") {
            let side = |name: &str| Some(Box::new(Filter::read(query.get(name)?, depth + 1)?));
            let (left, right) = (side("leftOperand")?, side("rightOperand")?);
            return match join.to_lowercase().as_str() {
                "and" => Some(Filter::All(left, right)),
                "or" => Some(Filter::Any(left, right)),
                _ => None,
            };
        }
        let operator = text("simpleOperator").and_then(Operator::of)?;
        // One operator takes its values under another name.
        let value = query.get("value").or(query.get("values")).cloned();
        Some(Filter::One(One {
            property: text("property")?.to_owned(),
            operator,
            value: value.unwrap_or(Value::Null),
        }))
    }

    /// Reads `name eq 'x'` or `id=7`.
    pub(super) fn of_text(text: &str) -> Option<Filter> {
        let (property, operator, value) = match text.split_once('=') {
            Some((property, value)) => (property, "eq", value),
            None => {
                let mut parts = text.trim().splitn(3, char::is_whitespace);
                (parts.next()?, parts.next()?, parts.next()?)
            }
        };
        let property = property.trim();
        let value = value.trim();
        let value = match value.strip_prefix('\'') {
            Some(quoted) => Value::String(quoted.strip_suffix('\'')?.to_owned()),
            None => serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned())),
        };
        (!property.is_empty()).then_some(())?;
        Some(Filter::One(One {
            property: property.to_owned(),
            operator: Operator::of(operator)?,
            value,
        }))
    }

    /// Whether it takes an asset.
    pub(super) fn takes(&self, item: &Value) -> bool {
        match self {
            Filter::All(left, right) => left.takes(item) && right.takes(item),
            Filter::Any(left, right) => left.takes(item) || right.takes(item),
            Filter::One(one) => one.takes(item),
        }
    }
}

impl One {
    fn takes(&self, item: &Value) -> bool {
        let own = at(item, &self.property);
        let order = || compare(&own, &self.value);
        match self.operator {
            Operator::Equal => order().is_eq(),
            Operator::NotEqual => order().is_ne(),
            Operator::Less => order().is_lt(),
            Operator::LessOrEqual => order().is_le(),
            Operator::More => order().is_gt(),
            Operator::MoreOrEqual => order().is_ge(),
            Operator::Contains => words(&own).contains(words(&self.value).trim_matches('%')),
            Operator::StartsWith => words(&own).starts_with(&words(&self.value)),
            Operator::In => {
                let list = self.value.as_array();
                list.is_some_and(|list| list.iter().any(|one| compare(&own, one).is_eq()))
            }
            Operator::IsNull => own.is_null() || own == "",
            Operator::IsNotNull => !own.is_null() && own != "",
        }
    }
}

/// The value at a path such as `assetType.id`, whatever its case; null if there is none.
pub(super) fn at(item: &Value, property: &str) -> Value {
    let step = |value: &'_ Value, name: &str| {
        let held = value.as_object()?.iter();
        let mut named = held.filter(|(held, _)| held.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.clone())
    };
    let mut parts = property.split('.');
    let first = parts.next().and_then(|name| step(item, name));
    let found = parts.try_fold(first.unwrap_or(Value::Null), |value, name| {
        step(&value, name)
    });
    found.unwrap_or(Value::Null)
}

fn words(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_lowercase)
}

/// Numbers by their worth, also where one is written as text; all else as words, whatever the case.
pub(super) fn compare(a: &Value, b: &Value) -> Ordering {
    let number = |value: &Value| match value {
        Value::String(text) => text.parse::<f64>().ok().filter(|number| number.is_finite()),
        other => other.as_f64(),
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => words(a).cmp(&words(b)),
    }
}
