//! The handle every room of the watch holds.

use crate::database;
use crate::error::StoreError;
use crate::held::Held;
use crate::lock;
use crate::reader::Readers;
use crate::writer::Writer;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;

/// Name of the watch's database inside the data folder.
pub const DATABASE_FILE: &str = "watch.db";

/// The watch's ledger. Cheap to clone; all clones share one writer and a few readers.
///
/// Its methods are grouped by what they serve: outcomes, estate, pipeline, incidents, outbox,
/// access, sources, followed files. A method that writes returns once its change is durable. Dropping the last clone lets
/// queued writes finish and closes the file.
#[derive(Clone)]
pub struct WatchStore {
    writer: Arc<Writer>,
    readers: Arc<Readers>,
}

impl WatchStore {
    /// Opens `dir/watch.db`, making folder (0700) and file (0600) if they are missing, and brings
    /// it to the newest schema known here. One process at a time: `dir/watch.lock` is held until the
    /// last clone is dropped.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if another process has it open; nothing is touched then.
    /// [`StoreError::File`] if it cannot be made, [`StoreError::Foreign`] if it is somebody else's
    /// database, [`StoreError::NewerSchema`] if a newer program wrote it.
    pub fn open(dir: &Path) -> Result<WatchStore, StoreError> {
        database::make_private_folder(dir)?;
        let lock = lock::take(dir)?;
        let path = dir.join(DATABASE_FILE);
        let connection = database::open_writer(&path)?;
        let held = Held::new(&path, lock);
        let writer = Writer::start(connection, held).map_err(|source| StoreError::File {
            path: path.clone(),
            source,
        })?;
        Ok(WatchStore {
            writer: Arc::new(writer),
            readers: Arc::new(Readers::new(path)),
        })
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.write(act).await
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.read(act).await
    }
}

impl std::fmt::Debug for WatchStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WatchStore")
    }
}
