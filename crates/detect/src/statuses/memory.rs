//! What the statuses rest on, in parts: one for each integration and for each counted asset, so that a
//! turn stores what it touched and no more.

use super::{AssetId, IntegrationId, Statuses};
use countersign_model::status::ASSET_PART;
use serde::Serialize;

/// Prefix of the parts of integrations.
const STATUS: &str = "status/";

impl Statuses {
    /// The parts that changed since the last call, to be kept; `None` forgets one.
    pub fn take_changed(&mut self) -> Vec<(String, Option<String>)> {
        let state = &self.state;
        let flow = |id: IntegrationId| {
            let part = format!("{STATUS}{id}");
            (part, state.flows.get(&id).map(text))
        };
        let asset = |id: AssetId| {
            let part = format!("{ASSET_PART}{id}");
            (part, state.assets.get(&id).map(text))
        };
        let flows = std::mem::take(&mut self.touched).into_iter().map(flow);
        let assets = std::mem::take(&mut self.touched_assets);
        flows.chain(assets.into_iter().map(asset)).collect()
    }

    /// Takes up a part that [`take_changed`](Self::take_changed) gave; whether it is one of ours. What
    /// is no longer in the estate is left out.
    ///
    /// # Errors
    /// What the parser says, where the part cannot be read.
    pub fn recall(&mut self, part: &str, text: &str) -> Result<bool, serde_json::Error> {
        if let Some(id) = part.strip_prefix(STATUS) {
            let seen = serde_json::from_str(text)?;
            if let Some((id, place)) = self.known(id) {
                self.state.flows.insert(id, seen);
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
            self.state.assets.insert(id, sight);
        }
        Ok(true)
    }

    fn known(&self, id: &str) -> Option<(IntegrationId, usize)> {
        let id: IntegrationId = id.parse().ok()?;
        let place = self.index.flow(&id)?;
        Some((id, place))
    }
}

fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("maps with text for keys, numbers and text")
}
