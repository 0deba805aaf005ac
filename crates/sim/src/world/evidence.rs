//! When each thing first showed that something is wrong: what no detector could have seen sooner.

use countersign_model::Timestamp;
use countersign_model::id::{AssetId, CredentialId};
use std::collections::BTreeMap;

/// So many lost events are the first evidence of a loss (corpus rules: five).
const LOST_MIN: u64 = 5;

/// First evidence, by credential and asset.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    credentials: BTreeMap<CredentialId, Timestamp>,
    assets: BTreeMap<AssetId, Timestamp>,
    lost: BTreeMap<AssetId, u64>,
}

impl Evidence {
    /// A token request or call of a credential failed.
    pub(crate) fn failed(&mut self, credential: &CredentialId, at: Timestamp) {
        let first = self.credentials.entry(credential.clone()).or_insert(at);
        *first = at.min(*first);
    }

    /// An asset got `n` fewer events or rows than were meant for it.
    pub(crate) fn lost(&mut self, asset: &AssetId, n: u64, at: Timestamp) {
        let lost = self.lost.entry(asset.clone()).or_default();
        *lost = lost.saturating_add(n);
        if *lost >= LOST_MIN {
            self.assets.entry(asset.clone()).or_insert(at);
        }
    }

    /// First failed token request or call of a credential.
    pub(crate) fn of_credential(&self, id: &str) -> Option<Timestamp> {
        self.credentials.get(id).copied()
    }

    /// The instant at which an asset had lost five events.
    pub(crate) fn of_asset(&self, id: &str) -> Option<Timestamp> {
        self.assets.get(id).copied()
    }

    /// The first of all.
    pub(crate) fn first(&self) -> Option<Timestamp> {
        self.credentials
            .values()
            .chain(self.assets.values())
            .min()
            .copied()
    }
}
