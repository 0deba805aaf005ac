//! Keyed hashes: by them a file is known again under any name, and a line gets an id that nobody can
//! guess and no other source can have.

use countersign_model::id::OutcomeId;
use countersign_store::Print;
use ring::hmac;

/// What a hash is over; its first byte, so that no two sorts can be equal.
const BYTES_OF_A_FILE: u8 = 1;
const LINE: u8 = 2;

/// Hashes under one source's key.
pub(crate) struct Printer(hmac::Key);

impl Printer {
    pub(crate) fn new(key: &[u8; 32]) -> Printer {
        Printer(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The print of some bytes of a file.
    pub(crate) fn print(&self, bytes: &[u8]) -> Print {
        Print {
            bytes: u16::try_from(bytes.len()).expect("a few hundred bytes"),
            hash: self.hash(&[&[BYTES_OF_A_FILE], bytes]),
        }
    }

    /// The id of a line that has none: the same whenever it is read, from whatever copy.
    pub(crate) fn line_id(&self, generation: u64, offset: u64, line: &[u8]) -> OutcomeId {
        let place = [generation.to_be_bytes(), offset.to_be_bytes()].concat();
        let hash = u128::from_be_bytes(self.hash(&[&[LINE], &place, line]));
        OutcomeId::new(format!("out_{hash:032x}")).expect("letters, digits and an underscore")
    }

    fn hash(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut context = hmac::Context::with_key(&self.0);
        parts.iter().for_each(|part| context.update(part));
        let tag = context.sign();
        *tag.as_ref().first_chunk().expect("32 bytes")
    }
}
