//! Types that carry secret bytes, and nothing that could let them travel by accident.
//!
//! Floor 1, sealed wing, pure. Start at [`Secret`]: client secrets and refresh tokens.
//! [`TokenBytes`] is a live access token, shared cheaply on the hot path; [`MasterKey`] is the one
//! key that comes from outside. Invariant V1: each type has one way out, called `expose`, and its
//! call sites are counted.

mod master;
mod secret;
mod token;

pub use master::{MASTER_KEY_BYTES, MasterKey, MasterKeyError};
pub use secret::Secret;
pub use token::TokenBytes;
