//! [`Verifier`]: reads the chain once and says what can be relied on.
//!
//! Three verdicts, because they are different questions: is every record what was written
//! (authentic), is none missing in between (contiguous), and is the end still there (complete up to
//! the last checkpoint). Hashes are recomputed, never believed.

use super::{Hash, Record, SignedCheckpoint, genesis, link};
use std::collections::BTreeMap;

/// Faults kept in a verdict at most; further ones are counted only.
const FAULTS_MAX: usize = 100;

/// One thing that is wrong with the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The record cannot be read, or says another place than it has.
    #[error("record {seq} cannot be read, or is another record")]
    Unreadable {
        /// Its place in the store.
        seq: u64,
    },
    /// The stored hash is not that of the record behind its predecessor.
    #[error("record {seq} was changed, or the one before it")]
    Changed {
        /// Its place in the store.
        seq: u64,
    },
    /// Records are missing, or stand in another order.
    #[error("record {expected} is missing; {found} follows")]
    Gap {
        /// The place that should have come.
        expected: u64,
        /// The place that came.
        found: u64,
    },
    /// A checkpoint says another hash or count than the chain has there.
    #[error("the chain is not the one that was signed at record {seq}")]
    Rewritten {
        /// Where the checkpoint stands.
        seq: u64,
    },
    /// A checkpoint's signature is not by this vault's key.
    #[error("the checkpoint at record {seq} is not signed by this vault")]
    Forged {
        /// Where the checkpoint stands.
        seq: u64,
    },
    /// A checkpoint in the store cannot be read.
    #[error("the checkpoint stored for record {seq} cannot be read, or is another checkpoint")]
    CheckpointUnreadable {
        /// Its place in the store.
        seq: u64,
    },
    /// The end of the chain is missing: a checkpoint knows records that are not there.
    #[error("the end is missing: records reach {last}, and {signed} was signed")]
    Cut {
        /// The last record found.
        last: u64,
        /// The highest record a valid checkpoint knows.
        signed: u64,
    },
}

/// What can be relied on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Every record and checkpoint is what was written.
    pub authentic: bool,
    /// No record is missing before the last.
    pub contiguous: bool,
    /// No record is missing up to here, by the word of a checkpoint; records after it could have
    /// been cut without trace. `None` if the end is missing or the chain is broken.
    pub complete_to: Option<u64>,
    /// Records read.
    pub count: u64,
    /// The last record's place; 0 if there is none.
    pub last: u64,
    /// What is wrong, the first hundred.
    pub faults: Vec<Fault>,
    /// How many faults there are.
    pub n_faults: u64,
}

impl Verdict {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.authentic && self.contiguous && self.complete_to.is_some()
    }
}

/// Reads records in the order of the store and judges them.
pub struct Verifier {
    public_key: [u8; 32],
    before: Hash,
    expected: u64,
    signed: BTreeMap<u64, Vec<SignedCheckpoint>>,
    signed_max: u64,
    verdict: Verdict,
}

impl Verifier {
    /// Starts at the chain's beginning. `checkpoints` come from outside sinks;
    /// those of the store follow by [`Verifier::checkpoint`].
    #[must_use]
    pub fn new(
        vault: &[u8; 16],
        public_key: &[u8; 32],
        checkpoints: impl IntoIterator<Item = SignedCheckpoint>,
    ) -> Verifier {
        let verdict = Verdict {
            authentic: true,
            contiguous: true,
            ..Verdict::default()
        };
        let mut verifier = Verifier {
            public_key: *public_key,
            before: genesis(vault),
            expected: 1,
            signed: BTreeMap::new(),
            signed_max: 0,
            verdict,
        };
        checkpoints
            .into_iter()
            .for_each(|signed| verifier.checkpoint(signed));
        verifier
    }

    /// Takes a further checkpoint; before the first record.
    pub fn checkpoint(&mut self, signed: SignedCheckpoint) {
        let seq = signed.checkpoint.seq;
        if signed.check(&self.public_key).is_err() {
            self.unauthentic(Fault::Forged { seq });
            return;
        }
        if seq == 0 {
            // Signed before the first record: the chain's beginning has to be this vault's.
            if signed.checkpoint.hash != self.before {
                self.unauthentic(Fault::Rewritten { seq });
            }
            return;
        }
        self.signed_max = self.signed_max.max(seq);
        self.signed.entry(seq).or_default().push(signed);
    }

    /// Notes a stored checkpoint that could not be read.
    pub fn checkpoint_unreadable(&mut self, seq: u64) {
        self.unauthentic(Fault::CheckpointUnreadable { seq });
    }

    /// Judges the next record: its place in the store, canonical bytes and stored hash.
    pub fn push(&mut self, seq: u64, body: &[u8], stored: &[u8]) {
        if seq != self.expected {
            self.verdict.contiguous = false;
            self.fault(Fault::Gap {
                expected: self.expected,
                found: seq,
            });
        }
        if Record::decode(body)
            .ok()
            .is_none_or(|record| record.seq != seq)
        {
            self.unauthentic(Fault::Unreadable { seq });
        }
        let hash = link(&self.before, body);
        if hash != *stored {
            self.unauthentic(Fault::Changed { seq });
        }
        self.verdict.count += 1;
        self.verdict.last = seq;
        self.expected = seq.saturating_add(1);
        self.compare(seq, &hash);
        // Going on from the stored hash points at each changed record, not at all that follow.
        self.before = stored.try_into().unwrap_or(hash);
    }

    fn compare(&mut self, seq: u64, hash: &Hash) {
        let count = self.verdict.count;
        for signed in self.signed.remove(&seq).unwrap_or_default() {
            if signed.checkpoint.hash != *hash || signed.checkpoint.count != count {
                self.unauthentic(Fault::Rewritten { seq });
            }
        }
    }

    /// The verdict, when all records were read.
    #[must_use]
    pub fn finish(mut self) -> Verdict {
        if self.verdict.last < self.signed_max {
            self.fault(Fault::Cut {
                last: self.verdict.last,
                signed: self.signed_max,
            });
        } else if self.verdict.authentic && self.verdict.contiguous {
            self.verdict.complete_to = Some(self.signed_max);
        }
        self.verdict
    }

    fn unauthentic(&mut self, fault: Fault) {
        self.verdict.authentic = false;
        self.fault(fault);
    }

    fn fault(&mut self, fault: Fault) {
        self.verdict.n_faults += 1;
        if self.verdict.faults.len() < FAULTS_MAX {
            self.verdict.faults.push(fault);
        }
    }
}

#[cfg(test)]
mod tests;
