//! [`TokenBytes`]: a live access token.

use crate::Secret;
use std::fmt;
use std::sync::Arc;

/// The bytes of one live access token. Sharing it costs a reference count; the bytes exist once
/// and are zeroed when the last holder lets go. `Debug` shows that there is a token, never which.
#[derive(Clone)]
pub struct TokenBytes(Arc<Secret>);

impl TokenBytes {
    /// Takes over the bytes of a token.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> TokenBytes {
        TokenBytes(Arc::new(Secret::new(bytes)))
    }

    /// The one way out (V1): lends the bytes to `f` for as long as it runs.
    pub fn expose<T>(&self, f: impl FnOnce(&[u8]) -> T) -> T {
        self.0.expose(f)
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Secret> for TokenBytes {
    fn from(secret: Secret) -> TokenBytes {
        TokenBytes(Arc::new(secret))
    }
}

impl From<String> for TokenBytes {
    fn from(text: String) -> TokenBytes {
        TokenBytes::new(text.into_bytes())
    }
}

impl fmt::Debug for TokenBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenBytes(hidden)")
    }
}

#[cfg(test)]
mod tests;
