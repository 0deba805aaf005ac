//! The whole road: outcomes in, one incident, one notice, whatever dies on the way.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

mod canary;
mod crash;
mod delivery;
mod finding;
mod hook_server;
mod house;
mod ingest;
mod kill;
mod quiet_sunday;
mod response;
