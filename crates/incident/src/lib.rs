//! From signals to incidents: one root cause, its chain to customers, its clocks and its words.
//!
//! Floor 2, open wing, pure: signals and `now` come in, incidents and notices go out. Start at
//! [`Correlator`], which tells causes from symptoms, and [`Engine`], which keeps one incident for each
//! cause.

pub mod correlate;
pub mod engine;
pub mod health;

mod cause;
mod harm;
mod impact;
mod runbook;
mod words;

pub use correlate::{Correlator, CorrelatorState, Step};
pub use engine::{Change, Engine};
pub use health::Health;
