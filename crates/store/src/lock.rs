//! Holds the ledger for one process: two that judge the same outcomes would tell everybody twice.

use crate::error::StoreError;
use crate::held::Identity;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Name of the lock file inside the data folder.
const LOCK_FILE: &str = "watch.lock";
/// How often a lock file that vanishes while it is taken is tried again.
const TRIES_MAX: u8 = 8;

/// Holds the ledger until dropped, also against a second opening in this process. It has no end of its
/// own, and the system lets go of it if the process dies. The file stays: whoever deleted it at the end
/// could delete another's.
pub(crate) struct Lock {
    path: PathBuf,
    identity: Identity,
    _file: File,
}

impl Lock {
    /// The lock file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Which file is locked.
    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }
}

/// Takes the ledger in `dir` for this process. The folder has to be there.
pub(crate) fn take(dir: &Path) -> Result<Lock, StoreError> {
    let path = dir.join(LOCK_FILE);
    for _ in 0..TRIES_MAX {
        let lock = take_as_found(&path)?;
        // One that was deleted between its opening and its locking keeps nobody out.
        if Identity::at(&path) == Some(lock.identity) {
            return Ok(lock);
        }
    }
    Err(StoreError::Displaced { path })
}

fn take_as_found(path: &Path) -> Result<Lock, StoreError> {
    let fail = |source| StoreError::File {
        path: path.to_owned(),
        source,
    };
    let mut options = OpenOptions::new();
    let opened = options
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path);
    let file = opened.map_err(fail)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock {
            path: path.to_owned(),
            identity: Identity::of(&file.metadata().map_err(fail)?),
            _file: file,
        }),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(fail(source)),
    }
}
