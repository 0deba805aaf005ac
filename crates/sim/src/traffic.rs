//! The load an estate's integrations put on the platform: its shape over a day, and what each call is.

pub(crate) mod count;

use countersign_model::estate::{Asset, AssetKind, Integration};
use serde_json::{Value, json};

/// Share of a day's calls in each local hour from midnight, percent (demo estate D.8).
pub(crate) const HOURLY_PERCENT: [f64; 24] = [
    1.1, 0.7, 0.5, 0.5, 0.6, 1.1, 2.4, 4.1, 5.6, 6.3, 6.5, 6.5, 6.4, 6.2, 6.0, 5.8, 5.6, 5.6, 5.7,
    5.9, 5.8, 4.9, 3.6, 2.6,
];
/// Calls a day of a flow whose assets do not say: ten a minute.
pub(crate) const PER_DAY_UNSAID: f64 = 14_400.0;
/// Rows that a run writes with one call.
pub(crate) const ROWS_PER_CALL: u64 = 50;
/// Calls of a run that writes no rows we know of.
pub(crate) const CALLS_PER_RUN: u64 = 20;
/// Length of a run that does not say, minutes.
pub(crate) const USUAL_MIN: u32 = 15;

/// A request as its sender makes it, without the token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sent {
    /// HTTP method.
    pub(crate) method: &'static str,
    /// Path.
    pub(crate) path: String,
    /// The route it is of, keys replaced.
    pub(crate) route: &'static str,
    /// Body, if it has one.
    pub(crate) body: Option<Value>,
}

/// What a flow sends to what it feeds; one that feeds nothing here reads.
pub(crate) fn request(flow: &Integration, target: Option<&Asset>) -> Sent {
    let reads = Sent {
        method: "GET",
        path: "/platform/v1/tokenContext".to_owned(),
        route: "/platform/v1/tokenContext",
        body: None,
    };
    let Some(asset) = target else { return reads };
    let key = asset.key.clone().unwrap_or_else(|| asset.id.to_string());
    match asset.kind {
        AssetKind::DataExtension => Sent {
            method: "POST",
            path: format!("/hub/v1/dataevents/key:{key}/rowset"),
            route: "/hub/v1/dataevents/key:{key}/rowset",
            body: Some(json!([{ "keys": { "id": flow.id }, "values": { "source": flow.id } }])),
        },
        AssetKind::Journey => Sent {
            method: "POST",
            path: "/interaction/v1/events".to_owned(),
            route: "/interaction/v1/events",
            body: Some(
                json!({ "ContactKey": "made-up", "EventDefinitionKey": format!("APIEvent-{key}") }),
            ),
        },
        AssetKind::TriggeredSend => Sent {
            method: "POST",
            path: "/messaging/v1/email/messages".to_owned(),
            route: "/messaging/v1/email/messages",
            body: Some(
                json!({ "definitionKey": key, "recipients": [{ "contactKey": "made-up" }] }),
            ),
        },
        AssetKind::Automation | AssetKind::Launch | AssetKind::OutsideSystem => reads,
    }
}
