//! The simulator over sockets: the provider's routes, the control, stepped time, the stories.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop there"
)]

mod consent;
mod control;
mod core;
mod corpus;
mod estate;
mod house;
mod listener;
mod scenario;
mod simulate;
