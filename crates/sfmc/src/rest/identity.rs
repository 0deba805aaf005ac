//! Who a token is for, and where the hosts are.

use super::Call;
use crate::envelope;
use crate::platform::Platform;
use crate::request::Answer;
use crate::switch::Name;
use serde_json::{Value, json};

/// Id of every app user.
const USER_ID: u64 = 7_000_001;

pub(super) fn userinfo(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let token = &call.token;
    let zone = json!({ "longName": "(GMT-06:00) Central Time (No Daylight Saving)",
        "shortName": "CST", "offset": -6.0, "dst": false });
    let parent = platform.enterprise_of(token.mid);
    let permissions: Vec<Value> = token
        .scopes
        .iter()
        .zip(1_u64..)
        .map(|(scope, id)| {
            let (object, operation) = scope.rsplit_once('_').unwrap_or((scope, "read"));
            json!({ "objectTypeName": object, "operationName": operation, "name": scope, "id": id })
        })
        .collect();
    let user = format!("{} app user", token.label);
    let body = json!({
        "exp": token.ends_at.as_second(),
        "iss": "https://mc.exacttarget.com",
        "user": { "sub": USER_ID.to_string(), "name": user, "preferred_username": user,
            "email": "", "locale": "en-US", "zoneinfo": "US/Central", "timezone": zone },
        "organization": { "member_id": token.told_mid, "enterprise_id": parent,
            "enterprise_name": call.place.tenant, "account_type": "enterprise",
            "stack_key": "S1", "region": "NA1", "locale": "en-US", "zoneinfo": "US/Central",
            "timezone": zone },
        "rest": { "rest_instance_url": platform.base_url(),
            "soap_instance_url": platform.base_url() },
        "application": { "id": token.client_id, "name": token.label, "redirectUrl": [],
            "appScopes": token.scopes },
        "permissions": permissions,
    });
    Answer::json(200, body)
}

pub(super) fn discovery(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let resource = call
        .request
        .query
        .get("resource")
        .cloned()
        .unwrap_or_default();
    let base = platform.base_url();
    let links = json!([{ "rel": "auth_instance_url", "href": base },
        { "rel": "rest_instance_url", "href": base }]);
    Answer::json(200, json!({ "subject": resource, "links": links }))
}

pub(super) fn token_context(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let mid = call.token.told_mid;
    let body = json!({ "enterprise": { "id": platform.enterprise_of(mid) },
        "organization": { "id": mid }, "user": { "id": USER_ID } });
    Answer::json(platform.status(Name::TokenContextStatus), body)
}

pub(super) fn endpoints(platform: &mut Platform, _: &Call<'_>) -> Answer {
    let base = platform.base_url();
    let items: Vec<Value> = ["rest", "soap", "ftp"]
        .iter()
        .map(|kind| json!({ "type": kind, "url": base }))
        .collect();
    Answer::json(
        200,
        json!({ "page": 1, "pageSize": 50, "count": items.len(), "items": items }),
    )
}

pub(super) fn endpoint(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let kind = call.keys[0].to_lowercase();
    match kind.as_str() {
        "rest" | "soap" | "ftp" => {
            Answer::json(200, json!({ "type": kind, "url": platform.base_url() }))
        }
        _ => envelope::rest(404, 30_003, "No endpoint of that type"),
    }
}
