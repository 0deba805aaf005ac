//! Judges outcomes: which credential was refused, what the provider does to everyone, how every
//! integration is doing, and what is weak without being an outage ([`finding`]).
//!
//! Floor 2, open wing, pure: `now` and outcomes come in, [`Signal`]s and statuses go out. Start at
//! [`Detector`]; what an outcome means is one table in [`classify`](mod@classify).
//!
//! [`Signal`]: countersign_model::signal::Signal

pub mod classify;
pub mod counters;
pub mod coverage;
pub mod detector;
pub mod finding;
pub mod rules;
pub mod series;
pub mod statuses;

mod calls;
mod channel;
mod platform;
mod track;

pub use calls::family_of;
pub use classify::{Verdict, classify, classify_call, failure_of};
pub use counters::Counters;
pub use detector::Detector;
pub use finding::{Claim, FindingRules, Findings};
pub use rules::Rules;
pub use statuses::{Changes, Statuses};
