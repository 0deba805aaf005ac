//! The audit chain in its tables: appended in the transaction of what it tells (A1), signed from
//! time to time, read and verified.

use crate::change::AuditEntry;
use crate::error::{Doing as _, RowFault, VaultError};
use crate::table::{column, number};
use crate::writer::Ctx;
use countersign_model::SignedDuration;
use countersign_vault::audit::{
    Checkpoint, Hash, Record, SignedCheckpoint, Signer, Verdict, Verifier, genesis, link,
};
use rusqlite::{Connection, OptionalExtension as _, params};

/// A checkpoint is signed after this many records… (broker rule 2.13)
const RECORDS_MAX: u64 = 1_000;
/// … or with the first record after this long, by a clock that may have been set back meanwhile.
const CHECKPOINT_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// A search for an action looks at this many records at most: some days of a busy house.
pub const SEARCHED_MAX: u64 = 500_000;

/// The chain's end.
struct Head {
    seq: u64,
    hash: Hash,
}

fn unreadable(what: &str, field: &'static str) -> VaultError {
    VaultError::unreadable(what, RowFault::Field { field })
}

fn head(sql: &Connection, vault_id: &[u8; 16]) -> Result<Head, VaultError> {
    let query = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";
    let last: Option<(i64, Vec<u8>)> = sql
        .prepare_cached(query)
        .and_then(|mut statement| {
            statement
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })
        .doing("reading the end of the audit chain")?;
    let Some((seq, hash)) = last else {
        return Ok(Head {
            seq: 0,
            hash: genesis(vault_id),
        });
    };
    let seq = number(seq).map_err(|fault| VaultError::unreadable("the audit chain", fault))?;
    let hash = hash
        .try_into()
        .map_err(|_| unreadable("the audit chain", "hash"))?;
    Ok(Head { seq, hash })
}

/// Adds a record at the end of the chain.
pub(crate) fn append(ctx: &mut Ctx<'_>, entry: AuditEntry) -> Result<(), VaultError> {
    let head = head(ctx.sql, ctx.vault_id)?;
    let AuditEntry {
        at,
        actor,
        action,
        object,
        outcome,
        detail,
    } = entry;
    let seq = head.seq.saturating_add(1);
    let body = Record {
        seq,
        at,
        actor,
        action,
        object,
        outcome,
        detail,
    }
    .encode();
    let hash = link(&head.hash, &body);
    let insert = "INSERT INTO audit (seq, body, hash) VALUES (?1, ?2, ?3)";
    let row = params![column(seq), body, hash.as_slice()];
    let stored = ctx
        .sql
        .prepare_cached(insert)
        .and_then(|mut statement| statement.execute(row));
    stored.doing("writing the audit record").map(drop)
}

/// Signs a checkpoint if one is due.
pub(crate) fn sign_if_due(ctx: &mut Ctx<'_>) -> Result<Option<SignedCheckpoint>, VaultError> {
    let head = head(ctx.sql, ctx.vault_id)?;
    let due = match last_checkpoint(ctx.sql)? {
        None => head.seq > 0,
        Some(last) => {
            let records = head.seq.saturating_sub(last.seq);
            let waited = ctx.now.duration_since(last.at).abs();
            records >= RECORDS_MAX || (records > 0 && waited >= CHECKPOINT_EVERY)
        }
    };
    if due { sign(ctx).map(Some) } else { Ok(None) }
}

fn last_checkpoint(sql: &Connection) -> Result<Option<Checkpoint>, VaultError> {
    let query = "SELECT body FROM audit_checkpoint ORDER BY seq DESC LIMIT 1";
    let body: Option<Vec<u8>> = sql
        .prepare_cached(query)
        .and_then(|mut statement| statement.query_row([], |row| row.get(0)).optional())
        .doing("reading the last checkpoint")?;
    // One that cannot be read is as good as none: a new one is signed, and `verify` names the old.
    Ok(body.and_then(|body| Checkpoint::decode(&body).ok()))
}

/// Signs a checkpoint now; one at the same record is replaced.
pub(crate) fn sign(ctx: &mut Ctx<'_>) -> Result<SignedCheckpoint, VaultError> {
    let head = head(ctx.sql, ctx.vault_id)?;
    let (seq, hash, at) = (head.seq, head.hash, ctx.now);
    // Records are numbered from 1 without gaps, so the last number is also the count.
    let signed = ctx.signer.sign(Checkpoint {
        seq,
        hash,
        count: seq,
        at,
    });
    let upsert = "INSERT INTO audit_checkpoint (seq, body, signature) VALUES (?1, ?2, ?3) \
                  ON CONFLICT (seq) DO UPDATE SET body = excluded.body, signature = excluded.signature";
    let row = params![column(seq), signed.checkpoint.encode(), signed.signature];
    ctx.sql.execute(upsert, row).doing("writing a checkpoint")?;
    Ok(signed)
}

/// Records from `from` on, oldest first.
pub(crate) fn list(sql: &Connection, from: u64, limit: usize) -> Result<Vec<Record>, VaultError> {
    let doing = "reading the audit chain";
    let query = "SELECT seq, body FROM audit WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
    let mut statement = sql.prepare_cached(query).doing(doing)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement
        .query_map([column(from), limit], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
        })
        .doing(doing)?;
    rows.map(|row| {
        let (seq, body) = row.doing(doing)?;
        Record::decode(&body).map_err(|_| unreadable(&format!("audit record {seq}"), "body"))
    })
    .collect()
}

/// The newest records of one action, newest first. The search is for the name's bytes, and what is
/// found is read to be sure.
pub(crate) fn latest(
    sql: &Connection,
    action: &str,
    limit: usize,
) -> Result<Vec<Record>, VaultError> {
    let doing = "searching the audit chain";
    let query = "SELECT seq, body FROM audit \
                 WHERE seq > (SELECT coalesce(max(seq), 0) FROM audit) - ?1 \
                 AND instr(body, ?2) > 0 ORDER BY seq DESC";
    let mut statement = sql.prepare_cached(query).doing(doing)?;
    let rows = statement
        .query_map(params![column(SEARCHED_MAX), action.as_bytes()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
        })
        .doing(doing)?;
    let mut found = Vec::new();
    for row in rows {
        let (seq, body) = row.doing(doing)?;
        let record = Record::decode(&body)
            .map_err(|_| unreadable(&format!("audit record {seq}"), "body"))?;
        if record.action == action {
            found.push(record);
        }
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
}

/// Reads the whole chain and judges it, against the store's checkpoints and those of `outside`.
pub(crate) fn verify(
    sql: &Connection,
    vault_id: &[u8; 16],
    signer: &Signer,
    outside: Vec<SignedCheckpoint>,
) -> Result<Verdict, VaultError> {
    let doing = "verifying the audit chain";
    // One transaction, so that checkpoints and records are of the same moment.
    let sql = sql.unchecked_transaction().doing(doing)?;
    let mut verifier = Verifier::new(vault_id, &signer.public_key(), outside);
    let mut statement = sql
        .prepare("SELECT seq, body, signature FROM audit_checkpoint")
        .doing(doing)?;
    let mut rows = statement.query([]).doing(doing)?;
    while let Some(row) = rows.next().doing(doing)? {
        let seq = u64::try_from(row.get::<_, i64>(0).doing(doing)?).unwrap_or(0);
        let body: Vec<u8> = row.get(1).doing(doing)?;
        let signature = row.get(2).doing(doing)?;
        match Checkpoint::decode(&body) {
            Ok(checkpoint) if checkpoint.seq == seq => {
                verifier.checkpoint(SignedCheckpoint {
                    checkpoint,
                    signature,
                });
            }
            _ => verifier.checkpoint_unreadable(seq),
        }
    }
    let mut statement = sql
        .prepare("SELECT seq, body, hash FROM audit ORDER BY seq")
        .doing(doing)?;
    let mut rows = statement.query([]).doing(doing)?;
    while let Some(row) = rows.next().doing(doing)? {
        let seq = u64::try_from(row.get::<_, i64>(0).doing(doing)?).unwrap_or(0);
        let (body, hash): (Vec<u8>, Vec<u8>) = (row.get(1).doing(doing)?, row.get(2).doing(doing)?);
        verifier.push(seq, &body, &hash);
    }
    Ok(verifier.finish())
}
