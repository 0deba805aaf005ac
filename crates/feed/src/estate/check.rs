//! A tree against the estate's schema: every fault at once, each with path, line and way out.
//!
//! This is a reader of the keywords that our own schema uses (`$ref`, `properties`, `required`,
//! `items`, `type`, `const`, `enum`, `oneOf`, `anyOf`, `pattern`, `format`, `minimum`), not of
//! JSON Schema at large.

use super::decode::Fault;
use super::nearest::find_nearest;
use super::tree::{Node, Tree, line_of};
use serde_json::{Map, Number, Value};

/// Most faults reported of one file.
const FAULTS_MAX: usize = 100;
/// Most characters of a value repeated in a message.
const SHOWN_MAX: usize = 40;

/// Returns the faults of `node` in the order of the file; empty if it fits the schema.
pub(super) fn check(schema: &Value, node: &Node) -> Vec<Fault> {
    let mut checker = Checker {
        root: schema,
        faults: Vec::new(),
    };
    checker.value(schema, node, &mut String::new());
    checker.faults
}

struct Checker<'s> {
    root: &'s Value,
    faults: Vec<Fault>,
}

impl<'s> Checker<'s> {
    fn fault(&mut self, path: &str, node: &Node, message: String, fix: String) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(Fault {
                path: path.to_owned(),
                line: line_of(node),
                message,
                fix,
            });
        }
    }

    /// Follows `$ref`, and for an optional value the branch that is not `null`.
    fn resolve(&self, schema: &'s Value) -> &'s Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = reference.trim_start_matches('#');
            return self.resolve(self.root.pointer(target).unwrap_or(&Value::Null));
        }
        match schema["anyOf"].as_array() {
            Some(branches) => branches
                .iter()
                .find(|branch| branch["type"] != "null")
                .map_or(schema, |branch| self.resolve(branch)),
            None => schema,
        }
    }

    fn value(&mut self, schema: &'s Value, node: &Node, path: &mut String) {
        if node.value == Tree::Null && allows_null(schema) {
            return;
        }
        let meaning = schema["description"].as_str();
        let schema = self.resolve(schema);
        if let Some(choices) = choices_of(schema) {
            return self.choice(&choices, node, path);
        }
        let wanted = wanted_type(schema);
        match (wanted, &node.value) {
            ("object", Tree::Map(entries)) => self.object(schema, node, entries, path),
            ("array", Tree::List(items)) => self.list(schema, items, path),
            ("string", Tree::Text(text)) => self.text(schema, text, node, path),
            ("integer", Tree::Number(number)) => self.whole(schema, number, node, path),
            ("number", Tree::Number(_)) | ("boolean", Tree::Bool(_)) => {}
            (_, found) => {
                let form = form_of(wanted, schema);
                let message = format!("Expected {form}; found {}.", found.kind());
                self.fault(path, node, message, way_out(wanted, found, meaning));
            }
        }
    }

    fn choice(&mut self, choices: &[&str], node: &Node, path: &str) {
        let list = choices
            .iter()
            .map(|choice| format!("`{choice}`"))
            .collect::<Vec<_>>();
        let all = format!("Use one of {}.", list.join(", "));
        let Tree::Text(text) = &node.value else {
            let message = format!("Expected one of a few words; found {}.", node.value.kind());
            return self.fault(path, node, message, all);
        };
        if !choices.contains(&text.as_str()) {
            let fix = match find_nearest(text, choices.iter().copied()) {
                Some(meant) => format!("Did you mean `{meant}`? {all}"),
                None => all,
            };
            self.fault(
                path,
                node,
                format!("{:?} is not a legal value.", shown(text)),
                fix,
            );
        }
    }

    fn object(
        &mut self,
        schema: &'s Value,
        node: &Node,
        entries: &[(String, Node)],
        path: &mut String,
    ) {
        let Some(properties) = schema["properties"].as_object() else {
            return;
        };
        for required in schema["required"].as_array().into_iter().flatten() {
            let Some(name) = required.as_str() else {
                continue;
            };
            if !entries.iter().any(|(key, _)| key == name) {
                let meaning = properties[name]["description"].as_str().unwrap_or_default();
                let message = format!("The field `{name}` is missing.");
                self.fault(
                    path,
                    node,
                    message,
                    format!("Add `{name}`: {}", one_line(meaning)),
                );
            }
        }
        for (key, inner) in entries {
            let length = path.len();
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&shown(key));
            match properties.get(key) {
                Some(property) => self.value(property, inner, path),
                None => self.unknown(key, properties, inner, path),
            }
            path.truncate(length);
        }
    }

    fn unknown(&mut self, key: &str, legal: &Map<String, Value>, node: &Node, path: &str) {
        let secret = ["secret", "password", "token", "private_key"];
        let fix = if secret
            .iter()
            .any(|word| key.to_ascii_lowercase().contains(word))
        {
            "Secrets never belong in this file; enter them with `countersign credential add`."
                .to_owned()
        } else if let Some(meant) = find_nearest(key, legal.keys().map(String::as_str)) {
            format!("Did you mean `{meant}`?")
        } else {
            let names = legal
                .keys()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>();
            format!("Remove it; the legal fields are {}.", names.join(", "))
        };
        self.fault(
            path,
            node,
            format!("There is no field `{}` here.", shown(key)),
            fix,
        );
    }

    fn list(&mut self, schema: &'s Value, items: &[Node], path: &mut String) {
        for (index, item) in items.iter().enumerate() {
            let length = path.len();
            path.push_str(&format!("[{index}]"));
            self.value(&schema["items"], item, path);
            path.truncate(length);
        }
    }

    fn text(&mut self, schema: &Value, text: &str, node: &Node, path: &str) {
        if schema["pattern"].is_string() {
            if let Err(error) = countersign_model::id::checked(text) {
                let fix = "Use letters, digits and . _ : @ - only.".to_owned();
                self.fault(path, node, format!("Not an id: {error}."), fix);
            }
        } else if schema["format"] == "date"
            && text.parse::<countersign_model::civil::Date>().is_err()
        {
            let message = format!("{:?} is not a date.", shown(text));
            self.fault(path, node, message, "Write it as `2026-11-24`.".to_owned());
        }
    }

    fn whole(&mut self, schema: &Value, number: &Number, node: &Node, path: &str) {
        let narrow = schema["format"] == "uint32";
        let max = if narrow {
            u64::from(u32::MAX)
        } else {
            u64::MAX
        };
        if number.as_u64().is_none_or(|whole| whole > max) {
            let message = format!("{number} is not a whole number from 0 to {max}.");
            self.fault(
                path,
                node,
                message,
                "Write a whole number without a sign.".to_owned(),
            );
        }
    }
}

fn allows_null(schema: &Value) -> bool {
    let listed = |list: &Value| list.as_array().is_some_and(|all| all.iter().any(is_null));
    listed(&schema["type"]) || listed(&schema["anyOf"])
}

fn is_null(schema: &Value) -> bool {
    schema == "null" || schema["type"] == "null"
}

fn wanted_type(schema: &Value) -> &str {
    match &schema["type"] {
        Value::Array(types) => types
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null"),
        other => other.as_str(),
    }
    .unwrap_or("object")
}

/// The words an enum allows, however its schema writes them; `None` if it is no enum.
fn choices_of(schema: &Value) -> Option<Vec<&str>> {
    if let Some(words) = schema["enum"].as_array() {
        return Some(words.iter().filter_map(Value::as_str).collect());
    }
    let branches = schema["oneOf"].as_array()?;
    let mut words = Vec::new();
    for branch in branches {
        words.extend(branch["const"].as_str());
        words.extend(
            branch["enum"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str),
        );
    }
    Some(words)
}

fn form_of(wanted: &str, schema: &Value) -> &'static str {
    match wanted {
        "object" => "an object",
        "array" => "a list",
        "string" if schema["pattern"].is_string() => "an id",
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        _ => "true or false",
    }
}

fn way_out(wanted: &str, found: &Tree, meaning: Option<&str>) -> String {
    match (wanted, found) {
        ("string", Tree::Number(_) | Tree::Bool(_)) => "Put it in quotes.".to_owned(),
        ("integer" | "number" | "boolean", Tree::Text(_)) => "Write it without quotes.".to_owned(),
        ("array", Tree::Null) => "Write `[]`, or leave the field out.".to_owned(),
        ("array", Tree::Text(_)) => "Write it as a list: `[…]`.".to_owned(),
        _ => match meaning {
            Some(meaning) => format!("The field means: {}", one_line(meaning)),
            None => "See docs/formats/estate.md.".to_owned(),
        },
    }
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN_MAX).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
