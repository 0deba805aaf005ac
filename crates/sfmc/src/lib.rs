//! A Marketing Cloud tenant in memory: token endpoint, bearer checks, a few read routes, and faults.
//!
//! Floor 2, open wing, pure: a request and the instant go in, an answer comes out. Start at
//! [`Platform::step`]. Everything is deterministic from the seed. Where the provider's documents
//! are silent, a [`SWITCHES`] entry says what is assumed.

mod bearer;
mod fault;
mod ledger;
mod platform;
mod rest;
mod route;
mod secret;
mod setup;
mod switch;
mod token;
mod wire;

pub use fault::{FaultError, FaultKind, FaultOrder, FaultView, Target};
pub use ledger::{Ledger, Record, TokenState, Totals};
pub use platform::Platform;
pub use secret::SecretError;
pub use setup::{Asset, AssetKind, Package, SecretSetup, Setup, Unit};
pub use switch::{SWITCHES, Switch, SwitchError, Switches};
pub use token::client_of;
pub use wire::{Answer, Reply, Request};
