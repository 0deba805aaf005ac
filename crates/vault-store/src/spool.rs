//! Answers on their way into the database: each a sealed file of its own, on disk before the database
//! is asked (R3; broker rule 2.5 step 3).
//!
//! The database may be down at the one moment that matters. A file appears complete or not at all,
//! and goes when its answer is committed.

use crate::error::{RowFault, VaultError};
use crate::grant::SpoolKey;
use crate::keys;
use countersign_model::id::CredentialId;
use countersign_secret::TokenBytes;
use countersign_vault::{Keyring, Place, Sealed};
use rusqlite::Connection;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folder of the files, beside the database.
const FOLDER: &str = "vault-spool";
/// End of a finished file's name.
const FINISHED: &str = "answer";
/// Longest file read, in bytes: an answer has at most 64 KiB, and its envelope little more.
const FILE_BYTES_MAX: u64 = 256 * 1024;

/// One answer on disk.
#[derive(Debug)]
pub struct SpoolFile {
    path: PathBuf,
}

/// An answer that an earlier run received and did not commit.
pub struct Spooled {
    /// Its credential.
    pub credential: CredentialId,
    /// The exchange that brought it.
    pub attempt: String,
    /// What was received.
    pub plain: TokenBytes,
    /// Its file.
    pub file: SpoolFile,
}

/// All answers of earlier runs.
#[derive(Default)]
pub struct SpoolFound {
    /// Those that open.
    pub answers: Vec<Spooled>,
    /// Files that do not open, with why: kept where they are.
    pub unreadable: Vec<(PathBuf, VaultError)>,
}

fn io<'a>(
    doing: &'static str,
    path: &'a Path,
) -> impl FnOnce(std::io::Error) -> VaultError + use<'a> {
    move |source| VaultError::Io {
        doing,
        path: path.to_owned(),
        source: Arc::new(source),
    }
}

fn sync_folder(folder: &Path) -> Result<(), VaultError> {
    let synced = File::open(folder).and_then(|dir| dir.sync_all());
    synced.map_err(io("syncing", folder))
}

/// Writes an answer, durably. Blocks on the disk.
pub(crate) fn write(
    data: &Path,
    key: &SpoolKey,
    (credential, attempt): (&CredentialId, &str),
    plain: &TokenBytes,
    entropy: &mut dyn FnMut(&mut [u8]),
) -> Result<SpoolFile, VaultError> {
    let place = Place::Received {
        bu: &key.bu,
        credential,
        attempt,
    };
    let sealed = Sealed::token(&key.key, place, plain, entropy);
    let sealed = sealed.map_err(|_| VaultError::TooLong {
        row: format!("an answer for {credential}"),
    })?;
    let folder = data.join(FOLDER);
    let made = DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder);
    made.map_err(io("making the folder", &folder))?;
    let name = hex(attempt);
    let (unfinished, path) = (
        folder.join(format!("{name}.part")),
        folder.join(format!("{name}.{FINISHED}")),
    );
    let mut options = OpenOptions::new();
    let options = options.create(true).truncate(true).write(true).mode(0o600);
    let written = options.open(&unfinished).and_then(|mut file| {
        writeln!(file, "{credential} {attempt}")?;
        file.write_all(&sealed.encode())?;
        file.sync_all()
    });
    written.map_err(io("writing", &unfinished))?;
    std::fs::rename(&unfinished, &path).map_err(io("naming", &path))?;
    sync_folder(&folder)?;
    Ok(SpoolFile { path })
}

/// A name for the file of an exchange, whatever its id holds.
fn hex(attempt: &str) -> String {
    attempt.bytes().map(|byte| format!("{byte:02x}")).collect()
}

impl SpoolFile {
    /// Takes the file away: its answer is committed. Blocks on the disk.
    ///
    /// # Errors
    /// [`VaultError::Io`]; the next start finds the file, and that it is no longer needed.
    pub fn remove(self) -> Result<(), VaultError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(io("removing", &self.path)(error));
            }
            _ => {}
        }
        self.path.parent().map_or(Ok(()), sync_folder)
    }
}

/// Reads the answers of earlier runs. A file that does not open stops none of the others.
pub(crate) fn list(
    sql: &Connection,
    ring: &Keyring,
    data: &Path,
) -> Result<SpoolFound, VaultError> {
    let folder = data.join(FOLDER);
    let mut found = SpoolFound::default();
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(io("reading", &folder)(error)),
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let finished = |path: &PathBuf| path.extension().is_some_and(|end| end == FINISHED);
    for path in paths.into_iter().filter(finished) {
        match read(sql, ring, &path) {
            Ok(answer) => found.answers.push(answer),
            Err(error) => found.unreadable.push((path, error)),
        }
    }
    Ok(found)
}

fn read(sql: &Connection, ring: &Keyring, path: &Path) -> Result<Spooled, VaultError> {
    let unreadable =
        |fault| VaultError::unreadable(format!("the answer in {}", path.display()), fault);
    let field = |field| unreadable(RowFault::Field { field });
    let size = path.metadata().map_err(io("reading", path))?.len();
    if size > FILE_BYTES_MAX {
        return Err(field("size"));
    }
    let bytes = std::fs::read(path).map_err(io("reading", path))?;
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (head, sealed) = end
        .and_then(|end| bytes.split_at_checked(end))
        .ok_or_else(|| field("head"))?;
    let head = std::str::from_utf8(head).map_err(|_| field("head"))?;
    let (credential, attempt) = head.split_once(' ').ok_or_else(|| field("head"))?;
    let credential: CredentialId = credential.parse().map_err(|_| field("credential"))?;
    let owned = keys::find(sql, ring, &credential)?.ok_or_else(|| unreadable(RowFault::NoKey))?;
    let place = Place::Received {
        bu: &owned.bu,
        credential: &credential,
        attempt,
    };
    let plain = keys::sealed(&sealed[1..])
        .and_then(|sealed| Ok(sealed.open_token(&owned.key, place)?))
        .map_err(unreadable)?;
    Ok(Spooled {
        attempt: attempt.to_owned(),
        credential,
        plain,
        file: SpoolFile {
            path: path.to_owned(),
        },
    })
}
