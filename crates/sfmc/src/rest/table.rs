//! Rows of data extensions: read in pages, written one by one or many at once.

use super::page::Page;
use super::{Call, stamp};
use crate::envelope;
use crate::fault::{Kind, Place};
use crate::platform::Platform;
use crate::request::Answer;
use crate::setup::AssetKind;
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

/// Largest page (clients of the platform ask for no more).
const PAGE_MAX: u64 = 2_500;
/// How long a row set's own token lives.
const ROWSET_LIVES: SignedDuration = SignedDuration::from_mins(20);

pub(super) fn rowset(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let page = Page::new(call, PAGE_MAX);
    let request_token = platform.world.chance.guid();
    let parent = platform.enterprise_of(call.token.mid);
    let found = platform
        .world
        .assets
        .find(AssetKind::Table, &call.keys[0], call.token.mid, parent);
    let Some(table) = found else {
        return envelope::not_found();
    };
    let path = format!(
        "/v1/customobjectdata/token/{request_token}/rowset?$page={}",
        page.number
    );
    let rows = table.rows_from(page.first(), page.size);
    let ends_at = call.now.checked_add(ROWSET_LIVES).unwrap_or(call.now);
    let mut body = json!({
        "links": { "self": path },
        "requestToken": request_token,
        "tokenExpireDateUtc": stamp(ends_at),
        "customObjectId": table.guid,
        "customObjectKey": table.key,
        "pageSize": page.size,
        "page": page.number,
        "count": table.rows(),
        "top": 0,
    });
    // Recorded: no `items` when there is nothing to show.
    if !rows.is_empty() {
        let shown = rows
            .into_iter()
            .map(|row| json!({ "keys": row.keys, "values": row.values }));
        body["items"] = shown.collect();
    }
    Answer::json(200, body)
}

/// `POST …/rowset`: an array of `{keys, values}`, answered with itself.
pub(super) fn write(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let Ok(Value::Array(rows)) = serde_json::from_slice(&call.request.body) else {
        return envelope::bad_request(10_004, "The body must be an array of rows.");
    };
    let is_object = |row: &Value, name: &str| row.get(name).is_some_and(Value::is_object);
    if let Some(at) = rows.iter().position(|row| !is_object(row, "values")) {
        let message = format!("Row {at}: 'values' is required and must be an object.");
        return envelope::bad_request(10_002, &message);
    }
    let pairs = rows.iter().map(|row| {
        let keys = row
            .get("keys")
            .cloned()
            .unwrap_or_else(|| row["values"].clone());
        (keys, row["values"].clone())
    });
    match store(platform, call, pairs.collect()) {
        true => Answer::json(200, Value::Array(rows)),
        false => envelope::not_found(),
    }
}

/// `PUT …/rows/name:value,…`: one row, its keys in the path.
pub(super) fn upsert(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let mut keys = Map::new();
    for pair in call.keys[1].split(',') {
        let Some((name, value)) = pair.split_once(':').filter(|(name, _)| !name.is_empty()) else {
            return envelope::bad_request(10_003, "The row must be named as name:value.");
        };
        keys.insert(name.to_owned(), Value::String(value.to_owned()));
    }
    let body: Value = serde_json::from_slice(&call.request.body).unwrap_or(Value::Null);
    let Some(values) = body.get("values").filter(|values| values.is_object()) else {
        return envelope::bad_request(10_002, "'values' is required and must be an object.");
    };
    let row = json!({ "keys": keys, "values": values });
    match store(platform, call, vec![(Value::Object(keys), values.clone())]) {
        true => Answer::json(200, row),
        false => envelope::not_found(),
    }
}

/// Stores rows, but for those that a fault loses; false if there is no such table.
pub(super) fn store(platform: &mut Platform, call: &Call<'_>, rows: Vec<(Value, Value)>) -> bool {
    let parent = platform.enterprise_of(call.token.mid);
    let (key, mid) = (&call.keys[0], call.token.mid);
    if platform
        .world
        .assets
        .find(AssetKind::Table, key, mid, parent)
        .is_none()
    {
        return false;
    }
    let arrived: Vec<(Value, Value)> = rows
        .into_iter()
        .filter(|_| !is_lost(platform, call, call.place))
        .collect();
    if let Some(table) = platform
        .world
        .assets
        .find(AssetKind::Table, key, mid, parent)
    {
        arrived
            .into_iter()
            .for_each(|(keys, values)| table.put_row(keys, values));
    }
    true
}

fn is_lost(platform: &mut Platform, call: &Call<'_>, place: &Place) -> bool {
    [Kind::ZeroRows, Kind::PartialRows, Kind::AssetStall]
        .into_iter()
        .any(|kind| platform.broken(call.now, kind, place))
}
