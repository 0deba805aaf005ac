//! [`MasterKey`]: the one key that comes from outside and is never stored (R069).

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::{Zeroize, Zeroizing};

/// Length of a master key, in bytes (AES-256).
pub const MASTER_KEY_BYTES: usize = 32;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a text is not a master key. Never echoes any of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    /// There is no text, or only white space.
    #[error("the master key is missing: give 32 bytes in base64, 44 characters")]
    Missing,
    /// The text is not base64.
    #[error("the master key is malformed: it has to be 32 bytes in base64, 44 characters")]
    Malformed,
    /// The text is base64, but not of 32 bytes.
    #[error("the master key has {found_bytes} bytes; it has to have 32")]
    WrongLength {
        /// Length found, in bytes.
        found_bytes: usize,
    },
}

/// The master key: 32 bytes that wrap other keys and encrypt nothing themselves (broker rule 2.12).
/// No `Debug`, `Display`, `Clone`, `Serialize`; zeroed on drop.
pub struct MasterKey([u8; MASTER_KEY_BYTES]);

impl MasterKey {
    /// Takes over the bytes of a key.
    #[must_use]
    pub fn new(bytes: [u8; MASTER_KEY_BYTES]) -> MasterKey {
        MasterKey(bytes)
    }

    /// Reads a key from its base64 text; white space around it (a file's last newline) is ignored,
    /// padding may be left out.
    ///
    /// # Errors
    /// [`MasterKeyError`] if the text is absent, no base64, or not of 32 bytes.
    pub fn from_base64(text: &str) -> Result<MasterKey, MasterKeyError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(MasterKeyError::Missing);
        }
        let decoded = BASE64.decode(text).map(Zeroizing::new);
        let bytes = decoded.map_err(|_| MasterKeyError::Malformed)?;
        let wrong = MasterKeyError::WrongLength {
            found_bytes: bytes.len(),
        };
        bytes
            .as_slice()
            .try_into()
            .map(MasterKey)
            .map_err(|_| wrong)
    }

    /// Writes the key as base64, 44 characters; for the one moment in which it is made and kept by
    /// whoever made it.
    #[must_use]
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64.encode(self.0))
    }

    /// The one way in for derivation (V1): lends the bytes to `f` for as long as it runs.
    pub fn expose<T>(&self, f: impl FnOnce(&[u8; MASTER_KEY_BYTES]) -> T) -> T {
        f(&self.0)
    }

    fn wipe(&mut self) {
        self.0.zeroize();
    }
}

impl Drop for MasterKey {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests;
