//! The activities automations are made of: each automation moves a file, imports it, filters it,
//! queries it, extracts the result and runs a script, in that order.

use super::page::Page;
use super::{Call, MADE_AT};
use crate::asset::Asset;
use crate::chance::guid_of;
use crate::envelope;
use crate::platform::Platform;
use crate::request::Answer;
use crate::setup::AssetKind;
use crate::soap::folder;
use serde_json::{Value, json};

/// A kind of activity.
struct Kind {
    /// The part of the path that names it.
    path: &'static str,
    /// Its number in the steps of automations.
    object_type: u64,
    /// The field that holds its id.
    id: &'static str,
    /// The field that holds its key.
    key: &'static str,
    /// Largest page.
    page_max: u64,
}

/// In the order in which they run.
const KINDS: [Kind; 6] = [
    Kind {
        path: "filetransfers",
        object_type: 53,
        id: "id",
        key: "customerKey",
        page_max: 500,
    },
    Kind {
        path: "imports",
        object_type: 43,
        id: "importDefinitionId",
        key: "customerKey",
        page_max: 500,
    },
    Kind {
        path: "filters",
        object_type: 303,
        id: "filterActivityId",
        key: "customerKey",
        page_max: 500,
    },
    Kind {
        path: "queries",
        object_type: 300,
        id: "queryDefinitionId",
        key: "key",
        page_max: 25,
    },
    Kind {
        path: "dataextracts",
        object_type: 73,
        id: "dataExtractDefinitionId",
        key: "key",
        page_max: 500,
    },
    Kind {
        path: "scripts",
        object_type: 423,
        id: "ssjsActivityId",
        key: "key",
        page_max: 500,
    },
];

/// The kind a call's path names.
fn kind_of(call: &Call<'_>) -> Option<&'static Kind> {
    let name = call.request.segments().get(2)?.to_lowercase();
    KINDS.iter().find(|kind| kind.path == name)
}

fn id(kind: &Kind, automation: &Asset) -> String {
    guid_of(&format!("{} {}", kind.path, automation.id))
}

fn key(kind: &Kind, automation: &Asset) -> String {
    format!("{}-{}", automation.key, kind.path)
}

/// The table that a unit's activities work on: its first.
struct Target<'a>(Option<&'a Asset>);

impl<'a> Target<'a> {
    fn of(platform: &'a Platform, mid: u64) -> Target<'a> {
        Target(platform.world.assets.of(AssetKind::Table, mid).next())
    }

    fn id(&self) -> &str {
        self.0.map_or("", |table| &table.guid)
    }
}

/// An activity as lists and single reads show it.
fn item(kind: &Kind, automation: &Asset, target: &Target<'_>) -> Value {
    let folder = |content| folder(content, automation.mid);
    let mut item = json!({ "name": format!("{}: {}", automation.name, kind.path),
        "description": "", "createdDate": MADE_AT, "modifiedDate": MADE_AT });
    item[kind.id] = json!(id(kind, automation));
    item[kind.key] = json!(key(kind, automation));
    let more = match kind.path {
        "filetransfers" => json!({ "fileSpec": "%%Year%%.csv", "isEncrypted": false,
            "isCompressed": false, "maxFileAge": 0, "maxImportFrequency": 0, "isUpload": false,
            "isPgp": false, "fileTransferLocationId": guid_of("location") }),
        "imports" => json!({ "allowErrors": true, "dateFormatLocale": "en-US", "deleteFile": false,
            "destinationObjectTypeId": 310, "destinationObjectId": target.id(), "destinationId": 0, "fieldMappingType": "InferFromColumnHeadings",
            "fieldMappings": [], "fileNamingPattern": "%%Year%%.csv", "fileType": "CSV", "filter": "",
            "hasColumnHeader": true, "isOrderedImport": false, "isSequential": true,
            "sendEmailNotification": false, "standardQuotedStrings": true, "updateTypeId": 0,
            "subscriberImportTypeId": 255, "fileTransferLocationTypeId": 0,
            "fileTransferLocationId": guid_of("location") }),
        "filters" => {
            json!({ "categoryId": folder("filteractivity"), "filterDefinitionId": guid_of("filter definition"),
            "sourceTypeId": 2, "destinationTypeId": 2, "statusId": 1,
            "sourceObjectId": target.id(), "destinationObjectId": target.id() })
        }
        "queries" => {
            json!({ "queryText": "SELECT SubscriberKey FROM Source", "targetName": target.0.map(|table| &table.name),
            "targetKey": target.0.map(|table| &table.key), "targetId": target.id(), "targetDescription": "",
            "targetUpdateTypeId": 0, "targetUpdateTypeName": "Overwrite", "categoryId": folder("queryactivity"),
            "isFrozen": false })
        }
        "dataextracts" => json!({ "dataExtractTypeId": guid_of("extract type"),
            "fileSpec": "%%Year%%.csv", "createdBy": 0, "modifiedBy": 0, "intervalType": 0 }),
        _ => json!({ "script": "", "categoryId": folder("ssjsactivity") }),
    };
    if let (Value::Object(item), Value::Object(more)) = (&mut item, more) {
        item.extend(more);
    }
    item
}

pub(super) fn list(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let Some(kind) = kind_of(call) else {
        return envelope::not_found();
    };
    let page = Page::new(call, kind.page_max);
    let all: Vec<&Asset> = platform
        .world
        .assets
        .of(AssetKind::Automation, call.token.mid)
        .collect();
    let count = all.len();
    let target = Target::of(platform, call.token.mid);
    let shown = page.cut(all).into_iter();
    let shown = shown.map(|one| item(kind, one, &target));
    let items: Vec<Value> = shown.collect();
    let body =
        json!({ "count": count, "page": page.number, "pageSize": page.size, "items": items });
    Answer::json(200, body)
}

pub(super) fn show(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let Some(kind) = kind_of(call) else {
        return envelope::not_found();
    };
    let wanted = call.keys[0].to_lowercase();
    let mut all = platform
        .world
        .assets
        .of(AssetKind::Automation, call.token.mid);
    let is = |one: &&Asset| id(kind, one) == wanted || key(kind, one).to_lowercase() == wanted;
    match all.find(is) {
        Some(automation) => {
            let target = Target::of(platform, call.token.mid);
            let mut item = item(kind, automation, &target);
            if kind.path == "dataextracts" {
                // Lists leave them out (recorded).
                item["dataFields"] = extracted(&target);
            }
            Answer::json(200, item)
        }
        None => envelope::not_found(),
    }
}

/// What an extract does, as names and values; the names are those of the kind of extract.
fn extracted(target: &Target<'_>) -> Value {
    let key = target.0.map_or("", |table| table.key.as_str());
    json!([
        { "name": "ColumnDelimiter", "type": "string", "value": "," },
        { "name": "DECustomerKey", "type": "string", "value": key },
        { "name": "HasColumnHeaders", "type": "bool", "value": "True" },
        { "name": "TextQualified", "type": "bool", "value": "False" },
        { "name": "UsesLineFeed", "type": "bool", "value": "False" },
    ])
}

/// The steps of an automation: one activity each.
pub(super) fn steps(automation: &Asset) -> Vec<Value> {
    let step = |(kind, number): (&Kind, u64)| {
        let id = id(kind, automation);
        json!({ "id": guid_of(&format!("step {id}")), "name": "", "step": number, "activities": [{
            "id": guid_of(&format!("activity {id}")), "activityObjectId": id,
            "name": format!("{}: {}", automation.name, kind.path),
            "objectTypeId": kind.object_type, "displayOrder": 1, "targetDataExtensions": [] }] })
    };
    KINDS.iter().zip(1..).map(step).collect()
}
