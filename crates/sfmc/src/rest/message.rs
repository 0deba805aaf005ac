//! Transactional e-mail: definitions, their queues, and sends.

use super::page::Page;
use super::{Call, MADE_AT, text};
use crate::asset::Asset;
use crate::envelope;
use crate::fault::{Kind, Place};
use crate::platform::Platform;
use crate::request::Answer;
use crate::setup::AssetKind;
use crate::switch::Name;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Largest page.
const PAGE_MAX: u64 = 100;
/// Most recipients of one request (documented).
const RECIPIENTS_MAX: usize = 2_000;

pub(super) fn list(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let page = Page::new(call, PAGE_MAX);
    let request_id = platform.world.chance.guid();
    let status = call
        .request
        .query
        .get("status")
        .map(|text| text.to_lowercase());
    let all: Vec<&Asset> = match status.as_deref() {
        None | Some("active") => platform
            .world
            .assets
            .of(AssetKind::Send, call.token.mid)
            .collect(),
        Some(_) => Vec::new(),
    };
    let n_all = all.len();
    let rows: Vec<Value> = page.cut(all).into_iter().map(summary).collect();
    let by_page = platform.switch(Name::DefinitionsCountIsPage) != 0;
    let count = if by_page { rows.len() } else { n_all };
    let body = json!({ "requestId": request_id, "definitions": rows, "count": count,
        "page": page.number, "pageSize": page.size });
    Answer::json(200, body)
}

/// Definitions of channels this tenant sends nothing by.
pub(super) fn none(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let page = Page::new(call, PAGE_MAX);
    let request_id = platform.world.chance.guid();
    let body = json!({ "requestId": request_id, "definitions": [], "count": 0,
        "page": page.number, "pageSize": page.size });
    Answer::json(200, body)
}

/// One of them.
pub(super) fn nothing(_: &mut Platform, _: &Call<'_>) -> Answer {
    envelope::rest(404, 30_003, "The definition does not exist.")
}

fn summary(send: &Asset) -> Value {
    json!({ "name": send.name, "definitionKey": send.key, "status": "Active",
        "createdDate": MADE_AT, "modifiedDate": MADE_AT })
}

pub(super) fn show(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let request_id = platform.world.chance.guid();
    let Some(send) = find(platform, call, &call.keys[0]) else {
        return envelope::not_found();
    };
    let mut body = summary(send);
    body["requestId"] = json!(request_id);
    body["definitionId"] = json!(send.guid);
    body["classification"] = json!("Default Transactional");
    body["content"] = json!({ "customerKey": send.key });
    body["subscriptions"] =
        json!({ "list": "All Subscribers", "autoAddSubscriber": true, "updateSubscriber": true });
    body["options"] = json!({ "trackLinks": true });
    Answer::json(200, body)
}

/// What waits: nothing, unless a fault keeps the queue from moving.
pub(super) fn queue(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let request_id = platform.world.chance.guid();
    let since = platform.broken_since(Kind::QueueGrowth, call.place);
    let Some(send) = find(platform, call, &call.keys[0]) else {
        return envelope::not_found();
    };
    let (count, age_s) = waiting(send, since, call.now);
    Answer::json(
        200,
        json!({ "requestId": request_id, "count": count, "ageSeconds": age_s }),
    )
}

/// Messages in the queue and the age of the oldest, seconds: those sent here, and the usual traffic
/// of others. A queue that moves again is empty.
pub(crate) fn waiting(send: &mut Asset, since: Option<Timestamp>, now: Timestamp) -> (u64, u64) {
    let Some(since) = since else {
        send.waiting = None;
        return (0, 0);
    };
    let age_s = u64::try_from(now.duration_since(since).as_secs()).unwrap_or(0);
    let own = send
        .waiting
        .filter(|(from, _)| *from >= since)
        .map_or(0, |(_, n)| n);
    let others = send.per_day.saturating_mul(age_s) / 86_400;
    let count = own + others;
    (count, if count > 0 { age_s } else { 0 })
}

/// Takes messages in; in a queue that stands still they wait.
pub(crate) fn accept(send: &mut Asset, n: u64, stuck: bool, now: Timestamp) {
    send.passed += n;
    let (from, waiting) = send.waiting.unwrap_or((now, 0));
    send.waiting = stuck.then_some((from, waiting + n));
}

fn find<'a>(platform: &'a mut Platform, call: &Call<'_>, key: &str) -> Option<&'a mut Asset> {
    let parent = platform.enterprise_of(call.token.mid);
    platform
        .world
        .assets
        .find(AssetKind::Send, key, call.token.mid, parent)
}

/// `POST …/messages/{messageKey}`: one recipient.
pub(super) fn send_one(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let body: Value = serde_json::from_slice(&call.request.body).unwrap_or(Value::Null);
    let recipient = body.get("recipient").cloned().unwrap_or(Value::Null);
    if text(&recipient, "contactKey").is_none() {
        return envelope::bad_request(10_002, "recipient.contactKey is required.");
    }
    send(platform, call, &body, vec![call.keys[0].clone()])
}

/// `POST …/messages`: many recipients.
pub(super) fn send_many(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let body: Value = serde_json::from_slice(&call.request.body).unwrap_or(Value::Null);
    let recipients = body
        .get("recipients")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    if recipients.is_empty() || recipients.len() > RECIPIENTS_MAX {
        let message = format!("recipients must hold 1 to {RECIPIENTS_MAX} entries.");
        return envelope::bad_request(10_005, &message);
    }
    if recipients
        .iter()
        .any(|recipient| text(recipient, "contactKey").is_none())
    {
        return envelope::bad_request(10_002, "recipients[].contactKey is required.");
    }
    let keys = recipients.iter().map(|recipient| {
        let own = text(recipient, "messageKey").map(str::to_owned);
        own.unwrap_or_else(|| platform.world.chance.guid())
    });
    let keys = keys.collect();
    send(platform, call, &body, keys)
}

/// `POST …/messageDefinitionSends/key:{key}/send`: one recipient of a triggered send, the older way that many
/// programs still go (documented).
pub(super) fn send_triggered(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let body: Value = serde_json::from_slice(&call.request.body).unwrap_or(Value::Null);
    let to = body.get("To").unwrap_or(&Value::Null);
    if text(to, "Address").is_none() && text(to, "SubscriberKey").is_none() {
        return envelope::bad_request(10_002, "To.Address or To.SubscriberKey is required.");
    }
    if !take_in(platform, call, &call.keys[0], 1) {
        return envelope::rest(404, 30_003, "The definition does not exist.");
    }
    let (request, recipient) = (platform.world.chance.guid(), platform.world.chance.guid());
    let one = json!({ "recipientSendId": recipient, "hasErrors": false, "messages": ["Queued"] });
    Answer::json(202, json!({ "requestId": request, "responses": [one] }))
}

/// Takes messages into the queue of a definition; whether there is such a one.
fn take_in(platform: &mut Platform, call: &Call<'_>, definition: &str, n: u64) -> bool {
    let Some(id) = find(platform, call, definition).map(|send| send.id.clone()) else {
        return false;
    };
    let place = Place {
        asset: Some(id),
        ..call.place.clone()
    };
    let stuck = platform.broken_since(Kind::QueueGrowth, &place).is_some();
    let n = n.saturating_mul(call.request.times());
    if let Some(send) = find(platform, call, definition) {
        accept(send, n, stuck, call.now);
    }
    true
}

fn send(platform: &mut Platform, call: &Call<'_>, body: &Value, keys: Vec<String>) -> Answer {
    let Some(definition) = text(body, "definitionKey") else {
        return envelope::bad_request(10_002, "definitionKey is required.");
    };
    if !take_in(platform, call, definition, keys.len() as u64) {
        return envelope::rest(404, 30_003, "The definition does not exist.");
    }
    let request_id = platform.world.chance.guid();
    let responses: Vec<Value> = keys
        .iter()
        .map(|key| json!({ "messageKey": key }))
        .collect();
    let body = json!({ "requestId": request_id, "errorcode": 0, "responses": responses });
    Answer::json(202, body)
}
