//! AES-256-GCM with key, nonce and associated data handed in, and byte types that hide themselves.
//!
//! Floor 1, open wing, pure: no key handling, no randomness, no I/O. Start at [`seal`] and [`open`].
//! The only room that calls an AEAD: the broker's vault and the watch's own channel secrets both
//! come through here, each with keys of its own.
//!
//! Source: NIST SP 800-38D; R068. A nonce is used once per key: callers draw 96 random bits and
//! renew the key long before 2^32 uses (broker rule 2.12).

mod aead;
mod bytes;

pub use aead::{Nonce, OpenError, PLAIN_BYTES_MAX, SealError, TAG_BYTES, open, seal};
pub use bytes::{KEY_BYTES, Key, KeyLengthError, Opened};
