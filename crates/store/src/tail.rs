//! Where the watch stands in the log files it follows: moved in the transaction that keeps the lines.

use crate::error::StoreError;
use crate::outcome::{self, Appended};
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::Timestamp;
use countersign_model::outcome::Outcome;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Reasons of rejected lines told apart; the rest is counted as `(others)`.
const REASONS_MAX: usize = 32;

/// How a followed source stands, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TailState {
    /// Nobody has looked yet.
    #[default]
    Unseen,
    /// Its file is read as it grows.
    Following,
    /// Its file is read, and no line has come for longer than is usual. Silence is no sign of health.
    Quiet,
    /// There is no file.
    Missing,
    /// There is a file, and it cannot be read.
    Unreadable,
    /// The configuration does not name it any more; where it stood is kept.
    Off,
}

/// How a followed source stands, since when and why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TailStanding {
    /// How it stands.
    pub state: TailState,
    /// Since when, in wall time.
    pub since: Option<Timestamp>,
    /// The file, as configured.
    pub path: String,
    /// What is the matter, for a person; empty while all is well.
    pub words: String,
}

/// A keyed hash over some bytes of a file, by which it is known again under any name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Print {
    /// Over how many bytes.
    pub bytes: u16,
    /// The hash.
    pub hash: [u8; 16],
}

/// One file that is being read, or whose end is still to be read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TailFile {
    /// Counts the files that one path has led to; part of the ids of their lines.
    pub generation: u64,
    /// Number of its device.
    pub device: u64,
    /// Number of its inode.
    pub inode: u64,
    /// Bytes of it that were read, once it is inflated.
    pub offset: u64,
    /// Line ends among them.
    pub lines: u64,
    /// Print of its first bytes, at most 256.
    pub head: Print,
    /// Print of the bytes before `offset`, at most 256.
    pub before: Print,
    /// In the midst of a line that is too long to be read.
    #[serde(default)]
    pub skips: bool,
}

/// What became of a source's lines, since it was first followed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TailCounts {
    /// Lines that are not blank.
    pub lines: u64,
    /// Outcomes kept.
    pub accepted: u64,
    /// Lines whose id was known already.
    pub duplicates: u64,
    /// Lines that could not be used.
    pub rejected: u64,
    /// How many for each reason.
    pub rejected_for: BTreeMap<String, u64>,
    /// Files whose end could not be found: lines of theirs may be missing.
    pub files_lost: u64,
}

impl TailCounts {
    /// Counts one line that could not be used.
    pub fn reject(&mut self, reason: &str) {
        self.rejected += 1;
        let is_full = self.rejected_for.len() >= REASONS_MAX;
        let name = match is_full && !self.rejected_for.contains_key(reason) {
            true => "(others)",
            false => reason,
        };
        *self.rejected_for.entry(name.to_owned()).or_default() += 1;
    }
}

/// Where a source stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TailPlace {
    /// Its files, oldest first; the last one lies at its path.
    pub files: Vec<TailFile>,
    /// When lines were read last, in wall time.
    pub heard_at: Option<Timestamp>,
    /// When it was first followed, in wall time.
    pub begun_at: Option<Timestamp>,
    /// What became of them.
    pub counts: TailCounts,
}

/// A followed source as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// Its name in the configuration.
    pub name: String,
    /// Where it stands.
    pub place: TailPlace,
    /// How it stands.
    pub standing: TailStanding,
}

impl WatchStore {
    /// Takes up a source where it was left; `fresh_key` becomes its key if it is new. Gives its key.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger refuses.
    pub async fn tail_open(
        &self,
        name: String,
        fresh_key: [u8; 32],
    ) -> Result<(Tail, [u8; 32]), StoreError> {
        self.write(move |connection| {
            let place = row::body("tail", &TailPlace::default())?;
            let standing = row::body("tail", &TailStanding::default())?;
            let sql = "INSERT INTO tail (name, key, place, standing) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT (name) DO NOTHING";
            connection.execute(sql, params![name, fresh_key, place, standing])?;
            let sql = "SELECT key, place, standing FROM tail WHERE name = ?1";
            let found = connection.query_row(sql, [&name], |row| {
                Ok((
                    row.get(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                ))
            });
            let (key, place, standing) = found?;
            let tail = Tail {
                place: row::parse("tail", &place)?,
                standing: row::parse("tail", &standing)?,
                name,
            };
            Ok((tail, key))
        })
        .await
    }

    /// Appends lines of a source and moves its place past them, all or nothing; gives the place with
    /// what was kept counted in.
    ///
    /// # Errors
    /// [`StoreError`]; then neither happened, and the lines are to be read again.
    pub async fn tail_append(
        &self,
        name: String,
        now: Timestamp,
        outcomes: Vec<Outcome>,
        mut place: TailPlace,
    ) -> Result<(Appended, TailPlace), StoreError> {
        self.write(move |connection| {
            let appended = outcome::append(connection, now, &outcomes)?;
            place.counts.accepted += appended.accepted as u64;
            place.counts.duplicates += appended.duplicates as u64;
            let body = row::body("tail", &place)?;
            put(connection, "place", &name, &body)?;
            Ok((appended, place))
        })
        .await
    }

    /// Says how a source stands.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger refuses.
    pub async fn tail_stand(&self, name: String, standing: TailStanding) -> Result<(), StoreError> {
        self.write(move |connection| {
            let body = row::body("tail", &standing)?;
            put(connection, "standing", &name, &body)
        })
        .await
    }

    /// All sources that were ever followed, by name.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn tail_list(&self) -> Result<Vec<Tail>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT name, place, standing FROM tail ORDER BY name";
            let mut query = connection.prepare_cached(sql)?;
            let rows = query.query_map([], |row| {
                Ok((
                    row.get(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                ))
            })?;
            let whole = |(name, place, standing): (String, String, String)| {
                Ok(Tail {
                    name,
                    place: row::parse("tail", &place)?,
                    standing: row::parse("tail", &standing)?,
                })
            };
            rows.map(|found| whole(found?)).collect()
        })
        .await
    }
}

fn put(
    connection: &Connection,
    column: &'static str,
    name: &str,
    body: &str,
) -> Result<(), StoreError> {
    let sql = format!("UPDATE tail SET {column} = ?2 WHERE name = ?1");
    connection.prepare_cached(&sql)?.execute([name, body])?;
    Ok(())
}
