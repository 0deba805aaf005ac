//! [`seal`] and [`open`]: AES-256-GCM.

use crate::bytes::{Key, Opened};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, UnboundKey};
use zeroize::Zeroize;

/// Length of the tag at the end of every ciphertext, in bytes.
pub const TAG_BYTES: usize = 16;

/// Longest plain text sealed, in bytes. Far below the cipher's own limit; a secret of the house
/// that is longer is a mistake.
pub const PLAIN_BYTES_MAX: usize = 1 << 20;

/// 96 bits that are used once per key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonce(pub [u8; 12]);

/// Why nothing was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The plain text is longer than [`PLAIN_BYTES_MAX`].
    #[error("at most {PLAIN_BYTES_MAX} bytes can be sealed; {found_bytes} were given")]
    TooLong {
        /// Length found, in bytes.
        found_bytes: usize,
    },
}

/// Why a ciphertext was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The ciphertext has no room for a tag, or is longer than anything [`seal`] makes.
    #[error("no ciphertext has {found_bytes} bytes")]
    Length {
        /// Length found, in bytes.
        found_bytes: usize,
    },
    /// Key, nonce, associated data and ciphertext do not belong together. Which of them is wrong
    /// cannot be known.
    #[error("the ciphertext does not belong to this key and place")]
    Mismatch,
}

/// Seals `plain` under `key`, bound to `aad`; returns ciphertext and tag.
///
/// # Errors
/// [`SealError::TooLong`] above [`PLAIN_BYTES_MAX`].
pub fn seal(key: &Key, nonce: Nonce, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
    if plain.len() > PLAIN_BYTES_MAX {
        return Err(SealError::TooLong {
            found_bytes: plain.len(),
        });
    }
    let mut text = Vec::with_capacity(plain.len() + TAG_BYTES);
    text.extend_from_slice(plain);
    cipher(key)
        .seal_in_place_append_tag(unique(nonce), Aad::from(aad), &mut text)
        .expect("the length is far below the cipher's limit");
    Ok(text)
}

/// Opens what [`seal`] made with the same key, nonce and associated data.
///
/// # Errors
/// [`OpenError`] if the length is impossible or the four do not belong together.
pub fn open(key: &Key, nonce: Nonce, aad: &[u8], sealed: &[u8]) -> Result<Opened, OpenError> {
    if sealed.len() < TAG_BYTES || sealed.len() > PLAIN_BYTES_MAX + TAG_BYTES {
        return Err(OpenError::Length {
            found_bytes: sealed.len(),
        });
    }
    let mut text = sealed.to_vec();
    let opened = cipher(key).open_in_place(unique(nonce), Aad::from(aad), &mut text);
    let Ok(plain_bytes) = opened.map(|plain| plain.len()) else {
        text.zeroize();
        return Err(OpenError::Mismatch);
    };
    text.truncate(plain_bytes);
    Ok(Opened::new(text))
}

fn cipher(key: &Key) -> LessSafeKey {
    let unbound = UnboundKey::new(&AES_256_GCM, key.as_bytes());
    LessSafeKey::new(unbound.expect("the key has the cipher's length"))
}

fn unique(nonce: Nonce) -> ring::aead::Nonce {
    ring::aead::Nonce::assume_unique_for_key(nonce.0)
}

#[cfg(test)]
mod tests;
