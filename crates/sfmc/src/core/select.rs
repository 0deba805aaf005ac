//! Which records a query finds, in which order, and how they are shown.

use super::record::{Record, Records};
use super::soql::{Condition, Literal, Operator, Path, Query, Selected};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::cmp::Ordering;

/// What a query finds: how many there are, and those from `first` on, at most `n`.
pub(super) fn run(
    records: &Records,
    query: &Query,
    (first, n): (usize, usize),
    show: &dyn Fn(&'static str, &Record, &[Path]) -> Value,
) -> (usize, Vec<Value>) {
    let fits = |record: &&Record| {
        let condition = query.condition.as_ref();
        condition.is_none_or(|condition| holds(records, condition, record))
    };
    let mut found: Vec<&Record> = records.of(query.object).filter(fits).collect();
    found.sort_by(|a, b| {
        query
            .order
            .iter()
            .fold(Ordering::Equal, |order, (path, down)| {
                let next = compare(&value(records, a, path), &value(records, b, path));
                order.then(if *down { next.reverse() } else { next })
            })
    });
    let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
    let limit = query.limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    });
    let found: Vec<&Record> = found.into_iter().skip(offset).take(limit).collect();
    let shown = match &query.selected {
        Selected::Count => Vec::new(),
        Selected::Fields(paths) => {
            let part = found.iter().skip(first).take(n);
            part.map(|record| show(query.object.name, record, paths))
                .collect()
        }
    };
    (found.len(), shown)
}

/// The value a path leads to; null if it leads nowhere.
pub(super) fn value(records: &Records, record: &Record, path: &Path) -> Value {
    let own = |record: &Record, name: &str| record.get(name).cloned().unwrap_or(Value::Null);
    let Some((via, target)) = path.via else {
        return own(record, path.field.name);
    };
    let id = own(record, via.name);
    let other = id.as_str().and_then(|id| records.get(target.name, id));
    other.map_or(Value::Null, |other| own(other, path.field.name))
}

/// Null before all others; numbers, flags and times by their worth, texts whatever their case.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(0.0), b.as_f64().unwrap_or(0.0));
            a.total_cmp(&b)
        }
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (a, b) => words(a).cmp(&words(b)),
    }
}

fn words(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_lowercase)
}

fn holds(records: &Records, condition: &Condition, record: &Record) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(|part| holds(records, part, record)),
        Condition::Any(parts) => parts.iter().any(|part| holds(records, part, record)),
        Condition::Not(part) => !holds(records, part, record),
        Condition::In(path, list) => {
            let value = value(records, record, path);
            list.iter().any(|one| meets(&value, Operator::Equal, one))
        }
        Condition::Compare(path, operator, literal) => {
            meets(&value(records, record, path), *operator, literal)
        }
    }
}

/// Whether a value meets a comparison. Null is equal to null and otherwise to nothing.
fn meets(value: &Value, operator: Operator, literal: &Literal) -> bool {
    if operator == Operator::NotEqual {
        return !meets(value, Operator::Equal, literal);
    }
    let order = match (value, literal) {
        (Value::Null, Literal::Null) => Some(Ordering::Equal),
        (Value::Bool(value), Literal::Flag(flag)) => Some(value.cmp(flag)),
        (Value::Number(value), Literal::Number(number)) => {
            value.as_f64().and_then(|value| value.partial_cmp(number))
        }
        (Value::String(value), Literal::Text(pattern)) if operator == Operator::Like => {
            return is_like(&value.to_lowercase(), &pattern.to_lowercase());
        }
        (Value::String(value), Literal::Text(text)) => Some(against(value, text)),
        (Value::String(value), Literal::Time(time)) => instant(value).map(|at| at.cmp(time)),
        _ => None,
    };
    let Some(order) = order else {
        return false;
    };
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::More => order.is_gt(),
        Operator::MoreOrEqual => order.is_ge(),
        Operator::Like | Operator::NotEqual => false,
    }
}

/// Texts whatever their case; ids by their first 15 characters, in their case.
fn against(value: &str, text: &str) -> Ordering {
    let ids = [(value, text), (text, value)];
    let is_short = ids.into_iter().any(|(short, long)| {
        short.len() == 15 && long.len() == 18 && super::is_id(long) && long.starts_with(short)
    });
    if is_short {
        return Ordering::Equal;
    }
    value.to_lowercase().cmp(&text.to_lowercase())
}

fn instant(text: &str) -> Option<Timestamp> {
    text.replace("+0000", "Z").parse().ok()
}

/// `%` stands for any characters, `_` for one.
fn is_like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) =
        (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut in_pattern) = (0, 0);
    // Where the last `%` stood, and how far its part reached.
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(in_pattern) {
            Some('%') => {
                retry = Some((in_pattern, at));
                in_pattern += 1;
            }
            Some(c) if *c == '_' || *c == text[at] => {
                at += 1;
                in_pattern += 1;
            }
            _ => match retry {
                Some((star, reached)) => {
                    retry = Some((star, reached + 1));
                    (at, in_pattern) = (reached + 1, star + 1);
                }
                None => return false,
            },
        }
    }
    pattern[in_pattern.min(pattern.len())..]
        .iter()
        .all(|c| *c == '%')
}

/// A record as a query shows it: its fields, those of others inside an object of their own.
pub(super) fn shown(
    records: &Records,
    base: &str,
    name: &str,
    record: &Record,
    paths: &[Path],
) -> Value {
    let mut body = json!({ "attributes": attributes(base, name, record) });
    for path in paths {
        let value = value(records, record, path);
        let Some((via, target)) = path.via else {
            body[path.field.name] = value;
            continue;
        };
        let relation = via.name.strip_suffix("Id").unwrap_or(via.name);
        let id = record.get(via.name).and_then(Value::as_str);
        match id.and_then(|id| records.get(target.name, id)) {
            None => body[relation] = Value::Null,
            Some(other) => {
                if !body[relation].is_object() {
                    let about = attributes(base, target.name, other);
                    body[relation] = json!({ "attributes": about });
                }
                body[relation][path.field.name] = value;
            }
        }
    }
    body
}

/// What kind of record it is, and where.
pub(super) fn attributes(base: &str, name: &str, record: &Record) -> Value {
    let id = record.get("Id").and_then(Value::as_str).unwrap_or_default();
    json!({ "type": name, "url": format!("{base}/sobjects/{name}/{id}") })
}

#[cfg(test)]
mod tests;
