//! JSON bodies of our own APIs, read into a type: a fault names the field and the fix, and never
//! repeats a value, since it may be a secret.

use serde::de::DeserializeOwned;

/// What our own types begin their complaints with, when they say what to write and repeat nothing.
/// All other words of a parser may quote the body and stay here.
const OWN_WORDS: [&str; 2] = ["write ", "an id "];
/// Longest path told, in characters; the names of unknown fields come from outside.
const PATH_CHARS_MAX: usize = 96;

/// Why a body is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// It is no JSON at all.
    #[error("the body is not JSON from line {line}, column {column} on: send one JSON document")]
    Syntax {
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
    },
    /// One field is wrong.
    #[error("{field}: {fix}")]
    Field {
        /// Which, as in `sources[0]`.
        field: String,
        /// What is wrong with it or what to write instead.
        fix: String,
    },
}

/// Reads a body.
///
/// # Errors
/// [`BodyFault`] for the first thing that is wrong.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, BodyFault> {
    let from = &mut serde_json::Deserializer::from_slice(body);
    let read: T = serde_path_to_error::deserialize(&mut *from).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() {
            field_fault(&path, &inner.to_string())
        } else {
            syntax(&inner)
        }
    })?;
    from.end().map(|()| read).map_err(|error| syntax(&error))
}

fn syntax(error: &serde_json::Error) -> BodyFault {
    BodyFault::Syntax {
        line: error.line(),
        column: error.column(),
    }
}

fn field_fault(path: &str, words: &str) -> BodyFault {
    let words = words
        .rsplit_once(" at line ")
        .map_or(words, |(before, _)| before);
    let path = if path == "." { "" } else { path };
    let fault = |field: String, fix: String| BodyFault::Field { field, fix };
    let whole = |path: &str| match path {
        "" => "the body".to_owned(),
        path => shown(path),
    };
    if let Some(rest) = words.strip_prefix("missing field `") {
        let name = rest.trim_end_matches('`');
        let parent = if path.is_empty() {
            String::new()
        } else {
            format!("{}.", shown(path))
        };
        return fault(format!("{parent}{name}"), "it is missing".to_owned());
    }
    // Only what serde itself says ends in what it expected; a type's own words may quote anything.
    let serde_says = ["invalid ", "unknown "]
        .iter()
        .any(|own| words.starts_with(own));
    let expected = words.rsplit_once(", expected ").map(|(_, rest)| rest);
    let expected = expected.filter(|_| serde_says);
    if words.starts_with("unknown field `") {
        let known = expected.unwrap_or("another").replace('`', "");
        return fault(whole(path), format!("no such field here: write {known}"));
    }
    if words.starts_with("unknown variant `") {
        let known = expected.unwrap_or("another").replace('`', "");
        return fault(whole(path), format!("write {known}"));
    }
    if OWN_WORDS.iter().any(|own| words.starts_with(own)) {
        return fault(whole(path), words.to_owned());
    }
    let fix = match expected {
        Some(expected) => format!("write {}", plainly(expected)),
        None => "it does not have the form that this field takes".to_owned(),
    };
    fault(whole(path), fix)
}

/// serde's words for types, in everybody's.
fn plainly(expected: &str) -> &str {
    match expected {
        "a string" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        whole if whole.starts_with('u') && whole.len() <= 4 => "a whole number, zero or more",
        whole if whole.starts_with("struct ") => "an object",
        other => other,
    }
}

fn shown(path: &str) -> String {
    let tame = |c: char| c.is_ascii_alphanumeric() || "._[]-".contains(c);
    path.chars()
        .map(|c| if tame(c) { c } else { '?' })
        .take(PATH_CHARS_MAX)
        .collect()
}

#[cfg(test)]
mod tests;
