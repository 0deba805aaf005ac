//! How long what is kept, and what goes when its time has come.

use crate::error::StoreError;
use crate::failure;
use crate::rollup::{self, Grain};
use crate::row;
use crate::watch_store::WatchStore;
use countersign_model::objective::Month;
use countersign_model::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

/// For this long an id is not accepted a second time (design 4.3).
pub(crate) const SEEN_FOR: SignedDuration = SignedDuration::from_hours(48);
/// Months of health that are kept beside the running one (13 in all).
const HEALTH_MONTHS: u8 = 12;
/// Rows one [`WatchStore::purge`] removes of each kind, so that it never holds up the others.
pub(crate) const PURGE_MAX: i64 = 10_000;

/// How long outcomes and what they came to are kept. The defaults are the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Outcomes as they came, after they were judged; 1 h.
    pub outcomes: SignedDuration,
    /// At most so many of them, the newest; a million.
    pub outcomes_max: u32,
    /// Outcomes that failed; 30 days.
    pub failures: SignedDuration,
    /// At most so many of them, the newest; 200,000, of which each takes about half a KiB.
    pub failures_max: u32,
    /// So many of one integration, class and minute, the first; 20. The others are only counted. One
    /// flow that fails without end then fills the bound above in a week, and not in minutes.
    pub failures_sample: u32,
    /// Counts by the minute; 48 h.
    pub minutes: SignedDuration,
    /// Counts by the hour; 13 months (396 days).
    pub hours: SignedDuration,
}

impl Default for Keep {
    fn default() -> Keep {
        Keep {
            outcomes: SignedDuration::from_hours(1),
            outcomes_max: 1_000_000,
            failures: SignedDuration::from_hours(30 * 24),
            failures_max: 200_000,
            failures_sample: 20,
            minutes: SignedDuration::from_hours(48),
            hours: SignedDuration::from_hours(396 * 24),
        }
    }
}

/// What a purge removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Purged {
    /// Outcomes past their keep.
    pub outcomes: usize,
    /// Failures past theirs.
    pub failures: usize,
    /// Failures beyond their bound, whatever their age.
    pub failures_beyond: usize,
    /// Counts by minute and hour past theirs.
    pub rollups: usize,
    /// Ids that may come again.
    pub ids: usize,
    /// Months of health past their keep, one for each integration and health.
    pub health: usize,
}

impl WatchStore {
    /// Removes what is past its keep: outcomes that the pipeline has read, failures, counts, ids seen
    /// more than 48 h ago, and health of more than 13 months ago. Bounded: call it again while it
    /// removes something.
    ///
    /// # Errors
    /// [`StoreError`] if the ledger refuses.
    pub async fn purge(&self, now: Timestamp, keep: Keep) -> Result<Purged, StoreError> {
        self.write(move |connection| {
            let ids = connection.execute(
                "DELETE FROM outcome_seen WHERE id IN
                 (SELECT id FROM outcome_seen WHERE seen_at <= ?1 LIMIT ?2)",
                [before(now, SEEN_FOR), PURGE_MAX],
            )?;
            let oldest = Month::of(now).back(HEALTH_MONTHS).to_string();
            let health = connection.execute(
                "DELETE FROM health_time WHERE (month, integration, health) IN
                 (SELECT month, integration, health FROM health_time WHERE month < ?1 LIMIT ?2)",
                params![oldest, PURGE_MAX],
            )?;
            let (failures, failures_beyond) = failure::purge(connection, now, &keep)?;
            let of = |grain, kept| rollup::purge(connection, grain, before(now, kept), PURGE_MAX);
            Ok(Purged {
                outcomes: purge_outcomes(connection, now, &keep)?,
                failures,
                failures_beyond,
                rollups: of(Grain::Minute, keep.minutes)? + of(Grain::Hour, keep.hours)?,
                ids,
                health,
            })
        })
        .await
    }
}

/// Outcomes that were read go from the front of the road, in its order: those before the first one
/// that is young enough, and those beyond the bound whatever their age.
fn purge_outcomes(
    connection: &Connection,
    now: Timestamp,
    keep: &Keep,
) -> Result<usize, StoreError> {
    let sql = "DELETE FROM outcome WHERE seq IN (SELECT seq FROM (
                 SELECT seq, received_at FROM outcome
                 WHERE seq <= (SELECT cursor FROM pipeline) ORDER BY seq LIMIT ?3)
               WHERE received_at < ?1 OR seq <= (SELECT max(seq) FROM outcome) - ?2)";
    let bound = i64::from(keep.outcomes_max);
    Ok(connection.execute(sql, params![before(now, keep.outcomes), bound, PURGE_MAX])?)
}

pub(crate) fn before(now: Timestamp, span: SignedDuration) -> i64 {
    row::ms(now.checked_sub(span).unwrap_or(Timestamp::MIN))
}
