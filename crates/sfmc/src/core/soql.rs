//! Queries in SOQL: as much of the language as connectors and SDKs write.
//!
//! `SELECT` fields, fields of a record referred to, `FIELDS(ALL)` or `COUNT()`; `FROM` one object;
//! `WHERE` with comparisons, `LIKE`, `IN`, `AND`, `OR`, `NOT` and brackets; `ORDER BY`; `LIMIT`;
//! `OFFSET`. Anything else is `MALFORMED_QUERY`.

mod lex;

use super::object::{self, Field, Object, Type};
use jiff::Timestamp;
use lex::{Token, tokens};

/// Longest query, bytes (documented: 100,000 characters).
const QUERY_BYTES_MAX: usize = 100_000;
/// Deepest nesting of brackets and `NOT`.
const DEPTH_MAX: u32 = 32;

/// Why a query cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QueryError {
    /// `MALFORMED_QUERY`, `INVALID_FIELD` or `INVALID_TYPE`.
    pub(super) code: &'static str,
    pub(super) words: String,
}

/// A field of the object asked, or of a record it refers to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path {
    /// The field that refers, and to which object.
    pub(super) via: Option<(&'static Field, &'static Object)>,
    pub(super) field: &'static Field,
}

/// What is selected.
#[derive(Debug, Clone)]
pub(super) enum Selected {
    Count,
    Fields(Vec<Path>),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Like,
}

/// A value written in a query.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    Time(Timestamp),
}

/// A condition.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Compare(Path, Operator, Literal),
    In(Path, Vec<Literal>),
}

/// A query.
#[derive(Debug, Clone)]
pub(super) struct Query {
    pub(super) selected: Selected,
    pub(super) object: &'static Object,
    pub(super) condition: Option<Condition>,
    /// Fields, and whether the greatest comes first.
    pub(super) order: Vec<(Path, bool)>,
    pub(super) limit: Option<u64>,
    pub(super) offset: u64,
}

fn malformed(words: impl Into<String>) -> QueryError {
    QueryError {
        code: "MALFORMED_QUERY",
        words: words.into(),
    }
}

/// Reads a query.
pub(super) fn parse(text: &str) -> Result<Query, QueryError> {
    if text.len() > QUERY_BYTES_MAX {
        return Err(malformed(
            "SOQL statements cannot be longer than 100000 characters.",
        ));
    }
    let mut reader = Reader {
        tokens: tokens(text)?,
        at: 0,
        object: None,
    };
    let query = reader.query()?;
    match reader.peek() {
        None => Ok(query),
        Some(token) => Err(malformed(format!("unexpected token: '{token}'"))),
    }
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    object: Option<&'static Object>,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Result<Token, QueryError> {
        let token = self.peek().cloned();
        self.at += 1;
        token.ok_or_else(|| malformed("unexpected token: '<EOF>'"))
    }

    /// Takes a word, whatever its case, or a mark, if it comes next.
    fn takes(&mut self, word: &str) -> bool {
        let is = self.peek().is_some_and(|token| token.is(word));
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, word: &str) -> Result<(), QueryError> {
        if self.takes(word) {
            return Ok(());
        }
        let found = self.next()?;
        Err(malformed(format!(
            "unexpected token: '{found}', expecting '{word}'"
        )))
    }

    fn word(&mut self) -> Result<String, QueryError> {
        match self.next()? {
            Token::Word(word) => Ok(word),
            other => Err(malformed(format!("unexpected token: '{other}'"))),
        }
    }

    fn query(&mut self) -> Result<Query, QueryError> {
        self.expect("select")?;
        // The object is named after its fields.
        let names = self.names()?;
        self.expect("from")?;
        let name = self.word()?;
        let object = object::find(&name).ok_or_else(|| QueryError {
            code: "INVALID_TYPE",
            words: format!("sObject type '{name}' is not supported."),
        })?;
        self.object = Some(object);
        let selected = self.selected(object, names)?;
        let condition = match self.takes("where") {
            true => Some(self.any(0)?),
            false => None,
        };
        let order = self.order()?;
        let limit = self.number("limit")?;
        let offset = self.number("offset")?.unwrap_or(0);
        Ok(Query {
            selected,
            object,
            condition,
            order,
            limit,
            offset,
        })
    }

    /// The names after `SELECT`; a function is written as `COUNT()`.
    fn names(&mut self) -> Result<Vec<String>, QueryError> {
        let mut names = Vec::new();
        loop {
            let mut name = self.word()?;
            if self.takes("(") {
                let inside = match self.takes(")") {
                    true => String::new(),
                    false => {
                        let inside = self.word()?;
                        self.expect(")")?;
                        inside
                    }
                };
                name = format!("{name}({inside})").to_uppercase();
            }
            names.push(name);
            if !self.takes(",") {
                return Ok(names);
            }
        }
    }

    fn selected(
        &self,
        object: &'static Object,
        names: Vec<String>,
    ) -> Result<Selected, QueryError> {
        if names.len() == 1 && names[0] == "COUNT()" {
            return Ok(Selected::Count);
        }
        let mut fields = Vec::new();
        for name in names {
            match name.as_str() {
                "FIELDS(ALL)" | "FIELDS(STANDARD)" => {
                    fields.extend(object.fields.iter().map(|field| Path { via: None, field }));
                }
                _ => fields.push(self.path(&name)?),
            }
        }
        Ok(Selected::Fields(fields))
    }

    /// A field by its name, as in `Email` and `Account.Name`.
    fn path(&self, name: &str) -> Result<Path, QueryError> {
        let object = self.object.ok_or_else(|| malformed("no object"))?;
        let none = |object: &Object| QueryError {
            code: "INVALID_FIELD",
            words: format!("No such column '{name}' on entity '{}'.", object.name),
        };
        let Some((via, rest)) = name.split_once('.') else {
            let field = object.field(name).ok_or_else(|| none(object))?;
            return Ok(Path { via: None, field });
        };
        let via = object
            .field(&format!("{via}Id"))
            .ok_or_else(|| none(object))?;
        let Type::Reference(target) = via.kind else {
            return Err(none(object));
        };
        let target = object::find(target).ok_or_else(|| none(object))?;
        let field = target.field(rest).ok_or_else(|| none(target))?;
        Ok(Path {
            via: Some((via, target)),
            field,
        })
    }

    fn any(&mut self, depth: u32) -> Result<Condition, QueryError> {
        let mut parts = vec![self.all(depth)?];
        while self.takes("or") {
            parts.push(self.all(depth)?);
        }
        Ok(Condition::Any(parts))
    }

    fn all(&mut self, depth: u32) -> Result<Condition, QueryError> {
        let mut parts = vec![self.one(depth)?];
        while self.takes("and") {
            parts.push(self.one(depth)?);
        }
        Ok(Condition::All(parts))
    }

    fn one(&mut self, depth: u32) -> Result<Condition, QueryError> {
        if depth > DEPTH_MAX {
            return Err(malformed("the conditions are nested too deeply"));
        }
        if self.takes("not") {
            return Ok(Condition::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.takes("(") {
            let inside = self.any(depth + 1)?;
            self.expect(")")?;
            return Ok(inside);
        }
        let name = self.word()?;
        let path = self.path(&name)?;
        if self.takes("in") {
            return Ok(Condition::In(path, self.list()?));
        }
        if self.takes("not") {
            self.expect("in")?;
            let within = Condition::In(path, self.list()?);
            return Ok(Condition::Not(Box::new(within)));
        }
        let operator = self.operator()?;
        let literal = self.literal()?;
        Ok(Condition::Compare(path, operator, literal))
    }

    fn operator(&mut self) -> Result<Operator, QueryError> {
        let token = self.next()?;
        Ok(match token.to_string().to_lowercase().as_str() {
            "=" => Operator::Equal,
            "!=" | "<>" => Operator::NotEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::More,
            ">=" => Operator::MoreOrEqual,
            "like" => Operator::Like,
            _ => return Err(malformed(format!("unexpected token: '{token}'"))),
        })
    }

    fn list(&mut self) -> Result<Vec<Literal>, QueryError> {
        self.expect("(")?;
        let mut literals = vec![self.literal()?];
        while self.takes(",") {
            literals.push(self.literal()?);
        }
        self.expect(")")?;
        Ok(literals)
    }

    fn literal(&mut self) -> Result<Literal, QueryError> {
        let word = match self.next()? {
            Token::Text(text) => return Ok(Literal::Text(text)),
            Token::Word(word) => word,
            Token::Mark(mark) => return Err(malformed(format!("unexpected token: '{mark}'"))),
        };
        let day = || format!("{word}T00:00:00Z").parse();
        match word.to_lowercase().as_str() {
            "null" => Ok(Literal::Null),
            "true" => Ok(Literal::Flag(true)),
            "false" => Ok(Literal::Flag(false)),
            _ => {
                let number = word.parse().ok().filter(|number: &f64| number.is_finite());
                if let Some(number) = number {
                    return Ok(Literal::Number(number));
                }
                let time = word.parse().or_else(|_| day());
                let odd = |_| malformed(format!("unexpected token: '{word}'"));
                time.map(Literal::Time).map_err(odd)
            }
        }
    }

    fn order(&mut self) -> Result<Vec<(Path, bool)>, QueryError> {
        let mut order = Vec::new();
        if !self.takes("order") {
            return Ok(order);
        }
        self.expect("by")?;
        loop {
            let name = self.word()?;
            let path = self.path(&name)?;
            let down = self.takes("desc");
            if !down {
                self.takes("asc");
            }
            if self.takes("nulls") && !self.takes("first") {
                self.expect("last")?;
            }
            order.push((path, down));
            if !self.takes(",") {
                return Ok(order);
            }
        }
    }

    fn number(&mut self, word: &str) -> Result<Option<u64>, QueryError> {
        if !self.takes(word) {
            return Ok(None);
        }
        let text = self.word()?;
        let number = text.parse();
        number
            .map(Some)
            .map_err(|_| malformed(format!("unexpected token: '{text}'")))
    }
}

#[cfg(test)]
mod tests;
