//! Content: every transactional definition sends an e-mail of its own, which is an asset.

mod filter;

use super::page::{self, Page};
use super::{Call, MADE_AT};
use crate::asset::Asset;
use crate::envelope;
use crate::platform::Platform;
use crate::request::Answer;
use crate::setup::AssetKind;
use crate::soap::folder;
use filter::Filter;
use serde_json::{Value, json};

/// Largest page.
const PAGE_MAX: u64 = 500;

fn assets(platform: &Platform, call: &Call<'_>) -> Vec<Value> {
    let (mid, parent) = (call.token.mid, platform.enterprise_of(call.token.mid));
    let sends = platform.world.assets.of(AssetKind::Send, mid);
    sends.map(|send| item(send, parent)).collect()
}

fn item(send: &Asset, enterprise: u64) -> Value {
    let person = json!({ "id": 0, "email": "", "name": "", "userId": "0" });
    json!({
        "id": send.number(), "customerKey": send.key, "objectID": send.guid,
        "contentType": "application/vnd.etmc.email.Message; kind=template",
        "assetType": { "id": 207, "name": "templatebasedemail", "displayName": "Template-Based Email" },
        "version": 1, "name": send.name, "description": "", "owner": person, "createdDate": MADE_AT,
        "createdBy": person, "modifiedDate": MADE_AT, "modifiedBy": person,
        "enterpriseId": enterprise, "memberId": send.mid,
        "status": { "id": 1, "name": "Draft" }, "thumbnail": { "thumbnailUrl": "" },
        "category": { "id": folder("asset", send.mid), "name": "Content Builder", "parentId": 0 }, "content": "",
        "meta": {}, "views": {}, "availableViews": [], "data": {}, "modelVersion": 2,
    })
}

/// `GET …/categories`: the root of each unit's content, which is the only one there is.
pub(super) fn categories(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let page = Page::new(call, PAGE_MAX);
    let mid = call.token.mid;
    let root = json!({
        "id": folder("asset", mid), "description": "", "enterpriseId": platform.enterprise_of(mid),
        "memberId": mid, "name": "Content Builder", "parentId": 0, "categoryType": "asset",
    });
    let body = json!({
        "count": 1, "page": page.number, "pageSize": page.size, "links": {},
        "items": page.cut(vec![root]),
    });
    Answer::json(200, body)
}

/// `GET …/assets`: `$filter=name eq 'x'`, which takes one comparison, `$orderBy=name desc` and
/// `$fields=id,name`.
pub(super) fn list(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let page = Page::new(call, PAGE_MAX);
    let query = |name: &str| call.request.query.get(name);
    let filter = match query("$filter") {
        None => None,
        Some(text) => match Filter::of_text(text) {
            Some(filter) => Some(filter),
            None => return envelope::bad_request(10_003, "$filter is not well formed."),
        },
    };
    let mut all = found(platform, call, filter.as_ref());
    let orders = query("$orderby").map_or("", String::as_str);
    for order in orders.split(',').rev() {
        let (property, way) = order
            .trim()
            .split_once(' ')
            .unwrap_or((order.trim(), "asc"));
        sort(&mut all, property, way);
    }
    let fields = query("$fields").map(|names| names.split(',').collect::<Vec<&str>>());
    Answer::json(
        200,
        page::linked(&page, all, |item| only(item, fields.as_deref(), &["id"])),
    )
}

/// Sorts by a property, the greatest first if the way is `desc`; equal ones stay as they are.
fn sort(all: &mut [Value], property: &str, way: &str) {
    let down = way.trim().eq_ignore_ascii_case("desc");
    all.sort_by(|a, b| {
        let order = filter::compare(&filter::at(a, property), &filter::at(b, property));
        if down { order.reverse() } else { order }
    });
}

/// `POST …/assets/query`.
pub(super) fn query(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let body: Value = match call.request.body.is_empty() {
        true => json!({}),
        false => serde_json::from_slice(&call.request.body).unwrap_or(Value::Null),
    };
    if !body.is_object() {
        return envelope::bad_request(10_004, "The body must be an object.");
    }
    let filter = match body.get("query") {
        None | Some(Value::Null) => None,
        Some(query) => match Filter::of(query) {
            Some(filter) => Some(filter),
            None => return envelope::bad_request(10_005, "The query is not valid."),
        },
    };
    let asked = |name: &str| {
        let found = body.get("page").and_then(|page| page.get(name));
        found.and_then(Value::as_u64).filter(|number| *number > 0)
    };
    let page = Page {
        number: asked("page").unwrap_or(1),
        size: asked("pageSize").unwrap_or(50).min(PAGE_MAX),
    };
    let mut all = found(platform, call, filter.as_ref());
    let sorts = body.get("sort").and_then(Value::as_array);
    for order in sorts.into_iter().flatten().rev() {
        let part = |name: &str| super::text(order, name).unwrap_or_default().to_owned();
        sort(&mut all, &part("property"), &part("direction"));
    }
    let names = body.get("fields").and_then(Value::as_array);
    let fields = names.map(|names| {
        names
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<&str>>()
    });
    Answer::json(
        200,
        page::linked(&page, all, |item| only(item, fields.as_deref(), &ALWAYS)),
    )
}

/// What a query answers with, whatever fields it names: clients name other ones and read these.
const ALWAYS: [&str; 5] = ["id", "customerKey", "objectID", "name", "assetType"];

/// The fields asked for, and those that are always there; all of them if none were named.
fn only(mut item: Value, fields: Option<&[&str]>, always: &[&str]) -> Value {
    if let (Value::Object(held), Some(fields)) = (&mut item, fields) {
        let asked = |name: &str| {
            fields
                .iter()
                .any(|field| field.trim().eq_ignore_ascii_case(name))
        };
        held.retain(|name, _| always.contains(&name.as_str()) || asked(name));
    }
    item
}

fn found(platform: &Platform, call: &Call<'_>, filter: Option<&Filter>) -> Vec<Value> {
    let mut all = assets(platform, call);
    all.retain(|item| filter.is_none_or(|filter| filter.takes(item)));
    all
}

pub(super) fn show(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let wanted = call.keys[0].to_lowercase();
    let is = |item: &Value| {
        item["id"]
            .as_u64()
            .is_some_and(|id| id.to_string() == wanted)
            || item["customerKey"]
                .as_str()
                .is_some_and(|key| key.to_lowercase() == wanted)
    };
    let mut all = assets(platform, call).into_iter();
    match all.find(|item| is(item)) {
        Some(item) => Answer::json(200, item),
        None => envelope::rest(404, 30_003, "The asset does not exist."),
    }
}
