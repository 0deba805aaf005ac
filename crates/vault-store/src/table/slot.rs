//! Slots: the live token of each, sealed, and the highest generation ever stored.

use super::{column, number};
use crate::error::{Doing as _, RowFault, VaultError};
use crate::keys::{self, Owned};
use crate::row::{StoredSlot, StoredSlots, UnreadableSlot};
use crate::writer::Ctx;
use countersign_model::id::{BuId, CredentialId, SlotId};
use countersign_model::token::{Generation, TokenFacts};
use countersign_secret::TokenBytes;
use countersign_vault::{Keyring, Place, Sealed};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeMap;

/// Stores a slot's next token; refused unless its generation is above the stored one (R2).
pub(crate) fn put(
    ctx: &mut Ctx<'_>,
    (slot, credential, bu): (&SlotId, &CredentialId, &BuId),
    facts: &TokenFacts,
    token: &TokenBytes,
) -> Result<(), VaultError> {
    let doing = "storing a token";
    let query = "SELECT generation FROM slot WHERE slot = ?1";
    let found: Option<i64> = ctx
        .sql
        .query_row(query, [slot.as_str()], |row| row.get(0))
        .optional()
        .doing(doing)?;
    let stored = found.map(number).transpose();
    let stored = stored.map_err(|fault| VaultError::unreadable(slot.to_string(), fault))?;
    if let Some(stored) = stored.map(Generation)
        && facts.generation <= stored
    {
        let (slot, offered) = (slot.clone(), facts.generation);
        return Err(VaultError::StaleGeneration {
            slot,
            stored,
            offered,
        });
    }
    let key = keys::find_or_draw(ctx, credential, bu)?;
    let place = Place::Token {
        bu,
        credential,
        slot,
        generation: facts.generation,
    };
    let sealed =
        Sealed::token(&key, place, token, &mut *ctx.entropy).map_err(|_| VaultError::TooLong {
            row: slot.to_string(),
        })?;
    let body = serde_json::to_string(facts).expect("facts are plain data");
    let upsert = "INSERT INTO slot (slot, credential, generation, facts, sealed) \
                  VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (slot) DO UPDATE SET \
                  credential = excluded.credential, generation = excluded.generation, \
                  facts = excluded.facts, sealed = excluded.sealed";
    let generation = column(facts.generation.0);
    let row = params![
        slot.as_str(),
        credential.as_str(),
        generation,
        body,
        sealed.encode()
    ];
    ctx.sql.execute(upsert, row).doing(doing).map(drop)
}

/// Destroys a slot's token; its generation stays.
pub(crate) fn clear(ctx: &mut Ctx<'_>, slot: &SlotId) -> Result<(), VaultError> {
    let update = "UPDATE slot SET facts = NULL, sealed = NULL WHERE slot = ?1";
    ctx.sql
        .execute(update, [slot.as_str()])
        .doing("dropping a token")
        .map(drop)
}

struct Row {
    slot: String,
    credential: String,
    generation: i64,
    facts: Option<String>,
    sealed: Option<Vec<u8>>,
}

/// All slots. Each credential's key is opened once.
pub(crate) fn list(sql: &Connection, ring: &Keyring) -> Result<StoredSlots, VaultError> {
    let doing = "reading the slots";
    let query = "SELECT slot, credential, generation, facts, sealed FROM slot ORDER BY slot";
    let mut statement = sql.prepare_cached(query).doing(doing)?;
    let rows = statement
        .query_map([], |row| {
            Ok(Row {
                slot: row.get(0)?,
                credential: row.get(1)?,
                generation: row.get(2)?,
                facts: row.get(3)?,
                sealed: row.get(4)?,
            })
        })
        .doing(doing)?;
    let mut stored = StoredSlots::default();
    let mut opened = BTreeMap::new();
    for row in rows {
        let row = row.doing(doing)?;
        if let (Ok(slot), Ok(generation)) = (row.slot.parse(), number(row.generation)) {
            stored.generations.insert(slot, Generation(generation));
        }
        match open(sql, ring, &row, &mut opened) {
            Ok(slot) => stored.live.extend(slot),
            Err(source) => {
                let Row {
                    slot, credential, ..
                } = row;
                stored.unreadable.push(UnreadableSlot {
                    slot,
                    credential,
                    source,
                });
            }
        }
    }
    Ok(stored)
}

fn open(
    sql: &Connection,
    ring: &Keyring,
    row: &Row,
    opened: &mut BTreeMap<CredentialId, Option<Owned>>,
) -> Result<Option<StoredSlot>, RowFault> {
    let (Some(facts), Some(sealed)) = (&row.facts, &row.sealed) else {
        return Ok(None);
    };
    let fault = |field| RowFault::Field { field };
    let slot: SlotId = row.slot.parse().map_err(|_| fault("slot"))?;
    let credential: CredentialId = row.credential.parse().map_err(|_| fault("credential"))?;
    let facts: TokenFacts = serde_json::from_str(facts).map_err(|_| fault("facts"))?;
    if column(facts.generation.0) != row.generation {
        return Err(fault("generation"));
    }
    let owned = opened
        .entry(credential.clone())
        .or_insert_with(|| keys::find(sql, ring, &credential).ok().flatten());
    let owned = owned.as_ref().ok_or(RowFault::NoKey)?;
    let (bu, generation) = (owned.bu.clone(), facts.generation);
    let place = Place::Token {
        bu: &bu,
        credential: &credential,
        slot: &slot,
        generation,
    };
    let token = keys::sealed(sealed)?.open_token(&owned.key, place)?;
    Ok(Some(StoredSlot {
        slot,
        credential,
        bu,
        facts,
        token,
    }))
}
