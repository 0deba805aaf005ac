//! What can go wrong between the watch and its ledger.

use std::path::PathBuf;
use std::sync::Arc;

/// Why the ledger did not do what it was asked. Nothing of the request was kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder or the file cannot be made or opened.
    #[error("cannot open {path}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another process has the ledger open.
    #[error(
        "{path} is held by another process: stop it, or send the command to it with --server",
        path = path.display()
    )]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// A file of the open ledger was deleted or replaced: whatever is written to it would be lost.
    /// Nothing is acknowledged until it is back.
    #[error(
        "{path} was deleted or replaced while the ledger is open, and nothing can be stored: put it \
         back, or stop the watch, restore the ledger and start it again",
        path = path.display()
    )]
    Displaced {
        /// Which.
        path: PathBuf,
    },
    /// The file is a database of somebody else.
    #[error("{path} is not a watch database of countersign", path = path.display())]
    Foreign {
        /// Which.
        path: PathBuf,
    },
    /// A newer version of the program wrote it. Going back needs a backup of before.
    #[error("the database has schema {found}, this program knows {known}: use the newer program")]
    NewerSchema {
        /// Version of the file.
        found: u32,
        /// Newest version known here.
        known: u32,
    },
    /// The database refused.
    #[error("the database refused")]
    Database {
        /// What it says.
        #[from]
        source: rusqlite::Error,
    },
    /// The transaction that held this change could not be made durable.
    #[error("the change could not be made durable")]
    Commit {
        /// What the database says; shared by all who waited for the same commit.
        source: Arc<rusqlite::Error>,
    },
    /// A row that this program cannot read, or a value that it cannot write.
    #[error("a {what} in the ledger cannot be read or written")]
    Body {
        /// What kind of row.
        what: &'static str,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Whether a person has to act before the ledger can be used: another process, folder or
    /// program. Exit code 3 (design 4).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            StoreError::Locked { .. }
            | StoreError::Foreign { .. }
            | StoreError::NewerSchema { .. } => true,
            StoreError::Displaced { .. }
            | StoreError::File { .. }
            | StoreError::Database { .. }
            | StoreError::Commit { .. }
            | StoreError::Body { .. }
            | StoreError::Closed => false,
        }
    }
}
