//! The platform of `countersign-sfmc` behind sockets: the provider's routes on one listener, its
//! control on another; and whole estates in virtual time, to see what the product makes of them.
//!
//! Floor 5, workshop wing. Start at [`Simulator`]; [`scenario`] reads what goes wrong and when. It is
//! a product of its own: a tenant that anyone can test Marketing Cloud code against.
//! [`simulate`](mod@simulate) plays scenarios without a socket or a clock; [`corpus`] holds ours,
//! and [`life`] is the same world around a broker that runs.

mod control;
pub mod corpus;
pub mod history;
pub mod life;
mod listener;
pub mod scenario;
mod setup;
pub mod simulate;
mod simulator;
mod traffic;
pub mod world;

pub use countersign_sfmc::AppError;
pub use countersign_sfmc::fault::{ELSEWHERE, FaultError, KINDS, KindRow};
pub use countersign_sfmc::request::{Answer, Body, Reply, Request};
pub use countersign_sfmc::switch::{Switch, SwitchError};
pub use setup::{
    core_password, core_username, first_refresh_token_for, outside_token_url, secret_for,
};
pub use simulator::Simulator;

/// All switches of the simulated tenant, with their defaults.
#[must_use]
pub fn switches() -> &'static [Switch] {
    countersign_sfmc::switch::SWITCHES
}
