//! The folder: which files there are, who may read them, and who holds the vault.

use crate::error::VaultError;
use crate::held::Identity;
use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Only the owner reads and writes.
const FILE_MODE: u32 = 0o600;
/// Only the owner enters.
const FOLDER_MODE: u32 = 0o700;

/// The files of a vault.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    dir: PathBuf,
}

/// How often a lock file that vanishes while it is taken is tried again.
const LOCK_TRIES_MAX: u8 = 8;

/// Holds the vault for this process until dropped, also against a second opening in this process.
/// It has no end of its own, and the system lets go of it if the process dies. The file stays: whoever
/// deleted it at the end could delete another's.
pub(crate) struct Lock {
    identity: Identity,
    _file: File,
}

impl Lock {
    /// Which file is locked.
    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }
}

pub(crate) fn io<'a>(
    doing: &'static str,
    path: &'a Path,
) -> impl FnOnce(std::io::Error) -> VaultError + use<'a> {
    move |source| VaultError::Io {
        doing,
        path: path.to_owned(),
        source: Arc::new(source),
    }
}

impl Folder {
    pub(crate) fn new(dir: &Path) -> Folder {
        Folder {
            dir: dir.to_owned(),
        }
    }

    /// The folder itself.
    pub(crate) fn data(&self) -> &Path {
        &self.dir
    }

    /// The database.
    pub(crate) fn database(&self) -> PathBuf {
        self.dir.join("vault.db")
    }

    /// The database while it is being made.
    pub(crate) fn unfinished(&self) -> PathBuf {
        self.dir.join("vault.db.new")
    }

    /// Changes beside the database that are not in its file yet.
    pub(crate) fn journal(&self) -> PathBuf {
        self.dir.join("vault.db-wal")
    }

    /// What says that a process has the vault.
    pub(crate) fn lock_file(&self) -> PathBuf {
        self.dir.join("vault.lock")
    }

    /// Whether the database has changes beside it that are not in its file yet.
    pub(crate) fn has_journal(&self) -> bool {
        let journal = self.journal();
        journal.metadata().is_ok_and(|meta| meta.len() > 0)
    }

    pub(crate) fn holds_vault(&self) -> bool {
        self.database().exists()
    }

    /// Makes the folder, if it is not there. One that is there may hold foreign files and keeps its
    /// mode.
    pub(crate) fn prepare(&self) -> Result<(), VaultError> {
        let made = DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(&self.dir);
        made.map_err(io("making the folder", &self.dir))
    }

    /// Takes the vault for this process.
    pub(crate) fn lock(&self) -> Result<Lock, VaultError> {
        let path = self.lock_file();
        for _ in 0..LOCK_TRIES_MAX {
            let lock = self.lock_as_found(&path)?;
            // One that was deleted between its opening and its locking keeps nobody out.
            if Identity::at(&path)? == Some(lock.identity) {
                return Ok(lock);
            }
        }
        Err(VaultError::Displaced { path })
    }

    fn lock_as_found(&self, path: &Path) -> Result<Lock, VaultError> {
        let mut options = OpenOptions::new();
        let file = options
            .create(true)
            .truncate(false)
            .write(true)
            .mode(FILE_MODE)
            .open(path);
        let file = file.map_err(io("opening", path))?;
        match file.try_lock() {
            Ok(()) => {
                let found = file.metadata().map_err(io("looking at", path))?;
                let identity = Identity::of(&found);
                Ok(Lock {
                    identity,
                    _file: file,
                })
            }
            Err(TryLockError::WouldBlock) => Err(VaultError::Locked {
                path: self.database(),
            }),
            Err(TryLockError::Error(source)) => Err(io("locking", path)(source)),
        }
    }

    /// An empty file for a new database, readable by its owner alone; what an interrupted earlier
    /// attempt left goes away.
    pub(crate) fn start_database(&self) -> Result<PathBuf, VaultError> {
        let path = self.unfinished();
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut name = path.clone().into_os_string();
            name.push(suffix);
            let stale = PathBuf::from(name);
            match std::fs::remove_file(&stale) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(io("removing", &stale)(error));
                }
                _ => {}
            }
        }
        let mut options = OpenOptions::new();
        let made = options
            .create_new(true)
            .write(true)
            .mode(FILE_MODE)
            .open(&path);
        made.map_err(io("making", &path))?;
        Ok(path)
    }

    /// Puts the finished database in its place, durably and at once.
    pub(crate) fn finish_database(&self) -> Result<(), VaultError> {
        let (from, to) = (self.unfinished(), self.database());
        File::open(&from)
            .and_then(|file| file.sync_all())
            .map_err(io("syncing", &from))?;
        std::fs::rename(&from, &to).map_err(io("naming", &to))?;
        let synced = File::open(&self.dir).and_then(|dir| dir.sync_all());
        synced.map_err(io("syncing", &self.dir))
    }

    /// Takes away what others may do with the database.
    pub(crate) fn restrict(&self) -> Result<(), VaultError> {
        let path = self.database();
        let set = std::fs::set_permissions(&path, Permissions::from_mode(FILE_MODE));
        set.map_err(io("restricting", &path))
    }
}
