//! Finds functions with a body in masked code, and measures them.

use super::{end_of_brackets, words};

/// The measures of one function.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: String,
    /// Offset of its `fn`.
    pub(crate) offset: usize,
    /// Parameters, `self` not counted.
    pub(crate) n_parameters: usize,
    /// Lines from the opening to the closing brace, both counted.
    pub(crate) n_lines: usize,
}

/// Every function of a masked source.
pub(super) fn all(code: &str) -> Vec<Function> {
    words(code, "fn")
        .into_iter()
        .filter_map(|at| function_at(code, at))
        .collect()
}

fn function_at(code: &str, offset: usize) -> Option<Function> {
    let after = &code[offset + 2..];
    let start = offset + 2 + (after.len() - after.trim_start().len());
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let name: String = code[start..].chars().take_while(|c| is_name(*c)).collect();
    if name.is_empty() {
        return None; // the type of a function, `fn(u8) -> u8`
    }
    let open = skip_generics(code, start + name.len());
    let end = end_of_brackets(code, open)?;
    let body = end + code[end..].find(['{', ';'])?;
    if code.as_bytes()[body] != b'{' {
        return None;
    }
    let body_end = end_of_brackets(code, body)?;
    Some(Function {
        name,
        offset,
        n_parameters: count_parameters(&code[open + 1..end - 1]),
        n_lines: code[body..body_end].lines().count(),
    })
}

/// The offset of the bracket that opens the parameters, behind `<…>` if there is one.
fn skip_generics(code: &str, from: usize) -> usize {
    let bytes = code.as_bytes();
    let mut depth = 0_usize;
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'<' => depth += 1,
            b'>' if bytes[at - 1] != b'-' => depth = depth.saturating_sub(1),
            b'(' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    from
}

fn count_parameters(list: &str) -> usize {
    let bytes = list.as_bytes();
    let mut depth = 0_usize;
    let mut parameters = vec![String::new()];
    for (at, byte) in list.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' | b'<' => depth += 1,
            b'>' if at > 0 && matches!(bytes[at - 1], b'-' | b'=') => {}
            b')' | b']' | b'}' | b'>' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => parameters.push(String::new()),
            _ => {}
        }
        let last = parameters.len() - 1;
        parameters[last].push(char::from(byte));
    }
    let counts = |parameter: &&String| {
        let name = parameter
            .split(':')
            .next()
            .unwrap_or_default()
            .trim_matches([',', ' ', '\n']);
        !name.is_empty() && !name.ends_with("self")
    };
    parameters.iter().filter(counts).count()
}
