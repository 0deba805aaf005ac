//! The watch: outcomes in, incidents and notices out, through one durable road.
//!
//! Floor 4, open wing. Start at [`Watch`]: [`Watch::build`] gives the handle and the tasks that do
//! the work. `pipeline` turns outcomes into incidents, `outbox` brings notices to people; both are
//! reconcilers: idempotent, woken by a bell or a clock, and safe to kill between any two steps,
//! because a turn is one transaction of the ledger.

mod bell;
mod chores;
mod count;
mod handle;
mod ingest;
mod judge;
mod outbox;
mod pipeline;
mod resolve;
mod step;
mod tail;
mod weakness;

pub use countersign_detect::{Claim, Findings, Rules};
pub use countersign_feed::logs::format::FormatName;
pub use countersign_feed::logs::mapping::Mapping;
pub use countersign_store::Keep;
pub use handle::{Task, Watch, WatchError, WatchParts};
pub use ingest::{IngestReject, IngestReport, IngestScope};
pub use judge::{Judge, Verdict};
pub use pipeline::{Committed, OnCommit};
pub use resolve::resolve;
pub use tail::{From as TailFrom, TailSource};
