//! What the statuses rest on, in parts: one for each integration and for each counted asset, so that a
//! turn stores what it touched and no more.

use super::{AssetId, IntegrationId, Place, Statuses};
use countersign_model::status::ASSET_PART;
use serde::Serialize;
use std::collections::BTreeSet;

/// Prefix of the parts of integrations.
const STATUS: &str = "status/";

/// What is to be kept with the next turn.
#[derive(Debug, Clone, Default)]
pub(super) struct Touched {
    pub(super) flows: BTreeSet<Place>,
    pub(super) assets: BTreeSet<AssetId>,
    gone: BTreeSet<IntegrationId>,
}

impl Touched {
    /// That one left the estate.
    pub(super) fn gone(&mut self, id: &IntegrationId) {
        self.gone.insert(id.clone());
    }

    /// Places mean others than before.
    pub(super) fn moved(&mut self, new_place: impl Fn(Place) -> Option<Place>) {
        let flows = std::mem::take(&mut self.flows);
        self.flows = flows.into_iter().filter_map(new_place).collect();
    }
}

impl Statuses {
    /// The parts that changed since the last call, to be kept; `None` forgets one.
    pub fn take_changed(&mut self) -> Vec<(String, Option<String>)> {
        let Touched {
            flows,
            assets,
            gone,
        } = std::mem::take(&mut self.touched);
        let name = |id: &IntegrationId| format!("{STATUS}{id}");
        let forgotten = gone.iter().map(|id| (name(id), None));
        let mut parts: Vec<(String, Option<String>)> = forgotten.collect();
        parts.extend(flows.into_iter().map(|place| {
            let id = &self.estate.integrations[place].id;
            (name(id), self.flows[place].as_deref().map(text))
        }));
        parts.extend(assets.into_iter().map(|id| {
            let part = format!("{ASSET_PART}{id}");
            (part, self.assets.get(&id).map(text))
        }));
        parts
    }

    /// Takes up a part that [`take_changed`](Self::take_changed) gave; whether it is one of ours. What
    /// is no longer in the estate is left out.
    ///
    /// # Errors
    /// What the parser says, where the part cannot be read.
    pub fn recall(&mut self, part: &str, text: &str) -> Result<bool, serde_json::Error> {
        if let Some(id) = part.strip_prefix(STATUS) {
            let seen = serde_json::from_str(text)?;
            if let Some(place) = self.known(id) {
                self.flows[place] = Some(seen);
                self.turn.judge(place);
                self.well.look_at(place);
            }
            return Ok(true);
        }
        let Some(id) = part.strip_prefix(ASSET_PART) else {
            return Ok(false);
        };
        let sight = serde_json::from_str(text)?;
        if let Ok(id) = id.parse::<AssetId>()
            && self.index.has_asset(&id)
        {
            for place in self.index.feeders(&id) {
                self.turn.judge(*place);
            }
            self.assets.insert(id, sight);
        }
        Ok(true)
    }

    fn known(&self, id: &str) -> Option<Place> {
        self.index.flow(&id.parse().ok()?)
    }
}

fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("maps with text for keys, numbers and text")
}
