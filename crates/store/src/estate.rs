//! The estate as it was last applied.

use crate::error::StoreError;
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use rusqlite::{OptionalExtension, params};

impl WatchStore {
    /// Replaces the estate.
    ///
    /// # Errors
    /// [`StoreError`]; the old estate is then still there.
    pub async fn estate_put(&self, estate: &Estate, at: Timestamp) -> Result<(), StoreError> {
        let body = row::body("estate", estate)?;
        self.write(move |connection| {
            connection.execute(
                "INSERT INTO estate (one, put_at, body) VALUES (1, ?1, ?2)
                 ON CONFLICT (one) DO UPDATE SET put_at = excluded.put_at, body = excluded.body",
                params![row::ms(at), body],
            )?;
            Ok(())
        })
        .await
    }

    /// The estate, if one was ever applied.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn estate_get(&self) -> Result<Option<Estate>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT body FROM estate";
            let body: Option<String> =
                connection.query_row(sql, [], |row| row.get(0)).optional()?;
            body.map(|body| row::parse("estate", &body)).transpose()
        })
        .await
    }
}
