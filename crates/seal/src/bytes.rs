//! [`Key`] and [`Opened`]: bytes that hide themselves and are wiped when dropped.

use zeroize::Zeroize;

/// Length of a key, in bytes.
pub const KEY_BYTES: usize = 32;

/// The bytes given are not [`KEY_BYTES`] long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an AES-256 key has {KEY_BYTES} bytes; {found_bytes} were given")]
pub struct KeyLengthError {
    /// Length found, in bytes.
    pub found_bytes: usize,
}

/// An AES-256 key: no `Debug`, `Display`, `Clone`, `Serialize`; zeroed on drop.
pub struct Key([u8; KEY_BYTES]);

impl Key {
    /// Takes over the bytes of a key.
    #[must_use]
    pub fn new(bytes: [u8; KEY_BYTES]) -> Key {
        Key(bytes)
    }

    /// Copies a key out of a slice.
    ///
    /// # Errors
    /// [`KeyLengthError`] if the slice is not [`KEY_BYTES`] long.
    pub fn from_slice(bytes: &[u8]) -> Result<Key, KeyLengthError> {
        let wrong = KeyLengthError {
            found_bytes: bytes.len(),
        };
        bytes.try_into().map(Key).map_err(|_| wrong)
    }

    /// The key's bytes, for wrapping it under another key or for an HMAC.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    fn wipe(&mut self) {
        self.0.zeroize();
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.wipe();
    }
}

/// What [`open`](crate::open) found inside: no `Debug`, `Display`, `Clone`, `Serialize`; zeroed on
/// drop.
pub struct Opened(Vec<u8>);

impl Opened {
    pub(crate) fn new(bytes: Vec<u8>) -> Opened {
        Opened(bytes)
    }

    /// The plain bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Hands the plain bytes on, to a type that wipes them in its turn.
    #[must_use]
    pub fn into_bytes(mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }

    fn wipe(&mut self) {
        self.0.zeroize();
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests;
