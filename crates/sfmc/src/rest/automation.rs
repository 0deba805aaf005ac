//! Automations. Those of this model run at every full hour; one that is stalled has been paused.

use super::page::Page;
use super::{Call, stamp};
use crate::asset::Asset;
use crate::envelope;
use crate::fault::{Kind, Place};
use crate::platform::Platform;
use crate::request::Answer;
use crate::setup::AssetKind;
use crate::soap::folder;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Largest page.
const PAGE_MAX: u64 = 500;

pub(super) fn list(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let page = Page::new(call, PAGE_MAX);
    let all: Vec<&Asset> = platform
        .world
        .assets
        .of(AssetKind::Automation, call.token.mid)
        .collect();
    let count = all.len();
    let items: Vec<Value> = page
        .cut(all)
        .into_iter()
        .map(|one| item(platform, call, one))
        .collect();
    let body =
        json!({ "page": page.number, "pageSize": page.size, "count": count, "items": items });
    Answer::json(200, body)
}

pub(super) fn show(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let (mid, parent) = (call.token.mid, platform.enterprise_of(call.token.mid));
    let found = platform
        .world
        .assets
        .find(AssetKind::Automation, &call.keys[0], mid, parent);
    let Some(automation) = found.cloned() else {
        return envelope::not_found();
    };
    let mut body = item(platform, call, &automation);
    let paused = body["status"] == "PausedSchedule";
    body["schedule"] = json!({
        "id": automation.guid, "typeId": 3, "startDate": "2026-01-12T00:00:00",
        "endDate": "2079-06-06T21:53:00", "scheduledTime": "0001-01-01T00:00:00",
        "rangeTypeId": 1, "occurrences": 0, "pattern": "",
        "icalRecur": "FREQ=HOURLY;INTERVAL=1", "timezoneName": "Central Standard Time",
        "scheduleStatus": if paused { "paused" } else { "scheduled" }, "timezoneId": 7,
    });
    body["steps"] = json!(super::activity::steps(&automation));
    Answer::json(200, body)
}

fn item(platform: &Platform, call: &Call<'_>, automation: &Asset) -> Value {
    let place = Place {
        asset: Some(automation.id.clone()),
        ..call.place.clone()
    };
    let stalled_since = platform.broken_since(Kind::AssetStall, &place);
    let (status_id, status) = if stalled_since.is_some() {
        (4, "PausedSchedule")
    } else {
        (6, "Scheduled")
    };
    let last_run = last_run(automation, stalled_since, call.now);
    json!({
        "id": automation.guid, "key": automation.key, "name": automation.name, "description": "",
        "typeId": 1, "type": "scheduled", "statusId": status_id, "status": status,
        "categoryId": folder("automations", automation.mid), "lastRunTime": stamp(last_run), "lastRunInstanceId": automation.guid,
    })
}

/// When it last ran: at the last full hour before it was paused, or when somebody started it.
pub(crate) fn last_run(
    automation: &Asset,
    stalled_since: Option<Timestamp>,
    now: Timestamp,
) -> Timestamp {
    let by_itself = full_hour(stalled_since.unwrap_or(now));
    automation
        .started_at
        .map_or(by_itself, |at| at.max(by_itself))
}

/// The last full hour.
pub(super) fn full_hour(at: Timestamp) -> Timestamp {
    let past = SignedDuration::from_secs(at.as_second().rem_euclid(3_600));
    at.checked_sub(past).unwrap_or(at)
}
