//! The road of outcomes: producers append, the pipeline follows.

use crate::dropped::{self, Dropped};
use crate::error::StoreError;
use crate::keep::{SEEN_FOR, before};
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::Timestamp;
use countersign_model::id::IntegrationId;
use countersign_model::outcome::Outcome;
use rusqlite::{Connection, params};

/// Rows kept of those that cannot be read: enough to see what is the matter.
const UNREADABLE_MAX: i64 = 1_000;

/// Rows of the road, in its order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stretch {
    /// The outcomes, each with the sequence number to go on from.
    pub outcomes: Vec<(u64, Outcome)>,
    /// Rows among them that hold no outcome.
    pub unreadable: Vec<Unreadable>,
}

/// A row of the road that holds no outcome: of another program, or damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its sequence number.
    pub seq: u64,
    /// Why, for a person; never repeats a value of the row.
    pub reason: String,
}

impl Stretch {
    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.outcomes.len() + self.unreadable.len()
    }

    /// Whether the road ends here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The sequence number of its last row; `None` of an empty one.
    #[must_use]
    pub fn end(&self) -> Option<u64> {
        let read = self.outcomes.last().map(|(seq, _)| *seq);
        read.max(self.unreadable.last().map(|row| row.seq))
    }
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Appended {
    /// New outcomes, now durable.
    pub accepted: usize,
    /// Outcomes whose id came within the last 48 h; ignored.
    pub duplicates: usize,
}

/// What waits to be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// How many outcomes.
    pub outcomes: u64,
    /// When the oldest of them came; `None` if none waits.
    pub oldest_at: Option<Timestamp>,
}

impl WatchStore {
    /// How far the pipeline is behind.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.read(|connection| {
            let sql = "SELECT received_at, (SELECT max(seq) FROM outcome) - seq + 1 FROM outcome
                       WHERE seq > coalesce((SELECT cursor FROM pipeline), 0) ORDER BY seq LIMIT 1";
            let mut query = connection.prepare_cached(sql)?;
            let mut rows = query.query([])?;
            Ok(match rows.next()? {
                None => Backlog::default(),
                Some(row) => Backlog {
                    outcomes: row::unsigned(row.get(1)?),
                    oldest_at: Some(row::at(row.get(0)?)),
                },
            })
        })
        .await
    }

    /// Appends outcomes in their order; durable when it returns. `now` is the watch's clock.
    ///
    /// # Errors
    /// [`StoreError`]; then none of the batch was kept and it may be sent again whole.
    pub async fn outcomes_append(
        &self,
        now: Timestamp,
        outcomes: Vec<Outcome>,
    ) -> Result<Appended, StoreError> {
        if outcomes.is_empty() {
            return Ok(Appended::default());
        }
        self.write(move |connection| append(connection, now, &outcomes))
            .await
    }

    /// At most `limit` rows past `cursor`. One that cannot be read stops nothing: it is named beside
    /// those that can.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn outcomes_after(&self, cursor: u64, limit: usize) -> Result<Stretch, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT seq, body FROM outcome WHERE seq > ?1 ORDER BY seq LIMIT ?2";
            let mut query = connection.prepare_cached(sql)?;
            let mut rows = query.query([row::signed(cursor), row::limit(limit)])?;
            let mut stretch = Stretch::default();
            while let Some(row) = rows.next()? {
                let seq = row::unsigned(row.get(0)?);
                // As bytes: text of a damaged row need not be UTF-8.
                let body = row.get_ref(1)?.as_bytes().unwrap_or_default();
                match serde_json::from_slice(body) {
                    Ok(outcome) => stretch.outcomes.push((seq, outcome)),
                    Err(error) => stretch.unreadable.push(Unreadable {
                        seq,
                        reason: reason_of(&error),
                    }),
                }
            }
            Ok(stretch)
        })
        .await
    }
}

/// What a parser says, without the value it stumbled on.
fn reason_of(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Data => "a field is missing or holds something else",
        _ => "it is no JSON",
    };
    format!("{what}, at column {}", error.column())
}

/// Moves rows off the road to where nobody waits for them; of many the newest are kept.
pub(crate) fn set_aside(connection: &Connection, rows: &[Unreadable]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut put = connection.prepare_cached(
        "INSERT OR IGNORE INTO unreadable (seq, received_at, reason, body)
         SELECT seq, received_at, ?2, CAST(body AS BLOB) FROM outcome WHERE seq = ?1",
    )?;
    let mut remove = connection.prepare_cached("DELETE FROM outcome WHERE seq = ?1")?;
    for row in rows {
        put.execute(params![row::signed(row.seq), row.reason])?;
        remove.execute([row::signed(row.seq)])?;
    }
    connection.execute(
        "DELETE FROM unreadable WHERE seq <=
         (SELECT seq FROM unreadable ORDER BY seq DESC LIMIT 1 OFFSET ?1)",
        [UNREADABLE_MAX],
    )?;
    dropped::add(connection, Dropped::OutcomesUnreadable, rows.len())
}

pub(crate) fn append(
    connection: &Connection,
    now: Timestamp,
    outcomes: &[Outcome],
) -> Result<Appended, StoreError> {
    let mut see = connection.prepare_cached(
        "INSERT INTO outcome_seen (id, seen_at) VALUES (?1, ?2)
         ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at WHERE seen_at <= ?3",
    )?;
    let mut put = connection.prepare_cached(
        "INSERT INTO outcome (received_at, integration, body) VALUES (?1, ?2, ?3)",
    )?;
    let mut appended = Appended::default();
    for outcome in outcomes {
        let new = see.execute(params![
            outcome.id.as_str(),
            row::ms(now),
            before(now, SEEN_FOR)
        ])?;
        if new == 0 {
            appended.duplicates += 1;
            continue;
        }
        let integration = outcome.integration.as_ref().map(IntegrationId::as_str);
        put.execute(params![
            row::ms(now),
            integration,
            row::body("outcome", outcome)?
        ])?;
        appended.accepted += 1;
    }
    Ok(appended)
}
