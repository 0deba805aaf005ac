//! Opens the database file: private, in write-ahead mode, at the newest schema known here.

use crate::error::StoreError;
use rusqlite::{Connection, OpenFlags};
use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

/// `cswa`: says that the file is ours (SQLite's `application_id`).
const APPLICATION_ID: i32 = 0x6373_7761;

/// How long a connection waits for another process, such as a backup, before it gives up.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// Every migration, in order; the first brings an empty file to version 1.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_watch.sql"),
    include_str!("../migrations/0002_sources.sql"),
    include_str!("../migrations/0003_memory.sql"),
    include_str!("../migrations/0004_ping_keys.sql"),
    include_str!("../migrations/0005_health.sql"),
    include_str!("../migrations/0006_findings.sql"),
    include_str!("../migrations/0007_rollups.sql"),
    include_str!("../migrations/0008_bounds.sql"),
    include_str!("../migrations/0009_expectations.sql"),
    include_str!("../migrations/0010_tail.sql"),
];

/// The schema version this program writes.
pub(crate) fn schema_version() -> u32 {
    u32::try_from(MIGRATIONS.len()).expect("a handful of migrations")
}

/// Opens the one connection that writes, after bringing the file up to date.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    make_private_file(path)?;
    let mut connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_WAIT)?;
    check_ours(&connection, path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: in WAL mode NORMAL may lose the newest commits in a power cut, and we acknowledge them.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// Opens a connection that can only read.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_WAIT)?;
    Ok(connection)
}

/// Makes the folder (0700) if it is missing; an empty path is the current one.
pub(crate) fn make_private_folder(folder: &Path) -> Result<(), StoreError> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|source| StoreError::File {
        path: folder.to_owned(),
        source,
    })
}

/// Makes the file (0600) if it is missing; SQLite gives its `-wal` and `-shm` files the mode of
/// the file itself.
fn make_private_file(path: &Path) -> Result<(), StoreError> {
    let fail = |source| StoreError::File {
        path: path.to_owned(),
        source,
    };
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600);
    options.open(path).map(drop).map_err(fail)
}

/// Refuses a file that is no database, somebody else's database, or of a newer schema.
fn check_ours(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let foreign = || StoreError::Foreign {
        path: path.to_owned(),
    };
    let tables = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| {
            row.get::<_, i64>(0)
        })
        .map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => foreign(),
            _ => StoreError::from(error),
        })?;
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if tables > 0 && id != APPLICATION_ID {
        return Err(foreign());
    }
    let found = user_version(connection)?;
    let known = schema_version();
    if found > known {
        Err(StoreError::NewerSchema { found, known })
    } else {
        Ok(())
    }
}

fn user_version(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Runs the migrations that are missing, all in one transaction.
fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let done = usize::try_from(user_version(&tx)?).unwrap_or(usize::MAX);
    for migration in MIGRATIONS.iter().skip(done) {
        tx.execute_batch(migration)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", schema_version())?;
    tx.commit()?;
    Ok(())
}
