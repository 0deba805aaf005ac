//! From text to an [`Estate`], or to everything that is wrong with it.

use super::check::check;
use super::schema::json_schema;
use super::tree::{Node, Tree, line_of, parse};
use countersign_model::estate::Estate;
use serde::Serialize;
use std::fmt;

/// Longest file accepted, in bytes: 8 MiB.
pub const ESTATE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// In what the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// YAML 1.2.
    #[default]
    Yaml,
    /// JSON.
    Json,
}

impl Format {
    /// Guesses from a file's name: `.json` is JSON, everything else YAML.
    #[must_use]
    pub fn of_file_name(name: &str) -> Format {
        let ending = name.rsplit('.').next().unwrap_or_default();
        if ending.eq_ignore_ascii_case("json") {
            Format::Json
        } else {
            Format::Yaml
        }
    }
}

/// One reason why a file is not an estate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where, as `integrations[3].tier`; empty for the file as a whole.
    pub path: String,
    /// Line, counted from 1, where the format tells.
    pub line: Option<u64>,
    /// What is wrong. Values of unknown fields are never repeated, since they may be secrets.
    pub message: String,
    /// What to do about it.
    pub fix: String,
}

impl Fault {
    /// A fault of the file as a whole: it cannot be read at all.
    pub(super) fn of_file(line: Option<u64>, message: String) -> Fault {
        let fix = "Correct the text at this place; nothing after it was read.".to_owned();
        Fault {
            path: String::new(),
            line,
            message,
            fix,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{} {}", self.message, self.fix)
    }
}

/// Reads an estate file.
///
/// The text is at most [`ESTATE_BYTES_MAX`] long, nested at most 32 deep; keys given twice,
/// unknown fields and alias bombs are refused. What the fields mean together is
/// [`lint`](super::lint)'s affair, not this function's.
///
/// # Errors
/// Every fault found (at most 100), in the order of the file; never an empty list.
pub fn decode(text: &str, format: Format) -> Result<Estate, Vec<Fault>> {
    if text.len() > ESTATE_BYTES_MAX {
        let message = format!(
            "The file has {} bytes; at most {ESTATE_BYTES_MAX}.",
            text.len()
        );
        let fix = "Split the estate by tenant.".to_owned();
        return Err(vec![Fault {
            path: String::new(),
            line: None,
            message,
            fix,
        }]);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let tree = parse(text, format).map_err(|fault| vec![fault])?;
    let faults = check(&json_schema(), &tree);
    if faults.is_empty() {
        typed(&tree).map_err(|fault| vec![fault])
    } else {
        Err(faults)
    }
}

/// The last step: what the schema cannot say (a dated start's form) is said by the types.
fn typed(tree: &Node) -> Result<Estate, Fault> {
    serde_path_to_error::deserialize(tree.value.value()).map_err(|error| Fault {
        path: error.path().to_string(),
        line: line_at(tree, error.path()),
        message: format!("{}.", error.inner()),
        fix: "Write the value in the form given.".to_owned(),
    })
}

fn line_at(tree: &Node, path: &serde_path_to_error::Path) -> Option<u64> {
    use serde_path_to_error::Segment;
    let mut node = tree;
    for segment in path {
        let inner = match (segment, &node.value) {
            (Segment::Seq { index }, Tree::List(items)) => items.get(*index),
            (Segment::Map { key }, Tree::Map(entries)) => entries
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, node)| node),
            _ => None,
        };
        match inner {
            Some(inner) => node = inner,
            None => break,
        }
    }
    line_of(node)
}
