//! A post-mortem of logs: files of outcomes in, incidents out, with no server and no ledger.
//!
//! Floor 5, open wing. Start at [`analyze`]. `source` cuts files into chunks of whole lines; threads
//! count each chunk into cells (`tally`): a call that went well counts into its minute, and only what
//! failed stays itself. `merge` brings the cells into the order of their time and says whose they
//! are; `judge` drives the very judgement of the live watch over them. The result is the same for any
//! number of threads.

mod cell;
mod count;
mod judge;
mod merge;
mod nobody;
mod read;
mod report;
mod seen;
mod shape;
mod source;
mod tally;

pub use count::{IntegrationCount, LineCounts};
pub use countersign_feed::logs::format::{Format, FormatName};
pub use judge::analyze;
pub use read::{Chunk, for_each_chunk};
pub use report::{Analysis, Finding, LineReject, Opened};
pub use source::SourceFault;

pub use countersign_watch::Rules;

use countersign_feed::logs::mapping::Mapping;
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::id::IntegrationId;
use std::path::PathBuf;

/// What is to be looked at, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The files; `-` is standard input.
    pub files: Vec<PathBuf>,
    /// Their format; `None`: told from their beginning, each by itself.
    pub format: Option<FormatName>,
    /// How JSON lines of another program are read.
    pub mapping: Option<Mapping>,
    /// What there is; ids that it does not know are added to it.
    pub estate: Option<Estate>,
    /// Whose a line is that does not say so.
    pub integration: Option<IntegrationId>,
    /// When an incident opens.
    pub rules: Rules,
    /// Threads that read, at least 1.
    pub threads: usize,
    /// The time now: a line after it cannot have happened.
    pub now: Timestamp,
}
