//! Opens connections and brings the schema up to date.

use crate::error::{Doing as _, VaultError};
use crate::folder::Folder;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Marks the file as a vault of this house ("CSvt").
const APPLICATION_ID: i32 = 0x4353_7674;
/// How long a connection waits for another one of this process.
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// Every migration, in order; the schema version is the number of those applied.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_start.sql"),
    include_str!("migrations/0002_grants.sql"),
];

/// The newest schema this program knows.
pub(crate) fn known() -> u32 {
    u32::try_from(MIGRATIONS.len()).expect("there are few migrations")
}

/// Opens the database for looking only: not a byte of the file or of its journal changes.
pub(crate) fn look(folder: &Folder) -> Result<Connection, VaultError> {
    let read = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let path = folder.database();
    if folder.has_journal() {
        let sql = Connection::open_with_flags(&path, read).doing("opening for reading")?;
        let kept = sql.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        kept.doing("opening for reading")?;
        return Ok(sql);
    }
    // Without a journal the file alone is the database, and need not even be locked.
    let flags = read | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(unlocked_uri(&path), flags).doing("opening for reading")
}

fn unlocked_uri(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(byte) {
            uri.push(char::from(*byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri + "?immutable=1"
}

/// Opens the database for the writer.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, VaultError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let sql = Connection::open_with_flags(path, flags).doing("opening for writing")?;
    sql.busy_timeout(BUSY_WAIT).doing("opening for writing")?;
    let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                   PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;";
    sql.execute_batch(pragmas).doing("opening for writing")?;
    Ok(sql)
}

/// Opens the database for a reader; its statements cannot write.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, VaultError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let sql = Connection::open_with_flags(path, flags).doing("opening for reading")?;
    sql.busy_timeout(BUSY_WAIT).doing("opening for reading")?;
    sql.pragma_update(None, "query_only", true)
        .doing("opening for reading")?;
    Ok(sql)
}

fn pragma(sql: &Connection, name: &str) -> rusqlite::Result<i64> {
    sql.pragma_query_value(None, name, |row| row.get(0))
}

/// The schema version of an open database.
///
/// # Errors
/// [`VaultError::NotAVault`] if the file is something else, [`VaultError::SchemaTooNew`].
pub(crate) fn check(sql: &Connection, path: &Path) -> Result<u32, VaultError> {
    let not_ours = || VaultError::NotAVault {
        path: path.to_owned(),
    };
    let application = pragma(sql, "application_id").map_err(|_| not_ours())?;
    if application != i64::from(APPLICATION_ID) {
        return Err(not_ours());
    }
    let found = pragma(sql, "user_version").doing("reading the schema version")?;
    let found = u32::try_from(found).map_err(|_| not_ours())?;
    if found > known() {
        return Err(VaultError::SchemaTooNew {
            path: path.to_owned(),
            found,
            known: known(),
        });
    }
    Ok(found)
}

/// Applies the migrations that a database with schema `from` lacks, each in its own transaction.
pub(crate) fn migrate(sql: &mut Connection, from: u32) -> Result<(), VaultError> {
    let doing = "bringing the schema up to date";
    for version in from..known() {
        let at = usize::try_from(version).expect("a u32 fits");
        let transaction = sql.transaction().doing(doing)?;
        transaction.execute_batch(MIGRATIONS[at]).doing(doing)?;
        transaction
            .pragma_update(None, "user_version", version + 1)
            .doing(doing)?;
        transaction.commit().doing(doing)?;
    }
    Ok(())
}

/// Marks a new, empty database as ours and gives it today's schema.
pub(crate) fn start(sql: &mut Connection) -> Result<(), VaultError> {
    sql.pragma_update(None, "application_id", APPLICATION_ID)
        .doing("starting a vault")?;
    migrate(sql, 0)
}
