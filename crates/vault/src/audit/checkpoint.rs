//! [`Checkpoint`]: a signed statement of how far the chain had come.

use super::Hash;
use crate::format::{FormatError, Reader, Writer};
use countersign_model::Timestamp;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

const FORMAT: u8 = 1;
/// Keeps a signature of ours from meaning anything elsewhere.
const DOMAIN: &[u8] = b"countersign audit checkpoint";

/// How far the chain had come at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last record.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
    /// How many records there were.
    pub count: u64,
    /// When.
    pub at: Timestamp,
}

impl Checkpoint {
    /// The checkpoint as canonical bytes; these are signed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        Writer::new(FORMAT)
            .field(DOMAIN)
            .number(self.seq)
            .fixed(&self.hash)
            .number(self.count)
            .fixed(&self.at.as_nanosecond().to_be_bytes())
            .finish()
    }

    /// Reads a checkpoint from its canonical bytes.
    ///
    /// # Errors
    /// [`FormatError`] if they are not exactly what [`Checkpoint::encode`] writes.
    pub fn decode(bytes: &[u8]) -> Result<Checkpoint, FormatError> {
        let mut reader = Reader::new(FORMAT, bytes)?;
        if reader.field()? != DOMAIN {
            return Err(FormatError::BadField { field: "domain" });
        }
        let (seq, hash, count) = (reader.number()?, reader.fixed()?, reader.number()?);
        let nanos = i128::from_be_bytes(reader.fixed()?);
        let at = Timestamp::from_nanosecond(nanos);
        let at = at.map_err(|_| FormatError::BadField { field: "at" })?;
        reader.finish()?;
        Ok(Checkpoint {
            seq,
            hash,
            count,
            at,
        })
    }
}

/// The signature is not by this key over this checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the checkpoint's signature does not match")]
pub struct SignatureError;

/// A checkpoint and its Ed25519 signature: what an outside sink keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// The statement.
    pub checkpoint: Checkpoint,
    /// Ed25519 over [`Checkpoint::encode`].
    pub signature: Vec<u8>,
}

impl SignedCheckpoint {
    /// Checks the signature.
    ///
    /// # Errors
    /// [`SignatureError`] if it is not by `public_key`.
    pub fn check(&self, public_key: &[u8; 32]) -> Result<(), SignatureError> {
        UnparsedPublicKey::new(&ED25519, public_key)
            .verify(&self.checkpoint.encode(), &self.signature)
            .map_err(|_| SignatureError)
    }
}

/// Signs checkpoints (RFC 8032).
pub struct Signer(Ed25519KeyPair);

impl Signer {
    pub(crate) fn from_seed(seed: &[u8; 32]) -> Signer {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed);
        Signer(pair.expect("any 32 bytes are an Ed25519 seed"))
    }

    /// The key that checks what this one signs.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.0
            .public_key()
            .as_ref()
            .try_into()
            .expect("an Ed25519 public key has 32 bytes")
    }

    /// Signs a checkpoint.
    #[must_use]
    pub fn sign(&self, checkpoint: Checkpoint) -> SignedCheckpoint {
        let signature = self.0.sign(&checkpoint.encode()).as_ref().to_vec();
        SignedCheckpoint {
            checkpoint,
            signature,
        }
    }
}

#[cfg(test)]
mod tests;
