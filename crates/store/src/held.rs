//! Whether the ledger's files are still those that were opened.
//!
//! A file that is deleted or replaced goes on taking what is written to it, and loses it with the last
//! handle: an outcome would be acknowledged and be gone. A lock on a deleted lock file keeps nobody out.

use crate::lock::Lock;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Which file it is, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    number: u64,
}

impl Identity {
    /// Of an open file, or of what a look at a path found.
    pub(crate) fn of(found: &Metadata) -> Identity {
        Identity {
            device: found.dev(),
            number: found.ino(),
        }
    }

    /// What stands at a path; `None`: nothing that can be seen.
    pub(crate) fn at(path: &Path) -> Option<Identity> {
        path.metadata().ok().as_ref().map(Identity::of)
    }
}

/// The files of an open ledger, and the lock that keeps others out of it until dropped.
pub(crate) struct Held {
    files: [(PathBuf, Option<Identity>); 2],
    /// Changes that are not in the database's file yet. SQLite makes it when it first needs it.
    journal: (PathBuf, Option<Identity>),
    _lock: Lock,
}

impl Held {
    /// Remembers what was opened.
    pub(crate) fn new(database: &Path, lock: Lock) -> Held {
        let mut journal = database.as_os_str().to_owned();
        journal.push("-wal");
        Held {
            files: [
                (database.to_owned(), Identity::at(database)),
                (lock.path().to_owned(), Some(lock.identity())),
            ],
            journal: (journal.into(), None),
            _lock: lock,
        }
    }

    /// Looks whether each file is where it was, and still the same.
    ///
    /// # Errors
    /// The one that is not. It passes if the file comes back.
    pub(crate) fn check(&mut self) -> Result<(), PathBuf> {
        for (path, opened) in &self.files {
            if Identity::at(path) != *opened || opened.is_none() {
                return Err(path.clone());
            }
        }
        let (path, opened) = &mut self.journal;
        let found = Identity::at(path);
        if opened.is_some() && found != *opened {
            return Err(path.clone());
        }
        *opened = found;
        Ok(())
    }
}
