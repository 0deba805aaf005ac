//! The nouns of the house and their legal values: estate, token facts, outcomes, classes, incidents.
//!
//! Floor 1, open wing, pure: no clock, no I/O, no secret bytes. Start at [`estate::Estate`],
//! [`outcome::Outcome`] and [`incident::Incident`]: everything observed takes one road, one way,
//! outcome → signal → incident → notice.

pub mod class;
pub mod estate;
pub mod expectation;
pub mod finding;
pub mod graph;
pub mod hours;
pub mod id;
pub mod impact;
pub mod incident;
pub mod invariant;
pub mod mint;
pub mod notice;
pub mod objective;
pub mod outcome;
pub mod response;
pub mod rollup;
pub mod schedule;
pub mod signal;
pub mod status;
pub mod token;

pub use jiff::{SignedDuration, Timestamp, civil};
