//! The outbox: notices wait here until every channel took them or gave up, in plain sight.
//!
//! Invariant N1: a notice is sent at least once, with its id as idempotency key. Deliveries live in
//! wall time; `now` and `at` here are the wall's.

use crate::error::StoreError;
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::Timestamp;
use countersign_model::id::{IncidentId, NoticeId};
use countersign_model::notice::{Notice, NoticeKind};
use rusqlite::{Connection, Row, params};

/// A notice and the channels it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// What to say.
    pub notice: Notice,
    /// Names of the channels to say it through, as in the configuration.
    pub channels: Vec<String>,
}

/// One delivery that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What to say; the same words on every attempt.
    pub notice: Notice,
    /// Through which channel.
    pub channel: String,
    /// Number of the attempt to make now; 1 for the first.
    pub attempt: u32,
    /// When the first attempt failed, if one did; bounds how long we try.
    pub first_at: Option<Timestamp>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Not accepted yet; tried again.
    Pending,
    /// The channel accepted it.
    Done,
    /// Given up: a permanent refusal, or too long without success.
    Dead,
}

/// One line of an incident's trail: who was told, when, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// Which notice.
    pub notice: NoticeId,
    /// What it was about.
    pub kind: NoticeKind,
    /// Through which channel.
    pub channel: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// Attempts made.
    pub attempts: u32,
    /// When it is tried next, if it failed and is pending; wall time.
    pub next_at: Option<Timestamp>,
    /// When it was accepted or given up; wall time.
    pub ended_at: Option<Timestamp>,
    /// What the last failed attempt met, in words, without secrets.
    pub last_error: Option<String>,
}

/// A notice that a channel accepted and whose incident does not know yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Which notice.
    pub notice: NoticeId,
    /// Of which incident.
    pub incident: IncidentId,
}

/// The outbox at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxHealth {
    /// Deliveries that wait or are tried again.
    pub pending: u64,
    /// Deliveries given up.
    pub dead: u64,
    /// When the longest failing delivery failed first; wall time.
    pub failing_since: Option<Timestamp>,
}

impl WatchStore {
    /// Deliveries due at `now`, oldest first, at most `per_channel` of each channel, so that a channel
    /// with a backlog never hides the others. A channel hears of one incident in order: a later
    /// notice waits until the earlier one is accepted or given up.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn notices_due(
        &self,
        now: Timestamp,
        per_channel: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.read(move |connection| due(connection, now, per_channel))
            .await
    }

    /// When the first delivery that is not due at `now` will be; `None` if none waits.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn notices_next_after(
        &self,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT min(next_at) FROM delivery WHERE state = 'pending' AND next_at > ?1";
            let next: Option<i64> = connection.query_row(sql, [row::ms(now)], |row| row.get(0))?;
            Ok(next.map(row::at))
        })
        .await
    }

    /// The channel accepted the notice.
    ///
    /// # Errors
    /// [`StoreError`]; then it will be sent again, with the same id.
    pub async fn delivery_done(
        &self,
        notice: NoticeId,
        channel: String,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.execute(
                "UPDATE delivery SET state = 'done', attempts = attempts + 1, ended_at = ?3
                 WHERE notice = ?1 AND channel = ?2 AND state = 'pending'",
                params![notice.as_str(), channel, row::ms(at)],
            )?;
            connection.execute(
                "UPDATE notice SET accepted_at = coalesce(accepted_at, ?2) WHERE id = ?1",
                params![notice.as_str(), row::ms(at)],
            )?;
            Ok(())
        })
        .await
    }

    /// An attempt failed: tried again at `next_at`, or given up if that is `None`. `error` is shown
    /// to people; it must not hold a secret.
    ///
    /// # Errors
    /// [`StoreError`]; then the attempt is not counted.
    pub async fn delivery_failed(
        &self,
        notice: NoticeId,
        channel: String,
        at: Timestamp,
        error: String,
        next_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.write(move |connection| {
            let state = if next_at.is_some() { "pending" } else { "dead" };
            let next = row::ms(next_at.unwrap_or(at));
            connection.execute(
                "UPDATE delivery SET state = ?3, attempts = attempts + 1, last_error = ?4,
                 first_at = coalesce(first_at, ?5), next_at = ?6,
                 ended_at = CASE ?3 WHEN 'dead' THEN ?5 END
                 WHERE notice = ?1 AND channel = ?2 AND state = 'pending'",
                params![notice.as_str(), channel, state, error, row::ms(at), next],
            )?;
            Ok(())
        })
        .await
    }

    /// Who was told of an incident, and how far that got; in the order written.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn deliveries_of(&self, id: IncidentId) -> Result<Vec<DeliveryRecord>, StoreError> {
        self.read(move |connection| trail(connection, &id)).await
    }

    /// At most `limit` acceptances that the incidents do not know of yet, oldest first. They are
    /// settled by naming them in [`PipelineCommit::told`](crate::PipelineCommit::told).
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn acceptances(&self, limit: usize) -> Result<Vec<Acceptance>, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT body FROM notice WHERE accepted_at IS NOT NULL AND told = 0
                       ORDER BY seq LIMIT ?1";
            let notices: Vec<Notice> = row::bodies(connection, "notice", sql, [row::limit(limit)])?;
            let acceptance = |n: Notice| Acceptance {
                notice: n.id,
                incident: n.incident,
            };
            Ok(notices.into_iter().map(acceptance).collect())
        })
        .await
    }

    /// How the outbox does.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn outbox_health(&self) -> Result<OutboxHealth, StoreError> {
        self.read(|connection| {
            let sql = "SELECT count(*) FILTER (WHERE state = 'pending'),
                       count(*) FILTER (WHERE state = 'dead'),
                       min(first_at) FILTER (WHERE state = 'pending') FROM delivery";
            let health = connection.query_row(sql, [], |row| {
                Ok(OutboxHealth {
                    pending: row::unsigned(row.get(0)?),
                    dead: row::unsigned(row.get(1)?),
                    failing_since: row.get::<_, Option<i64>>(2)?.map(row::at),
                })
            })?;
            Ok(health)
        })
        .await
    }
}

/// Pending, and no earlier notice of the same incident waits for the same channel.
const NEXT_IN_LINE: &str = "d.state = 'pending' AND NOT EXISTS (
    SELECT 1 FROM delivery AS earlier WHERE earlier.incident = d.incident
    AND earlier.channel = d.channel AND earlier.seq < d.seq AND earlier.state = 'pending')";

pub(crate) fn put(connection: &Connection, entry: &OutboxEntry) -> Result<(), StoreError> {
    let notice = &entry.notice;
    let new = connection.execute(
        "INSERT INTO notice (id, incident, body) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING",
        params![
            notice.id.as_str(),
            notice.incident.as_str(),
            row::body("notice", notice)?
        ],
    )?;
    if new == 0 {
        return Ok(());
    }
    let seq = connection.last_insert_rowid();
    for channel in &entry.channels {
        connection.execute(
            "INSERT INTO delivery (notice, channel, seq, incident, state)
             VALUES (?1, ?2, ?3, ?4, 'pending') ON CONFLICT (notice, channel) DO NOTHING",
            params![notice.id.as_str(), channel, seq, notice.incident.as_str()],
        )?;
    }
    Ok(())
}

fn due(
    connection: &Connection,
    now: Timestamp,
    per_channel: usize,
) -> Result<Vec<Delivery>, StoreError> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT n.body, q.channel, q.attempts, q.first_at FROM (
             SELECT d.*, row_number() OVER (PARTITION BY channel ORDER BY next_at, seq) AS place
             FROM delivery AS d WHERE d.next_at <= ?1 AND {NEXT_IN_LINE}) AS q
         JOIN notice AS n ON n.id = q.notice
         WHERE q.place <= ?2 ORDER BY q.next_at, q.seq, q.channel"
    ))?;
    let mut rows = query.query([row::ms(now), row::limit(per_channel)])?;
    let mut deliveries = Vec::new();
    while let Some(row) = rows.next()? {
        deliveries.push(Delivery {
            notice: row::parse("notice", &row.get::<_, String>(0)?)?,
            channel: row.get(1)?,
            attempt: row.get::<_, u32>(2)?.saturating_add(1),
            first_at: row.get::<_, Option<i64>>(3)?.map(row::at),
        });
    }
    Ok(deliveries)
}

fn trail(connection: &Connection, id: &IncidentId) -> Result<Vec<DeliveryRecord>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT n.body, d.channel, d.state, d.attempts, d.next_at, d.ended_at, d.last_error
         FROM delivery AS d JOIN notice AS n ON n.id = d.notice
         WHERE d.incident = ?1 ORDER BY d.seq, d.channel",
    )?;
    let mut rows = query.query([id.as_str()])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(record(row)?);
    }
    Ok(records)
}

fn record(row: &Row<'_>) -> Result<DeliveryRecord, StoreError> {
    let notice: Notice = row::parse("notice", &row.get::<_, String>(0)?)?;
    let state = match row.get::<_, String>(2)?.as_str() {
        "done" => DeliveryState::Done,
        "dead" => DeliveryState::Dead,
        _ => DeliveryState::Pending,
    };
    let attempts = row.get(3)?;
    let waits = state == DeliveryState::Pending && attempts > 0;
    let next_at = row::at(row.get(4)?);
    Ok(DeliveryRecord {
        notice: notice.id,
        kind: notice.kind,
        channel: row.get(1)?,
        state,
        attempts,
        next_at: waits.then_some(next_at),
        ended_at: row.get::<_, Option<i64>>(5)?.map(row::at),
        last_error: row.get(6)?,
    })
}
