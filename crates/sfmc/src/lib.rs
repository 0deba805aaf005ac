//! An executable model of Marketing Cloud: `(state, now, request) → reply`.
//!
//! Floor 2, workshop, pure: no clock, socket or chance of its own; the same seed and requests give the
//! same replies. It knows nothing of how Countersign classifies or detects: a student may not mark his
//! own paper. Start at [`platform::Platform::step`]; what no document settles is in
//! [`switch::SWITCHES`], what can be broken in [`fault::KINDS`].

pub mod address;
mod asset;
mod auth;
mod chance;
mod core;
mod envelope;
pub mod fault;
mod grant;
pub mod ledger;
mod outside;
pub mod package;
pub mod platform;
mod quota;
pub mod request;
mod rest;
pub mod setup;
mod soap;
pub mod switch;
pub mod token;

pub use auth::{Asking, TOKEN_ROUTE};
pub use core::{AppError, ConnectedApp, KeyError};
pub use soap::{SERVICE_ROUTE, too_large};
