//! The calls behind a bearer that lives: discovery, journeys, tables, automations, messages.

use crate::bearer::Issued;
use crate::platform::Platform;
use crate::route::Route;
use crate::setup::{Asset, AssetKind};
use crate::wire::{Answer, Request};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Page size when none is asked for, and the largest one answered.
const PAGE_SIZE: u64 = 50;
const PAGE_SIZE_MAX: u64 = 2_500;

/// A stable GUID-shaped id of a key (FNV-1a, twice).
fn guid(key: &str) -> String {
    let fnv = |start: u64| {
        key.bytes().fold(start, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    let (a, b) = (fnv(0xcbf2_9ce4_8422_2325), fnv(0x8422_2325_cbf2_9ce4));
    let (a_high, a_mid, a_low) = (a >> 32, (a >> 16) & 0xffff, a & 0xffff);
    format!(
        "{a_high:08x}-{a_mid:04x}-{a_low:04x}-{:04x}-{:012x}",
        b >> 48,
        b & 0xffff_ffff_ffff
    )
}

/// The page and page size asked for.
fn paging(request: &Request) -> Result<(u64, u64), Answer> {
    let number = |name: &str, default: u64| match request.parameter(name) {
        None => Ok(default),
        Some(text) => text
            .parse()
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(|| {
                Answer::rest(
                    400,
                    10005,
                    &format!("{name} must be a whole number above 0"),
                )
            }),
    };
    Ok((
        number("$page", 1)?,
        number("$pageSize", PAGE_SIZE)?.min(PAGE_SIZE_MAX),
    ))
}

fn journey(asset: &Asset) -> Value {
    json!({
        "id": guid(&asset.key), "key": asset.key, "name": asset.name, "version": 1,
        "workflowApiVersion": 1.0, "definitionType": "Multistep", "status": "Published",
        "stats": { "currentPopulation": 0, "cumulativePopulation": 0 },
    })
}

fn automation(asset: &Asset) -> Value {
    json!({
        "id": guid(&asset.key), "key": asset.key, "name": asset.name, "typeId": 1,
        "type": "scheduled", "statusId": 6, "status": "Scheduled",
    })
}

fn definition(asset: &Asset) -> Value {
    json!({ "name": asset.name, "definitionKey": asset.key, "status": "Active" })
}

impl Platform {
    /// Answers a call; scope comes before key and body.
    pub(crate) fn rest(
        &mut self,
        now: Timestamp,
        request: &Request,
        route: &Route,
        issued: &Issued,
    ) -> Answer {
        let lacks = |scope: &str| !issued.scopes.iter().any(|held| held == scope);
        match route.scope() {
            Some(scope) if lacks(scope) && matches!(route, Route::DataEvents(_)) => {
                return Answer::not_authorized();
            }
            Some(scope) if lacks(scope) => {
                let words = "Insufficient privileges to complete this action.";
                return Answer::rest(403, 20002, words);
            }
            _ => {}
        }
        let answer = match route {
            Route::UserInfo => Ok(self.user_info(issued)),
            Route::TokenContext => Ok(self.token_context(issued)),
            Route::Endpoints => Ok(self.endpoints()),
            Route::Journeys => self.page(request, issued, AssetKind::Journey, journey),
            Route::Automations => self.page(request, issued, AssetKind::Automation, automation),
            Route::JourneyByKey(key) => self
                .find(issued, AssetKind::Journey, |asset| asset.key == *key)
                .map(|asset| Answer::json(200, &journey(asset))),
            Route::JourneyById(id) => self
                .find(issued, AssetKind::Journey, |asset| guid(&asset.key) == *id)
                .map(|asset| Answer::json(200, &journey(asset))),
            Route::AutomationById(id) => self
                .find(issued, AssetKind::Automation, |asset| {
                    guid(&asset.key) == *id
                })
                .map(|asset| Answer::json(200, &automation(asset))),
            Route::Rowset(key) => self.rowset(now, request, issued, key),
            Route::DataEvents(key) => self.add_rows(request, issued, key),
            Route::EmailDefinitions => self.definitions(request, issued),
            Route::EmailDefinition(key) => self
                .find(issued, AssetKind::EmailDefinition, |asset| {
                    asset.key == *key
                })
                .map(|asset| Answer::json(200, &definition(asset))),
            Route::EmailQueue(key) => self
                .find(issued, AssetKind::EmailDefinition, |asset| {
                    asset.key == *key
                })
                .map(|asset| {
                    let body =
                        json!({ "requestId": guid(&asset.key), "count": 0, "ageSeconds": 0 });
                    Answer::json(200, &body)
                }),
            Route::EmailMessage(key) => self.send(request, issued, key),
            Route::Events => self.event(request),
            Route::Token | Route::Unknown => Ok(Answer::not_found()),
        };
        answer.unwrap_or_else(|refusal| refusal)
    }

    fn token_context(&self, issued: &Issued) -> Answer {
        let enterprise = self.units.first().map_or(issued.mid, |unit| unit.mid);
        let body = json!({
            "enterprise": { "id": enterprise }, "organization": { "id": issued.mid },
            "user": { "id": 1 },
        });
        Answer::json(self.switches.token_context_status, &body)
    }

    fn user_info(&self, issued: &Issued) -> Answer {
        let enterprise = self.units.first().map_or(issued.mid, |unit| unit.mid);
        let body = json!({
            "exp": issued.dies.as_second(),
            "iss": "https://mc.exacttarget.com",
            "user": { "sub": "1", "name": issued.label },
            "organization": { "member_id": issued.mid, "enterprise_id": enterprise },
            "rest": {
                "rest_instance_url": format!("{}/", self.base_url),
                "soap_instance_url": format!("{}/", self.base_url),
            },
            "application": {
                "id": issued.client_id, "name": issued.label, "appScopes": issued.scopes,
            },
            "permissions": [],
        });
        Answer::json(200, &body)
    }

    fn endpoints(&self) -> Answer {
        let url = format!("{}/", self.base_url);
        let items = json!([{ "type": "rest", "url": url }, { "type": "soap", "url": url }]);
        Answer::json(
            200,
            &json!({ "page": 1, "pageSize": 50, "count": 2, "items": items }),
        )
    }

    fn of_kind(&self, issued: &Issued, kind: AssetKind) -> impl Iterator<Item = &Asset> {
        let mid = issued.mid;
        self.assets
            .iter()
            .filter(move |asset| asset.kind == kind && asset.mid == mid)
    }

    fn find(
        &self,
        issued: &Issued,
        kind: AssetKind,
        is: impl Fn(&Asset) -> bool,
    ) -> Result<&Asset, Answer> {
        self.of_kind(issued, kind)
            .find(|asset| is(asset))
            .ok_or_else(Answer::no_object)
    }

    fn page(
        &self,
        request: &Request,
        issued: &Issued,
        kind: AssetKind,
        shown: fn(&Asset) -> Value,
    ) -> Result<Answer, Answer> {
        let (page, size) = paging(request)?;
        let all: Vec<Value> = self.of_kind(issued, kind).map(shown).collect();
        let skip = usize::try_from((page - 1).saturating_mul(size)).unwrap_or(usize::MAX);
        let take = usize::try_from(size).unwrap_or(usize::MAX);
        let count = all.len();
        let items: Vec<Value> = all.into_iter().skip(skip).take(take).collect();
        let body = json!({ "count": count, "page": page, "pageSize": size, "items": items });
        Ok(Answer::json(200, &body))
    }

    /// Here `count` is that of the page, as recorded.
    fn definitions(&self, request: &Request, issued: &Issued) -> Result<Answer, Answer> {
        let (page, size) = paging(request)?;
        let skip = usize::try_from((page - 1).saturating_mul(size)).unwrap_or(usize::MAX);
        let take = usize::try_from(size).unwrap_or(usize::MAX);
        let all = self.of_kind(issued, AssetKind::EmailDefinition);
        let shown: Vec<Value> = all.skip(skip).take(take).map(definition).collect();
        let body = json!({
            "requestId": guid(&page.to_string()), "count": shown.len(), "definitions": shown,
            "page": page, "pageSize": size,
        });
        Ok(Answer::json(200, &body))
    }

    fn rowset(
        &self,
        now: Timestamp,
        request: &Request,
        issued: &Issued,
        key: &str,
    ) -> Result<Answer, Answer> {
        let (page, size) = paging(request)?;
        let table = self.find(issued, AssetKind::DataExtension, |asset| asset.key == key)?;
        let token = guid(&format!("{key}@{now}"));
        let mut body = json!({
            "links": { "self": format!("/v1/customobjectdata/token/{token}/rowset?$page={page}") },
            "requestToken": token, "customObjectId": guid(key), "customObjectKey": table.key,
            "pageSize": size, "page": page, "count": table.rows, "top": 0,
        });
        let first = (page - 1).saturating_mul(size);
        let last = first.saturating_add(size).min(table.rows);
        if first < last {
            let row = |at: u64| json!({ "keys": { "id": at.to_string() }, "values": {} });
            body["items"] = (first..last).map(row).collect();
        }
        Ok(Answer::json(200, &body))
    }

    fn add_rows(
        &mut self,
        request: &Request,
        issued: &Issued,
        key: &str,
    ) -> Result<Answer, Answer> {
        self.find(issued, AssetKind::DataExtension, |asset| asset.key == key)?;
        let Ok(Value::Array(rows)) = serde_json::from_slice(&request.body) else {
            return Err(Answer::rest(400, 10004, "The body must be a list of rows"));
        };
        let whole = |row: &Value| row["values"].is_object() || row["keys"].is_object();
        if !rows.iter().all(whole) {
            return Err(Answer::rest(400, 10003, "Each row needs keys or values"));
        }
        let added = rows.len() as u64;
        let mid = issued.mid;
        let table = self.assets.iter_mut().find(|asset| {
            asset.kind == AssetKind::DataExtension && asset.mid == mid && asset.key == key
        });
        if let Some(table) = table {
            table.rows = table.rows.saturating_add(added);
        }
        Ok(Answer::json(200, &Value::Array(rows)))
    }

    fn send(&self, request: &Request, issued: &Issued, key: &str) -> Result<Answer, Answer> {
        let body: Value = serde_json::from_slice(&request.body)
            .map_err(|_| Answer::rest(400, 10004, "The body could not be read"))?;
        let definition = body["definitionKey"].as_str().unwrap_or_default();
        if !body["recipient"].is_object() {
            return Err(Answer::rest(400, 10002, "recipient is required"));
        }
        self.find(issued, AssetKind::EmailDefinition, |asset| {
            asset.key == definition
        })?;
        let body = json!({
            "requestId": guid(key), "errorcode": 0, "responses": [{ "messageKey": key }],
        });
        Ok(Answer::json(202, &body))
    }

    /// 201 whatever becomes of the contact, as recorded.
    fn event(&self, request: &Request) -> Result<Answer, Answer> {
        let body: Value = serde_json::from_slice(&request.body)
            .map_err(|_| Answer::rest(400, 10004, "The body could not be read"))?;
        match (
            body["ContactKey"].as_str(),
            body["EventDefinitionKey"].as_str(),
        ) {
            (Some(contact), Some(event)) => {
                let id = guid(&format!("{contact}/{event}"));
                Ok(Answer::json(201, &json!({ "eventInstanceId": id })))
            }
            _ => Err(Answer::rest(
                400,
                10002,
                "ContactKey and EventDefinitionKey are required",
            )),
        }
    }
}
