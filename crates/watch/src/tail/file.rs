//! One file as bytes from an offset, plain or inflated, and whether it is one that is known.

use super::print::Printer;
use countersign_store::TailFile;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

/// Bytes read at once, and the most that is held of a file.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;
/// Bytes that a print is over, at most.
pub(crate) const PRINT_BYTES: usize = 256;

/// How a file is like one that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// It holds every byte that was read of it.
    Same,
    /// It begins the same, and then it is shorter or goes on otherwise.
    Head,
    /// It is another.
    Other,
}

/// An open file.
pub(crate) enum Handle {
    Plain(File),
    Gzip(Box<Inflated>),
}

impl Handle {
    /// Opens a regular file; anything else could block or never end.
    pub(crate) fn open(path: &Path) -> io::Result<Handle> {
        let file = regular(path)?;
        let is_gzip = path.extension().is_some_and(|extension| extension == "gz");
        Ok(match is_gzip {
            true => Handle::Gzip(Box::new(Inflated::new(file)?)),
            false => Handle::Plain(file),
        })
    }

    /// Numbers of its device and inode.
    pub(crate) fn identity(&self) -> io::Result<(u64, u64)> {
        let file = match self {
            Handle::Plain(file) => file,
            Handle::Gzip(inflated) => &inflated.file,
        };
        let data = file.metadata()?;
        Ok((data.dev(), data.ino()))
    }

    /// Whether it holds what was read of `known`.
    pub(crate) fn likeness(&mut self, known: &TailFile, by: &Printer) -> io::Result<Likeness> {
        if known.head.bytes == 0 {
            // Nothing was in it and nothing was read: only its number tells.
            let is_it = self.identity()? == (known.device, known.inode);
            return Ok(if is_it {
                Likeness::Same
            } else {
                Likeness::Other
            });
        }
        let head = self.head(usize::from(known.head.bytes))?;
        if by.print(&head) != known.head {
            return Ok(Likeness::Other);
        }
        let before = self.before(known.offset)?;
        Ok(match before.map(|bytes| by.print(&bytes)) {
            Some(print) if print == known.before => Likeness::Same,
            _ => Likeness::Head,
        })
    }

    /// Its first bytes, at most so many.
    pub(crate) fn head(&mut self, bytes_max: usize) -> io::Result<Vec<u8>> {
        match self {
            Handle::Plain(file) => read_at(file, 0, bytes_max),
            Handle::Gzip(inflated) => inflated.chunk(0, bytes_max),
        }
    }

    /// What follows `offset`, at most [`CHUNK_BYTES`] of it.
    pub(crate) fn chunk(&mut self, offset: u64) -> io::Result<Vec<u8>> {
        match self {
            Handle::Plain(file) => read_at(file, offset, CHUNK_BYTES),
            Handle::Gzip(inflated) => inflated.chunk(offset, CHUNK_BYTES),
        }
    }

    /// The bytes before `offset`, at most [`PRINT_BYTES`]; `None` if it ends before that.
    pub(crate) fn before(&mut self, offset: u64) -> io::Result<Option<Vec<u8>>> {
        let from = offset.saturating_sub(PRINT_BYTES as u64);
        let wanted = usize::try_from(offset - from).expect("a few hundred");
        let bytes = match self {
            Handle::Plain(file) => read_at(file, from, wanted)?,
            Handle::Gzip(inflated) => inflated.chunk(from, wanted)?,
        };
        Ok((bytes.len() == wanted).then_some(bytes))
    }

    /// Whether it will not grow any more by itself: nobody appends to a compressed file.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self, Handle::Gzip(_))
    }
}

fn regular(path: &Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    File::open(path)
}

fn read_at(file: &File, offset: u64, bytes_max: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; bytes_max];
    let mut filled = 0;
    while filled < bytes_max {
        match file.read_at(&mut bytes[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// A compressed file, read forwards; going back begins anew.
pub(crate) struct Inflated {
    file: File,
    decoder: MultiGzDecoder<BufReader<File>>,
    /// Bytes that lie at hand, and the offset of the first of them.
    hand: Vec<u8>,
    at: u64,
}

impl Inflated {
    fn new(file: File) -> io::Result<Inflated> {
        let decoder = MultiGzDecoder::new(BufReader::new(file.try_clone()?));
        Ok(Inflated {
            file,
            decoder,
            hand: Vec::new(),
            at: 0,
        })
    }

    fn chunk(&mut self, offset: u64, bytes_max: usize) -> io::Result<Vec<u8>> {
        if offset < self.at {
            self.file.rewind()?;
            let again = BufReader::new(self.file.try_clone()?);
            self.decoder = MultiGzDecoder::new(again);
            self.hand.clear();
            self.at = 0;
        }
        loop {
            let passed = usize::try_from(offset - self.at).unwrap_or(usize::MAX);
            // What a print may be asked of stays at hand.
            let drop = passed.min(self.hand.len()).saturating_sub(PRINT_BYTES);
            self.hand.drain(..drop);
            self.at += drop as u64;
            let passed = passed - drop;
            let wanted = passed.saturating_add(bytes_max);
            let is_there = self.hand.len() >= wanted;
            if is_there || !self.more()? {
                let end = wanted.min(self.hand.len());
                return Ok(self.hand.get(passed..end).unwrap_or_default().to_vec());
            }
        }
    }

    /// Inflates some more; `false` at the end.
    fn more(&mut self) -> io::Result<bool> {
        let before = self.hand.len();
        self.hand.resize(before + 64 * 1024, 0);
        let read = self.decoder.read(&mut self.hand[before..]);
        self.hand.truncate(before + *read.as_ref().unwrap_or(&0));
        Ok(read? > 0)
    }
}
