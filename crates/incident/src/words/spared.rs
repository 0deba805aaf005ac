//! The sentence of a flow that is spared.

use countersign_model::Timestamp;
use countersign_model::estate::{Estate, Integration};
use countersign_model::schedule::zone;

/// What stands between name and time in the sentence of a spared flow.
pub(super) const SPARED: &str = ": no failure seen until ";

/// The sentence of a spared flow. It is kept, so it says up to when it holds.
pub(crate) fn spared(estate: &Estate, flow: &Integration, now: Timestamp) -> String {
    let unit = estate.business_unit(&flow.bu);
    let until = match unit.and_then(|unit| zone(&unit.time_zone).ok()) {
        Some(zone) => now.to_zoned(zone).strftime("%H:%M %Z").to_string(),
        None => now.strftime("%H:%M UTC").to_string(),
    };
    let name = match flow.name.is_empty() {
        true => flow.id.as_str(),
        false => &flow.name,
    };
    format!("{name}{SPARED}{until}.")
}
