//! Text as a tree of values that remember their line: what [`check`](super::check) walks.
//!
//! YAML and JSON end up in the same tree. Size, depth, node count and alias expansion are bounded
//! here, and a key given twice is refused here.

use super::decode::{Fault, Format};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::Spanned;
use std::collections::BTreeSet;
use std::fmt;

/// Deepest nesting accepted; the format itself needs five levels.
const DEPTH_MAX: usize = 32;
/// Most nodes accepted: about 40,000 objects of 25 fields.
const NODES_MAX: usize = 2_000_000;
/// Most nodes that aliases may add.
const ALIAS_NODES_MAX: usize = 20_000;

/// A value and the line on which it starts, if the format tells.
pub(super) type Node = Spanned<Tree>;

/// One value of the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Tree {
    /// What it is, in words: `a list`.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Tree::Null => "nothing",
            Tree::Bool(_) => "true or false",
            Tree::Number(_) => "a number",
            Tree::Text(_) => "text",
            Tree::List(_) => "a list",
            Tree::Map(_) => "an object",
        }
    }

    /// The same value without its lines.
    pub(super) fn value(&self) -> Value {
        match self {
            Tree::Null => Value::Null,
            Tree::Bool(flag) => Value::Bool(*flag),
            Tree::Number(number) => Value::Number(number.clone()),
            Tree::Text(text) => Value::String(text.clone()),
            Tree::List(items) => items.iter().map(|item| item.value.value()).collect(),
            Tree::Map(entries) => {
                let values = entries
                    .iter()
                    .map(|(key, node)| (key.clone(), node.value.value()));
                Value::Object(values.collect::<Map<_, _>>())
            }
        }
    }
}

/// Line of a node, counted from 1; JSON does not tell.
pub(super) fn line_of(node: &Node) -> Option<u64> {
    Some(node.referenced.line()).filter(|line| *line > 0)
}

/// Reads the text into a tree.
pub(super) fn parse(text: &str, format: Format) -> Result<Node, Fault> {
    match format {
        Format::Json => serde_json::from_str(text).map_err(|error| {
            let line = u64::try_from(error.line()).ok().filter(|line| *line > 0);
            Fault::of_file(line, without_place(&error.to_string()))
        }),
        Format::Yaml => serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
            let line = error
                .location()
                .map(|place| place.line())
                .filter(|line| *line > 0);
            Fault::of_file(line, in_our_words(error.without_snippet()))
        }),
    }
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEPTH_MAX,
            max_nodes: NODES_MAX,
            max_events: 2 * NODES_MAX,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: ALIAS_NODES_MAX,
            max_replay_stack_depth: 8,
        },
        strict_booleans: true,
        with_snippet: false,
    }
}

/// What the parser says, without words about its own settings.
fn in_our_words(error: &serde_saphyr::Error) -> String {
    use serde_saphyr::Error;
    match error {
        Error::DuplicateMappingKey { key, .. } => twice(key.as_deref().unwrap_or_default()),
        Error::Budget { .. } => {
            format!("The file is beyond a bound: {DEPTH_MAX} levels, {NODES_MAX} values.")
        }
        other => without_place(&other.to_string()),
    }
}

fn twice(key: &str) -> String {
    let shown: String = key.chars().take(60).collect();
    format!("The field {shown:?} is given twice.")
}

/// The parser's words without its " at line 3 column 5"; the line is a field of its own.
fn without_place(message: &str) -> String {
    let end = message.find(" at line ").unwrap_or(message.len());
    let said = message[..end].trim_end_matches('.');
    format!("{said}.")
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_unit<E: de::Error>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }
    fn visit_none<E: de::Error>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }
    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(flag))
    }
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree::Number(number.into()))
    }
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Tree, E> {
        Ok(Tree::Number(number.into()))
    }
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Tree, E> {
        let finite = Number::from_f64(number);
        finite
            .map(Tree::Number)
            .ok_or_else(|| E::custom("a number must be finite"))
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }
    fn visit_string<E: de::Error>(self, text: String) -> Result<Tree, E> {
        Ok(Tree::Text(text))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        let mut seen = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                return Err(de::Error::custom(twice(&key)));
            }
            entries.push((key, map.next_value()?));
        }
        Ok(Tree::Map(entries))
    }
}
