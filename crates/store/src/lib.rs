//! The watch's ledger: outcomes in, incidents and notices out, each step durable before it is told.
//!
//! Floor 3, open wing. Start at [`WatchStore`]: every method is one use case and one transaction.
//! What a method acknowledged survives `kill -9` and a power cut; what it did not is either there
//! whole or not at all, and may be done again.

mod access;
mod database;
mod dropped;
mod error;
mod estate;
mod expectation;
mod failure;
mod finding;
mod health;
mod held;
mod incident;
mod keep;
mod lock;
mod outbox;
mod outcome;
mod pipeline;
mod reader;
mod rollup;
mod row;
mod source;
mod status;
mod tail;
mod watch_store;
mod writer;

pub use dropped::Dropped;
pub use error::StoreError;
pub use failure::{Failure, FailureMark, Failures};
pub use finding::FindingFilter;
pub use incident::IncidentFilter;
pub use keep::{Keep, Purged};
pub use outbox::{Acceptance, Delivery, DeliveryRecord, DeliveryState, OutboxEntry, OutboxHealth};
pub use outcome::{Appended, Backlog, Stretch, Unreadable};
pub use pipeline::{Loaded, PipelineCommit};
pub use rollup::Grain;
pub use source::Source;
pub use tail::{Print, Tail, TailCounts, TailFile, TailPlace, TailStanding, TailState};
pub use watch_store::{DATABASE_FILE, WatchStore};
