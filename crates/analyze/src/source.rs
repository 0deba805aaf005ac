//! Files, cut into chunks of whole lines. Memory stays bounded whatever their size.

use crate::Options;
use countersign_feed::gzip;
use countersign_feed::logs::format::{Format, FormatFault};
use flate2::bufread::MultiGzDecoder;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of a chunk; a line that is longer is not read.
const CHUNK_BYTES: usize = 4 * 1024 * 1024;
/// What is kept of a line that does not fit a chunk: enough to be refused as too long.
const LONG_LINE_BYTES: usize = 128 * 1024;
/// Bytes asked for at once.
const READ_BYTES: usize = 256 * 1024;

/// Why a file could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum SourceFault {
    /// It cannot be opened.
    #[error("{path}", path = path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Its format is not known.
    #[error("{path}", path = path.display())]
    Format {
        /// Which.
        path: PathBuf,
        /// Why.
        source: FormatFault,
    },
}

/// Whole lines of one file.
pub(crate) struct Lines {
    /// Place among all chunks.
    pub(crate) number: usize,
    /// Place of its file.
    pub(crate) file: usize,
    /// Bytes of them in the buffer.
    pub(crate) len: usize,
    /// How they are read.
    pub(crate) format: Format,
    /// The file's first line is among them.
    pub(crate) is_first: bool,
    /// Why the file ends here, if it ends badly.
    pub(crate) broken: Option<String>,
}

/// All files, one after another.
pub(crate) struct Source<'a> {
    options: &'a Options,
    mapping: Option<Arc<countersign_feed::logs::mapping::Mapping>>,
    waiting: VecDeque<(usize, Opened)>,
    now: Option<Current>,
    number: usize,
    /// The format of each file, as far as they have been begun.
    pub(crate) formats: Vec<Option<Format>>,
}

type Opened = Box<dyn BufRead + Send>;

struct Current {
    file: usize,
    from: Opened,
    format: Option<Format>,
    /// What stands behind the last line end.
    rest: Vec<u8>,
    /// In the midst of a line that is too long.
    is_skipping: bool,
    broken: Option<String>,
    is_over: bool,
}

impl<'a> Source<'a> {
    /// Opens all files, before any is read.
    pub(crate) fn open(options: &'a Options) -> Result<Source<'a>, SourceFault> {
        let mut waiting = VecDeque::new();
        for (file, path) in options.files.iter().enumerate() {
            let opened = open(path).map_err(|source| SourceFault::Open {
                path: path.clone(),
                source,
            })?;
            waiting.push_back((file, opened));
        }
        Ok(Source {
            options,
            mapping: options.mapping.clone().map(Arc::new),
            formats: vec![None; waiting.len()],
            waiting,
            now: None,
            number: 0,
        })
    }

    /// Puts the next chunk into `buffer`; `None` after the last one.
    pub(crate) fn next(&mut self, buffer: &mut Vec<u8>) -> Result<Option<Lines>, SourceFault> {
        loop {
            if self.now.as_ref().is_none_or(|current| current.is_over) {
                let Some((file, from)) = self.waiting.pop_front() else {
                    return Ok(None);
                };
                self.now = Some(Current::begin(file, from));
            }
            let Some(current) = &mut self.now else {
                return Ok(None);
            };
            let is_first = current.format.is_none();
            let len = current.fill(buffer);
            let format = match &current.format {
                Some(format) => format.clone(),
                None => {
                    let found =
                        Format::of(&buffer[..len], self.options.format, self.mapping.as_ref());
                    let format = found.map_err(|source| SourceFault::Format {
                        path: self.options.files[current.file].clone(),
                        source,
                    })?;
                    self.formats[current.file] = Some(format.clone());
                    current.format.insert(format).clone()
                }
            };
            let broken = current.broken.take();
            if len == 0 && broken.is_none() {
                continue;
            }
            let lines = Lines {
                number: self.number,
                file: current.file,
                len,
                format,
                is_first,
                broken,
            };
            self.number += 1;
            return Ok(Some(lines));
        }
    }
}

fn open(path: &Path) -> io::Result<Opened> {
    let file: Box<dyn Read + Send> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Box::new(file)
    };
    let mut plain = BufReader::with_capacity(READ_BYTES, file);
    if gzip::is_gzip(plain.fill_buf()?) {
        let inflated = MultiGzDecoder::new(plain);
        return Ok(Box::new(BufReader::with_capacity(READ_BYTES, inflated)));
    }
    Ok(Box::new(plain))
}

impl Current {
    fn begin(file: usize, from: Opened) -> Current {
        Current {
            file,
            from,
            format: None,
            rest: Vec::new(),
            is_skipping: false,
            broken: None,
            is_over: false,
        }
    }

    /// Fills a buffer with whole lines, about [`CHUNK_BYTES`] of them, at the file's end with what is
    /// left; gives how many bytes they have.
    fn fill(&mut self, buffer: &mut Vec<u8>) -> usize {
        buffer.resize(CHUNK_BYTES, 0);
        let mut filled = self.rest.len();
        buffer[..filled].copy_from_slice(&self.rest);
        self.rest.clear();
        while filled < CHUNK_BYTES {
            let n = match self.from.read(&mut buffer[filled..]) {
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.end(Some(error.to_string()));
                    return filled;
                }
            };
            if n == 0 {
                self.end(None);
                return filled;
            }
            let end = filled + n;
            filled = match self.is_skipping {
                true => self.skip(buffer, filled, end),
                false => end,
            };
        }
        match memchr::memrchr(b'\n', buffer) {
            Some(end) => {
                self.rest.extend_from_slice(&buffer[end + 1..]);
                end + 1
            }
            None => {
                self.is_skipping = true;
                LONG_LINE_BYTES
            }
        }
    }

    /// Drops from new bytes what still belongs to a line that was too long; gives their new end.
    fn skip(&mut self, buffer: &mut [u8], from: usize, to: usize) -> usize {
        match memchr::memchr(b'\n', &buffer[from..to]) {
            Some(end) => {
                self.is_skipping = false;
                buffer.copy_within(from + end + 1..to, from);
                to - end - 1
            }
            None => from,
        }
    }

    fn end(&mut self, broken: Option<String>) {
        self.is_over = true;
        self.broken = broken;
    }
}
