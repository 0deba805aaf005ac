//! Whether the vault's files are still those that were opened.
//!
//! A file that is deleted or replaced goes on taking what is written to it, and loses it with the last
//! handle: a change would be acknowledged and be gone. A lock on a deleted lock file keeps nobody out.
//! So the writer asks before each transaction and before it tells anybody that one is stored.

use crate::error::VaultError;
use crate::folder::{Folder, Lock, io};
use std::fs::Metadata;
use std::io::ErrorKind;
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

    /// What stands at a path; `None`: nothing.
    pub(crate) fn at(path: &Path) -> Result<Option<Identity>, VaultError> {
        match path.metadata() {
            Ok(found) => Ok(Some(Identity::of(&found))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io("looking at", path)(error)),
        }
    }
}

/// The files of an open vault, and the lock that keeps others out of it until dropped.
pub(crate) struct Held {
    files: [(PathBuf, Identity); 2],
    /// Changes that are not in the database's file yet. SQLite makes it when it first needs it.
    journal: (PathBuf, Option<Identity>),
    _lock: Lock,
}

impl Held {
    /// Remembers what was opened.
    pub(crate) fn new(folder: &Folder, lock: Lock) -> Result<Held, VaultError> {
        let path = folder.database();
        let database = Identity::at(&path)?.ok_or(VaultError::Displaced { path: path.clone() })?;
        Ok(Held {
            files: [(path, database), (folder.lock_file(), lock.identity())],
            journal: (folder.journal(), None),
            _lock: lock,
        })
    }

    /// Looks whether each file is where it was, and still the same.
    ///
    /// # Errors
    /// [`VaultError::Displaced`]: what is written now may be lost. It passes if the file comes back.
    pub(crate) fn check(&mut self) -> Result<(), VaultError> {
        for (path, opened) in &self.files {
            if Identity::at(path)? != Some(*opened) {
                return Err(VaultError::Displaced { path: path.clone() });
            }
        }
        let (path, opened) = &mut self.journal;
        let found = Identity::at(path)?;
        if opened.is_some() && found != *opened {
            return Err(VaultError::Displaced { path: path.clone() });
        }
        *opened = found;
        Ok(())
    }
}
