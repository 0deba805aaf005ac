//! Slots: live tokens, sealed, and the highest generation of each.

use super::{column, number};
use crate::error::{Doing as _, RowFault, VaultError};
use crate::keys::{self, Owned, Wraps};
use crate::row::{StoredSlot, StoredSlots, UnreadableSlot};
use crate::writer::Ctx;
use countersign_model::id::{BuId, CredentialId, SlotId};
use countersign_model::token::{Generation, TokenFacts};
use countersign_secret::TokenBytes;
use countersign_vault::{Keyring, Place, Sealed};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Stores a slot's token; refused unless its generation is above the highest ever stored (R2).
pub(crate) fn put(
    ctx: &mut Ctx<'_>,
    (slot, credential, bu): (&SlotId, &CredentialId, &BuId),
    facts: &TokenFacts,
    token: &TokenBytes,
) -> Result<(), VaultError> {
    check_generation(ctx.sql, slot, facts.generation)?;
    let key = keys::find_or_draw(ctx, credential, bu)?;
    let place = Place::Token {
        bu,
        credential,
        slot,
        generation: facts.generation,
    };
    let sealed =
        Sealed::token(&key, place, token, &mut *ctx.entropy).map_err(|_| VaultError::TooLong {
            row: format!("the token of {slot}"),
        })?;
    let facts_json = serde_json::to_string(facts).expect("facts are plain data");
    let upsert = "INSERT INTO slot (slot, credential, generation, facts, sealed) \
                  VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (slot) DO UPDATE SET \
                  credential = excluded.credential, generation = excluded.generation, \
                  facts = excluded.facts, sealed = excluded.sealed";
    let generation = column(facts.generation.0);
    let row = params![
        slot.as_str(),
        credential.as_str(),
        generation,
        facts_json,
        sealed.encode()
    ];
    let stored = ctx
        .sql
        .prepare_cached(upsert)
        .and_then(|mut statement| statement.execute(row));
    stored.doing("storing a token").map(drop)
}

fn check_generation(
    sql: &Connection,
    slot: &SlotId,
    offered: Generation,
) -> Result<(), VaultError> {
    let query = "SELECT generation FROM slot WHERE slot = ?1";
    let stored: Option<i64> = sql
        .prepare_cached(query)
        .and_then(|mut statement| {
            statement
                .query_row([slot.as_str()], |row| row.get(0))
                .optional()
        })
        .doing("reading a slot's generation")?;
    let Some(stored) = stored else { return Ok(()) };
    let unreadable = |fault| VaultError::unreadable(format!("the generation of {slot}"), fault);
    let stored = Generation(number(stored).map_err(unreadable)?);
    if offered > stored {
        return Ok(());
    }
    Err(VaultError::StaleGeneration {
        slot: slot.clone(),
        stored,
        offered,
    })
}

/// Destroys a slot's token; its generation stays.
pub(crate) fn clear(ctx: &mut Ctx<'_>, slot: &SlotId) -> Result<(), VaultError> {
    let update = "UPDATE slot SET facts = NULL, sealed = NULL WHERE slot = ?1";
    ctx.sql
        .execute(update, [slot.as_str()])
        .doing("dropping a token")
        .map(drop)
}

/// One row, as stored.
struct Raw {
    slot: String,
    credential: String,
    generation: i64,
    token: Option<(String, Vec<u8>)>,
    wraps: Option<Wraps>,
}

impl Raw {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Raw> {
        let facts: Option<String> = row.get(3)?;
        let sealed: Option<Vec<u8>> = row.get(4)?;
        let wraps = match (row.get(5)?, row.get(6)?, row.get(7)?) {
            (Some(bu), Some(bu_wrap), Some(wrap)) => Some(Wraps { bu, bu_wrap, wrap }),
            _ => None,
        };
        Ok(Raw {
            slot: row.get(0)?,
            credential: row.get(1)?,
            generation: row.get(2)?,
            token: facts.zip(sealed),
            wraps,
        })
    }
}

/// Opens every slot, and each credential's key once. A row that does not open is reported and stops
/// none of the others.
pub(crate) fn list(sql: &Connection, ring: &Keyring) -> Result<StoredSlots, VaultError> {
    let doing = "reading the slots";
    let query = "SELECT s.slot, s.credential, s.generation, s.facts, s.sealed, c.bu, b.wrap, c.wrap \
                 FROM slot s LEFT JOIN credential_key c USING (credential) \
                 LEFT JOIN bu_key b USING (bu) ORDER BY s.slot";
    let mut statement = sql.prepare(query).doing(doing)?;
    let rows = statement.query_map([], Raw::read).doing(doing)?;
    let mut stored = StoredSlots::default();
    let mut opener = Opener {
        ring,
        keys: BTreeMap::new(),
    };
    for raw in rows {
        let raw = raw.doing(doing)?;
        match opener.open(&raw, &mut stored.generations) {
            Ok(found) => stored.live.extend(found),
            Err(source) => {
                let Raw {
                    slot, credential, ..
                } = raw;
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

/// Opens rows, with the keys opened so far.
struct Opener<'a> {
    ring: &'a Keyring,
    keys: BTreeMap<CredentialId, Owned>,
}

impl Opener<'_> {
    fn open(
        &mut self,
        raw: &Raw,
        generations: &mut BTreeMap<SlotId, Generation>,
    ) -> Result<Option<StoredSlot>, RowFault> {
        let fault = |field| RowFault::Field { field };
        let slot: SlotId = raw.slot.parse().map_err(|_| fault("slot"))?;
        let credential: CredentialId = raw.credential.parse().map_err(|_| fault("credential"))?;
        let generation = Generation(number(raw.generation)?);
        generations.insert(slot.clone(), generation);
        let Some((facts, sealed)) = &raw.token else {
            return Ok(None);
        };
        let facts: TokenFacts = serde_json::from_str(facts).map_err(|_| fault("facts"))?;
        if facts.generation != generation {
            return Err(fault("generation"));
        }
        let owned = self.key(&credential, raw.wraps.as_ref())?;
        let bu = owned.bu.clone();
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

    fn key(
        &mut self,
        credential: &CredentialId,
        wraps: Option<&Wraps>,
    ) -> Result<&Owned, RowFault> {
        match self.keys.entry(credential.clone()) {
            Entry::Occupied(opened) => Ok(opened.into_mut()),
            Entry::Vacant(place) => {
                let owned = keys::open(self.ring, credential, wraps.ok_or(RowFault::NoKey)?)?;
                Ok(place.insert(owned))
            }
        }
    }
}
