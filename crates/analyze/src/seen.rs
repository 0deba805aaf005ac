//! Ids seen, in bounded memory and for several threads at once.

use std::sync::atomic::{AtomicU64, Ordering};

/// Places of a row: an id replaces the one before it there when all are taken.
const ROW: usize = 8;
/// Most ids remembered: 8 million, 64 MiB.
const IDS_MAX: usize = 1 << 23;
const IDS_MIN: usize = 1 << 12;

/// Fingerprints of ids, in rows. The newest few million are remembered for certain; two ids of the
/// same 64 bits are taken for one, which of a hundred million happens with a chance of 1 in 3,000.
pub(crate) struct Seen {
    rows: Vec<Row>,
}

/// One line of the processor's cache.
#[derive(Default)]
#[repr(align(64))]
struct Row([AtomicU64; ROW]);

impl Seen {
    /// Room for about so many ids.
    pub(crate) fn with_room_for(n: usize) -> Seen {
        let places = n.clamp(IDS_MIN, IDS_MAX / 2).next_power_of_two() * 2;
        let mut rows = Vec::new();
        rows.resize_with(places / ROW, Row::default);
        Seen { rows }
    }

    /// Brings the place of an id near, so that several come at once. What it gives means nothing.
    pub(crate) fn fetch(&self, print: u64) -> u64 {
        self.row(print)[0].load(Ordering::Relaxed)
    }

    fn row(&self, print: u64) -> &[AtomicU64; ROW] {
        let bits = print.rotate_left(32) as usize;
        &self.rows[bits & (self.rows.len() - 1)].0
    }

    /// Takes an id by its [`print`]; whether it was there.
    pub(crate) fn take(&self, print: u64) -> bool {
        let row = self.row(print);
        for place in row {
            let mut found = place.load(Ordering::Relaxed);
            if found == 0 {
                let taken = place.compare_exchange(0, print, Ordering::Relaxed, Ordering::Relaxed);
                match taken {
                    Ok(_) => return false,
                    Err(other) => found = other,
                }
            }
            if found == print {
                return true;
            }
        }
        let any = print.rotate_left(16) as usize % ROW;
        row[any].store(print, Ordering::Relaxed);
        false
    }
}

/// The fingerprint of an id; never 0, which marks a free place.
pub(crate) fn print(id: &[u8]) -> u64 {
    fingerprint(id).max(1)
}

/// Whether two texts are equal; quick for short ones.
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match (a.first_chunk::<8>(), b.first_chunk::<8>()) {
        (Some(first), Some(same)) if a.len() <= 16 => {
            first == same && a.last_chunk::<8>() == b.last_chunk::<8>()
        }
        (Some(_), Some(_)) => a == b,
        _ => a.iter().zip(b).all(|(a, b)| a == b),
    }
}

/// 64 bits that spread well: multiply and fold, eight bytes at a time. No protection against
/// forgery; whoever writes the log can leave lines out as well.
fn fingerprint(bytes: &[u8]) -> u64 {
    const A: u64 = 0x9e37_79b9_7f4a_7c15;
    const B: u64 = 0xd6e8_feb8_6659_fd93;
    let mut hash = A ^ (bytes.len() as u64);
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let word: [u8; 8] = word.try_into().expect("eight bytes");
        hash = fold(hash ^ u64::from_le_bytes(word), B);
    }
    let mut last = [0; 8];
    let rest = words.remainder();
    last[..rest.len()].copy_from_slice(rest);
    fold(fold(hash ^ u64::from_le_bytes(last), B), A)
}

/// A quicker one for a text of a line: its ends and its length. Equal texts are equal here; whoever
/// uses it compares what it finds.
pub(crate) fn mark(text: &[u8]) -> u64 {
    const A: u64 = 0x9e37_79b9_7f4a_7c15;
    let of = |word: &[u8; 8]| u64::from_le_bytes(*word);
    let (first, last) = match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) => (of(first), of(last)),
        _ => {
            let mut word = [0; 8];
            word[..text.len()].copy_from_slice(text);
            (of(&word), 0)
        }
    };
    (first ^ last.rotate_left(29) ^ (text.len() as u64)).wrapping_mul(A)
}

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests;
