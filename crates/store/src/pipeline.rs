//! One turn of the pipeline is one transaction, so that a crash is a retry: never a loss, never a
//! second notice.

use crate::error::StoreError;
use crate::expectation;
use crate::failure::{self, Failures};
use crate::finding;
use crate::outbox::{self, OutboxEntry};
use crate::outcome::{self, Unreadable};
use crate::rollup;
use crate::row;
use crate::status;
use crate::watch_store::WatchStore;
use countersign_model::Timestamp;
use countersign_model::expectation::Expectation;
use countersign_model::finding::Finding;
use countersign_model::id::{IntegrationId, NoticeId};
use countersign_model::incident::{Incident, IncidentState};
use countersign_model::rollup::Rollup;
use countersign_model::status::IntegrationStatus;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// Ended incidents that [`WatchStore::pipeline_load`] gives.
const ENDED_MAX: i64 = 256;

/// Everything one turn changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PipelineCommit {
    /// Sequence number of the last outcome read; never goes back.
    pub cursor: u64,
    /// Incidents as they are now; those not named stay.
    pub incidents: Vec<Incident>,
    /// Findings as they are now; those not named stay.
    pub findings: Vec<Finding>,
    /// Rules that people wrote or took back, as they are now; those not named stay.
    pub expectations: Vec<Expectation>,
    /// Notices to send, each with the channels it goes to. One already known is left as it is.
    pub notices: Vec<OutboxEntry>,
    /// Statuses that changed; those not named stay.
    pub statuses: Vec<IntegrationStatus>,
    /// Integrations that left the estate.
    pub statuses_gone: Vec<IntegrationId>,
    /// Notices whose acceptance the incidents above already know.
    pub told: Vec<NoticeId>,
    /// Parts of the detectors' memory that changed, by name; `None` forgets one.
    pub memory: Vec<(String, Option<String>)>,
    /// What the outcomes read came to, by minute; added to what is there.
    pub rollups: Vec<Rollup>,
    /// Those of them that failed, and as what.
    pub failures: Failures,
    /// Rows read that hold no outcome; they are set aside.
    pub unreadable: Vec<Unreadable>,
    /// When the turn was made; `None` leaves what is known.
    pub judged_at: Option<Timestamp>,
}

/// What the pipeline goes on from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Loaded {
    /// Sequence number of the last outcome read; 0 at first.
    pub cursor: u64,
    /// Incidents that are neither resolved nor dismissed, oldest first.
    pub incidents: Vec<Incident>,
    /// Incidents that ended last, newest first, at most 256: what comes back soon reopens them.
    pub ended: Vec<Incident>,
    /// Findings that stand, oldest first.
    pub findings: Vec<Finding>,
    /// What people said is to be expected, newest first.
    pub expectations: Vec<Expectation>,
    /// Statuses as last written.
    pub statuses: Vec<IntegrationStatus>,
    /// What the detectors remember, by part.
    pub memory: BTreeMap<String, String>,
    /// When the last turn was made; `None` at first.
    pub judged_at: Option<Timestamp>,
}

impl WatchStore {
    /// Makes one turn durable: incidents, findings, outbox, statuses, counts, cursor and memory, all or
    /// nothing.
    ///
    /// # Errors
    /// [`StoreError`]; then the turn never happened and is to be done again from
    /// [`WatchStore::pipeline_load`].
    pub async fn commit(&self, turn: PipelineCommit) -> Result<(), StoreError> {
        self.write(move |connection| put_turn(connection, &turn))
            .await
    }

    /// Where the last durable turn left off.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger cannot be read.
    pub async fn pipeline_load(&self) -> Result<Loaded, StoreError> {
        self.read(load).await
    }
}

fn put_turn(connection: &Connection, turn: &PipelineCommit) -> Result<(), StoreError> {
    for incident in &turn.incidents {
        put_incident(connection, incident)?;
    }
    for finding in &turn.findings {
        finding::put(connection, finding)?;
    }
    for rule in &turn.expectations {
        expectation::put(connection, rule)?;
    }
    for entry in &turn.notices {
        outbox::put(connection, entry)?;
    }
    for id in &turn.told {
        connection.execute("UPDATE notice SET told = 1 WHERE id = ?1", [id.as_str()])?;
    }
    status::put(connection, turn)?;
    connection.execute(
        "INSERT INTO pipeline (one, cursor, judged_at) VALUES (1, ?1, ?2)
         ON CONFLICT (one) DO UPDATE SET cursor = max(cursor, excluded.cursor),
         judged_at = coalesce(excluded.judged_at, judged_at)",
        params![row::signed(turn.cursor), turn.judged_at.map(row::ms)],
    )?;
    rollup::put(connection, &turn.rollups)?;
    failure::put(connection, &turn.failures)?;
    outcome::set_aside(connection, &turn.unreadable)?;
    put_memory(connection, &turn.memory)
}

fn put_memory(
    connection: &Connection,
    memory: &[(String, Option<String>)],
) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(
        "INSERT INTO memory (part, body) VALUES (?1, ?2)
         ON CONFLICT (part) DO UPDATE SET body = excluded.body",
    )?;
    let mut forget = connection.prepare_cached("DELETE FROM memory WHERE part = ?1")?;
    for (part, body) in memory {
        match body {
            Some(body) => put.execute(params![part, body])?,
            None => forget.execute([part])?,
        };
    }
    Ok(())
}

fn put_incident(connection: &Connection, incident: &Incident) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(
        "INSERT INTO incident (id, state, started_at, resolved_at, body)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, started_at = excluded.started_at,
         resolved_at = excluded.resolved_at, body = excluded.body",
    )?;
    put.execute(params![
        incident.id.as_str(),
        state_name(incident.state),
        row::ms(incident.started_at),
        incident.resolved_at.map(row::ms),
        row::body("incident", incident)?,
    ])?;
    Ok(())
}

fn load(connection: &Connection) -> Result<Loaded, StoreError> {
    let stand = connection
        .query_row("SELECT cursor, judged_at FROM pipeline", [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?))
        })
        .optional()?;
    let (cursor, judged_at) = stand.unwrap_or((0, None));
    let mut query = connection.prepare_cached("SELECT part, body FROM memory")?;
    let memory = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let sql =
        "SELECT body FROM incident WHERE state IN ('suspect', 'open') ORDER BY started_at, id";
    let incidents = row::bodies(connection, "incident", sql, [])?;
    let sql = "SELECT body FROM incident WHERE resolved_at IS NOT NULL
               AND state NOT IN ('suspect', 'open') ORDER BY resolved_at DESC, id LIMIT ?1";
    let ended = row::bodies(connection, "incident", sql, [ENDED_MAX])?;
    let sql = "SELECT body FROM integration_status ORDER BY integration";
    let statuses = row::bodies(connection, "status", sql, [])?;
    Ok(Loaded {
        cursor: row::unsigned(cursor),
        incidents,
        ended,
        findings: finding::open(connection)?,
        expectations: expectation::standing(connection)?,
        statuses,
        memory,
        judged_at: judged_at.map(row::at),
    })
}

/// The state as its column says it; the same words as on the wire.
fn state_name(state: IncidentState) -> &'static str {
    match state {
        IncidentState::Suspect => "suspect",
        IncidentState::Open => "open",
        IncidentState::Resolved => "resolved",
        IncidentState::Dismissed => "dismissed",
    }
}
