//! The records of the org: the same ones in every run, and what clients make of them.

use super::object::{self, OBJECTS, Object, Type};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Records there may be, all told.
const RECORDS_MAX: usize = 20_000;
/// How many there are of each object at the start.
const AT_START: [(&str, u64); 4] = [
    ("Account", 12),
    ("Campaign", 4),
    ("Contact", 40),
    ("Lead", 250),
];
/// Every record of the start was made so long before it.
const MADE_BEFORE: SignedDuration = SignedDuration::from_hours(24 * 90);

/// A record's fields by name.
pub(super) type Record = Map<String, Value>;

/// Why a record could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WriteError {
    /// No such field.
    NoField(String),
    /// A field that only the org writes.
    Fixed(String),
    /// A value of another kind.
    Type(String),
    /// Fields a new record needs.
    Missing(Vec<&'static str>),
    /// No more room.
    Full,
}

/// Every record, by object and id.
#[derive(Debug, Clone)]
pub(super) struct Records {
    held: BTreeMap<&'static str, BTreeMap<String, Record>>,
    made: BTreeMap<&'static str, u64>,
}

/// An id as it is written: 15 characters, and three by which one whose case was lost is repaired.
pub(super) fn id(prefix: &str, number: u64) -> String {
    let short = format!("{prefix}{number:012}");
    let mut whole = short.clone();
    for chunk in short.as_bytes().chunks(5) {
        let upper = chunk
            .iter()
            .zip(0_u8..)
            .filter(|(byte, _)| byte.is_ascii_uppercase())
            .fold(0_u8, |sum, (_, place)| sum | (1 << place));
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
        whole.push(char::from(letters[usize::from(upper)]));
    }
    whole
}

/// Whether a text has the form of an id: 15 or 18 letters and digits.
pub(crate) fn is_id(text: &str) -> bool {
    (text.len() == 15 || text.len() == 18) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A time as core writes it.
pub(super) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string()
}

impl Records {
    pub(super) fn new(now: Timestamp) -> Records {
        let mut records = Records {
            held: OBJECTS
                .iter()
                .map(|object| (object.name, BTreeMap::new()))
                .collect(),
            made: BTreeMap::new(),
        };
        let at = now.checked_sub(MADE_BEFORE).unwrap_or(now);
        let org = [
            ("Name", json!("Simulated org")),
            ("OrganizationType", json!("Developer Edition")),
            ("InstanceName", json!("SIM1")),
            ("IsSandbox", json!(false)),
        ];
        records.put("Organization", at, org.into_iter().collect_record());
        for (name, n) in AT_START {
            for number in 1..=n {
                records.put(name, at, made_up(name, number));
            }
        }
        records
    }

    /// The org's own id.
    pub(super) fn org_id(&self) -> String {
        id("00D", 1)
    }

    /// Adds a record without asking whether it may be; its id.
    fn put(&mut self, name: &'static str, at: Timestamp, mut fields: Record) -> String {
        let number = self.made.entry(name).or_default();
        *number += 1;
        let prefix = object::find(name).map_or("000", |object| object.prefix);
        let id = id(prefix, *number);
        fields.insert("Id".to_owned(), json!(id));
        for name in ["CreatedDate", "LastModifiedDate", "SystemModstamp"] {
            fields.insert(name.to_owned(), json!(stamp(at)));
        }
        if let Some(of_object) = self.held.get_mut(name) {
            of_object.insert(id.clone(), fields);
        }
        id
    }

    /// Adds a user; its id.
    pub(super) fn add_user(&mut self, now: Timestamp, username: &str, label: &str) -> String {
        let user = [
            ("Username", json!(username)),
            ("FirstName", json!("Integration")),
            ("LastName", json!(label)),
            ("Name", json!(format!("Integration {label}"))),
            ("Email", json!(username)),
            ("IsActive", json!(true)),
            ("UserType", json!("Standard")),
            ("TimeZoneSidKey", json!("America/Chicago")),
            ("LocaleSidKey", json!("en_US")),
            ("LastLoginDate", Value::Null),
        ];
        self.put("User", now, user.into_iter().collect_record())
    }

    /// Whether a user is active.
    pub(super) fn is_active(&self, user: &str) -> bool {
        let found = self.get("User", user);
        found.and_then(|user| user.get("IsActive")) == Some(&Value::Bool(true))
    }

    /// Notes that a user signed in.
    pub(super) fn signed_in(&mut self, now: Timestamp, user: &str) {
        if let Some(user) = self.get_mut("User", user) {
            user.insert("LastLoginDate".to_owned(), json!(stamp(now)));
        }
    }

    /// Every record of an object, by id.
    pub(super) fn of(&self, object: &Object) -> impl Iterator<Item = &Record> {
        self.held
            .get(object.name)
            .into_iter()
            .flat_map(BTreeMap::values)
    }

    /// One record, by its id of 15 or 18 characters.
    pub(super) fn get(&self, object: &str, id: &str) -> Option<&Record> {
        let of_object = self.held.get(object)?;
        of_object.get(&whole(of_object, id)?)
    }

    fn get_mut(&mut self, object: &str, id: &str) -> Option<&mut Record> {
        let of_object = self.held.get_mut(object)?;
        let id = whole(of_object, id)?;
        of_object.get_mut(&id)
    }

    /// Makes a record; its id.
    pub(super) fn create(
        &mut self,
        now: Timestamp,
        object: &'static Object,
        sent: &Record,
        owner: &str,
    ) -> Result<String, WriteError> {
        let mut fields = written(object, sent)?;
        let lacks = |name: &str| {
            fields
                .get(name)
                .is_none_or(|value| value == "" || value.is_null())
        };
        let missing: Vec<&'static str> = object
            .fields
            .iter()
            .filter(|field| field.required && lacks(field.name))
            .map(|field| field.name)
            .collect();
        if !missing.is_empty() {
            return Err(WriteError::Missing(missing));
        }
        if self.held.values().map(BTreeMap::len).sum::<usize>() >= RECORDS_MAX {
            return Err(WriteError::Full);
        }
        for field in object
            .fields
            .iter()
            .filter(|field| field.kind == Type::Flag)
        {
            fields.entry(field.name).or_insert(Value::Bool(false));
        }
        if object.field("OwnerId").is_some() {
            fields.entry("OwnerId").or_insert(json!(owner));
        }
        named(object, &mut fields);
        Ok(self.put(object.name, now, fields))
    }

    /// Changes a record; `None` if there is none.
    pub(super) fn change(
        &mut self,
        now: Timestamp,
        object: &'static Object,
        id: &str,
        sent: &Record,
    ) -> Option<Result<(), WriteError>> {
        let record = self.get_mut(object.name, id)?;
        let changes = match written(object, sent) {
            Ok(changes) => changes,
            Err(error) => return Some(Err(error)),
        };
        record.extend(changes);
        named(object, record);
        for name in ["LastModifiedDate", "SystemModstamp"] {
            record.insert(name.to_owned(), json!(stamp(now)));
        }
        Some(Ok(()))
    }

    /// Takes a record away; whether there was one.
    pub(super) fn delete(&mut self, object: &Object, id: &str) -> bool {
        let Some(of_object) = self.held.get_mut(object.name) else {
            return false;
        };
        whole(of_object, id).is_some_and(|id| of_object.remove(&id).is_some())
    }
}

/// The full id of a record that is named by 15 or 18 characters.
fn whole(of_object: &BTreeMap<String, Record>, id: &str) -> Option<String> {
    let start = id.get(..15).filter(|_| is_id(id))?;
    let (found, _) = of_object.range(start.to_owned()..).next()?;
    found.starts_with(start).then(|| found.clone())
}

/// What a client wrote, under the fields' own names.
fn written(object: &Object, sent: &Record) -> Result<Record, WriteError> {
    let mut fields = Record::new();
    for (name, value) in sent.iter().filter(|(name, _)| *name != "attributes") {
        let field = object
            .field(name)
            .ok_or_else(|| WriteError::NoField(name.clone()))?;
        if !field.writable {
            return Err(WriteError::Fixed(field.name.to_owned()));
        }
        let fits = match field.kind {
            Type::Flag => value.is_boolean(),
            Type::Number => value.is_number() || value.is_null(),
            Type::Reference(_) => value.as_str().is_some_and(is_id) || value.is_null(),
            Type::Id | Type::Text | Type::Email | Type::Time => {
                value.is_string() || value.is_null()
            }
        };
        if !fits {
            return Err(WriteError::Type(field.name.to_owned()));
        }
        fields.insert(field.name.to_owned(), value.clone());
    }
    Ok(fields)
}

/// A person's whole name follows from its parts.
fn named(object: &Object, fields: &mut Record) {
    if object.field("LastName").is_none() {
        return;
    }
    let part = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let name = format!("{} {}", part("FirstName"), part("LastName"));
    fields.insert("Name".to_owned(), json!(name.trim()));
}

/// Record number `number` of an object, unmistakably made up.
fn made_up(name: &str, number: u64) -> Record {
    let flag = |every: u64| json!(number.is_multiple_of(every));
    let of = |list: &[&str]| {
        let place = usize::try_from(number).unwrap_or(0) % list.len();
        json!(list[place])
    };
    let owner = json!(id("005", 1));
    let mail = json!(format!("{}{number}@example.com", name.to_lowercase()));
    let person = |mut fields: Record| {
        fields.insert("FirstName".to_owned(), of(&["Ada", "Ben", "Cleo", "Dan"]));
        fields.insert("LastName".to_owned(), json!(format!("Example {number}")));
        fields.insert("Email".to_owned(), mail.clone());
        fields.insert("Phone".to_owned(), json!(format!("+1 555 010 {number:04}")));
        fields
    };
    let fields = match name {
        "Account" => [
            ("Name", json!(format!("Example account {number}"))),
            ("Type", of(&["Customer", "Partner", "Prospect"])),
            ("Industry", of(&["Retail", "Banking", "Media"])),
            ("BillingCountry", of(&["US", "DE", "SG"])),
            ("AnnualRevenue", json!(number * 100_000)),
            ("NumberOfEmployees", json!(number * 25)),
            ("Website", json!(format!("https://account{number}.example"))),
            ("Phone", json!(format!("+1 555 020 {number:04}"))),
        ]
        .into_iter()
        .collect_record(),
        "Campaign" => [
            ("Name", json!(format!("Example campaign {number}"))),
            ("Status", of(&["Planned", "In Progress"])),
            ("IsActive", flag(2)),
        ]
        .into_iter()
        .collect_record(),
        "Contact" => person(
            [
                ("AccountId", json!(id("001", number % 12 + 1))),
                ("HasOptedOutOfEmail", flag(5)),
            ]
            .into_iter()
            .collect_record(),
        ),
        _ => person(
            [
                ("Company", json!(format!("Example company {}", number % 30))),
                ("Status", of(&["New", "Working", "Nurturing"])),
                ("LeadSource", of(&["Web", "Webinar"])),
                ("IsConverted", json!(false)),
            ]
            .into_iter()
            .collect_record(),
        ),
    };
    let mut fields = fields;
    fields.insert("OwnerId".to_owned(), owner);
    fields.insert("IsDeleted".to_owned(), json!(false));
    if let Some(object) = object::find(name) {
        named(object, &mut fields);
    }
    fields
}

/// Pairs to a record.
trait CollectRecord {
    fn collect_record(self) -> Record;
}

impl<I: Iterator<Item = (&'static str, Value)>> CollectRecord for I {
    fn collect_record(self) -> Record {
        self.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
