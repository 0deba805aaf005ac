//! Drives the slots, vends their tokens, and tells the watch what happened.
//!
//! Floor 4, sealed wing. [`plane::Broker`] composes the parts of one process. Two roads lead through
//! this room: the hot one ([`vend`]) reads a slot's [`cell::Cell`] without a lock, a disk or a slow
//! hash; the slow one ([`driver`]) alone changes slots, by feeding the pure machine of
//! `countersign-refresh` and carrying out its effects: persist, show, send, answer, tell.

mod accounts;
pub mod admin;
mod backlog;
pub mod bearer;
pub mod books;
pub mod bundle;
pub mod calls;
pub mod cell;
mod consent;
pub mod consumer;
pub mod driver;
pub mod flight;
pub mod legacy;
pub mod metrics;
pub mod outbox;
pub mod passage;
pub mod plane;
pub mod problem;
pub mod rotation;
pub mod route;
pub mod specs;
pub mod tell;
pub mod token_paths;
pub mod token_request;
pub mod vend;
