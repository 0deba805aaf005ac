//! What stands in an element of a known type: read from and written to XML by the tables.

use crate::field::{Field, Form, Type};
use crate::table::{fields, find_type, is_kind_of};
use crate::xml::{Element, escape};
use std::collections::BTreeMap;

/// A thing of a type: values by field. A field that is not there has no value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// Its type, where that may be another than its field says.
    pub kind: Option<&'static str>,
    values: BTreeMap<&'static str, Vec<Value>>,
}

/// A value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, number, date or word.
    Text(String),
    /// A thing with fields of its own.
    Node(Node),
    /// Nothing, and said so.
    Nil,
}

impl Node {
    /// An empty thing of a type.
    #[must_use]
    pub fn of(kind: &'static str) -> Node {
        Node {
            kind: Some(kind),
            values: BTreeMap::new(),
        }
    }

    /// Itself with a text at a name or at a path such as `Client.ID`.
    #[must_use]
    pub fn with(mut self, path: &'static str, text: impl ToString) -> Node {
        self.set(path, text);
        self
    }

    /// Sets a text at a name or at a path such as `Client.ID`.
    pub fn set(&mut self, path: &'static str, text: impl ToString) {
        match path.split_once('.') {
            None => {
                self.values
                    .insert(path, vec![Value::Text(text.to_string())]);
            }
            Some((name, rest)) => {
                let values = self.values.entry(name).or_default();
                if !matches!(values.first(), Some(Value::Node(_))) {
                    *values = vec![Value::Node(Node::default())];
                }
                if let Some(Value::Node(inner)) = values.first_mut() {
                    inner.set(rest, text);
                }
            }
        }
    }

    /// Says that a field is nothing, unless it has a value.
    pub fn nil(&mut self, name: &'static str) {
        self.values.entry(name).or_insert_with(|| vec![Value::Nil]);
    }

    /// Adds a thing to a field.
    pub fn push(&mut self, name: &'static str, node: Node) {
        self.values.entry(name).or_default().push(Value::Node(node));
    }

    /// Itself with a thing added to a field.
    #[must_use]
    pub fn having(mut self, name: &'static str, node: Node) -> Node {
        self.push(name, node);
        self
    }

    /// The first text at a name or path; `None` if there is none or it is empty.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        match self.values.get(name)?.first()? {
            Value::Text(text) if rest.is_empty() && !text.is_empty() => Some(text),
            Value::Node(node) if !rest.is_empty() => node.text(rest),
            _ => None,
        }
    }

    /// All texts of a field.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let values = self.values.get(name).map_or(&[][..], Vec::as_slice);
        values.iter().filter_map(|value| match value {
            Value::Text(text) => Some(text.as_str()),
            Value::Node(_) | Value::Nil => None,
        })
    }

    /// All things of a field, or of a field within a field, as in `Properties.Property`.
    #[must_use]
    pub fn nodes(&self, path: &str) -> Vec<&Node> {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let values = self.values.get(name).map_or(&[][..], Vec::as_slice);
        let nodes = values.iter().filter_map(|value| match value {
            Value::Node(node) => Some(node),
            Value::Text(_) | Value::Nil => None,
        });
        match rest {
            "" => nodes.collect(),
            rest => nodes.flat_map(|node| node.nodes(rest)).collect(),
        }
    }

    /// Whether a flag is set.
    #[must_use]
    pub fn flag(&self, path: &str) -> bool {
        matches!(self.text(path), Some("true" | "True" | "TRUE" | "1"))
    }

    /// Takes over every field that another has.
    pub fn overlay(&mut self, other: &Node) {
        for (name, values) in &other.values {
            self.values.insert(name, values.clone());
        }
    }

    /// Its fields by name, in no order that means anything.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.values.keys().copied()
    }

    /// A copy with what the paths name and no more.
    #[must_use]
    pub fn only<'a>(&self, paths: impl Iterator<Item = &'a str>) -> Node {
        let mut cut = Node {
            kind: self.kind,
            values: BTreeMap::new(),
        };
        for path in paths {
            let (name, rest) = path.split_once('.').unwrap_or((path, ""));
            let Some((name, values)) = self.values.get_key_value(name) else {
                continue;
            };
            match (rest, values.first()) {
                ("", _) => {
                    cut.values.insert(name, values.clone());
                }
                (rest, Some(Value::Node(inner))) => {
                    let part = inner.only(std::iter::once(rest));
                    let slot = cut.values.entry(name).or_default();
                    match slot.first_mut() {
                        Some(Value::Node(there)) => there.overlay(&part),
                        _ => slot.push(Value::Node(part)),
                    }
                }
                _ => {}
            }
        }
        cut
    }

    /// Reads an element as a thing of a type, or of the one it names in `type` if that extends it.
    /// Elements that the tables do not know are left out.
    #[must_use]
    pub fn decode(kind: &'static Type, element: &Element) -> Node {
        let told = element.attribute("type").map(local).and_then(find_type);
        let told = told.filter(|told| is_kind_of(told, kind.name));
        let actual = told.or_else(|| guessed(kind, element)).unwrap_or(kind);
        let mut node = decoded(&fields(actual), element);
        node.kind = Some(actual.name);
        node
    }

    /// Appends its fields as elements in the order of a type: its own, if it is of one.
    pub fn encode(&self, kind: &'static Type, out: &mut String) {
        let kind = self.kind.and_then(find_type).unwrap_or(kind);
        let known = fields(kind);
        for name in self.values.keys() {
            let is_known = known.iter().any(|field| field.name == *name);
            assert!(is_known, "{name} is no field of {}", kind.name);
        }
        encode_all(&known, &self.values, out);
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name).trim()
}

/// A filter is known by what stands in it, if it does not say.
fn guessed(kind: &'static Type, element: &Element) -> Option<&'static Type> {
    if kind.name != "FilterPart" {
        return None;
    }
    let named = match element.child("LeftOperand") {
        Some(_) => "ComplexFilterPart",
        None => "SimpleFilterPart",
    };
    find_type(named)
}

fn decoded(known: &[&'static Field], element: &Element) -> Node {
    let mut node = Node::default();
    for child in &element.children {
        let Some(field) = known.iter().find(|field| field.name == child.name) else {
            continue;
        };
        if child.attribute("nil") == Some("true") {
            continue;
        }
        let value = match field.form {
            Form::Named(name) => {
                let kind = find_type(name).expect("every name leads to a type; a test looks");
                Value::Node(Node::decode(kind, child))
            }
            Form::Group(inner) => Value::Node(decoded(&inner.iter().collect::<Vec<_>>(), child)),
            _ => Value::Text(child.text.trim().to_owned()),
        };
        let values = node.values.entry(field.name).or_default();
        if values.is_empty() || field.many {
            values.push(value);
        }
    }
    node
}

fn encode_all(
    known: &[&'static Field],
    values: &BTreeMap<&'static str, Vec<Value>>,
    out: &mut String,
) {
    for field in known {
        let Some(values) = values.get(field.name) else {
            if let Some(text) = field.otherwise {
                element(field.name, "", out, |out| escape(text, out));
            }
            continue;
        };
        values
            .iter()
            .for_each(|value| encode_one(field, value, out));
    }
}

fn encode_one(field: &'static Field, value: &Value, out: &mut String) {
    match (value, field.form) {
        (Value::Text(text), _) => element(field.name, "", out, |out| escape(text, out)),
        (Value::Nil, _) => element(field.name, " xsi:nil=\"true\"", out, |_| {}),
        (Value::Node(node), Form::Group(inner)) => {
            let inner: Vec<&Field> = inner.iter().collect();
            element(field.name, "", out, |out| {
                encode_all(&inner, &node.values, out)
            });
        }
        (Value::Node(node), Form::Named(name)) => {
            let declared = find_type(name).expect("every name leads to a type; a test looks");
            let kind = node.kind.unwrap_or(name);
            let attributes = if kind == name {
                String::new()
            } else {
                format!(" xsi:type=\"{kind}\"")
            };
            element(field.name, &attributes, out, |out| {
                node.encode(declared, out)
            });
        }
        (Value::Node(_), _) => unreachable!("{} holds text", field.name),
    }
}

fn element(name: &str, attributes: &str, out: &mut String, content: impl FnOnce(&mut String)) {
    out.push('<');
    out.push_str(name);
    out.push_str(attributes);
    let head = out.len();
    out.push('>');
    content(out);
    if out.len() == head + 1 {
        out.truncate(head);
        out.push_str(" />");
    } else {
        out.push_str("</");
        out.push_str(name);
        out.push('>');
    }
}

#[cfg(test)]
mod tests;
