//! The readers: connections that see the last commit and never wait for the writer.

use crate::error::VaultError;
use crate::schema;
use countersign_vault::Keyring;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Idle connections kept at most.
const IDLE_MAX: usize = 4;

/// Connections for reading, opened as they are needed.
#[derive(Clone)]
pub(crate) struct Readers {
    path: PathBuf,
    ring: Arc<Keyring>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf, ring: Arc<Keyring>) -> Readers {
        Readers {
            path,
            ring,
            idle: Arc::default(),
        }
    }

    /// Runs `read` on a blocking thread of the runtime.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection, &Keyring) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let readers = self.clone();
        let done = tokio::task::spawn_blocking(move || readers.read_here(read)).await;
        match done {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is stopping: nobody waits for the answer any more.
                Err(_) => Err(VaultError::Closed),
            },
        }
    }

    fn read_here<T>(
        &self,
        read: impl FnOnce(&Connection, &Keyring) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let sql = match idle {
            Some(sql) => sql,
            None => schema::open_reader(&self.path)?,
        };
        let result = read(&sql, &self.ring);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX {
            idle.push(sql);
        }
        result
    }

    /// Closes the idle connections.
    pub(crate) fn close(&self) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
