//! What is kept about credentials beside their secrets.

use crate::error::{Doing as _, RowFault, VaultError};
use crate::row::StoredCredential;
use crate::writer::Ctx;
use countersign_model::id::CredentialId;
use rusqlite::{Connection, params};

pub(crate) fn put(
    ctx: &mut Ctx<'_>,
    credential: &CredentialId,
    json: &str,
) -> Result<(), VaultError> {
    let upsert = "INSERT INTO credential_record (credential, record) VALUES (?1, ?2) \
                  ON CONFLICT (credential) DO UPDATE SET record = excluded.record";
    let stored = ctx.sql.execute(upsert, params![credential.as_str(), json]);
    stored.doing("storing a credential's record").map(drop)
}

pub(crate) fn turn(
    ctx: &mut Ctx<'_>,
    credential: &CredentialId,
    disabled: bool,
) -> Result<(), VaultError> {
    let upsert = "INSERT INTO credential_record (credential, disabled) VALUES (?1, ?2) \
                  ON CONFLICT (credential) DO UPDATE SET disabled = excluded.disabled";
    let stored = ctx
        .sql
        .execute(upsert, params![credential.as_str(), disabled]);
    stored.doing("turning a credential off or on").map(drop)
}

/// Destroys the key (secrets go with it), the tokens and the record.
pub(crate) fn forget(ctx: &mut Ctx<'_>, credential: &CredentialId) -> Result<(), VaultError> {
    for statement in [
        "UPDATE slot SET facts = NULL, sealed = NULL WHERE credential = ?1",
        "DELETE FROM credential_key WHERE credential = ?1",
        "DELETE FROM credential_record WHERE credential = ?1",
    ] {
        ctx.sql
            .execute(statement, [credential.as_str()])
            .doing("forgetting a credential")?;
    }
    Ok(())
}

pub(crate) fn list(sql: &Connection) -> Result<Vec<StoredCredential>, VaultError> {
    let doing = "listing credentials";
    let query = "SELECT credential, record, disabled FROM credential_record ORDER BY credential";
    let mut statement = sql.prepare_cached(query).doing(doing)?;
    let rows = statement
        .query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))
        })
        .doing(doing)?;
    rows.map(|row| {
        let (credential, record, disabled) = row.doing(doing)?;
        let credential = credential.parse().map_err(|_| {
            let fault = RowFault::Field {
                field: "credential",
            };
            VaultError::unreadable("a credential's record", fault)
        })?;
        Ok(StoredCredential {
            credential,
            record,
            disabled,
        })
    })
    .collect()
}
