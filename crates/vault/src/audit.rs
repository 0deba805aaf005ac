//! The audit chain: what was done, by whom, to what, in an order that cannot be changed unnoticed.
//!
//! `hash_i = SHA-256(hash_{i-1} ‖ body_i)` over canonical bytes, never over re-serialised JSON.
//! Signed checkpoints let an outside copy tell that the tail was cut (broker rule 2.13 as simplified
//! by design 3.4). Start at [`Record`]; [`Verifier`] gives three verdicts.

mod checkpoint;
mod record;
mod verify;

pub use checkpoint::{Checkpoint, SignatureError, SignedCheckpoint, Signer};
pub use record::{Ending, Record};
pub use verify::{Fault, Verdict, Verifier};

use ring::digest::{Context, SHA256};

/// One link of the chain.
pub type Hash = [u8; 32];

/// The hash before the first record, of the vault with this id.
#[must_use]
pub fn genesis(vault: &[u8; 16]) -> Hash {
    digest(b"countersign audit 1", vault)
}

/// The hash of a record's canonical bytes, behind the hash before it.
#[must_use]
pub fn link(before: &Hash, body: &[u8]) -> Hash {
    digest(before, body)
}

fn digest(first: &[u8], second: &[u8]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(first);
    context.update(second);
    context
        .finish()
        .as_ref()
        .try_into()
        .expect("SHA-256 has 32 bytes")
}
