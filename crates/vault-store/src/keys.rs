//! Keys of business units and credentials: opened where they are used, wiped after.

use crate::error::{Doing as _, RowFault, VaultError};
use crate::writer::Ctx;
use countersign_model::Timestamp;
use countersign_model::id::{BuId, CredentialId};
use countersign_vault::{Keyring, NamedKey, Sealed, SystemKey, WrapKeys};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::path::Path;

/// What proves and opens a vault: its id, and which master keys it knows.
pub(crate) struct Proof {
    pub(crate) vault_id: [u8; 16],
    sentinels: Vec<([u8; 8], Vec<u8>)>,
}

/// Reads a vault's proof.
pub(crate) fn proof(sql: &Connection) -> Result<Proof, VaultError> {
    let doing = "reading the vault's proof";
    let vault_id: Vec<u8> = sql
        .query_row("SELECT vault_id FROM meta", [], |row| row.get(0))
        .doing(doing)?;
    let vault_id = vault_id.try_into().map_err(|_| {
        VaultError::unreadable("the vault's id", RowFault::Field { field: "vault_id" })
    })?;
    let mut statement = sql
        .prepare("SELECT id, sentinel FROM master_key")
        .doing(doing)?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, [u8; 8]>(0)?, row.get(1)?)));
    let sentinels = rows.and_then(Iterator::collect).doing(doing)?;
    Ok(Proof {
        vault_id,
        sentinels,
    })
}

/// Checks that the active master key is the vault's.
///
/// # Errors
/// [`VaultError::MasterKeyWrong`] if the vault does not know it, [`VaultError::Unreadable`] if its
/// proof was changed.
pub(crate) fn check(proof: &Proof, wraps: &WrapKeys, path: &Path) -> Result<(), VaultError> {
    let active = wraps.active_id().0;
    let Some((_, sentinel)) = proof.sentinels.iter().find(|(id, _)| *id == active) else {
        return Err(VaultError::MasterKeyWrong {
            path: path.to_owned(),
        });
    };
    let unreadable = |fault| VaultError::unreadable("the proof of the master key", fault);
    let sealed = sealed(sentinel).map_err(unreadable)?;
    wraps
        .check_sentinel(&proof.vault_id, &sealed)
        .map_err(|error| unreadable(RowFault::Sealed(error)))
}

/// Writes the proof and the vault's own keys of a new vault.
pub(crate) fn start(
    sql: &Connection,
    now: Timestamp,
    vault_id: &[u8; 16],
    wraps: &WrapKeys,
    entropy: &mut dyn FnMut(&mut [u8]),
) -> Result<(), VaultError> {
    let now = now.as_millisecond();
    let doing = "writing the vault's proof";
    let meta = "INSERT INTO meta (id, vault_id, created_at) VALUES (1, ?1, ?2)";
    sql.execute(meta, params![vault_id.as_slice(), now])
        .doing(doing)?;
    let sentinel = wraps.sentinel(vault_id, entropy).encode();
    let master = "INSERT INTO master_key (id, sentinel, created_at) VALUES (?1, ?2, ?3)";
    sql.execute(
        master,
        params![wraps.active_id().0.as_slice(), sentinel, now],
    )
    .doing(doing)?;
    for (kind, wrap) in Keyring::draw_system_keys(wraps, entropy) {
        let system = "INSERT INTO system_key (name, wrap) VALUES (?1, ?2)";
        sql.execute(system, params![kind.name(), wrap.encode()])
            .doing(doing)?;
    }
    Ok(())
}

/// Opens the vault's own keys.
pub(crate) fn ring(sql: &Connection, wraps: WrapKeys) -> Result<Keyring, VaultError> {
    Keyring::open(wraps, |kind: SystemKey| {
        let query = "SELECT wrap FROM system_key WHERE name = ?1";
        let wrap: Option<Vec<u8>> = sql
            .query_row(query, [kind.name()], |row| row.get(0))
            .optional()
            .doing("reading the vault's keys")
            .map_err(RingError::Vault)?;
        let fault = |fault| VaultError::unreadable(format!("the key {}", kind.name()), fault);
        let wrap = wrap.ok_or_else(|| RingError::Vault(fault(RowFault::NoKey)))?;
        sealed(&wrap).map_err(|error| RingError::Vault(fault(error)))
    })
    .map_err(|error| match error {
        RingError::Vault(error) => error,
        RingError::Open(fault) => VaultError::unreadable("a key of the vault", fault),
    })
}

enum RingError {
    Vault(VaultError),
    Open(countersign_vault::OpenError),
}

impl From<countersign_vault::OpenError> for RingError {
    fn from(error: countersign_vault::OpenError) -> RingError {
        RingError::Open(error)
    }
}

/// Reads a sealed record from a column.
pub(crate) fn sealed(bytes: &[u8]) -> Result<Sealed, RowFault> {
    Sealed::decode(bytes).map_err(|error| RowFault::Sealed(error.into()))
}

/// A credential's key, opened, and whose it is.
pub(crate) struct Owned {
    pub(crate) bu: BuId,
    pub(crate) key: NamedKey,
}

/// The columns that open a credential's key.
pub(crate) struct Wraps {
    pub(crate) bu: String,
    pub(crate) bu_wrap: Vec<u8>,
    pub(crate) wrap: Vec<u8>,
}

/// Opens a credential's key from its columns.
pub(crate) fn open(
    ring: &Keyring,
    credential: &CredentialId,
    wraps: &Wraps,
) -> Result<Owned, RowFault> {
    let bu: BuId = wraps
        .bu
        .parse()
        .map_err(|_| RowFault::Field { field: "bu" })?;
    let bu_key = ring.open_bu_key(&bu, &sealed(&wraps.bu_wrap)?)?;
    let wrap = sealed(&wraps.wrap)?;
    let key = Keyring::open_credential_key(&bu_key, &bu, credential, &wrap)?;
    Ok(Owned { bu, key })
}

/// Finds a credential's key.
pub(crate) fn find(
    sql: &Connection,
    ring: &Keyring,
    credential: &CredentialId,
) -> Result<Option<Owned>, VaultError> {
    let query = "SELECT c.bu, b.wrap, c.wrap FROM credential_key c JOIN bu_key b USING (bu) \
                 WHERE c.credential = ?1";
    let wraps = sql
        .prepare_cached(query)
        .and_then(|mut statement| {
            let read = |row: &rusqlite::Row<'_>| {
                Ok(Wraps {
                    bu: row.get(0)?,
                    bu_wrap: row.get(1)?,
                    wrap: row.get(2)?,
                })
            };
            statement.query_row([credential.as_str()], read).optional()
        })
        .doing("reading a credential's key")?;
    let opened = wraps
        .map(|wraps| open(ring, credential, &wraps))
        .transpose();
    opened.map_err(|fault| VaultError::unreadable(format!("the key of {credential}"), fault))
}

/// A credential's key; drawn now if it has none, with its owner's if that has none either.
///
/// # Errors
/// [`VaultError::OwnerMoved`] if it belongs to another owner.
pub(crate) fn find_or_draw(
    ctx: &mut Ctx<'_>,
    credential: &CredentialId,
    bu: &BuId,
) -> Result<NamedKey, VaultError> {
    if let Some(owned) = find(ctx.sql, ctx.ring, credential)? {
        if owned.bu == *bu {
            return Ok(owned.key);
        }
        let (owner, asked) = (owned.bu, bu.clone());
        return Err(VaultError::OwnerMoved {
            credential: credential.clone(),
            owner,
            asked,
        });
    }
    let bu_key = bu_key(ctx, bu)?;
    let (key, wrap) = Keyring::draw_credential_key(&bu_key, bu, credential, &mut *ctx.entropy);
    let insert = "INSERT INTO credential_key (credential, bu, wrap) VALUES (?1, ?2, ?3)";
    let row = params![credential.as_str(), bu.as_str(), wrap.encode()];
    ctx.sql
        .execute(insert, row)
        .doing("storing a credential's key")?;
    Ok(key)
}

fn bu_key(ctx: &mut Ctx<'_>, bu: &BuId) -> Result<NamedKey, VaultError> {
    let query = "SELECT wrap FROM bu_key WHERE bu = ?1";
    let wrap: Option<Vec<u8>> = ctx
        .sql
        .query_row(query, [bu.as_str()], |row| row.get(0))
        .optional()
        .doing("reading an owner's key")?;
    if let Some(wrap) = wrap {
        let unreadable = |fault| VaultError::unreadable(format!("the key of {bu}"), fault);
        let wrap = sealed(&wrap).map_err(unreadable)?;
        return ctx
            .ring
            .open_bu_key(bu, &wrap)
            .map_err(|error| unreadable(error.into()));
    }
    let (key, wrap) = ctx.ring.draw_bu_key(bu, &mut *ctx.entropy);
    let insert = "INSERT INTO bu_key (bu, wrap) VALUES (?1, ?2)";
    let stored = ctx.sql.execute(insert, params![bu.as_str(), wrap.encode()]);
    stored.doing("storing an owner's key")?;
    Ok(key)
}
