//! Lists under `/legacy/v1/beta`: `$top` is the size of a page and is not heeded, `$skip` is the
//! number of a page, from 0 (recorded).

use super::{Call, MADE_AT, stamp};
use crate::asset::Asset;
use crate::envelope;
use crate::fault::{Kind, Place};
use crate::platform::Platform;
use crate::request::Answer;
use crate::setup::AssetKind;
use crate::switch::Name;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The size of every page.
const PAGE: u64 = 50;

/// A page of a list.
pub(super) fn page<T>(call: &Call<'_>, all: Vec<T>, entry: impl Fn(T) -> Value) -> Answer {
    let skip = call.request.query.get("$skip");
    let number: u64 = skip.and_then(|text| text.parse().ok()).unwrap_or(0);
    let first = number.saturating_mul(PAGE);
    let total = all.len();
    let skipped = usize::try_from(first).unwrap_or(usize::MAX);
    let entries: Vec<Value> = all
        .into_iter()
        .skip(skipped)
        .take(PAGE as usize)
        .map(entry)
        .collect();
    let body = json!({ "startIndex": first, "itemsPerPage": PAGE, "totalResults": total,
        "entry": entries });
    Answer::json(200, body)
}

/// Lists of things this tenant has none of: mobile codes, keywords, messages, imports.
pub(super) fn none(_: &mut Platform, call: &Call<'_>) -> Answer {
    page(call, Vec::<Value>::new(), |nothing| nothing)
}

/// Delivery policies: every tenant has one.
pub(super) fn policies(_: &mut Platform, call: &Call<'_>) -> Answer {
    page(call, vec!["Default"], |name| {
        json!({ "id": "1", "key": name, "createdDate": MADE_AT, "lastUpdated": MADE_AT,
            "name": name, "description": "" })
    })
}

/// The id that older routes know an automation by.
fn older_id(automation: &Asset) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{}:25:0", automation.guid))
}

pub(super) fn automations(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let all: Vec<Asset> = platform
        .world
        .assets
        .of(AssetKind::Automation, call.token.mid)
        .cloned()
        .collect();
    page(call, all, |one| definition(platform, call, &one))
}

pub(super) fn automation(platform: &mut Platform, call: &Call<'_>) -> Answer {
    match find(platform, call) {
        Some(found) => Answer::json(200, definition(platform, call, &found)),
        None => envelope::not_found(),
    }
}

fn find(platform: &Platform, call: &Call<'_>) -> Option<Asset> {
    let mut all = platform
        .world
        .assets
        .of(AssetKind::Automation, call.token.mid);
    let wanted = &call.keys[0];
    all.find(|one| older_id(one) == *wanted || one.is_called(wanted))
        .cloned()
}

fn definition(platform: &Platform, call: &Call<'_>, automation: &Asset) -> Value {
    let place = Place {
        asset: Some(automation.id.clone()),
        ..call.place.clone()
    };
    let stalled = platform.broken_since(Kind::AssetStall, &place);
    let paused = stalled.is_some();
    let ran_at = super::automation::full_hour(stalled.unwrap_or(call.now));
    json!({
        "id": older_id(automation), "key": automation.key, "createdDate": MADE_AT,
        "name": automation.name, "description": "", "clientId": call.token.mid,
        "status": if paused { "PausedSchedule" } else { "Scheduled" }, "createdBy": "",
        "modifiedDate": MADE_AT, "modifiedBy": "", "processes": [], "scheduledTime": stamp(ran_at),
        "startTime": stamp(ran_at), "completedTime": stamp(ran_at), "lastRunTime": stamp(ran_at),
        "lastRunInstance": automation.guid, "instanceId": automation.guid,
        "isPlatformObject": false, "automationType": "scheduled", "lastRunStatus": "Complete",
        "lastPausedDate": stalled.map(stamp), "scheduleObject": {
            "scheduleStatus": if paused { "paused" } else { "scheduled" } },
    })
}

/// Who is told when an automation ends or fails: the address is a switch's, so that a test can say
/// nobody.
pub(super) fn notifications(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let Some(automation) = find(platform, call) else {
        return envelope::not_found();
    };
    let id = older_id(&automation);
    let told = platform.switch(Name::AutomationsNotify) != 0;
    let worker = |kind: &str| {
        json!({ "programId": id, "id": format!("{}-{kind}", automation.guid),
            "notificationType": kind, "definition": "operations@example.com", "body": "",
            "channelType": "Account" })
    };
    let workers: Vec<Value> = match told {
        true => ["Error", "Complete"].into_iter().map(worker).collect(),
        false => Vec::new(),
    };
    Answer::json(200, json!({ "programId": id, "workers": workers }))
}
