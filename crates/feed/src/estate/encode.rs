//! From an [`Estate`] to canonical YAML: one estate, one text.

use countersign_model::estate::Estate;
use serde_json::Value;
use std::fmt::Write;

/// Longest list of plain values kept on one line.
const INLINE_MAX: usize = 80;

/// Writes an estate as YAML.
///
/// The text is stable: fields in the order of the types, absent fields and empty sections left
/// out, one blank line between objects. [`decode`](super::decode) of it gives an equal estate.
///
/// # Panics
/// Never: an estate holds text, numbers, lists and objects only.
#[must_use]
pub fn encode(estate: &Estate) -> String {
    let value = serde_json::to_value(estate).expect("an estate is plain data with text keys");
    let mut text = String::new();
    for (name, section) in value.as_object().into_iter().flatten() {
        match section.as_array().map(Vec::as_slice) {
            Some([]) => {}
            Some(items) => {
                let _ = write!(text, "\n{name}:\n");
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        text.push('\n');
                    }
                    text.push_str("  - ");
                    push_fields(&mut text, item, 4);
                }
            }
            None => push_field(&mut text, name, section, 0),
        }
    }
    text
}

/// Writes an object's fields; the first stands where the writer stands, the rest at `indent`.
fn push_fields(text: &mut String, object: &Value, indent: usize) {
    for (index, (name, value)) in object.as_object().into_iter().flatten().enumerate() {
        if index > 0 {
            push_indent(text, indent);
        }
        push_field(text, name, value, indent);
    }
}

fn push_field(text: &mut String, name: &str, value: &Value, indent: usize) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let _ = writeln!(text, "{name}:");
            push_indent(text, indent + 2);
            push_fields(text, value, indent + 2);
        }
        Value::Array(items) if !fits_inline(items) => {
            let _ = writeln!(text, "{name}:");
            for item in items {
                push_indent(text, indent + 2);
                text.push_str("- ");
                match item {
                    Value::Object(_) => push_fields(text, item, indent + 4),
                    plain => {
                        let _ = writeln!(text, "{}", scalar(plain));
                    }
                }
            }
        }
        Value::Array(items) => {
            let all = items.iter().map(scalar).collect::<Vec<_>>();
            let _ = writeln!(text, "{name}: [{}]", all.join(", "));
        }
        plain => {
            let _ = writeln!(text, "{name}: {}", scalar(plain));
        }
    }
}

fn push_indent(text: &mut String, indent: usize) {
    text.extend(std::iter::repeat_n(' ', indent));
}

fn fits_inline(items: &[Value]) -> bool {
    let plain = items
        .iter()
        .all(|item| !item.is_object() && !item.is_array());
    plain
        && items
            .iter()
            .map(|item| scalar(item).len() + 2)
            .sum::<usize>()
            <= INLINE_MAX
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        Value::String(text) => quoted(text),
        Value::Object(_) => "{}".to_owned(),
        other => other.to_string(),
    }
}

/// Whether YAML reads the bare text as this very text, also inside `[…]`.
///
/// Deliberately narrow: words of letters and digits with a few harmless marks, starting with a
/// letter, and none of the words that some YAML reads as another type.
fn is_plain(text: &str) -> bool {
    const OTHER_TYPES: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let harmless = |c: char| c.is_ascii_alphanumeric() || " _-./()+@".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(harmless)
        && !text.ends_with(' ')
        && !OTHER_TYPES.contains(&text.to_ascii_lowercase().as_str())
}

/// The text in double quotes, with everything escaped that YAML does not take as it is.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            ' '..='~' => out.push(c),
            c if c.is_alphanumeric() => out.push(c),
            c => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}
