//! What the vault could not take is kept until it can: a full disk costs no audit record (A1).
//!
//! Tokens are not kept. They live in memory and go on being served; a restart mints them anew.

use crate::books::{Books, BooksError, Entry};
use crate::metrics::Metrics;
use crate::tell;
use countersign_model::Timestamp;
use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;

/// Entries kept at most; the oldest stay, since a chain with a gap at its end says more than one
/// with a gap in the middle.
pub(crate) const ENTRIES_MAX: usize = 10_000;
/// How the chain says that entries before this record are missing.
const LOST: &str = "audit.entries_lost";
/// Kept entries retried as one transaction, so that a disk that stays full costs little.
const RETRIED_MAX: usize = 256;

/// Where entries are written.
pub(crate) trait Ledger: Send + Sync {
    /// Writes entries as one transaction; outcomes that the outbox's bound pushed out.
    fn write(
        &self,
        entries: Vec<Entry>,
        now: Timestamp,
    ) -> impl Future<Output = Result<u64, BooksError>> + Send;
}

impl Ledger for Books {
    async fn write(&self, entries: Vec<Entry>, now: Timestamp) -> Result<u64, BooksError> {
        self.commit(entries, now).await
    }
}

/// Entries on their way to the vault, in their order.
pub(crate) struct Backlog<L> {
    ledger: Arc<L>,
    metrics: Arc<Metrics>,
    kept: VecDeque<Entry>,
    lost: Option<Lost>,
}

/// Entries that found no place, and are not in the chain yet.
#[derive(Clone, Copy)]
struct Lost {
    count: u64,
    since: Timestamp,
}

impl<L: Ledger> Backlog<L> {
    /// An empty one.
    pub(crate) fn new(ledger: Arc<L>, metrics: Arc<Metrics>) -> Backlog<L> {
        Backlog {
            ledger,
            metrics,
            kept: VecDeque::new(),
            lost: None,
        }
    }

    /// Whether something waits.
    pub(crate) fn waits(&self) -> bool {
        !self.kept.is_empty() || self.lost.is_some()
    }

    /// Writes what waits, oldest first, then `entries` as one transaction. What a passing failure
    /// keeps out waits for the next call.
    pub(crate) async fn write(&mut self, entries: Vec<Entry>, now: Timestamp) {
        if self.retry(now).await.is_err() {
            self.keep(entries.into_iter().filter(is_kept), now);
            return;
        }
        if entries.is_empty() {
            return;
        }
        let copies: Vec<Entry> = entries.iter().filter(|one| is_kept(one)).cloned().collect();
        if let Err(error) = self.attempt(entries, now).await
            && error.is_passing()
        {
            self.keep(copies.into_iter(), now);
        }
    }

    /// Writes what waits, and then `entries` as one transaction, or none of them: the caller keeps
    /// what is not taken. Whether it was.
    pub(crate) async fn write_whole(&mut self, entries: &[Entry], now: Timestamp) -> bool {
        self.retry(now).await.is_ok() && self.attempt(entries.to_vec(), now).await.is_ok()
    }

    /// Writes what waits. An error is a passing one: the rest still waits.
    async fn retry(&mut self, now: Timestamp) -> Result<(), BooksError> {
        while !self.kept.is_empty() {
            let some = self.kept.iter().take(RETRIED_MAX).cloned();
            let some: Vec<Entry> = some.collect();
            let count = some.len();
            match self.attempt(some, now).await {
                Ok(()) => self.let_go(count),
                Err(error) if error.is_passing() => return Err(error),
                Err(_) => self.retry_singly(count, now).await?,
            }
        }
        self.own_up(now).await
    }

    /// The gap stands in the chain where it is: after what was kept, before what comes next.
    async fn own_up(&mut self, now: Timestamp) -> Result<(), BooksError> {
        if let Some(lost) = self.lost {
            let gap = Entry::Record(tell::Record {
                action: LOST,
                object: "audit".to_owned(),
                detail: vec![
                    ("count", lost.count.to_string()),
                    ("since", lost.since.to_string()),
                ],
            });
            self.attempt(vec![gap], now).await?;
            self.lost = None;
        }
        Ok(())
    }

    /// One of these entries can never be written; the others must not go with it.
    async fn retry_singly(&mut self, count: usize, now: Timestamp) -> Result<(), BooksError> {
        for _ in 0..count {
            let Some(oldest) = self.kept.front().cloned() else {
                break;
            };
            match self.attempt(vec![oldest], now).await {
                Err(error) if error.is_passing() => return Err(error),
                Ok(()) | Err(_) => self.let_go(1),
            }
        }
        Ok(())
    }

    /// Writes once; a failure is counted and said.
    async fn attempt(&self, entries: Vec<Entry>, now: Timestamp) -> Result<(), BooksError> {
        match self.ledger.write(entries, now).await {
            Ok(dropped) => {
                self.metrics.outbox_dropped.inc_by(dropped);
                Ok(())
            }
            Err(error) => {
                self.metrics.store_failures.inc();
                let waiting = self.kept.len();
                tracing::error!(error = %error, waiting, "the vault could not be written");
                Err(error)
            }
        }
    }

    fn keep(&mut self, entries: impl Iterator<Item = Entry>, now: Timestamp) {
        let mut lost = 0;
        for entry in entries {
            if self.kept.len() < ENTRIES_MAX {
                self.kept.push_back(dated(entry, now));
                self.metrics.store_waiting.inc();
            } else {
                lost += 1;
            }
        }
        if lost > 0 {
            let before = self.lost.unwrap_or(Lost {
                count: 0,
                since: now,
            });
            self.lost = Some(Lost {
                count: before.count.saturating_add(lost),
                ..before
            });
            self.metrics.store_lost.inc_by(lost);
            tracing::error!(lost, "too much waits for the vault: entries are lost");
        }
    }

    /// The oldest wait no longer. The gauge is shared with the house's other backlog.
    fn let_go(&mut self, count: usize) {
        let gone = self.kept.drain(..count).count();
        let gone = i64::try_from(gone).expect("at most ENTRIES_MAX wait");
        self.metrics.store_waiting.dec_by(gone);
    }
}

fn is_kept(entry: &Entry) -> bool {
    !matches!(entry, Entry::Token { .. })
}

/// The chain dates a record when it is written; one that waited also says when it happened.
fn dated(entry: Entry, now: Timestamp) -> Entry {
    match entry {
        Entry::Record(mut record) => {
            record.detail.push(("happened_at", now.to_string()));
            Entry::Record(record)
        }
        other => other,
    }
}

#[cfg(test)]
pub(crate) mod paper;
#[cfg(test)]
mod tests;
