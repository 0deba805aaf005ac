//! Tables, journeys, sends and automations as counters that requests move.

use crate::chance::guid_of;
use crate::setup::{AssetKind, AssetSetup};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of a table kept with their values; more are counted only.
const ROWS_KEPT_MAX: usize = 10_000;
/// Columns of a table, at most.
pub(crate) const COLUMNS_MAX: usize = 1_000;

/// The key of a row in a table without key columns; no column itself.
pub(crate) const ROW_NUMBER: &str = "_row";

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// Its type in the provider's words, as in `Text`.
    pub(crate) kind: String,
    pub(crate) chars_max: Option<u64>,
    pub(crate) required: bool,
    pub(crate) primary: bool,
}

impl Column {
    fn text(name: &str, chars_max: u64, primary: bool) -> Column {
        Column {
            name: name.to_owned(),
            kind: "Text".to_owned(),
            chars_max: Some(chars_max),
            required: primary,
            primary,
        }
    }
}

/// A row that was written.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) keys: Value,
    pub(crate) values: Value,
}

/// An asset as it is now.
#[derive(Debug, Clone)]
pub(crate) struct Asset {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) kind: AssetKind,
    pub(crate) mid: u64,
    pub(crate) guid: String,
    pub(crate) per_day: u64,
    /// Rows or contacts it had at the start, and those that were added beyond the rows kept.
    pub(crate) base: u64,
    /// Columns of a table.
    pub(crate) columns: Vec<Column>,
    /// Rows written since, by their keys.
    written: BTreeMap<String, Row>,
    /// Numbers of rows it began with that were written over or deleted.
    gone: BTreeSet<u64>,
    /// When somebody last started it.
    pub(crate) started_at: Option<Timestamp>,
    /// Contacts that entered, messages that were sent.
    pub(crate) passed: u64,
    /// Messages accepted while its queue stood still, and since when.
    pub(crate) waiting: Option<(Timestamp, u64)>,
}

impl Asset {
    pub(crate) fn new(setup: &AssetSetup) -> Asset {
        Asset {
            id: setup.id.clone(),
            key: setup.key.clone(),
            name: setup.name.clone(),
            kind: setup.kind,
            mid: setup.mid,
            guid: guid_of(&setup.id),
            per_day: setup.per_day,
            base: setup.count,
            columns: match setup.kind {
                AssetKind::Table => {
                    vec![
                        Column::text("id", 50, true),
                        Column::text("name", 100, false),
                    ]
                }
                _ => Vec::new(),
            },
            written: BTreeMap::new(),
            gone: BTreeSet::new(),
            started_at: None,
            passed: 0,
            waiting: None,
        }
    }

    /// The number by which some routes know it: always the same for its id.
    pub(crate) fn number(&self) -> u64 {
        let digits = self.guid.get(..7).unwrap_or_default();
        u64::from_str_radix(digits, 16).unwrap_or(0) + 1
    }

    /// Whether `text` is its key or its id, whatever the case.
    pub(crate) fn is_called(&self, text: &str) -> bool {
        self.key.eq_ignore_ascii_case(text) || self.guid.eq_ignore_ascii_case(text)
    }

    /// Rows of a table.
    pub(crate) fn rows(&self) -> u64 {
        self.base - self.gone.len() as u64 + self.written.len() as u64
    }

    /// Puts a row in, or in place of the one with the same keys. Columns that it has and the table
    /// lacks are added.
    pub(crate) fn put_row(&mut self, keys: Value, values: Value) {
        for name in [&keys, &values]
            .into_iter()
            .filter_map(Value::as_object)
            .flat_map(Map::keys)
        {
            let known = self
                .columns
                .iter()
                .any(|column| column.name.eq_ignore_ascii_case(name));
            if !known && name != ROW_NUMBER && self.columns.len() < COLUMNS_MAX {
                self.columns.push(Column::text(name, 4_000, false));
            }
        }
        let name = keys.to_string();
        if self.written.len() < ROWS_KEPT_MAX || self.written.contains_key(&name) {
            if let Some(number) = self.number_of(&keys) {
                self.gone.insert(number);
            }
            self.written.insert(name, Row { keys, values });
        } else {
            self.base += 1;
        }
    }

    /// Whether there is a row of these keys.
    pub(crate) fn has_row(&self, keys: &Value) -> bool {
        self.written.contains_key(&keys.to_string()) || self.number_of(keys).is_some()
    }

    /// The values of a row, by its keys.
    pub(crate) fn find_row(&self, keys: &Value) -> Option<Map<String, Value>> {
        if let Some(row) = self.written.get(&keys.to_string()) {
            return row.values.as_object().cloned();
        }
        let number = self.number_of(keys)?;
        made_up(number).values.as_object().cloned()
    }

    /// Takes a row out; false if there is none, or if too many are out already.
    pub(crate) fn remove_row(&mut self, keys: &Value) -> bool {
        if self.written.remove(&keys.to_string()).is_some() {
            return true;
        }
        match self.number_of(keys) {
            Some(number) if self.gone.len() < ROWS_KEPT_MAX => self.gone.insert(number),
            _ => false,
        }
    }

    /// Takes all rows out.
    pub(crate) fn clear_rows(&mut self) {
        self.base = 0;
        self.written.clear();
        self.gone.clear();
    }

    /// The number of a row it began with and still has, by its keys.
    fn number_of(&self, keys: &Value) -> Option<u64> {
        let keys = keys.as_object().filter(|keys| keys.len() == 1)?;
        let number: u64 = keys.get("id")?.as_str()?.parse().ok()?;
        ((1..=self.base).contains(&number) && !self.gone.contains(&number)).then_some(number)
    }

    /// Rows `first` to `first + n`, those written last to the front of those it began with.
    pub(crate) fn rows_from(&self, first: u64, n: u64) -> Vec<Row> {
        let written = self.written.len() as u64;
        let skip = usize::try_from(first).unwrap_or(usize::MAX);
        let take = usize::try_from(n).unwrap_or(usize::MAX);
        let began = first.saturating_sub(written);
        let numbers: Box<dyn Iterator<Item = u64>> = if self.gone.is_empty() {
            Box::new(began.saturating_add(1)..=self.base)
        } else {
            let left = (1..=self.base).filter(|number| !self.gone.contains(number));
            Box::new(left.skip(usize::try_from(began).unwrap_or(usize::MAX)))
        };
        let front = self.written.values().skip(skip).cloned();
        front.chain(numbers.map(made_up)).take(take).collect()
    }
}

/// A row that a table began with.
fn made_up(number: u64) -> Row {
    Row {
        keys: serde_json::json!({ "id": number.to_string() }),
        values: serde_json::json!({ "name": format!("row {number}") }),
    }
}

/// All assets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Assets(Vec<Asset>);

impl Assets {
    pub(crate) fn new(setup: &[AssetSetup]) -> Assets {
        Assets(setup.iter().map(Asset::new).collect())
    }

    /// Those of a kind that belong to a unit.
    pub(crate) fn of(&self, kind: AssetKind, mid: u64) -> impl Iterator<Item = &Asset> {
        self.0
            .iter()
            .filter(move |asset| asset.kind == kind && asset.mid == mid)
    }

    /// The one of an id in the estate.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Asset> {
        self.0.iter_mut().find(|asset| asset.id == id)
    }

    /// The one of an id in the estate.
    pub(crate) fn get(&self, id: &str) -> Option<&Asset> {
        self.0.iter().find(|asset| asset.id == id)
    }

    /// Adds one.
    pub(crate) fn add(&mut self, asset: Asset) {
        self.0.push(asset);
    }

    /// Takes one away.
    pub(crate) fn remove(&mut self, id: &str) {
        self.0.retain(|asset| asset.id != id);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The one of a kind that a unit sees under that key or id: its own first, then its parent's.
    pub(crate) fn find(
        &mut self,
        kind: AssetKind,
        text: &str,
        mid: u64,
        parent: u64,
    ) -> Option<&mut Asset> {
        let place = |mid: u64| {
            let is =
                |asset: &Asset| asset.kind == kind && asset.mid == mid && asset.is_called(text);
            self.0.iter().position(is)
        };
        let found = place(mid).or_else(|| place(parent))?;
        self.0.get_mut(found)
    }

    /// Whether there is one of that id in the estate.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.0.iter().any(|asset| asset.id == id)
    }

    /// Their ids in the estate.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|asset| asset.id.as_str())
    }
}
