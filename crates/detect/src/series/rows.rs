//! Row counts: a running total becomes what was added to it.

use super::settings::{Bucket, Reading};
use countersign_model::Timestamp;
use serde::{Deserialize, Serialize};

/// The last total that was read.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Total {
    last: Option<(Timestamp, f64)>,
}

impl Total {
    /// The bucket with what was added since the bucket before. Missing where that one is, and where
    /// the total fell: a table that was emptied or overwritten says nothing of what was added.
    ///
    /// Source: detection 3, "Signals mapped to it".
    pub(super) fn added(&mut self, interval_s: u32, bucket: &Bucket) -> Bucket {
        let Some(total) = bucket.number() else {
            return Bucket {
                reading: Reading::Missing,
                ..*bucket
            };
        };
        let before = self.last.replace((bucket.start, total));
        let added = before
            .filter(|(at, _)| {
                let apart = bucket.start.as_second() - at.as_second();
                apart > 0 && apart < 2 * i64::from(interval_s)
            })
            .map(|(_, before)| total - before)
            .filter(|added| *added >= 0.0);
        Bucket {
            reading: added.map_or(Reading::Missing, Reading::Value),
            ..*bucket
        }
    }
}

#[cfg(test)]
mod tests;
