//! What kind of log a file is, told from its first lines.

use super::csv::Header;
use super::mapping::Mapping;
use super::nginx;
use std::sync::Arc;

/// Lines looked at before a file counts as unknown.
const LINES_MAX: usize = 64;

/// The formats by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatName {
    /// Our own outcome lines.
    Ndjson,
    /// nginx access logs.
    Nginx,
    /// CSV with a header.
    Csv,
    /// JSON lines by a mapping.
    Json,
}

/// How the lines of one file are read.
#[derive(Debug, Clone)]
pub enum Format {
    /// Our own outcome lines.
    Ndjson,
    /// nginx access logs.
    Nginx,
    /// CSV, whose header is the first line that is not blank.
    Csv(Arc<Header>),
    /// JSON lines by a mapping.
    Json(Arc<Mapping>),
}

/// Why a file's format is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormatFault {
    /// Nothing we know begins like this.
    #[error(
        "the format is not known: it is neither outcome lines, nor an nginx access log, nor CSV \
         with a header that names a time and a status; JSON of another program needs a \
         mapping (`--mapping`, or `mapping` of a `[[tail]]`)"
    )]
    Unknown,
    /// Not what was asked for.
    #[error("the first line is no CSV header that names a time and a status")]
    NoHeader,
    /// JSON of others cannot be read without one.
    #[error("the format json needs a mapping (`--mapping`, or `mapping` of a `[[tail]]`)")]
    NoMapping,
}

impl Format {
    /// Finds the format of a file that begins with `head`. An empty file is of any.
    ///
    /// # Errors
    /// [`FormatFault`] if its beginning is of no format that is known, or not of the one named.
    pub fn of(
        head: &[u8],
        name: Option<FormatName>,
        mapping: Option<&Arc<Mapping>>,
    ) -> Result<Format, FormatFault> {
        let lines = lines(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head));
        let first = lines.first().copied().unwrap_or_default();
        match (name, mapping) {
            (Some(FormatName::Ndjson), _) => Ok(Format::Ndjson),
            (Some(FormatName::Nginx), _) => Ok(Format::Nginx),
            (Some(FormatName::Csv), _) => Header::read(first)
                .map(|header| Format::Csv(Arc::new(header)))
                .ok_or(FormatFault::NoHeader),
            (Some(FormatName::Json) | None, Some(mapping)) => Ok(Format::Json(Arc::clone(mapping))),
            (Some(FormatName::Json), None) => Err(FormatFault::NoMapping),
            (None, None) => sniffed(&lines).ok_or(FormatFault::Unknown),
        }
    }
}

/// The first whole lines that are text and not blank.
fn lines(head: &[u8]) -> Vec<&str> {
    head.split(|byte| *byte == b'\n')
        .take(LINES_MAX)
        .filter_map(|line| std::str::from_utf8(line).ok())
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect()
}

fn sniffed(lines: &[&str]) -> Option<Format> {
    let Some(first) = lines.first() else {
        return Some(Format::Ndjson);
    };
    if let Some(header) = Header::read(first) {
        return Some(Format::Csv(Arc::new(header)));
    }
    let any = |is: fn(&str) -> bool| lines.iter().any(|line| is(line));
    if any(|line| line.starts_with('{') && line.contains("\"kind\"")) {
        return Some(Format::Ndjson);
    }
    any(nginx::is_line).then_some(Format::Nginx)
}
