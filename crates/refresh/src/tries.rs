//! Which credentials lately tried on a host, and how many of them failed: tells a platform's
//! trouble from one credential's (broker rule 2.9, design 4.7).

use crate::instant::before;
use countersign_model::Timestamp;
use countersign_model::id::CredentialId;
use std::collections::{BTreeMap, BTreeSet};

/// The last result of each credential on one host, forgotten after a span.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    last: BTreeMap<CredentialId, (Timestamp, bool)>,
    by_age: BTreeSet<(Timestamp, CredentialId)>,
    failing: usize,
}

impl Tries {
    /// Notes a credential's newest result.
    pub(crate) fn note(&mut self, now: Timestamp, credential: &CredentialId, failed: bool) {
        self.forget(credential);
        self.last.insert(credential.clone(), (now, failed));
        self.by_age.insert((now, credential.clone()));
        self.failing += usize::from(failed);
    }

    /// Drops a credential's result.
    pub(crate) fn forget(&mut self, credential: &CredentialId) {
        if let Some((at, failed)) = self.last.remove(credential) {
            self.by_age.remove(&(at, credential.clone()));
            self.failing -= usize::from(failed);
        }
    }

    /// True if more than one credential tried within `span_ms` and at least `share` of them fail.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(crate) fn suspect(&mut self, now: Timestamp, span_ms: u64, share: f64) -> bool {
        let oldest = before(now, span_ms);
        while let Some((at, credential)) = self.by_age.first().cloned() {
            if at >= oldest {
                break;
            }
            self.forget(&credential);
        }
        let tried = self.last.len();
        tried > 1 && self.failing as f64 >= share * tried as f64
    }
}

#[cfg(test)]
mod tests;
