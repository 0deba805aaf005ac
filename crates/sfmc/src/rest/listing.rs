//! Lists of what every account has, whatever its estate: places for files, kinds of extracts, verified
//! senders, and what contacts are described by.

use super::Call;
use super::page::Page;
use crate::chance::guid_of;
use crate::platform::Platform;
use crate::request::Answer;
use crate::soap::{ROLES, role_id};
use serde_json::{Value, json};

/// Largest page.
const PAGE_MAX: u64 = 500;

/// Kinds of extracts that every account has (recorded); the first is that of our own extracts.
const EXTRACT_TYPES: [(&str, &str); 3] = [
    ("Data Extension Extract", "extract type"),
    ("Tracking Extract", "tracking extract"),
    ("Zip", "zip extract"),
];

/// Where files are imported from and put: the account's own directory.
pub(super) fn locations(_: &mut Platform, call: &Call<'_>) -> Answer {
    let name = "ExactTarget Enhanced FTP";
    let own =
        json!({ "id": guid_of("location"), "name": name, "locationTypeId": 0, "relPath": name });
    paged(call, vec![own])
}

/// The kinds of extracts; a bare list, without pages (recorded).
pub(super) fn extract_types(_: &mut Platform, _: &Call<'_>) -> Answer {
    let one = |(name, id): &(&str, &str)| json!({ "name": name, "extractId": guid_of(id) });
    Answer::json(200, EXTRACT_TYPES.iter().map(one).collect::<Value>())
}

/// The address every account sends from.
pub(super) fn verified(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let mid = call.token.mid;
    let own = json!({
        "enterpriseId": platform.enterprise_of(mid), "memberId": mid,
        "domain": format!("account-{mid}@example.com"), "domainType": "UserDomain",
        "status": "Verified", "isSendable": true,
    });
    paged(call, vec![own])
}

/// Roles that only the platform's own pages list: Retrieve of `Role` leaves them out (recorded).
const OWN_ROLES: [&str; 5] = [
    "Marketing Cloud Administrator",
    "Marketing Cloud Channel Manager",
    "Marketing Cloud Content Editor/Publisher",
    "Marketing Cloud Security Administrator",
    "Marketing Cloud Viewer",
];

/// What a page for a new user chooses from: languages, roles without their keys, time zones.
pub(super) fn setup(_: &mut Platform, call: &Call<'_>) -> Answer {
    let mid = call.token.mid;
    let role = |name: &&str| json!({ "roleID": role_id(name, mid), "roleName": name, "description": name });
    let roles: Vec<Value> = ROLES.iter().chain(&OWN_ROLES).map(role).collect();
    let zone = |(id, description)| json!({ "id": id, "description": description });
    let zones = [
        ("1", "(GMT-06:00) Central Time (No Daylight Savings)"),
        ("79", "(GMT-06:00) Central Time (US & Canada) *"),
    ];
    let body = json!({
        "languages": [{ "Key": "en-US", "Value": "English (United States)" }],
        "roles": roles,
        "timeZones": zones.map(zone),
        "defaultUserData": { "defaultTimeZone": "1", "defaultLanguage": "en-US" },
    });
    Answer::json(200, body)
}

/// Groups of attributes of contacts: this tenant has none.
pub(super) fn attribute_groups(_: &mut Platform, _: &Call<'_>) -> Answer {
    Answer::json(200, json!({ "attributeGroupDefinitions": [] }))
}

/// Sets of attributes of contacts: this tenant has none.
pub(super) fn attribute_sets(_: &mut Platform, _: &Call<'_>) -> Answer {
    Answer::json(200, json!({ "setDefinition": [] }))
}

fn paged(call: &Call<'_>, all: Vec<Value>) -> Answer {
    let page = Page::new(call, PAGE_MAX);
    let count = all.len();
    let body = json!({
        "page": page.number, "pageSize": page.size, "count": count, "items": page.cut(all),
    });
    Answer::json(200, body)
}
