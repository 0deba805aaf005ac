//! Envelope encryption, the key ring and the audit chain, as pure functions over bytes.
//!
//! Floor 2, sealed wing, pure: randomness, time and rows come in as arguments; nothing is stored.
//! Start at [`Keyring`]: master key → business unit key → credential key → secret or token, each
//! bound to its row by [`Place`] (V2). [`audit`] makes and verifies the chain of what was done (A1).
//!
//! Source: broker rules 2.12 and 2.13 as simplified by design 3.4; R065, R067-R069, R074.

pub mod audit;
mod envelope;
mod format;
mod keyring;

pub use envelope::{KeyId, NamedKey, OpenError, Place, Sealed};
pub use format::FormatError;
pub use keyring::{Keyring, SystemKey, SystemKeys, WrapKeys};

/// Where random bytes come from: fills the slice it is handed.
pub type Entropy<'a> = &'a mut dyn FnMut(&mut [u8]);
