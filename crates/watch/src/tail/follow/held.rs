//! An open file, its format, and whether it is over.

use super::super::TailSource;
use super::super::file::{CHUNK_BYTES, Handle};
use countersign_feed::logs::format::Format;
use countersign_model::{SignedDuration, Timestamp};
use std::io;

/// A rotated file that did not grow for so long is over: its writer has gone on to the next.
pub(super) const LINGER: SignedDuration = SignedDuration::from_secs(60);
/// Bytes looked at to tell a format.
const HEAD_BYTES: usize = 64 * 1024;

/// An open file.
pub(super) struct Held {
    pub(super) handle: Handle,
    format: Option<Format>,
    /// Lines before this offset are the header.
    pub(super) header_end: u64,
    /// Bytes behind its place that are no whole line, and since when it has not grown.
    pub(super) still: Option<(usize, Timestamp)>,
}

/// Whether a file tells its format.
pub(super) enum Telling {
    Known(Format),
    /// It has no whole line yet.
    Waits,
    Unknown(String),
}

impl Held {
    pub(super) fn new(handle: Handle) -> Held {
        Held {
            handle,
            format: None,
            header_end: 0,
            still: None,
        }
    }

    /// Whether a rotated file will say no more: it is compressed, or has not grown for a while.
    pub(super) fn is_over(&mut self, now: Timestamp, n_waiting: usize) -> bool {
        if self.handle.is_whole() {
            return n_waiting < CHUNK_BYTES;
        }
        match self.still {
            Some((n, since)) if n == n_waiting => now.duration_since(since) >= LINGER,
            _ => {
                self.still = Some((n_waiting, now));
                false
            }
        }
    }

    pub(super) fn format(&mut self, source: &TailSource, is_over: bool) -> io::Result<Telling> {
        if let Some(format) = &self.format {
            return Ok(Telling::Known(format.clone()));
        }
        let mut head = self.handle.head(HEAD_BYTES)?;
        if head.len() < HEAD_BYTES && !is_over {
            let end = memchr::memrchr(b'\n', &head).map_or(0, |end| end + 1);
            head.truncate(end);
        }
        if head.trim_ascii().is_empty() {
            return Ok(Telling::Waits);
        }
        let format = match Format::of(&head, source.format, source.mapping.as_ref()) {
            Ok(format) => format,
            Err(fault) => return Ok(Telling::Unknown(fault.to_string())),
        };
        if matches!(&format, Format::Csv(_)) {
            self.header_end = first_line_end(&head);
        }
        Ok(Telling::Known(self.format.insert(format).clone()))
    }
}

/// Where the first line that is not blank ends.
fn first_line_end(head: &[u8]) -> u64 {
    let mut end = 0;
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        end += line.len() as u64;
        if !line.trim_ascii().is_empty() {
            break;
        }
    }
    end
}
