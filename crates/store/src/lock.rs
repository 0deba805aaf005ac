//! Holds the ledger for one process: two that judge the same outcomes would tell everybody twice.

use crate::error::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Name of the lock file inside the data folder.
const LOCK_FILE: &str = "watch.lock";

/// Holds the ledger until dropped, also against a second opening in this process. The system lets
/// go of it if the process dies.
pub(crate) struct Lock(#[expect(dead_code, reason = "held, not used")] File);

/// Takes the ledger in `dir` for this process. The folder has to be there.
pub(crate) fn take(dir: &Path) -> Result<Lock, StoreError> {
    let path = dir.join(LOCK_FILE);
    let mut options = OpenOptions::new();
    let opened = options
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path);
    let fail = |path, source| Err(StoreError::File { path, source });
    let file = match opened {
        Ok(file) => file,
        Err(source) => return fail(path, source),
    };
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path }),
        Err(TryLockError::Error(source)) => fail(path, source),
    }
}
