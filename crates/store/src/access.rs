//! Who may look: sign-in links, sessions and API tokens, as SHA-256 hashes only.
//!
//! All instants are of the wall clock, whatever clock the watch runs on.

use crate::error::StoreError;
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// A SHA-256 of a random token; the token itself is never stored.
type Hash = [u8; 32];

impl WatchStore {
    /// Keeps a sign-in link until `expires_at` or its first use.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger refuses.
    pub async fn sign_in_link_put(
        &self,
        hash: Hash,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |connection| {
            let sql = "INSERT OR REPLACE INTO sign_in_link (hash, expires_at) VALUES (?1, ?2)";
            connection.execute(sql, params![hash, row::ms(expires_at)])?;
            Ok(())
        })
        .await
    }

    /// Uses a sign-in link up: `true` for exactly one caller, and only before its end. Ended links
    /// and sessions are swept out on the way.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger refuses; the link then still works.
    pub async fn sign_in_link_take(&self, hash: Hash, now: Timestamp) -> Result<bool, StoreError> {
        self.write(move |connection| {
            sweep(connection, now)?;
            let sql = "DELETE FROM sign_in_link WHERE hash = ?1";
            Ok(connection.execute(sql, [hash])? == 1)
        })
        .await
    }

    /// Starts a session that ends at `expires_at`.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger refuses.
    pub async fn session_put(&self, hash: Hash, expires_at: Timestamp) -> Result<(), StoreError> {
        self.write(move |connection| {
            let sql = "INSERT OR REPLACE INTO session (hash, expires_at) VALUES (?1, ?2)";
            connection.execute(sql, params![hash, row::ms(expires_at)])?;
            Ok(())
        })
        .await
    }

    /// Whether the session exists and has not ended.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn session_get(&self, hash: Hash, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM session WHERE hash = ?1 AND expires_at > ?2";
        self.read(move |connection| exists(connection, sql, params![hash, row::ms(now)]))
            .await
    }

    /// Ends a session; fine if there is none.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger refuses.
    pub async fn session_delete(&self, hash: Hash) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.execute("DELETE FROM session WHERE hash = ?1", [hash])?;
            Ok(())
        })
        .await
    }

    /// Makes an API token known under a label.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger refuses.
    pub async fn api_token_put(&self, hash: Hash, label: String) -> Result<(), StoreError> {
        self.write(move |connection| {
            let sql = "INSERT OR REPLACE INTO api_token (hash, label) VALUES (?1, ?2)";
            connection.execute(sql, params![hash, label])?;
            Ok(())
        })
        .await
    }

    /// Forgets every API token under a label; fine if there is none.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger refuses; the tokens are then still known.
    pub async fn api_tokens_forget(&self, label: String) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.execute("DELETE FROM api_token WHERE label = ?1", [label])?;
            Ok(())
        })
        .await
    }

    /// The label under which the API token is known, if it is.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn api_token_label(&self, hash: Hash) -> Result<Option<String>, StoreError> {
        let sql = "SELECT label FROM api_token WHERE hash = ?1";
        self.read(move |connection| {
            let label = connection.query_row(sql, params![hash], |row| row.get(0));
            Ok(label.optional()?)
        })
        .await
    }
}

fn exists(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<bool, StoreError> {
    let found: Option<i64> = connection
        .query_row(sql, params, |row| row.get(0))
        .optional()?;
    Ok(found.is_some())
}

fn sweep(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    connection.execute(
        "DELETE FROM sign_in_link WHERE expires_at <= ?1",
        [row::ms(now)],
    )?;
    connection.execute("DELETE FROM session WHERE expires_at <= ?1", [row::ms(now)])?;
    Ok(())
}
