//! Follows one path through every file that it leads to: what grows, what was rotated, what went.
//!
//! A file is known by its content, never by its name: the hash of its first bytes and of those before the
//! place that was reached. So a rename, a copy that is truncated and a compressed copy are the same file.
//! Nothing here is durable: [`Follower::look`] says what it read and where that leads, and the caller
//! tells by [`Follower::keep`] that it is in the ledger.

mod held;
mod rotation;

use super::cut::{Span, cut};
use super::file::{Handle, Likeness, PRINT_BYTES};
use super::print::Printer;
use super::{From, TailSource};
use countersign_feed::logs::format::Format;
use countersign_model::Timestamp;
use countersign_store::{TailFile, TailPlace};
use held::{Held, LINGER, Telling};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// What lies at the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sight {
    /// A file that is read.
    Read,
    /// Nothing.
    Missing,
    /// Something that cannot be read; why, for a person.
    Unreadable(String),
}

/// Whole lines of one file.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) generation: u64,
    pub(crate) format: Format,
    pub(crate) buffer: Vec<u8>,
    pub(crate) lines: Vec<Span>,
    /// Number of a line that was too long to be held.
    pub(crate) too_long: Option<u64>,
}

/// What a look came to.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) sight: Sight,
    pub(crate) piece: Option<Piece>,
    /// Where the source stands once the piece is kept.
    pub(crate) place: TailPlace,
    /// What could not be followed to its end, for a person.
    pub(crate) lost: Vec<String>,
}

/// Follows one source.
pub(crate) struct Follower {
    source: Arc<TailSource>,
    pub(crate) printer: Printer,
    pub(crate) place: TailPlace,
    held: BTreeMap<u64, Held>,
    /// Rotated files that cannot be reached or read, and since when.
    troubled: BTreeMap<u64, Timestamp>,
    has_looked: bool,
}

impl Follower {
    /// Goes on from where the ledger says.
    pub(crate) fn new(source: Arc<TailSource>, key: &[u8; 32], place: TailPlace) -> Follower {
        Follower {
            source,
            printer: Printer::new(key),
            place,
            held: BTreeMap::new(),
            troubled: BTreeMap::new(),
            has_looked: false,
        }
    }

    /// What a look came to is durable.
    pub(crate) fn keep(&mut self, place: TailPlace) {
        self.held
            .retain(|number, _| place.files.iter().any(|file| file.generation == *number));
        self.place = place;
    }

    /// What a look came to was not kept: the next one reads it again.
    pub(crate) fn forget(&mut self) {
        self.held.clear();
    }

    /// Looks at the path, and reads what is next.
    pub(crate) fn look(&mut self, now: Timestamp) -> Look {
        let mut look = Look {
            sight: Sight::Missing,
            piece: None,
            place: self.place.clone(),
            lost: Vec::new(),
        };
        look.place.begun_at.get_or_insert(now);
        look.sight = match self.sight(&mut look) {
            Ok(()) => Sight::Read,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Sight::Missing,
            Err(error) => Sight::Unreadable(error.to_string()),
        };
        self.has_looked = true;
        self.read(now, &mut look);
        if look.piece.is_some() {
            look.place.heard_at = Some(now);
        }
        let n_lost = u64::try_from(look.lost.len()).unwrap_or(u64::MAX);
        look.place.counts.files_lost += n_lost;
        look
    }

    /// Makes sure that the last file of the place is the one at the path.
    fn sight(&mut self, look: &mut Look) -> io::Result<()> {
        let mut handle = Handle::open(&self.source.path)?;
        let Some(known) = look.place.files.last().cloned() else {
            let mut file = self.entry(&mut handle, 1)?;
            if self.source.from == From::End {
                self.begin_at_end(&mut handle, &mut file)?;
            }
            self.hold(1, handle);
            look.place.files.push(file);
            return Ok(());
        };
        let likeness = handle.likeness(&known, &self.printer)?;
        // Of a file that was empty only its number is known, and one that was copied and truncated
        // keeps its number: what was rotated while nobody looked is looked for once.
        let is_blank = known.head.bytes == 0;
        match likeness {
            Likeness::Same if self.has_looked || !is_blank => {
                self.hold(known.generation, handle);
                Ok(())
            }
            likeness => {
                let place = look.place.clone();
                (look.place, look.lost) = self.rotated(place, handle, likeness)?;
                Ok(())
            }
        }
    }

    fn hold(&mut self, generation: u64, handle: Handle) {
        let is_held = |held: &Held| {
            let same = (held.handle.identity().ok(), handle.identity().ok());
            same.0 == same.1
        };
        if !self.held.get(&generation).is_some_and(is_held) {
            self.held.insert(generation, Held::new(handle));
        }
    }

    /// A file that is read from its beginning.
    fn entry(&self, handle: &mut Handle, generation: u64) -> io::Result<TailFile> {
        let (device, inode) = handle.identity()?;
        let head = handle.head(PRINT_BYTES)?;
        Ok(TailFile {
            generation,
            device,
            inode,
            head: self.printer.print(&head),
            before: self.printer.print(&[]),
            ..TailFile::default()
        })
    }

    /// A file that is followed for the first time, from behind its last whole line.
    fn begin_at_end(&self, handle: &mut Handle, file: &mut TailFile) -> io::Result<()> {
        loop {
            let chunk = handle.chunk(file.offset)?;
            let before = file.offset;
            cut(file, &chunk, false);
            if file.offset == before {
                return settle(&self.printer, handle, file);
            }
        }
    }

    /// Reads from the oldest file that has something to give.
    fn read(&mut self, now: Timestamp, look: &mut Look) {
        let mut at = 0;
        while let Some(known) = look.place.files.get(at) {
            let mut file = known.clone();
            let is_last = at + 1 == look.place.files.len();
            let step = match self.reach(&file) {
                true => self.step(now, &mut file, is_last),
                false => Ok(Step::Gone),
            };
            match step {
                Ok(Step::Piece(piece)) => {
                    look.piece = Some(piece);
                    look.place.files[at] = file;
                    return;
                }
                Ok(Step::Over(piece)) => {
                    look.place.files.remove(at);
                    look.piece = piece;
                    if look.piece.is_some() {
                        return;
                    }
                }
                Ok(Step::Rest) => at += 1,
                Ok(Step::Gone) if is_last => return,
                Ok(Step::Unknown(words)) if is_last => {
                    look.sight = Sight::Unreadable(words);
                    return;
                }
                Err(error) if is_last => {
                    look.sight = Sight::Unreadable(error.to_string());
                    return;
                }
                // What was renamed a moment ago may be there in the next one.
                Ok(Step::Gone | Step::Unknown(_)) | Err(_) => {
                    let since = *self.troubled.entry(file.generation).or_insert(now);
                    if now.duration_since(since) < LINGER {
                        at += 1;
                        continue;
                    }
                    look.lost.push(replaced(&file));
                    look.place.files.remove(at);
                }
            }
            self.troubled.remove(&file.generation);
        }
    }

    /// Reads the next whole lines of a file that is held, and moves it past them.
    fn step(&mut self, now: Timestamp, file: &mut TailFile, is_last: bool) -> io::Result<Step> {
        let Some(held) = self.held.get_mut(&file.generation) else {
            return Ok(Step::Gone);
        };
        let buffer = held.handle.chunk(file.offset)?;
        let is_over = !is_last && held.is_over(now, buffer.len());
        let rest = || {
            if is_over {
                Step::Over(None)
            } else {
                Step::Rest
            }
        };
        let format = match held.format(&self.source, is_over)? {
            Telling::Known(format) => format,
            Telling::Waits => return Ok(rest()),
            Telling::Unknown(words) => return Ok(Step::Unknown(words)),
        };
        let before = file.offset;
        let mut cut = cut(file, &buffer, is_over);
        if file.offset == before {
            return Ok(rest());
        }
        settle(&self.printer, &mut held.handle, file)?;
        held.still = None;
        cut.lines.retain(|line| line.offset >= held.header_end);
        let piece = Piece {
            generation: file.generation,
            format,
            buffer,
            lines: cut.lines,
            too_long: cut.too_long,
        };
        Ok(match is_over {
            true => Step::Over(Some(piece)),
            false => Step::Piece(piece),
        })
    }
}

/// Takes the prints of where a file was read to.
fn settle(printer: &Printer, handle: &mut Handle, file: &mut TailFile) -> io::Result<()> {
    let head = handle.head(PRINT_BYTES)?;
    let ended = || io::Error::other("it became shorter while it was read");
    let before = handle.before(file.offset)?.ok_or_else(ended)?;
    file.head = printer.print(&head);
    file.before = printer.print(&before);
    Ok(())
}

/// What a file gave.
enum Step {
    /// Lines.
    Piece(Piece),
    /// Its end, with the last lines.
    Over(Option<Piece>),
    /// Nothing now.
    Rest,
    /// It is nowhere.
    Gone,
    /// Its format is not known.
    Unknown(String),
}

fn replaced(file: &TailFile) -> String {
    format!(
        "the file that was read up to byte {} is gone; what was written to it after that, if anything, \
         was not seen",
        file.offset
    )
}

#[cfg(test)]
mod tests;
