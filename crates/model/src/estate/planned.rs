//! What people know beforehand: holidays, launches, pauses and maintenance, so that none of them is
//! taken for a failure.

use super::{Asset, Estate, Integration};
use crate::Timestamp;
use crate::id::{AssetId, BuId, IntegrationId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is planned.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PlannedKind {
    /// Less happens than on a usual day of that name.
    Holiday,
    /// More happens than usual.
    Launch,
    /// Nothing happens, on purpose.
    Pause,
    /// The provider or a system beside it is worked on.
    Maintenance,
}

/// One span of the calendar. Without `bu`, `integration` and `asset` it holds for the whole estate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// Its id, `PL-01`.
    pub id: String,
    /// What is planned.
    pub kind: PlannedKind,
    /// Its start, RFC 3339.
    pub from: Timestamp,
    /// Its end, RFC 3339; not part of it.
    pub to: Timestamp,
    /// Only in this business unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bu: Option<BuId>,
    /// Only this integration, with what it feeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration: Option<IntegrationId>,
    /// Only this asset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl Planned {
    /// Whether `at` lies in its span.
    #[must_use]
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

impl Estate {
    /// What is planned at `at` for a flow: for itself, its business unit or everything.
    pub fn planned_for_flow<'e>(
        &'e self,
        flow: &'e Integration,
        at: Timestamp,
    ) -> impl Iterator<Item = &'e Planned> {
        let covers = move |span: &&Planned| {
            span.holds_at(at)
                && span.asset.is_none()
                && span.bu.as_ref().is_none_or(|bu| *bu == flow.bu)
                && span.integration.as_ref().is_none_or(|id| *id == flow.id)
        };
        self.planned.iter().filter(covers)
    }

    /// What is planned at `at` for an asset: for itself, a flow that feeds it, its business unit or
    /// everything.
    pub fn planned_for_asset<'e>(
        &'e self,
        asset: &'e Asset,
        at: Timestamp,
    ) -> impl Iterator<Item = &'e Planned> {
        let feeds = |id: &IntegrationId| {
            let flow = self.integration(id);
            flow.is_some_and(|flow| flow.feeds.contains(&asset.id))
        };
        let covers = move |span: &&Planned| {
            span.holds_at(at)
                && span.asset.as_ref().is_none_or(|id| *id == asset.id)
                && span.bu.as_ref().is_none_or(|bu| *bu == asset.bu)
                && span.integration.as_ref().is_none_or(feeds)
        };
        self.planned.iter().filter(covers)
    }
}

#[cfg(test)]
mod tests;
