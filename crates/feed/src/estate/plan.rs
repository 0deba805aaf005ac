//! What applying another estate would change, object by object and field by field.

mod render;

use countersign_model::estate::Estate;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Kinds of objects, in the order in which a plan tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// The file's own fields.
    Estate,
    /// Tenants, by id.
    Tenant,
    /// Business units, by code.
    BusinessUnit,
    /// Credentials, by id.
    Credential,
    /// Integrations, by id.
    Integration,
    /// Assets, by id.
    Asset,
    /// Freezes, by their days (`2026-11-24..2026-12-01`).
    Freeze,
    /// Planned spans, by id.
    Planned,
}

/// The difference of two estates. Only kinds with a difference are present.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Plan {
    /// Differences per kind.
    pub sections: BTreeMap<ObjectKind, Section>,
}

/// The difference in one kind of objects, each list by id.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Section {
    /// Ids that are new.
    pub added: Vec<String>,
    /// Objects present in both that differ.
    pub changed: Vec<Change>,
    /// Ids that are gone.
    pub removed: Vec<String>,
}

/// What changes in one object.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Its id.
    pub id: String,
    /// Its fields that differ, in the order of the format.
    pub fields: Vec<FieldChange>,
}

/// One field's old and new value; `null` where it is absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// The field, as `ends` or `schedule.cron`.
    pub field: String,
    /// Its value so far.
    pub from: Value,
    /// Its value then.
    pub to: Value,
}

impl Plan {
    /// Whether nothing changes. The order of objects in the file is not a change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// How many objects are added, changed and removed.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        self.sections
            .values()
            .fold((0, 0, 0), |(added, changed, removed), section| {
                (
                    added + section.added.len(),
                    changed + section.changed.len(),
                    removed + section.removed.len(),
                )
            })
    }
}

/// Compares two estates. [`Plan`] prints for people by `Display` and serialises for machines.
///
/// Objects are matched by id; of ids used twice (which `lint` refuses) the last one counts.
///
/// # Panics
/// Never: an estate is plain data.
#[must_use]
pub fn plan(current: &Estate, next: &Estate) -> Plan {
    let (old, new) = (objects(current), objects(next));
    let mut sections = BTreeMap::new();
    for kind in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
        let section = compare(&old[kind], &new[kind]);
        if section != Section::default() {
            sections.insert(*kind, section);
        }
    }
    Plan { sections }
}

type Objects = BTreeMap<String, Map<String, Value>>;

/// Every object of an estate by kind and id; each kind is present.
fn objects(estate: &Estate) -> BTreeMap<ObjectKind, Objects> {
    let value = serde_json::to_value(estate).expect("an estate is plain data with text keys");
    let list = |section: &str| {
        let items = value[section]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_object);
        items
            .map(|object| (key_of(object), object.clone()))
            .collect::<Objects>()
    };
    let own = value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, field)| !field.is_array());
    let file: Map<String, Value> = own
        .map(|(name, field)| (name.clone(), field.clone()))
        .collect();
    BTreeMap::from([
        (
            ObjectKind::Estate,
            BTreeMap::from([("estate".to_owned(), file)]),
        ),
        (ObjectKind::Tenant, list("tenants")),
        (ObjectKind::BusinessUnit, list("business_units")),
        (ObjectKind::Credential, list("credentials")),
        (ObjectKind::Integration, list("integrations")),
        (ObjectKind::Asset, list("assets")),
        (ObjectKind::Freeze, list("freezes")),
        (ObjectKind::Planned, list("planned")),
    ])
}

fn key_of(object: &Map<String, Value>) -> String {
    let text = |field: &str| {
        object
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    match object.get("id") {
        Some(_) => text("id").to_owned(),
        None => format!("{}..{}", text("from"), text("to")),
    }
}

fn compare(old: &Objects, new: &Objects) -> Section {
    let missing = |from: &Objects, id: &&String| !from.contains_key(*id);
    let mut section = Section {
        added: new.keys().filter(|id| missing(old, id)).cloned().collect(),
        removed: old.keys().filter(|id| missing(new, id)).cloned().collect(),
        changed: Vec::new(),
    };
    for (id, before) in old {
        let Some(after) = new.get(id).filter(|after| *after != before) else {
            continue;
        };
        let mut fields = Vec::new();
        compare_fields("", before, after, &mut fields);
        section.changed.push(Change {
            id: id.clone(),
            fields,
        });
    }
    section
}

fn compare_fields(
    prefix: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    fields: &mut Vec<FieldChange>,
) {
    let added = after.keys().filter(|name| !before.contains_key(*name));
    for name in before.keys().chain(added) {
        let value = |side: &Map<String, Value>| side.get(name).cloned().unwrap_or(Value::Null);
        let (from, to) = (value(before), value(after));
        if from == to {
            continue;
        }
        let field = format!("{prefix}{name}");
        match (&from, &to) {
            (Value::Object(inner), Value::Object(outer)) => {
                compare_fields(&format!("{field}."), inner, outer, fields);
            }
            _ => fields.push(FieldChange { field, from, to }),
        }
    }
}
