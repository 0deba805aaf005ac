//! Refresh tokens: one per credential, and the exchange it is in (R3, R6; broker rule 2.5).

use super::{column, number, time};
use crate::error::{Doing as _, RowFault, VaultError};
use crate::grant::{GrantOpened, GrantStands, SpoolKey, StoredGrant};
use crate::keys;
use crate::writer::Ctx;
use countersign_model::id::{BuId, CredentialId};
use countersign_model::token::Generation;
use countersign_secret::TokenBytes;
use countersign_vault::{Keyring, NamedKey, Place, Sealed};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

fn row_name(credential: &CredentialId) -> String {
    format!("the refresh token of {credential}")
}

fn seal(
    ctx: &mut Ctx<'_>,
    key: &NamedKey,
    place: Place<'_>,
    token: &TokenBytes,
    credential: &CredentialId,
) -> Result<Vec<u8>, VaultError> {
    let sealed = Sealed::token(key, place, token, &mut *ctx.entropy);
    let sealed = sealed.map_err(|_| VaultError::TooLong {
        row: row_name(credential),
    })?;
    Ok(sealed.encode())
}

/// A person consented: another refresh token, whatever became of the one before.
pub(crate) fn put(
    ctx: &mut Ctx<'_>,
    credential: &CredentialId,
    bu: &BuId,
    token: &TokenBytes,
) -> Result<(), VaultError> {
    let key = keys::find_or_draw(ctx, credential, bu)?;
    let last = find(ctx.sql, credential)?.map_or(0, |row| row.generation.0);
    let generation = Generation(last.saturating_add(1));
    let place = Place::RefreshToken {
        bu,
        credential,
        generation,
    };
    let sealed = seal(ctx, &key, place, token, credential)?;
    let upsert = "INSERT INTO grant_token (credential, generation, sealed, digest, given_at, stored_at, \
                  attempt) VALUES (?1, ?2, ?3, ?4, ?5, ?5, 'idle') ON CONFLICT (credential) DO UPDATE \
                  SET generation = excluded.generation, sealed = excluded.sealed, \
                  digest = excluded.digest, given_at = excluded.given_at, \
                  stored_at = excluded.stored_at, attempt = 'idle', attempt_id = NULL, \
                  attempt_digest = NULL, attempt_at = NULL, doubt_at = NULL";
    let digest = ctx.ring.system.refresh_digest(token);
    let row = params![
        credential.as_str(),
        column(generation.0),
        sealed,
        digest.as_slice(),
        ctx.now.as_millisecond()
    ];
    let stored = ctx.sql.execute(upsert, row);
    stored.doing("storing a refresh token").map(drop)
}

/// Writes down that a send follows. Refused unless the token is the one that was read and no exchange
/// of it is open (R6): this is the fence that no second sender passes.
pub(crate) fn arm(
    ctx: &mut Ctx<'_>,
    credential: &CredentialId,
    attempt: &str,
    generation: Generation,
) -> Result<(), VaultError> {
    let update = "UPDATE grant_token SET attempt = 'armed', attempt_id = ?3, attempt_digest = digest, \
                  attempt_at = ?4 WHERE credential = ?1 AND generation = ?2 AND attempt = 'idle'";
    let row = params![
        credential.as_str(),
        column(generation.0),
        attempt,
        ctx.now.as_millisecond()
    ];
    let armed = ctx
        .sql
        .execute(update, row)
        .doing("arming a refresh token")?;
    if armed == 1 {
        return Ok(());
    }
    Err(VaultError::GrantBusy {
        credential: credential.clone(),
    })
}

/// Stores what an exchange brought; `token` is absent where the provider kept the old one. An answer
/// that is no longer the credential's own is kept beside it; returns whether that was so.
pub(crate) fn rotate(
    ctx: &mut Ctx<'_>,
    (credential, bu): (&CredentialId, &BuId),
    attempt: &str,
    token: Option<&TokenBytes>,
) -> Result<bool, VaultError> {
    let row = find(ctx.sql, credential)?;
    let own = row.as_ref().filter(|row| {
        let open = row.attempt == "armed" || row.attempt == "unknown";
        open && row.attempt_id.as_deref() == Some(attempt)
    });
    match (own, token) {
        (Some(row), Some(token)) => {
            let generation = row.generation.next();
            renew(ctx, (credential, bu), generation, token)?;
            Ok(false)
        }
        (Some(_), None) => {
            end(ctx, credential, None, GrantStands::FRESH)?;
            Ok(false)
        }
        (None, None) => Ok(false),
        (None, Some(token)) => {
            let digest = ctx.ring.system.refresh_digest(token);
            if row.is_some_and(|row| row.digest == digest) {
                return Ok(false);
            }
            orphan(ctx, (credential, bu), attempt, token)?;
            Ok(true)
        }
    }
}

fn renew(
    ctx: &mut Ctx<'_>,
    (credential, bu): (&CredentialId, &BuId),
    generation: Generation,
    token: &TokenBytes,
) -> Result<(), VaultError> {
    let key = keys::find_or_draw(ctx, credential, bu)?;
    let place = Place::RefreshToken {
        bu,
        credential,
        generation,
    };
    let sealed = seal(ctx, &key, place, token, credential)?;
    let update = "UPDATE grant_token SET generation = ?2, sealed = ?3, digest = ?4, stored_at = ?5, \
                  attempt = 'idle', attempt_id = NULL, attempt_digest = NULL, attempt_at = NULL, \
                  doubt_at = NULL WHERE credential = ?1";
    let digest = ctx.ring.system.refresh_digest(token);
    let row = params![
        credential.as_str(),
        column(generation.0),
        sealed,
        digest.as_slice(),
        ctx.now.as_millisecond()
    ];
    let stored = ctx.sql.execute(update, row);
    stored.doing("storing a rotated refresh token").map(drop)
}

fn orphan(
    ctx: &mut Ctx<'_>,
    (credential, bu): (&CredentialId, &BuId),
    attempt: &str,
    token: &TokenBytes,
) -> Result<(), VaultError> {
    let key = keys::find_or_draw(ctx, credential, bu)?;
    let place = Place::Received {
        bu,
        credential,
        attempt,
    };
    let sealed = seal(ctx, &key, place, token, credential)?;
    let insert = "INSERT INTO grant_orphan (credential, attempt_id, sealed, created_at) \
                  VALUES (?1, ?2, ?3, ?4)";
    let row = params![
        credential.as_str(),
        attempt,
        sealed,
        ctx.now.as_millisecond()
    ];
    let kept = ctx.sql.execute(insert, row);
    kept.doing("keeping a late refresh token").map(drop)
}

/// Ends an exchange that brought nothing. `attempt` names it, so that a late word about an older one
/// changes nothing; without one, whatever is open ends.
pub(crate) fn end(
    ctx: &mut Ctx<'_>,
    credential: &CredentialId,
    attempt: Option<&str>,
    stands: GrantStands,
) -> Result<(), VaultError> {
    let (word, doubt) = match stands {
        GrantStands::Ready { doubt_since } => ("idle", doubt_since),
        GrantStands::Armed { since } => ("armed", Some(since)),
        GrantStands::Unknown { since } => ("unknown", Some(since)),
        GrantStands::Dead => ("dead", None),
    };
    // An idle token's last exchange is forgotten; one in the unknown may still be answered.
    let update = "UPDATE grant_token SET attempt = ?3, doubt_at = ?4, \
                  attempt_id = CASE ?3 WHEN 'idle' THEN NULL ELSE attempt_id END, \
                  attempt_at = CASE ?3 WHEN 'idle' THEN NULL ELSE attempt_at END \
                  WHERE credential = ?1 AND (?2 IS NULL OR attempt_id = ?2)";
    let doubt_ms = doubt.map(|at| at.as_millisecond());
    let row = params![credential.as_str(), attempt, word, doubt_ms];
    let ended = ctx.sql.execute(update, row);
    ended.doing("ending an exchange").map(drop)
}

/// One row, as stored.
struct Raw {
    generation: Generation,
    sealed: Vec<u8>,
    digest: Vec<u8>,
    attempt: String,
    attempt_id: Option<String>,
    times: [Option<i64>; 4],
}

const COLUMNS: &str = "generation, sealed, digest, attempt, attempt_id, attempt_at, doubt_at, \
                       given_at, stored_at";

impl Raw {
    fn read(row: &Row<'_>) -> rusqlite::Result<Raw> {
        let generation: i64 = row.get(0)?;
        Ok(Raw {
            generation: Generation(u64::try_from(generation).unwrap_or(0)),
            sealed: row.get(1)?,
            digest: row.get(2)?,
            attempt: row.get(3)?,
            attempt_id: row.get(4)?,
            times: [row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?],
        })
    }

    fn at(&self, place: usize) -> Result<Option<countersign_model::Timestamp>, RowFault> {
        self.times[place].map(time).transpose()
    }

    fn stands(&self) -> Result<GrantStands, RowFault> {
        let doubt = self.at(1)?;
        let since = doubt
            .or(self.at(0)?)
            .ok_or(RowFault::Field { field: "doubt_at" });
        Ok(match self.attempt.as_str() {
            "idle" => GrantStands::Ready { doubt_since: doubt },
            "armed" => GrantStands::Armed { since: since? },
            "unknown" => GrantStands::Unknown { since: since? },
            "dead" => GrantStands::Dead,
            _ => return Err(RowFault::Field { field: "attempt" }),
        })
    }

    fn stored(&self, credential: CredentialId) -> Result<StoredGrant, RowFault> {
        let field = |field| RowFault::Field { field };
        Ok(StoredGrant {
            credential,
            generation: self.generation,
            stands: self.stands()?,
            attempt: self.attempt_id.clone(),
            given_at: self.at(2)?.ok_or(field("given_at"))?,
            stored_at: self.at(3)?.ok_or(field("stored_at"))?,
        })
    }
}

fn find(sql: &Connection, credential: &CredentialId) -> Result<Option<Raw>, VaultError> {
    let query = format!("SELECT {COLUMNS} FROM grant_token WHERE credential = ?1");
    let found = sql.query_row(&query, [credential.as_str()], Raw::read);
    found.optional().doing("reading a refresh token")
}

/// Opens a credential's refresh token, with all that an exchange of it needs.
pub(crate) fn open(
    sql: &Connection,
    ring: &Keyring,
    credential: &CredentialId,
) -> Result<Option<GrantOpened>, VaultError> {
    let Some(raw) = find(sql, credential)? else {
        return Ok(None);
    };
    let unreadable = |fault| VaultError::unreadable(row_name(credential), fault);
    let owned = keys::find(sql, ring, credential)?;
    let owned = owned.ok_or_else(|| unreadable(RowFault::NoKey))?;
    let place = Place::RefreshToken {
        bu: &owned.bu,
        credential,
        generation: raw.generation,
    };
    let token = keys::sealed(&raw.sealed)
        .and_then(|sealed| Ok(sealed.open_token(&owned.key, place)?))
        .map_err(unreadable)?;
    Ok(Some(GrantOpened {
        generation: raw.generation,
        token,
        spool: SpoolKey {
            bu: owned.bu,
            key: owned.key,
        },
    }))
}

/// Where every credential's refresh token stands, without the tokens.
pub(crate) fn list(sql: &Connection) -> Result<Vec<StoredGrant>, VaultError> {
    let doing = "listing refresh tokens";
    let query = format!("SELECT {COLUMNS}, credential FROM grant_token ORDER BY credential");
    let mut statement = sql.prepare(&query).doing(doing)?;
    let rows = statement
        .query_map([], |row| Ok((Raw::read(row)?, row.get::<_, String>(9)?)))
        .doing(doing)?;
    rows.map(|row| {
        let (raw, name) = row.doing(doing)?;
        let unreadable =
            |fault| VaultError::unreadable(format!("the refresh token of {name}"), fault);
        let credential = name.parse().map_err(|_| {
            unreadable(RowFault::Field {
                field: "credential",
            })
        })?;
        raw.stored(credential).map_err(unreadable)
    })
    .collect()
}

/// How many late refresh tokens are kept beside credentials.
pub(crate) fn orphans(sql: &Connection) -> Result<u64, VaultError> {
    let count: i64 = sql
        .query_row("SELECT count(*) FROM grant_orphan", [], |row| row.get(0))
        .doing("counting late refresh tokens")?;
    number(count).map_err(|fault| VaultError::unreadable("late refresh tokens", fault))
}
