//! Rows written without waiting: accepted at once, told of later. What is accepted can be read from
//! the table at once, too; its request is `Pending` for as long as a switch says.

use super::page::Page;
use super::{Call, stamp};
use crate::envelope;
use crate::package::seconds;
use crate::platform::Platform;
use crate::request::Answer;
use crate::switch::Name;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

/// Requests remembered; older ones are unknown.
const KEPT_MAX: usize = 1_000;
/// Most rows of one request (documented, as the hard limit of an asynchronous batch).
const ROWS_MAX: usize = 32_000;
/// Largest page of results.
const PAGE_MAX: u64 = 2_500;

/// A request that was accepted.
#[derive(Debug, Clone)]
struct Accepted {
    mid: u64,
    at: Timestamp,
    n_rows: usize,
}

/// Requests of late.
#[derive(Debug, Clone, Default)]
pub(crate) struct BulkBook {
    held: BTreeMap<String, Accepted>,
    order: VecDeque<String>,
}

/// `POST` adds rows, `PUT` adds or changes them: to this model the same, since a row is known by what
/// it holds unless its keys are told.
pub(super) fn write(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let body: Value = serde_json::from_slice(&call.request.body).unwrap_or(Value::Null);
    let rows = match body.get("items") {
        Some(Value::Array(rows)) if rows.iter().all(Value::is_object) => rows,
        _ => return envelope::bad_request(10_002, "items is required and must hold objects."),
    };
    if rows.is_empty() || rows.len() > ROWS_MAX {
        let message = format!("items must hold 1 to {ROWS_MAX} rows.");
        return envelope::bad_request(10_005, &message);
    }
    let pairs = rows.iter().map(|row| (row.clone(), row.clone())).collect();
    if !super::table::store(platform, call, pairs) {
        return envelope::rest(404, 30_003, "The data extension does not exist.");
    }
    let id = platform.world.chance.guid();
    let accepted = Accepted {
        mid: call.token.mid,
        at: call.now,
        n_rows: rows.len(),
    };
    let book = &mut platform.world.bulk;
    if book.order.len() >= KEPT_MAX
        && let Some(oldest) = book.order.pop_front()
    {
        book.held.remove(&oldest);
    }
    book.order.push_back(id.clone());
    book.held.insert(id.clone(), accepted);
    Answer::json(202, json!({ "requestId": id, "resultMessages": [] }))
}

/// A request of the caller's unit, and when it is done.
fn find(platform: &Platform, call: &Call<'_>) -> Option<(Accepted, Timestamp)> {
    let accepted = platform.world.bulk.held.get(&call.keys[0].to_lowercase())?;
    let takes = seconds(platform.switch(Name::AsyncS));
    let done_at = accepted.at.checked_add(takes).unwrap_or(Timestamp::MAX);
    (accepted.mid == call.token.mid).then(|| (accepted.clone(), done_at))
}

pub(super) fn status(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let Some((accepted, done_at)) = find(platform, call) else {
        return envelope::not_found();
    };
    let done = call.now >= done_at;
    let status = json!({
        "callDateTime": stamp(accepted.at),
        "completionDateTime": done.then(|| stamp(done_at)),
        "hasErrors": false,
        "pickupDateTime": stamp(accepted.at),
        "requestStatus": if done { "Complete" } else { "Pending" },
        "resultStatus": if done { "OK" } else { "Pending" },
        "requestId": call.keys[0],
    });
    let body = json!({ "status": status, "requestId": call.keys[0], "resultMessages": [] });
    Answer::json(200, body)
}

pub(super) fn results(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let Some((accepted, done_at)) = find(platform, call) else {
        return envelope::not_found();
    };
    let page = Page::new(call, PAGE_MAX);
    let n_rows = if call.now >= done_at {
        accepted.n_rows
    } else {
        0
    };
    let row = |_: usize| json!({ "errorCode": 0, "message": "Success", "status": "OK" });
    let items = page.cut((0..n_rows).collect());
    let items: Vec<Value> = items.into_iter().map(row).collect();
    let body = json!({ "page": page.number, "pageSize": page.size, "count": n_rows, "items": items,
        "requestId": call.keys[0], "resultMessages": [] });
    Answer::json(200, body)
}
