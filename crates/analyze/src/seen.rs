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

    /// Takes an id; whether it was there.
    pub(crate) fn take(&self, id: &[u8]) -> bool {
        // 0 marks a free place.
        let print = fingerprint(id).max(1);
        let bits = print.rotate_left(32) as usize;
        let row = &self.rows[bits & (self.rows.len() - 1)].0;
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
        row[bits % ROW].store(print, Ordering::Relaxed);
        false
    }
}

/// 64 bits that spread well: multiply and fold, eight bytes at a time. No protection against
/// forgery; whoever writes the log can leave lines out as well.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
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
