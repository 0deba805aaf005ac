//! `/services/data/vXX.0/…`: limits, queries, descriptions and records.

use super::call::Call;
use super::object::{self, Field, OBJECTS, Object, Type};
use super::record::{Record, WriteError};
use super::select::{self, attributes};
use super::soql::{self, Path};
use super::{VERSION_MAX, VERSION_MIN, refusal};
use crate::platform::Platform;
use crate::request::{Answer, Request};
use serde_json::{Value, json};

/// Largest and smallest page of a query (documented).
const BATCH: (usize, usize) = (200, 2_000);
/// Queries whose next page may be asked for.
const LOCATORS_MAX: usize = 1_000;

/// Versions there are; no session is needed to see them (documented).
pub(super) fn versions() -> Answer {
    let version = |number: u32| {
        json!({ "label": format!("Release {number}"), "url": format!("/services/data/v{number}.0"),
            "version": format!("{number}.0") })
    };
    let all: Vec<Value> = (VERSION_MIN..=VERSION_MAX).map(version).collect();
    Answer::json(200, Value::Array(all))
}

/// The route, as the ledger names it.
pub(super) fn pattern(rest: &[String]) -> String {
    let open = ["{type}", "{id}"];
    let first = rest.first().map(|part| part.to_lowercase());
    let mut pattern = "/services/data/{version}".to_owned();
    for (place, part) in rest.iter().take(5).enumerate() {
        pattern.push('/');
        match (first.as_deref(), place) {
            (Some("sobjects"), 2) if part.eq_ignore_ascii_case("describe") => {
                pattern.push_str("describe");
            }
            (Some("sobjects"), 1 | 2) => pattern.push_str(open[place - 1]),
            (Some("query" | "queryall"), 1) => pattern.push_str("{locator}"),
            _ => pattern.extend(part.chars().take(40)),
        }
    }
    pattern
}

impl Platform {
    /// Answers a call with a session.
    pub(super) fn core_data(
        &mut self,
        call: &Call<'_>,
        rest: &[String],
        (used, most): (u64, u64),
    ) -> Answer {
        let lower: Vec<String> = rest.iter().map(|part| part.to_lowercase()).collect();
        let parts: Vec<&str> = lower.iter().map(String::as_str).collect();
        let method = call.request.method.as_str();
        match (method, parts.as_slice()) {
            ("GET", []) => resources(call),
            ("GET", ["limits"]) => limits(used, most),
            ("GET", ["query" | "queryall"]) => self.core_query(call),
            ("GET", ["query" | "queryall", locator]) => self.core_query_more(call, locator),
            ("GET", ["sobjects"]) => described_all(call),
            (_, ["sobjects", name, ..]) => match object::find(name) {
                None => refusal::not_found(),
                Some(object) => self.core_object(call, object, &rest[2..]),
            },
            (_, [] | ["limits" | "sobjects"] | ["query" | "queryall", ..]) => {
                refusal::method(method)
            }
            _ => refusal::not_found(),
        }
    }

    fn core_query(&mut self, call: &Call<'_>) -> Answer {
        match call.request.query.get("q") {
            Some(text) => self.core_page(call, &text.clone(), None, 0),
            None => refusal::rest(400, "MALFORMED_QUERY", "A query string has to be specified"),
        }
    }

    /// `…/query/{number}-{first}`.
    fn core_query_more(&mut self, call: &Call<'_>, locator: &str) -> Answer {
        let read = |text: &str| {
            let (number, first) = text.strip_prefix("01g")?.split_once('-')?;
            Some((number.parse::<u64>().ok()?, first.parse::<usize>().ok()?))
        };
        let found = read(locator).and_then(|(number, first)| {
            let text = self.world.org.locators.get(&number)?;
            Some((number, text.clone(), first))
        });
        match found {
            Some((number, text, first)) => self.core_page(call, &text, Some(number), first),
            None => refusal::rest(400, "INVALID_QUERY_LOCATOR", "invalid query locator"),
        }
    }

    /// A page of what a query finds, from the record number `first` on.
    fn core_page(
        &mut self,
        call: &Call<'_>,
        text: &str,
        number: Option<u64>,
        first: usize,
    ) -> Answer {
        let query = match soql::parse(text) {
            Ok(query) => query,
            Err(error) => return refusal::rest(400, error.code, &error.words),
        };
        let base = format!("/services/data/{}", call.version);
        let size = batch(call.request);
        let records = &self.world.org.records;
        let show = |name: &'static str, record: &Record, paths: &[Path]| {
            let mut shown = select::shown(records, &base, name, record, paths);
            if name == "User" && shown.get("IsActive").is_some() {
                shown["IsActive"] = json!(self.core_is_active(record));
            }
            shown
        };
        let (total, rows) = select::run(records, &query, (first, size), &show);
        let reached = first.saturating_add(rows.len());
        let done = rows.is_empty() || reached >= total;
        let mut body = json!({ "totalSize": total, "done": done });
        if !done {
            let number = number.unwrap_or_else(|| self.core_locator(text));
            body["nextRecordsUrl"] = json!(format!("{base}/query/01g{number:012}-{reached}"));
        }
        body["records"] = Value::Array(rows);
        Answer::json(200, body)
    }

    /// Keeps a query for its next page; its number.
    fn core_locator(&mut self, text: &str) -> u64 {
        let org = &mut self.world.org;
        if org.locators.len() >= LOCATORS_MAX {
            org.locators.pop_first();
        }
        org.n_locators += 1;
        org.locators.insert(org.n_locators, text.to_owned());
        org.n_locators
    }

    /// Whether a user is active as far as the org and the faults at work know.
    fn core_is_active(&self, user: &Record) -> bool {
        let id = user.get("Id").and_then(Value::as_str);
        let mut apps = self.world.org.apps.values();
        match apps.find(|app| Some(app.user.as_str()) == id) {
            Some(app) => self.core_user_active(&app.label),
            None => user.get("IsActive") == Some(&Value::Bool(true)),
        }
    }

    /// `…/sobjects/{type}` and what lies below.
    fn core_object(&mut self, call: &Call<'_>, object: &'static Object, rest: &[String]) -> Answer {
        let method = call.request.method.as_str();
        match (method, rest) {
            ("GET", []) => {
                let body =
                    json!({ "objectDescribe": summary(object, call.version), "recentItems": [] });
                Answer::json(200, body)
            }
            ("POST", []) => self.core_create(call, object),
            ("GET", [what]) if what.eq_ignore_ascii_case("describe") => {
                Answer::json(200, description(object, call.version))
            }
            ("GET", [id]) => self.core_read(call, object, id),
            ("PATCH", [id]) => self.core_change(call, object, id),
            ("DELETE", [id]) if object.creatable => match self.world.org.records.delete(object, id)
            {
                true => Answer::text(204, ""),
                false => refusal::not_found(),
            },
            (_, [] | [_]) => refusal::method(method),
            _ => refusal::not_found(),
        }
    }

    fn core_read(&mut self, call: &Call<'_>, object: &'static Object, id: &str) -> Answer {
        let Some(record) = self.world.org.records.get(object.name, id) else {
            return refusal::not_found();
        };
        let mut fields: Vec<&'static Field> = object.fields.iter().collect();
        if let Some(names) = call.request.query.get("fields") {
            fields = Vec::new();
            for name in names.split(',').map(str::trim) {
                match object.field(name) {
                    Some(field) => fields.push(field),
                    None => return refused(object, WriteError::NoField(name.to_owned())),
                }
            }
        }
        let base = format!("/services/data/{}", call.version);
        let mut body = json!({ "attributes": attributes(&base, object.name, record) });
        for field in fields {
            body[field.name] = record.get(field.name).cloned().unwrap_or(Value::Null);
        }
        if object.name == "User" && body.get("IsActive").is_some() {
            body["IsActive"] = json!(self.core_is_active(record));
        }
        Answer::json(200, body)
    }

    fn core_create(&mut self, call: &Call<'_>, object: &'static Object) -> Answer {
        if !object.creatable {
            let words = format!("entity type {} does not support create", object.name);
            return refusal::rest(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", &words);
        }
        let Some(sent) = sent(call.request) else {
            return unreadable();
        };
        let apps = &self.world.org.apps;
        let owner = apps.get(call.label).map(|app| app.user.clone());
        let owner = owner.unwrap_or_default();
        match self
            .world
            .org
            .records
            .create(call.now, object, &sent, &owner)
        {
            Ok(id) => Answer::json(201, json!({ "id": id, "success": true, "errors": [] })),
            Err(error) => refused(object, error),
        }
    }

    fn core_change(&mut self, call: &Call<'_>, object: &'static Object, id: &str) -> Answer {
        let Some(sent) = sent(call.request) else {
            return unreadable();
        };
        match self.world.org.records.change(call.now, object, id, &sent) {
            None => refusal::not_found(),
            Some(Err(error)) => refused(object, error),
            Some(Ok(())) => Answer::text(204, ""),
        }
    }
}

fn sent(request: &Request) -> Option<Record> {
    match serde_json::from_slice(&request.body) {
        Ok(Value::Object(record)) => Some(record),
        _ => None,
    }
}

fn unreadable() -> Answer {
    refusal::rest(400, "JSON_PARSER_ERROR", "The body must be a JSON object")
}

fn refused(object: &Object, error: WriteError) -> Answer {
    match error {
        WriteError::NoField(name) => {
            let words = format!("No such column '{name}' on sobject of type {}", object.name);
            refusal::rest(400, "INVALID_FIELD", &words)
        }
        WriteError::Fixed(name) => {
            let words = format!(
                "Unable to create/update fields: {name}. Please check the security \
                settings of this field and verify that it is read/write for your profile or \
                permission set."
            );
            refusal::fields("INVALID_FIELD_FOR_INSERT_UPDATE", &words, &[&name])
        }
        WriteError::Type(name) => {
            let words = format!("{name}: value not of required type");
            refusal::fields("INVALID_TYPE_ON_FIELD_IN_RECORD", &words, &[&name])
        }
        WriteError::Missing(names) => {
            let words = format!("Required fields are missing: [{}]", names.join(", "));
            refusal::fields("REQUIRED_FIELD_MISSING", &words, &names)
        }
        WriteError::Full => refusal::rest(403, "STORAGE_LIMIT_EXCEEDED", "storage limit exceeded"),
    }
}

/// Records a page, as `Sforce-Query-Options: batchSize=200` asks for.
fn batch(request: &Request) -> usize {
    let told = request.headers.get("sforce-query-options");
    let size = told.and_then(|text| {
        let lower = text.to_lowercase();
        let (_, size) = lower.split_once("batchsize=")?;
        let digits: String = size.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    size.unwrap_or(BATCH.1).clamp(BATCH.0, BATCH.1)
}

fn resources(call: &Call<'_>) -> Answer {
    let at = |name: &str| format!("/services/data/{}/{name}", call.version);
    let names = ["limits", "query", "queryAll", "sobjects"];
    let all = names.map(|name| (name.to_owned(), json!(at(name))));
    Answer::json(200, Value::Object(all.into_iter().collect()))
}

fn limits(used: u64, most: u64) -> Answer {
    let limit = |most: u64, left: u64| json!({ "Max": most, "Remaining": left });
    let body = json!({
        "DailyApiRequests": limit(most, most.saturating_sub(used)),
        "DailyAsyncApexExecutions": limit(250_000, 250_000),
        "DailyBulkApiBatches": limit(15_000, 15_000),
        "DataStorageMB": limit(1_024, 1_000),
        "FileStorageMB": limit(1_024, 1_000),
    });
    Answer::json(200, body)
}

fn described_all(call: &Call<'_>) -> Answer {
    let objects = OBJECTS.iter().map(|object| summary(object, call.version));
    let body = json!({ "encoding": "UTF-8", "maxBatchSize": 200,
        "sobjects": objects.collect::<Vec<Value>>() });
    Answer::json(200, body)
}

fn summary(object: &Object, version: &str) -> Value {
    let url = format!("/services/data/{version}/sobjects/{}", object.name);
    json!({
        "name": object.name, "label": object.name, "labelPlural": object.plural,
        "keyPrefix": object.prefix, "custom": false, "queryable": true, "retrieveable": true,
        "createable": object.creatable, "updateable": true, "deletable": object.creatable,
        "searchable": true, "layoutable": true, "triggerable": true,
        "urls": { "sobject": url, "describe": format!("{url}/describe"),
            "rowTemplate": format!("{url}/{{ID}}") },
    })
}

fn description(object: &Object, version: &str) -> Value {
    let mut body = summary(object, version);
    let fields = object.fields.iter().map(described);
    body["fields"] = fields.collect();
    body["childRelationships"] = json!([]);
    body["recordTypeInfos"] = json!([]);
    body
}

fn described(field: &Field) -> Value {
    let (kind, soap, length) = match field.kind {
        Type::Id => ("id", "tns:ID", 18),
        Type::Text => ("string", "xsd:string", 255),
        Type::Email => ("email", "xsd:string", 80),
        Type::Number => ("double", "xsd:double", 0),
        Type::Flag => ("boolean", "xsd:boolean", 0),
        Type::Time => ("datetime", "xsd:dateTime", 0),
        Type::Reference(_) => ("reference", "tns:ID", 18),
    };
    let (target, relation) = match field.kind {
        Type::Reference(target) => (vec![target], field.name.strip_suffix("Id")),
        _ => (Vec::new(), None),
    };
    json!({
        "name": field.name, "label": field.name, "type": kind, "soapType": soap, "length": length,
        "custom": false, "nillable": !field.required && field.kind != Type::Id,
        "createable": field.writable, "updateable": field.writable, "filterable": true,
        "sortable": true, "groupable": true, "defaultedOnCreate": field.kind == Type::Flag,
        "referenceTo": target, "relationshipName": relation, "picklistValues": [],
    })
}
