//! Blanks what is not code, without moving anything.

use super::end_of_brackets;
use std::ops::Range;

/// Replaces comments and the insides of string and character literals by blanks.
pub(super) fn without_comments_and_literals(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut masked = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (end, kept) = match rest {
            [b'/', b'/', ..] => (at + length_of_line(rest), 0),
            [b'/', b'*', ..] => (at + length_of_block(rest), 0),
            [b'"', ..] => (at + length_of_string(rest), 1),
            [b'\'', ..] => (at + length_of_character(rest), 1),
            [b'r', ..] if starts_raw_string(bytes, at) => (at + length_of_raw(rest), 2),
            _ => (at + 1, 1),
        };
        let end = end.min(bytes.len());
        let inside = at + kept..end.saturating_sub(usize::from(kept > 0));
        if end - at > 1 {
            for byte in masked[inside].iter_mut().filter(|byte| **byte != b'\n') {
                *byte = b' ';
            }
        }
        at = end;
    }
    String::from_utf8(masked).expect("whole characters were replaced, never parts of one")
}

fn length_of_line(rest: &[u8]) -> usize {
    rest.iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(rest.len())
}

fn length_of_block(rest: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] if depth == 1 => return at + 2,
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    rest.len()
}

fn length_of_string(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// A character literal, or 1 for the tick of a lifetime.
fn length_of_character(rest: &[u8]) -> usize {
    if rest.get(1) == Some(&b'\\') {
        let end = rest.iter().skip(3).position(|byte| *byte == b'\'');
        return end.map_or(1, |end| end + 4);
    }
    let width = rest.get(1).map_or(1, |first| match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    });
    if rest.get(1 + width) == Some(&b'\'') {
        width + 2
    } else {
        1
    }
}

/// Whether the `r` at `at` opens a raw string and is not the end of a name.
fn starts_raw_string(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| bytes[before]);
    let in_name = before.is_some_and(|b| (b.is_ascii_alphanumeric() && b != b'b') || b == b'_');
    let hashes = bytes[at + 1..]
        .iter()
        .take_while(|byte| **byte == b'#')
        .count();
    !in_name && bytes.get(at + 1 + hashes) == Some(&b'"')
}

fn length_of_raw(rest: &[u8]) -> usize {
    let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
    let closing: Vec<u8> = std::iter::once(b'"').chain(vec![b'#'; hashes]).collect();
    let inside = 2 + hashes;
    let end = rest[inside..]
        .windows(closing.len())
        .position(|window| window == closing);
    end.map_or(rest.len(), |end| inside + end + closing.len())
}

const MARK: &str = "#[cfg(test)]";

/// The names in every `#[cfg(test)] mod name;`; `code` has been masked before.
pub(super) fn declared_test_modules(code: &str) -> Vec<&str> {
    let items = code
        .split(MARK)
        .skip(1)
        .filter_map(|rest| rest.split(['{', ';']).next());
    items
        .filter_map(|item| item.split_once("mod "))
        .map(|(_, name)| name.trim())
        .collect()
}

/// Where every `#[cfg(test)] mod name { … }` lies; `code` has been masked before.
pub(super) fn test_modules(code: &str) -> Vec<Range<usize>> {
    let mut modules = Vec::new();
    for (mark, _) in code.match_indices(MARK) {
        let behind = mark + MARK.len();
        let Some(open) = code[behind..].find(['{', ';']).map(|at| behind + at) else {
            continue;
        };
        if code.as_bytes()[open] == b'{' {
            modules.push(mark..end_of_brackets(code, open).unwrap_or(code.len()));
        }
    }
    modules
}

/// Blanks a span of whole characters, keeping its lines.
pub(super) fn blank(text: &mut String, span: Range<usize>) {
    let keep_lines = |byte: u8| if byte == b'\n' { '\n' } else { ' ' };
    let blanks: String = text[span.clone()].bytes().map(keep_lines).collect();
    text.replace_range(span, &blanks);
}
