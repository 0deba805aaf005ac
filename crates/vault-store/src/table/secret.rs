//! Versions of credentials' secrets.

use super::time;
use crate::change::SecretRole;
use crate::error::{Doing as _, RowFault, VaultError};
use crate::keys;
use crate::row::SecretVersion;
use crate::writer::Ctx;
use countersign_model::id::{BuId, CredentialId};
use countersign_secret::Secret;
use countersign_vault::{Keyring, Place, Sealed};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeSet;

fn row_name(credential: &CredentialId, version: u32) -> String {
    format!("secret version {version} of {credential}")
}

/// Seals a new version; returns its number.
pub(crate) fn put(
    ctx: &mut Ctx<'_>,
    credential: &CredentialId,
    bu: &BuId,
    secret: &Secret,
    role: SecretRole,
) -> Result<u32, VaultError> {
    let key = keys::find_or_draw(ctx, credential, bu)?;
    let doing = "storing a secret";
    let query = "SELECT coalesce(max(version), 0) FROM credential_secret WHERE credential = ?1";
    let last: u32 = ctx
        .sql
        .query_row(query, [credential.as_str()], |row| row.get(0))
        .doing(doing)?;
    let version = last.saturating_add(1);
    let place = Place::Secret {
        bu,
        credential,
        version,
    };
    let sealed = Sealed::secret(&key, place, secret, &mut *ctx.entropy).map_err(|_| {
        VaultError::TooLong {
            row: row_name(credential, version),
        }
    })?;
    if role == SecretRole::Active {
        retire_active(ctx.sql, credential)?;
    }
    let insert = "INSERT INTO credential_secret (credential, version, role, sealed, created_at) \
                  VALUES (?1, ?2, ?3, ?4, ?5)";
    let now = ctx.now.as_millisecond();
    let row = params![
        credential.as_str(),
        version,
        role.as_str(),
        sealed.encode(),
        now
    ];
    ctx.sql.execute(insert, row).doing(doing)?;
    Ok(version)
}

/// Retires the active version, and forgets retired ones before it: a secret nobody needs is only a
/// liability. The last one stays, as the way back.
fn retire_active(sql: &Connection, credential: &CredentialId) -> Result<(), VaultError> {
    let doing = "retiring a secret";
    let active = "SELECT 1 FROM credential_secret WHERE credential = ?1 AND role = 'active'";
    if sql
        .query_row(active, [credential.as_str()], |_| Ok(()))
        .optional()
        .doing(doing)?
        .is_none()
    {
        return Ok(());
    }
    for statement in [
        "DELETE FROM credential_secret WHERE credential = ?1 AND role = 'retired'",
        "UPDATE credential_secret SET role = 'retired' WHERE credential = ?1 AND role = 'active'",
    ] {
        sql.execute(statement, [credential.as_str()]).doing(doing)?;
    }
    Ok(())
}

/// Gives a version another role.
pub(crate) fn turn(
    ctx: &mut Ctx<'_>,
    credential: &CredentialId,
    version: u32,
    role: SecretRole,
) -> Result<(), VaultError> {
    let doing = "changing the role of a secret";
    let row = params![credential.as_str(), version];
    let query = "SELECT role FROM credential_secret WHERE credential = ?1 AND version = ?2";
    let present: Option<String> = ctx
        .sql
        .query_row(query, row, |row| row.get(0))
        .optional()
        .doing(doing)?;
    let Some(present) = present else {
        return Err(VaultError::NoSecretVersion {
            credential: credential.clone(),
            version,
        });
    };
    if present == role.as_str() {
        return Ok(());
    }
    if role == SecretRole::Active {
        // Set aside first: of the retired only the newest is kept, and this may be one of them.
        let aside = "UPDATE credential_secret SET role = 'staged' \
                     WHERE credential = ?1 AND version = ?2";
        ctx.sql.execute(aside, row).doing(doing)?;
        retire_active(ctx.sql, credential)?;
    }
    let update = "UPDATE credential_secret SET role = ?3 WHERE credential = ?1 AND version = ?2";
    let row = params![credential.as_str(), version, role.as_str()];
    ctx.sql.execute(update, row).doing(doing).map(drop)
}

/// Opens the active version.
pub(crate) fn find(
    sql: &Connection,
    ring: &Keyring,
    credential: &CredentialId,
) -> Result<Option<(u32, Secret)>, VaultError> {
    let query = "SELECT version, sealed FROM credential_secret \
                 WHERE credential = ?1 AND role = 'active'";
    let stored: Option<(u32, Vec<u8>)> = sql
        .query_row(query, [credential.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
        .doing("reading a secret")?;
    let Some((version, sealed)) = stored else {
        return Ok(None);
    };
    let unreadable = |fault| VaultError::unreadable(row_name(credential, version), fault);
    let owned = keys::find(sql, ring, credential)?;
    let owned = owned.ok_or_else(|| unreadable(RowFault::NoKey))?;
    let place = Place::Secret {
        bu: &owned.bu,
        credential,
        version,
    };
    let secret = keys::sealed(&sealed)
        .and_then(|sealed| Ok(sealed.open_secret(&owned.key, place)?))
        .map_err(unreadable)?;
    Ok(Some((version, secret)))
}

/// A credential's versions, oldest first.
pub(crate) fn list(
    sql: &Connection,
    credential: &CredentialId,
) -> Result<Vec<SecretVersion>, VaultError> {
    let doing = "listing the versions of a secret";
    let query = "SELECT version, role, created_at FROM credential_secret \
                 WHERE credential = ?1 ORDER BY version";
    let mut statement = sql.prepare_cached(query).doing(doing)?;
    let rows = statement
        .query_map([credential.as_str()], |row| {
            Ok((
                row.get::<_, u32>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, i64>(2)?,
            ))
        })
        .doing(doing)?;
    rows.map(|row| {
        let (version, role, created_ms) = row.doing(doing)?;
        let read = || {
            let role = SecretRole::find(&role).ok_or(RowFault::Field { field: "role" })?;
            Ok(SecretVersion {
                version,
                role,
                created_at: time(created_ms)?,
            })
        };
        read()
            .map_err(|fault: RowFault| VaultError::unreadable(row_name(credential, version), fault))
    })
    .collect()
}

/// Credentials that have an active secret, as stored.
pub(crate) fn held(sql: &Connection) -> Result<BTreeSet<String>, VaultError> {
    let doing = "listing credentials with a secret";
    let query = "SELECT credential FROM credential_secret WHERE role = 'active'";
    let mut statement = sql.prepare_cached(query).doing(doing)?;
    let rows = statement.query_map([], |row| row.get(0));
    rows.and_then(Iterator::collect).doing(doing)
}
