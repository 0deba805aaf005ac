//! What a user of the ledger can see: round trips, order, crash copies, refusals.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

mod access;
mod crash;
mod database;
mod defects;
mod health;
mod house;
mod outbox;
mod outcomes;
mod pipeline;
mod rollups;
mod sources;
mod tails;
