//! Journeys, their entries, and the events that let contacts in.

use super::page::Page;
use super::{Call, MADE_AT, text};
use crate::asset::Asset;
use crate::envelope;
use crate::fault::{Kind, Place};
use crate::platform::Platform;
use crate::request::Answer;
use crate::setup::AssetKind;
use crate::soap::folder;
use serde_json::{Value, json};

/// Largest page (documented).
const PAGE_MAX: u64 = 50;

pub(super) fn list(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let page = Page::new(call, PAGE_MAX);
    let query = |name: &str| call.request.query.get(name).map(|text| text.to_lowercase());
    let (status, key, id) = (query("status"), query("key"), query("id"));
    let words = query("nameordescription");
    let wanted = |journey: &&Asset| {
        status.as_deref().is_none_or(|status| status == "published")
            && key
                .as_ref()
                .is_none_or(|key| journey.key.eq_ignore_ascii_case(key))
            && id.as_ref().is_none_or(|id| journey.guid == *id)
            && words
                .as_ref()
                .is_none_or(|words| journey.name.to_lowercase().contains(words))
    };
    let all: Vec<&Asset> = platform
        .world
        .assets
        .of(AssetKind::Journey, call.token.mid)
        .filter(wanted)
        .collect();
    let count = all.len();
    let items: Vec<Value> = page
        .cut(all)
        .into_iter()
        .map(|journey| item(journey, call, false))
        .collect();
    let body = json!({ "count": count, "page": page.number, "pageSize": page.size, "links": {},
        "items": items });
    Answer::json(200, body)
}

pub(super) fn show(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let other_version = call
        .request
        .query
        .get("versionnumber")
        .is_some_and(|number| number != "1");
    let parent = platform.enterprise_of(call.token.mid);
    let found =
        platform
            .world
            .assets
            .find(AssetKind::Journey, &call.keys[0], call.token.mid, parent);
    match found.filter(|_| !other_version) {
        Some(journey) => Answer::json(200, item(journey, call, true)),
        None => envelope::rest(404, 30_003, "Interaction not found."),
    }
}

/// A journey as lists and single reads show it; `whole` shows its activities unasked.
fn item(journey: &Asset, call: &Call<'_>, whole: bool) -> Value {
    let extras = call
        .request
        .query
        .get("extras")
        .map_or("", String::as_str)
        .to_lowercase();
    let wants = |name: &str| extras == "all" || extras == name;
    let entered = journey.base + journey.passed;
    let mut body = json!({
        "id": journey.guid,
        "key": journey.key,
        "name": journey.name,
        "lastPublishedDate": MADE_AT,
        "description": "",
        "version": 1,
        "workflowApiVersion": 1.0,
        "createdDate": MADE_AT,
        "modifiedDate": MADE_AT,
        "goals": [],
        "exits": [],
        "notifiers": [],
        "stats": { "currentPopulation": entered, "cumulativePopulation": entered, "metGoal": 0,
            "metExitCriteria": 0, "goalPerformance": 0.0 },
        "entryMode": "MultipleEntries",
        "definitionType": "Multistep",
        "channel": "",
        "defaults": { "email": [], "properties": {} },
        "metaData": {},
        "executionMode": "Production",
        "categoryId": folder("journey", journey.mid),
        "status": "Published",
        "definitionId": journey.guid,
        "scheduledStatus": "Draft",
    });
    if whole || wants("activities") {
        body["triggers"] = json!([{ "id": journey.guid, "key": "TRIGGER", "type": "APIEvent",
            "metaData": { "eventDefinitionKey": entry_key(journey) } }]);
        body["activities"] = json!([{ "id": journey.guid, "key": "EMAILV2-1", "type": "EMAILV2" }]);
    }
    if wants("outcome") {
        body["outcomes"] = json!([]);
    }
    body
}

fn entry_key(journey: &Asset) -> String {
    format!("APIEvent-{}", journey.key)
}

/// The entries through which events let contacts in.
pub(super) fn entries(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let page = Page::new(call, PAGE_MAX);
    let all: Vec<&Asset> = platform
        .world
        .assets
        .of(AssetKind::Journey, call.token.mid)
        .collect();
    let count = all.len();
    let entry = |journey: &Asset| {
        json!({ "id": journey.guid, "type": "APIEvent", "name": journey.name, "mode": 1,
            "eventDefinitionKey": entry_key(journey), "createdDate": MADE_AT,
            "interactionCount": 1, "publishedInteractionCount": 1 })
    };
    let items: Vec<Value> = page.cut(all).into_iter().map(entry).collect();
    let body = json!({ "count": count, "page": page.number, "pageSize": page.size, "links": {},
        "items": items });
    Answer::json(200, body)
}

/// Fires an event. It is accepted even when the contact is then dropped.
pub(super) fn fire(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let body: Value = serde_json::from_slice(&call.request.body).unwrap_or(Value::Null);
    let (Some(_), Some(entry)) = (text(&body, "ContactKey"), text(&body, "EventDefinitionKey"))
    else {
        return envelope::bad_request(10_002, "ContactKey and EventDefinitionKey are required.");
    };
    let key = entry.strip_prefix("APIEvent-").unwrap_or(entry);
    let (mid, parent) = (call.token.mid, platform.enterprise_of(call.token.mid));
    let Some(journey) = platform
        .world
        .assets
        .find(AssetKind::Journey, key, mid, parent)
    else {
        return envelope::rest(404, 30_003, "EventDefinition not found.");
    };
    let place = Place {
        asset: Some(journey.id.clone()),
        ..call.place.clone()
    };
    let lost = platform.broken(call.now, Kind::AssetStall, &place);
    let found = platform
        .world
        .assets
        .find(AssetKind::Journey, key, mid, parent);
    if let Some(journey) = found.filter(|_| !lost) {
        journey.passed += call.request.times();
    }
    Answer::json(
        201,
        json!({ "eventInstanceId": platform.world.chance.guid() }),
    )
}
