//! A query's words, texts and marks.

use super::{QueryError, malformed};

/// A piece of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, number or time.
    Word(String),
    /// A text in quotes, without them.
    Text(String),
    /// `=`, `<=`, `(`, ….
    Mark(String),
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Token::Word(text) | Token::Text(text) | Token::Mark(text) => f.write_str(text),
        }
    }
}

impl Token {
    /// Whether it is that word, whatever its case, or that mark.
    pub(super) fn is(&self, word: &str) -> bool {
        match self {
            Token::Word(text) => text.eq_ignore_ascii_case(word),
            Token::Mark(mark) => mark == word,
            Token::Text(_) => false,
        }
    }
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_.:-+".contains(c)
}

/// Takes a query apart.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, QueryError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let (inside, after) = quoted(&rest[1..])?;
            tokens.push(Token::Text(inside));
            rest = after;
        } else if is_of_word(first) {
            let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        } else {
            let marks = ["!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", ","];
            let Some(mark) = marks.into_iter().find(|mark| rest.starts_with(mark)) else {
                return Err(malformed(format!("unexpected token: '{first}'")));
            };
            tokens.push(Token::Mark(mark.to_owned()));
            rest = &rest[mark.len()..];
        }
        rest = rest.trim_start();
    }
    Ok(tokens)
}

/// The text up to its closing quote, and what follows.
fn quoted(text: &str) -> Result<(String, &str), QueryError> {
    let mut inside = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' => return Ok((inside, &text[at + 1..])),
            '\\' => {
                let escaped = chars.next().map(|(_, c)| c);
                inside.push(match escaped {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('r') => '\r',
                    Some(other) => other,
                    None => break,
                });
            }
            other => inside.push(other),
        }
    }
    Err(malformed("line 1: expecting a closing quote"))
}
