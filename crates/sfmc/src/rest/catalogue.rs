//! The lists of routes that each part of the REST interface gives of itself. That there is one for each
//! part is documented; what it looks like is not, so only the outline is told: a name and its routes.

use super::Call;
use super::route::ROUTES;
use crate::envelope;
use crate::platform::Platform;
use crate::request::Answer;
use serde_json::{Map, Value, json};

/// Parts that the platform has, with routes of ours in them or not.
const PARTS: [&str; 19] = [
    "address",
    "asset",
    "automation",
    "contacts",
    "data",
    "device",
    "email",
    "guide",
    "hub",
    "interaction",
    "interaction-experimental",
    "legacy",
    "messaging",
    "messaging-experimental",
    "ott",
    "platform",
    "provisioning",
    "push",
    "sms",
];

/// The routes of one part.
pub(super) fn show(_: &mut Platform, call: &Call<'_>) -> Answer {
    let part = call.keys[0].to_lowercase();
    if !PARTS.contains(&part.as_str()) {
        return envelope::not_found();
    }
    let base = format!("/{part}/v1/");
    let of_part = ROUTES.iter().filter_map(|route| {
        let path = route.pattern.strip_prefix(&base)?;
        Some((route.method, path))
    });
    let mut methods = Map::new();
    for (method, path) in of_part {
        let name = format!("{} {path}", method.to_lowercase());
        methods.insert(name, json!({ "httpMethod": method, "path": path }));
    }
    let body = json!({
        "name": part, "version": "v1", "basePath": base, "methods": Value::Object(methods),
    });
    Answer::json(200, body)
}
