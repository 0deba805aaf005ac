//! From signals to incidents: one root cause, its chain to customers, its clocks and its words.
//!
//! Floor 2, open wing, pure: signals and `now` come in, incidents and notices go out. Start at
//! [`Correlator`], which tells causes from symptoms, and [`Engine`], which keeps one incident for each
//! cause.

pub mod clocks;
pub mod correlate;
pub mod engine;
pub mod expect;
pub mod health;
pub mod report;
pub mod screens;
pub mod signature;
pub mod tally;
pub mod words;

mod backlog;
mod cause;
mod considered;
mod figures;
mod harm;
mod hits;
mod impact;
mod recovery;
mod runbook;
mod steps;
mod volume;

pub use clocks::{Clock, ClockKind, Clocks, Standing, clocks};
pub use correlate::{Correlator, CorrelatorState, Step};
pub use engine::{Change, Engine};
pub use health::Health;
pub use report::Report;
pub use signature::{Signature, signature};
pub use steps::BY_HAND;
pub use tally::Tally;
