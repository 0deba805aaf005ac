//! The sealed record: self-describing bytes that open only in their own place (V2).
//!
//! Secrets and tokens are exposed to the cipher here; the key ring exposes a master key to its
//! derivation and a token to its fingerprint, and nothing else in this room exposes any (V1).

use crate::Entropy;
use crate::format::{FormatError, Reader, Writer};
use countersign_model::id::{BuId, CredentialId, SlotId};
use countersign_model::token::Generation;
use countersign_seal::{Key, Nonce, SealError, open, seal};
use countersign_secret::{Secret, TokenBytes};
use std::fmt;

/// Format of a sealed record and of the associated data it is bound to.
const FORMAT: u8 = 1;
/// Bytes of a named key in plain: its id and the key.
const NAMED_KEY_BYTES: usize = 8 + countersign_seal::KEY_BYTES;

/// Names a key without saying anything about its bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(pub [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A key with its name. No `Debug`, `Display`, `Clone`, `Serialize`; zeroed on drop.
pub struct NamedKey {
    /// Its name, which every record sealed under it carries.
    pub id: KeyId,
    pub(crate) key: Key,
}

impl NamedKey {
    /// Draws a new key and a name for it.
    #[must_use]
    pub fn draw(entropy: Entropy<'_>) -> NamedKey {
        let (mut id, mut key) = (
            [0; 8],
            zeroize::Zeroizing::new([0; countersign_seal::KEY_BYTES]),
        );
        entropy(&mut id);
        entropy(key.as_mut_slice());
        NamedKey {
            id: KeyId(id),
            key: Key::new(*key),
        }
    }
}

/// Where a sealed record lives. Every field is bound into the associated data, so that a record
/// that is moved, swapped or rolled back does not open (V2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// Proof that a master key is the right one, of the vault with this id.
    Sentinel {
        /// The vault.
        vault: &'a [u8; 16],
    },
    /// A key of the vault itself.
    SystemKey {
        /// Its name.
        name: &'a str,
    },
    /// The key of a business unit.
    BuKey {
        /// The owner.
        bu: &'a BuId,
    },
    /// The key of a credential.
    CredentialKey {
        /// The owner.
        bu: &'a BuId,
        /// The credential.
        credential: &'a CredentialId,
    },
    /// One version of a credential's secret.
    Secret {
        /// The owner.
        bu: &'a BuId,
        /// The credential.
        credential: &'a CredentialId,
        /// The version.
        version: u32,
    },
    /// The live token of a slot.
    Token {
        /// The owner.
        bu: &'a BuId,
        /// The credential.
        credential: &'a CredentialId,
        /// The slot.
        slot: &'a SlotId,
        /// Its number in the slot.
        generation: Generation,
    },
    /// The refresh token of a credential.
    RefreshToken {
        /// The owner.
        bu: &'a BuId,
        /// The credential.
        credential: &'a CredentialId,
        /// Its number: grows with every refresh token stored.
        generation: Generation,
    },
    /// What an exchange brought, on its way into the database or kept beside it.
    Received {
        /// The owner.
        bu: &'a BuId,
        /// The credential.
        credential: &'a CredentialId,
        /// Which exchange.
        attempt: &'a str,
    },
}

impl Place<'_> {
    /// The associated data: format, kind, key, fields, all length-prefixed.
    fn bind(&self, key: KeyId) -> Vec<u8> {
        let start = |kind: &str| Writer::new(FORMAT).field(kind.as_bytes()).fixed(&key.0);
        match self {
            Place::Sentinel { vault } => start("sentinel").fixed(*vault),
            Place::SystemKey { name } => start("system_key").field(name.as_bytes()),
            Place::BuKey { bu } => start("bu_key").field(bu.as_str().as_bytes()),
            Place::CredentialKey { bu, credential } => start("credential_key")
                .field(bu.as_str().as_bytes())
                .field(credential.as_str().as_bytes()),
            Place::Secret {
                bu,
                credential,
                version,
            } => start("credential_secret")
                .field(bu.as_str().as_bytes())
                .field(credential.as_str().as_bytes())
                .number(u64::from(*version)),
            Place::Token {
                bu,
                credential,
                slot,
                generation,
            } => start("slot")
                .field(bu.as_str().as_bytes())
                .field(credential.as_str().as_bytes())
                .field(slot.as_str().as_bytes())
                .number(generation.0),
            Place::RefreshToken {
                bu,
                credential,
                generation,
            } => start("grant")
                .field(bu.as_str().as_bytes())
                .field(credential.as_str().as_bytes())
                .number(generation.0),
            Place::Received {
                bu,
                credential,
                attempt,
            } => start("received")
                .field(bu.as_str().as_bytes())
                .field(credential.as_str().as_bytes())
                .field(attempt.as_bytes()),
        }
        .finish()
    }
}

/// Why a record was not opened. Says nothing about what is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The bytes are no sealed record.
    #[error("the sealed record cannot be read")]
    Format(#[from] FormatError),
    /// The record was sealed under a key that is not at hand.
    #[error("the record was sealed under key {wanted}, which is not at hand")]
    OtherKey {
        /// The key it names.
        wanted: KeyId,
    },
    /// The record was changed, or belongs to another row, owner or version.
    #[error("the record does not belong to this row and version")]
    Mismatch,
}

impl From<countersign_seal::OpenError> for OpenError {
    fn from(_: countersign_seal::OpenError) -> OpenError {
        OpenError::Mismatch
    }
}

/// A sealed record: format byte, key id, nonce, ciphertext with tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The key it was sealed under.
    pub key: KeyId,
    nonce: [u8; 12],
    ciphertext: Vec<u8>,
}

impl Sealed {
    /// The record as bytes, to be stored.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let writer = Writer::new(FORMAT).fixed(&self.key.0).fixed(&self.nonce);
        writer.fixed(&self.ciphertext).finish()
    }

    /// Reads a record from its bytes. Whether it opens is another question.
    ///
    /// # Errors
    /// [`FormatError`] if the bytes are too short or of an unknown format.
    pub fn decode(bytes: &[u8]) -> Result<Sealed, FormatError> {
        let mut reader = Reader::new(FORMAT, bytes)?;
        let (key, nonce) = (KeyId(reader.fixed()?), reader.fixed()?);
        Ok(Sealed {
            key,
            nonce,
            ciphertext: reader.rest().to_vec(),
        })
    }

    /// Seals plain bytes in their place.
    pub(crate) fn new(
        key: &NamedKey,
        place: Place<'_>,
        plain: &[u8],
        entropy: Entropy<'_>,
    ) -> Result<Sealed, SealError> {
        let mut nonce = [0; 12];
        entropy(&mut nonce);
        let ciphertext = seal(&key.key, Nonce(nonce), &place.bind(key.id), plain)?;
        Ok(Sealed {
            key: key.id,
            nonce,
            ciphertext,
        })
    }

    pub(crate) fn open(
        &self,
        key: &NamedKey,
        place: Place<'_>,
    ) -> Result<countersign_seal::Opened, OpenError> {
        if self.key != key.id {
            return Err(OpenError::OtherKey { wanted: self.key });
        }
        let bound = place.bind(key.id);
        Ok(open(&key.key, Nonce(self.nonce), &bound, &self.ciphertext)?)
    }

    /// Wraps a key under another.
    #[must_use]
    pub fn wrap(
        under: &NamedKey,
        place: Place<'_>,
        key: &NamedKey,
        entropy: Entropy<'_>,
    ) -> Sealed {
        let mut plain = zeroize::Zeroizing::new([0; NAMED_KEY_BYTES]);
        plain[..8].copy_from_slice(&key.id.0);
        plain[8..].copy_from_slice(key.key.as_bytes());
        Sealed::new(under, place, plain.as_slice(), entropy).expect("a key is short")
    }

    /// Opens what [`Sealed::wrap`] made.
    ///
    /// # Errors
    /// [`OpenError`] if it does not belong to this key and place.
    pub fn unwrap_key(&self, under: &NamedKey, place: Place<'_>) -> Result<NamedKey, OpenError> {
        let opened = self.open(under, place)?;
        let (id, key) = opened
            .as_bytes()
            .split_at_checked(8)
            .ok_or(OpenError::Mismatch)?;
        let id = KeyId(id.try_into().map_err(|_| OpenError::Mismatch)?);
        let key = Key::from_slice(key).map_err(|_| OpenError::Mismatch)?;
        Ok(NamedKey { id, key })
    }

    /// Seals a credential's secret.
    ///
    /// # Errors
    /// [`SealError`] if it is longer than anything the house seals.
    pub fn secret(
        key: &NamedKey,
        place: Place<'_>,
        secret: &Secret,
        entropy: Entropy<'_>,
    ) -> Result<Sealed, SealError> {
        secret.expose(|plain| Sealed::new(key, place, plain, entropy))
    }

    /// Opens what [`Sealed::secret`] made.
    ///
    /// # Errors
    /// [`OpenError`] if it does not belong to this key and place.
    pub fn open_secret(&self, key: &NamedKey, place: Place<'_>) -> Result<Secret, OpenError> {
        Ok(Secret::new(self.open(key, place)?.into_bytes()))
    }

    /// Seals the token of a slot.
    ///
    /// # Errors
    /// [`SealError`] if it is longer than anything the house seals.
    pub fn token(
        key: &NamedKey,
        place: Place<'_>,
        token: &TokenBytes,
        entropy: Entropy<'_>,
    ) -> Result<Sealed, SealError> {
        token.expose(|plain| Sealed::new(key, place, plain, entropy))
    }

    /// Opens what [`Sealed::token`] made.
    ///
    /// # Errors
    /// [`OpenError`] if it does not belong to this key and place.
    pub fn open_token(&self, key: &NamedKey, place: Place<'_>) -> Result<TokenBytes, OpenError> {
        Ok(TokenBytes::new(self.open(key, place)?.into_bytes()))
    }
}

#[cfg(test)]
mod tests;
