//! Threads that read: each takes the next chunk, and nobody waits but for the disk.

use crate::source::{Lines, Source, SourceFault};
use crate::{Format, Options};
use std::num::NonZero;
use std::sync::{Mutex, PoisonError};

/// Whole lines of a file.
pub struct Chunk<'a> {
    pub(crate) lines: &'a Lines,
    /// The bytes, line ends among them.
    pub bytes: &'a [u8],
}

impl Chunk<'_> {
    /// How its lines are read.
    #[must_use]
    pub fn format(&self) -> &Format {
        &self.lines.format
    }
}

/// Reads all files in chunks, on several threads, and gives each thread's work when all is read.
/// `begin` makes what a thread works with, `work` takes one chunk after another, in any order.
///
/// # Errors
/// [`SourceFault`] if a file cannot be opened, before anything is read, or is of no known format.
pub fn for_each_chunk<T: Send>(
    options: &Options,
    begin: impl Fn() -> T + Sync,
    work: impl Fn(&mut T, &Chunk<'_>) + Sync,
) -> Result<Vec<T>, SourceFault> {
    let source = Mutex::new(Source::open(options)?);
    let fault = Mutex::new(None);
    let threads = NonZero::new(options.threads).map_or(1, NonZero::get);
    let one = || {
        let mut desk = begin();
        let mut buffer = Vec::new();
        loop {
            let next = lock(&source).next(&mut buffer);
            match next {
                Ok(Some(lines)) => {
                    let lines = &lines;
                    let bytes = &buffer[..lines.len];
                    work(&mut desk, &Chunk { lines, bytes });
                }
                Ok(None) => return desk,
                Err(error) => {
                    lock(&fault).get_or_insert(error);
                    return desk;
                }
            }
        }
    };
    let done = std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        started
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    });
    match fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(fault) => Err(fault),
        None => Ok(done),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
