//! Cuts bytes of a file into whole lines. A line that is not over waits; one that is too long is passed.

use super::file::CHUNK_BYTES;
use countersign_store::TailFile;
use std::ops::Range;

/// A line in a buffer, without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    /// Its number in the file, from 1.
    pub(crate) number: u64,
    /// Where it begins in the file.
    pub(crate) offset: u64,
    /// Where it lies in the buffer.
    pub(crate) bytes: Range<usize>,
}

/// What a buffer came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) lines: Vec<Span>,
    /// Number of a line that is longer than a buffer, when its passing begins.
    pub(crate) too_long: Option<u64>,
}

/// Cuts what lies at the file's offset, and moves it past what was cut. `is_over`: nothing will follow,
/// so that what stands behind the last line end is a line too.
pub(crate) fn cut(file: &mut TailFile, buffer: &[u8], is_over: bool) -> Cut {
    let mut cut = Cut::default();
    let begin = file.offset;
    let mut from = 0;
    if file.skips {
        match memchr::memchr(b'\n', buffer) {
            Some(end) => from = end + 1,
            None => from = buffer.len(),
        }
        file.skips = !buffer[..from].ends_with(b"\n");
        file.lines += u64::from(!file.skips);
    }
    if !file.skips {
        // A program that does not append writes on behind the hole that truncation made.
        let is_hole = |byte: &&u8| **byte == 0;
        from += buffer[from..].iter().take_while(is_hole).count();
    }
    let mut line = |file: &mut TailFile, bytes: Range<usize>| {
        file.lines += 1;
        cut.lines.push(Span {
            number: file.lines,
            offset: begin + bytes.start as u64,
            bytes,
        });
    };
    while let Some(end) = memchr::memchr(b'\n', &buffer[from..]) {
        line(file, from..from + end);
        from += end + 1;
    }
    if is_over && from < buffer.len() {
        line(file, from..buffer.len());
        from = buffer.len();
    }
    if from == 0 && buffer.len() >= CHUNK_BYTES {
        file.skips = true;
        cut.too_long = Some(file.lines + 1);
        from = buffer.len();
    }
    file.offset = begin + from as u64;
    cut
}

#[cfg(test)]
mod tests;
