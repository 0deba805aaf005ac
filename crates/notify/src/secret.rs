//! The secrets of channels: they sign and sign in, and are never shown.

use zeroize::Zeroizing;

/// A channel's secret. No `Display`, no `Clone`, no `Serialize`; `Debug` hides it; wiped on drop.
pub struct ChannelSecret(Zeroizing<Vec<u8>>);

impl ChannelSecret {
    /// Takes the bytes over.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> ChannelSecret {
        ChannelSecret(Zeroizing::new(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for ChannelSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChannelSecret(hidden)")
    }
}
