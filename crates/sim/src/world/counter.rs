//! The counters of each asset, as the provider keeps them and a collector reads them.

use super::habits::{Habits, Rhythm, Thing};
use crate::traffic::count::Luck;
use countersign_model::Timestamp;
use countersign_model::estate::AssetKind;
use countersign_model::outcome::Metric;

/// Share of a queue that drains between two polls once it moves again.
const DRAINED_SHARE: u64 = 3;
/// Messages that wait at any time, on average.
const USUALLY_QUEUED: f64 = 2.0;
/// A table's size and last change are read so often, seconds.
const TABLE_POLL_S: i64 = 900;

/// One asset's counters.
#[derive(Debug, Clone)]
pub(crate) struct Counter {
    /// Entries, sends or rows since the last poll.
    pub(crate) since_poll: u64,
    rows: u64,
    last_change: Timestamp,
    queue: u64,
    queue_since: Option<Timestamp>,
    /// Messages that wait in the caller.
    pub(crate) unsent: u64,
    /// Whether the last try of its caller got through.
    pub(crate) flows: bool,
    /// Entries that wait for the next run of the flow that brings them.
    pub(crate) waiting: u64,
    /// Failures in a row.
    pub(crate) failures: u32,
}

/// A counter read: of which asset, what, how much.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub(crate) thing: usize,
    pub(crate) metric: Metric,
    pub(crate) value: f64,
}

impl Counter {
    pub(crate) fn new(thing: &Thing, now: Timestamp) -> Counter {
        Counter {
            since_poll: 0,
            rows: thing.it.rows.unwrap_or(0),
            last_change: now,
            queue: 0,
            queue_since: None,
            unsent: 0,
            flows: true,
            waiting: 0,
            failures: 0,
        }
    }

    /// Rows were written, now.
    pub(crate) fn wrote(&mut self, thing: &Thing, rows: u64, now: Timestamp) {
        if rows == 0 {
            return;
        }
        self.last_change = now;
        if thing.grows {
            self.rows = self.rows.saturating_add(rows);
        }
    }

    /// The table is emptied, to be filled again.
    pub(crate) fn truncate(&mut self, now: Timestamp) {
        self.rows = 0;
        self.last_change = now;
    }

    /// The table is full again.
    pub(crate) fn refill(&mut self, thing: &Thing) {
        if self.rows < thing.it.rows.unwrap_or(0) {
            self.rows = thing.it.rows.unwrap_or(0);
        }
    }

    /// Messages were accepted and wait.
    pub(crate) fn enqueue(&mut self, n: u64, now: Timestamp) {
        if n > 0 {
            self.queue = self.queue.saturating_add(n);
            self.queue_since.get_or_insert(now);
        }
    }

    /// The queue moves: what leaves it is sent.
    pub(crate) fn drain(&mut self) {
        let gone = self.queue.div_ceil(DRAINED_SHARE);
        self.queue -= gone;
        self.since_poll = self.since_poll.saturating_add(gone);
        if self.queue == 0 {
            self.queue_since = None;
        }
    }

    /// What a collector reads at `now`.
    pub(crate) fn poll(&mut self, habits: &Habits, place: usize, now: Timestamp) -> Vec<Reading> {
        let thing = &habits.things[place];
        let read = |metric, value| Reading {
            thing: place,
            metric,
            value,
        };
        let continuous = matches!(
            thing.rhythm,
            Rhythm::Continuous { .. } | Rhythm::Staffed { .. }
        );
        match thing.it.kind {
            AssetKind::Journey => vec![read(Metric::Enrolments, self.take())],
            AssetKind::TriggeredSend => {
                let noise = match continuous {
                    true => {
                        Luck::new(habits.seed, thing.it.id.as_str(), now).poisson(USUALLY_QUEUED)
                    }
                    false => 0,
                };
                let age = self
                    .queue_since
                    .map(|since| now.duration_since(since).as_secs());
                let usual = i64::from(noise > 0) * 5;
                vec![
                    read(Metric::Sends, self.take()),
                    read(Metric::QueueDepth, float(self.queue + noise)),
                    read(
                        Metric::QueueAgeS,
                        float(age.unwrap_or(usual).unsigned_abs()),
                    ),
                    read(Metric::Unsent, float(self.unsent)),
                ]
            }
            AssetKind::DataExtension => {
                let mut readings = Vec::new();
                if continuous {
                    readings.push(read(Metric::RowsWritten, self.take()));
                }
                if now.as_second().rem_euclid(TABLE_POLL_S) == 0 {
                    readings.push(read(Metric::Rows, float(self.rows)));
                    let changed = self.last_change.as_second();
                    readings.push(read(Metric::LastChange, float(changed.unsigned_abs())));
                }
                readings
            }
            AssetKind::Automation | AssetKind::Launch | AssetKind::OutsideSystem => Vec::new(),
        }
    }

    fn take(&mut self) -> f64 {
        float(std::mem::take(&mut self.since_poll))
    }
}

/// A count as samples carry it.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(crate) fn float(n: u64) -> f64 {
    n as f64
}
