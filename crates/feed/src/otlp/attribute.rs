//! Attributes by name.

use super::wire::{KeyValue, Scalar};
use std::collections::BTreeMap;

/// Attributes of a span, a record or a resource; of a name given twice the first counts.
pub(super) struct Attributes<'a>(BTreeMap<&'a str, &'a Scalar>);

impl<'a> Attributes<'a> {
    pub(super) fn of(all: impl IntoIterator<Item = &'a KeyValue>) -> Attributes<'a> {
        let mut found = BTreeMap::new();
        for pair in all {
            if let Some(value) = pair.value.as_ref().and_then(|value| value.value.as_ref()) {
                found.entry(pair.key.as_str()).or_insert(value);
            }
        }
        Attributes(found)
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Scalar> {
        self.0.get(name).copied()
    }

    /// The first of these that is a text and not empty.
    pub(super) fn text(&self, names: &[&str]) -> Option<&'a str> {
        names.iter().find_map(|name| match self.get(name) {
            Some(Scalar::Text(text)) if !text.is_empty() => Some(text.as_str()),
            _ => None,
        })
    }

    /// The first of these that is a whole number from 0, or its text.
    pub(super) fn whole(&self, names: &[&str]) -> Option<u64> {
        names.iter().find_map(|name| match self.get(name)? {
            Scalar::Int(number) => u64::try_from(*number).ok(),
            Scalar::Text(text) => text.parse().ok(),
            Scalar::Bool(_) | Scalar::Double(_) => None,
        })
    }
}

impl Scalar {
    /// As text, as a log would write it.
    pub(super) fn to_text(&self) -> String {
        match self {
            Scalar::Text(text) => text.clone(),
            Scalar::Bool(value) => value.to_string(),
            Scalar::Int(number) => number.to_string(),
            Scalar::Double(number) => number.to_string(),
        }
    }
}
