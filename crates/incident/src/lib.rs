//! From signals to incidents: one root cause, its chain to customers, its clocks and its words.
//!
//! Floor 2, open wing, pure: signals and `now` come in, incidents and notices go out. Start at
//! [`Engine`].

pub mod engine;

mod cause;
mod harm;
mod impact;
mod runbook;
mod words;

pub use engine::{Change, Engine};
