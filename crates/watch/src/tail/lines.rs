//! Lines of a followed file as outcomes: whose they are, and under which id.

use super::TailSource;
use super::follow::Piece;
use super::print::Printer;
use crate::ingest::Told;
use countersign_feed::logs::format::Format;
use countersign_feed::logs::reader::LineReader;
use countersign_feed::ndjson::{Limits, RejectReason};
use countersign_model::Timestamp;

/// What sources are called that do not say how they are called.
const NAMELESS: [&str; 2] = ["unknown", "nginx"];

/// What a piece says.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// How many lines are not blank.
    pub(crate) n: u64,
    pub(crate) told: Vec<Told>,
    /// Lines that could not be read, by number.
    pub(crate) rejects: Vec<(u64, String)>,
}

/// Reads the lines of a piece. `now` is the time of a line that says none.
pub(crate) fn read(source: &TailSource, by: &Printer, piece: &Piece, now: Timestamp) -> Lines {
    let limits = Limits::default();
    let bytes_max = limits.line_bytes_max;
    let mut reader = LineReader::new(piece.format.clone(), limits);
    let is_ours = matches!(piece.format, Format::Ndjson | Format::Json(_));
    let mut lines = Lines::default();
    if let Some(number) = piece.too_long {
        let bytes = piece.buffer.len();
        let reason = RejectReason::TooLong { bytes, bytes_max };
        lines.n += 1;
        lines.rejects.push((number, reason.to_string()));
    }
    for span in &piece.lines {
        let mut line = piece.buffer[span.bytes.clone()].trim_ascii();
        if span.offset == 0 {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        if line.is_empty() {
            continue;
        }
        lines.n += 1;
        match reader.read(line, span.number, now) {
            Err(reason) => lines.rejects.push((span.number, reason.to_string())),
            Ok(read) => {
                let mut outcome = read.outcome;
                if !read.id_is_given {
                    outcome.id = by.line_id(piece.generation, span.offset, line);
                }
                if !is_ours || NAMELESS.contains(&outcome.source.as_str()) {
                    outcome.source.clone_from(&source.name);
                }
                lines.told.push(Told {
                    outcome,
                    line: span.number,
                    client_id: read.client_id,
                });
            }
        }
    }
    lines
}
