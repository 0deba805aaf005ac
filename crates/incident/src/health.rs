//! What is seen to go on: the evidence against a cause, and for those it spares.

use countersign_model::Timestamp;
use countersign_model::id::{AssetId, IntegrationId};
use std::collections::{BTreeMap, BTreeSet};

/// What evidence says works, at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// Flows that are healthy now; these alone are named as spared.
    pub healthy: BTreeSet<IntegrationId>,
    /// Newest answered call or issued token of each flow of which calls are seen.
    pub worked_at: BTreeMap<IntegrationId, Timestamp>,
    /// Newest sign of each asset's counters that it goes on.
    pub went_on_at: BTreeMap<AssetId, Timestamp>,
}

impl Health {
    /// Whether the flow's own calls are answered since `since`.
    #[must_use]
    pub fn works(&self, flow: &IntegrationId, since: Timestamp) -> bool {
        self.worked_at.get(flow).is_some_and(|at| *at > since)
    }

    /// Whether anything is seen of the flow's own calls.
    #[must_use]
    pub fn is_seen(&self, flow: &IntegrationId) -> bool {
        self.worked_at.contains_key(flow)
    }

    /// Whether the asset is seen to go on since `since`.
    #[must_use]
    pub fn goes_on(&self, asset: &AssetId, since: Timestamp) -> bool {
        self.went_on_at.get(asset).is_some_and(|at| *at > since)
    }
}
