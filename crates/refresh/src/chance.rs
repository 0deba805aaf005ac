//! Jitter as a keyed hash: drawn once per question, equal on every node, reproducible in tests.
//!
//! Broker rule 2.2: jitter that is redrawn loses most of its spread, so a draw is a function of
//! (key, what it is for) and of nothing else. The hash is SipHash-2-4 (Aumasson, Bernstein 2012),
//! which is short, keyed and has published vectors; nothing here is a secret.

use std::fmt;

/// Key of all draws of one house. Two machines with equal keys draw alike.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct JitterKey {
    k0: u64,
    k1: u64,
}

impl fmt::Debug for JitterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JitterKey")
    }
}

impl From<[u8; 32]> for JitterKey {
    fn from(bytes: [u8; 32]) -> JitterKey {
        let word = |i: usize| word(&bytes[i * 8..i * 8 + 8]);
        JitterKey {
            k0: word(0) ^ word(2),
            k1: word(1) ^ word(3),
        }
    }
}

impl From<u64> for JitterKey {
    fn from(seed: u64) -> JitterKey {
        JitterKey {
            k0: seed,
            k1: !seed,
        }
    }
}

impl JitterKey {
    /// A number in `0.0..1.0` that depends on the key, `label`, `name` and `number` alone.
    #[must_use]
    pub fn unit(&self, label: &str, name: &str, number: u64) -> f64 {
        let mut text = Vec::with_capacity(label.len() + name.len() + 10);
        text.extend_from_slice(label.as_bytes());
        text.push(0);
        text.extend_from_slice(name.as_bytes());
        text.push(0);
        text.extend_from_slice(&number.to_le_bytes());
        unit_of(sip(self.k0, self.k1, &text))
    }
}

/// The upper 53 bits as a fraction: every value is exact, 1.0 is never reached.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
fn unit_of(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1u64 << 53) as f64
}

fn word(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

fn round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[2] = v[2].rotate_left(32);
}

fn sip(k0: u64, k1: u64, text: &[u8]) -> u64 {
    let mut v = [
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    let absorb = |v: &mut [u64; 4], m: u64| {
        v[3] ^= m;
        round(v);
        round(v);
        v[0] ^= m;
    };
    let mut chunks = text.chunks_exact(8);
    for chunk in &mut chunks {
        absorb(&mut v, word(chunk));
    }
    let length = u64::try_from(text.len()).unwrap_or(0) << 56;
    absorb(&mut v, word(chunks.remainder()) | length);
    v[2] ^= 0xff;
    for _ in 0..4 {
        round(&mut v);
    }
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

#[cfg(test)]
mod tests;
