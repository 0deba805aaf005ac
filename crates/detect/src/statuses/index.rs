//! Finds what an outcome is about without looking through the estate: one look-up, whatever its size.

use super::{CredentialId, IntegrationId};
use countersign_model::estate::{Asset, BusinessUnit, Credential, Estate, Integration, Tier};
use countersign_model::id::{AssetId, BuId};
use countersign_model::outcome::{Fact, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// Place of an integration in the estate's order.
pub(super) type Place = usize;

/// The estate by id.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    flows: BTreeMap<IntegrationId, Place>,
    by_credential: BTreeMap<CredentialId, Vec<Place>>,
    by_asset: BTreeMap<AssetId, Vec<Place>>,
    credentials: BTreeMap<CredentialId, usize>,
    units: BTreeMap<BuId, usize>,
    assets: BTreeMap<AssetId, usize>,
    /// Credentials on which a flow of the dearest tier hangs.
    t0: BTreeSet<CredentialId>,
}

impl Index {
    pub(super) fn of(estate: &Estate) -> Index {
        let mut index = Index {
            credentials: places(estate.credentials.iter().map(|one| &one.id)),
            units: places(estate.business_units.iter().map(|one| &one.id)),
            assets: places(estate.assets.iter().map(|one| &one.id)),
            flows: places(estate.integrations.iter().map(|one| &one.id)),
            ..Index::default()
        };
        for (place, flow) in estate.integrations.iter().enumerate() {
            let credential = flow.credential.clone();
            if flow.tier == Tier::T0 {
                index.t0.insert(credential.clone());
            }
            index
                .by_credential
                .entry(credential)
                .or_default()
                .push(place);
            for asset in &flow.feeds {
                index.by_asset.entry(asset.clone()).or_default().push(place);
            }
        }
        index
    }

    pub(super) fn flow(&self, id: &IntegrationId) -> Option<Place> {
        self.flows.get(id).copied()
    }

    /// The integrations an outcome speaks of: the one it names, else all on its credential.
    pub(super) fn meant(&self, outcome: &Outcome) -> Vec<Place> {
        match (&outcome.integration, &outcome.credential) {
            (Some(id), _) => self.flow(id).into_iter().collect(),
            (None, Some(id)) => self.by_credential.get(id).cloned().unwrap_or_default(),
            (None, None) => Vec::new(),
        }
    }

    /// The integrations that feed an asset.
    pub(super) fn feeders(&self, id: &AssetId) -> &[Place] {
        self.by_asset.get(id).map_or(&[], Vec::as_slice)
    }

    pub(super) fn is_t0(&self, id: &CredentialId) -> bool {
        self.t0.contains(id)
    }

    pub(super) fn has_asset(&self, id: &AssetId) -> bool {
        self.assets.contains_key(id)
    }

    pub(super) fn credential<'a>(
        &self,
        estate: &'a Estate,
        id: &CredentialId,
    ) -> Option<&'a Credential> {
        estate.credentials.get(*self.credentials.get(id)?)
    }

    pub(super) fn unit<'a>(
        &self,
        estate: &'a Estate,
        flow: &Integration,
    ) -> Option<&'a BusinessUnit> {
        estate.business_units.get(*self.units.get(&flow.bu)?)
    }

    pub(super) fn asset<'a>(&self, estate: &'a Estate, id: &AssetId) -> Option<&'a Asset> {
        estate.assets.get(*self.assets.get(id)?)
    }
}

fn places<'a, T: Clone + Ord + 'a>(ids: impl Iterator<Item = &'a T>) -> BTreeMap<T, usize> {
    let mut places = BTreeMap::new();
    for (place, id) in ids.enumerate() {
        places.entry(id.clone()).or_insert(place);
    }
    places
}

/// The asset a counter's outcome is about.
pub(super) fn sampled(outcome: &Outcome) -> Option<&AssetId> {
    match &outcome.fact {
        Fact::Sample { asset, .. } => Some(asset),
        _ => None,
    }
}
