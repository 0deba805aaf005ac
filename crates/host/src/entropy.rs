//! Random bytes from the operating system.

use ring::rand::{SecureRandom, SystemRandom};

/// The system's random source. Cheap to clone.
#[derive(Clone)]
pub struct Entropy(SystemRandom);

impl Default for Entropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system for chance"
    )]
    fn default() -> Entropy {
        Entropy(SystemRandom::new())
    }
}

impl Entropy {
    /// Fills `bytes`.
    ///
    /// # Panics
    /// If the system has no random bytes to give: nothing safe can be done then.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.0
            .fill(bytes)
            .expect("the operating system gives random bytes");
    }

    /// 32 random bytes.
    #[must_use]
    pub fn bytes_32(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        bytes
    }

    /// A random number.
    #[must_use]
    pub fn u64(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}
