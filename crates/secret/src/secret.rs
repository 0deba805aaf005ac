//! [`Secret`]: bytes that must not travel.

use zeroize::Zeroize;

/// Bytes that must not travel: no `Debug`, `Display`, `Clone`, `Serialize`; zeroed on drop.
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Takes over bytes. A buffer with spare room is copied to one without and wiped, so that no
    /// second copy stays behind.
    #[must_use]
    pub fn new(mut bytes: Vec<u8>) -> Secret {
        if bytes.len() == bytes.capacity() {
            return Secret(bytes.into_boxed_slice());
        }
        let exact = Box::from(bytes.as_slice());
        bytes.zeroize();
        Secret(exact)
    }

    /// The one way out (V1): lends the bytes to `f` for as long as it runs.
    pub fn expose<T>(&self, f: impl FnOnce(&[u8]) -> T) -> T {
        f(&self.0)
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

    fn wipe(&mut self) {
        self.0.zeroize();
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret::new(text.into_bytes())
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests;
