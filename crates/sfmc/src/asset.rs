//! Tables, journeys, sends and automations as counters that requests move.

use crate::chance::guid_of;
use crate::setup::{AssetKind, AssetSetup};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// Rows of a table kept with their values; more are counted only.
const ROWS_KEPT_MAX: usize = 10_000;

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
    /// Rows written since, by their keys.
    written: BTreeMap<String, Row>,
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
            written: BTreeMap::new(),
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
        self.base + self.written.len() as u64
    }

    /// Puts a row in, or in place of the one with the same keys.
    pub(crate) fn put_row(&mut self, keys: Value, values: Value) {
        let name = keys.to_string();
        if self.written.len() < ROWS_KEPT_MAX || self.written.contains_key(&name) {
            self.written.insert(name, Row { keys, values });
        } else {
            self.base += 1;
        }
    }

    /// Rows `first` to `first + n`, those written last to the front of those it began with.
    pub(crate) fn rows_from(&self, first: u64, n: u64) -> Vec<Row> {
        let made_up = |number: u64| Row {
            keys: serde_json::json!({ "id": number.to_string() }),
            values: serde_json::json!({ "name": format!("row {number}") }),
        };
        let written = self.written.values().cloned();
        let skip = usize::try_from(first).unwrap_or(usize::MAX);
        let take = usize::try_from(n).unwrap_or(usize::MAX);
        written
            .chain((1..=self.base).map(made_up))
            .skip(skip)
            .take(take)
            .collect()
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
