//! What was counted last: of each asset, flow and credential one row, whatever the traffic.

use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::id::{AssetId, CredentialId, IntegrationId};
use countersign_model::outcome::{Call, Fact, Metric, Outcome};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

mod ask;

/// A counter's last value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// When it was read.
    pub at: Timestamp,
    /// Its value.
    pub value: f64,
}

/// What is known of one asset.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AssetTally {
    /// When a counter of its flow (entries, sends, rows written) was last read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// When that counter last showed anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_at: Option<Timestamp>,
    /// Messages waiting at the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsent: Option<Reading>,
    /// Messages waiting in Marketing Cloud.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<Reading>,
    /// Age of the oldest of them, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_age_s: Option<Reading>,
}

/// When something last worked and last did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Worked {
    /// Last success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ok_at: Option<Timestamp>,
    /// Last failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<Timestamp>,
    /// Last answer 429: too many requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttled_at: Option<Timestamp>,
}

/// What is known of one flow.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FlowTally {
    /// Its calls and probes.
    pub calls: Worked,
    /// Its last run: when, in what state, with how many rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<(Timestamp, String, Option<u64>)>,
}

/// The status of too many requests (RFC 6585 section 4).
const TOO_MANY: u16 = 429;

/// Names of the parts in which a tally is kept: one for each row, so that a turn writes what it changed.
const PART: &str = "tally/";

/// Last readings. One row for each object of the estate and none for others, so that its size is the
/// estate's and the cost of an outcome does not grow with it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tally {
    assets: BTreeMap<AssetId, AssetTally>,
    flows: BTreeMap<IntegrationId, FlowTally>,
    mints: BTreeMap<CredentialId, Worked>,
    changed: BTreeSet<Row>,
}

/// Names one row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Row {
    Asset(AssetId),
    Flow(IntegrationId),
    Mint(CredentialId),
}

impl Tally {
    /// A tally that has seen nothing.
    #[must_use]
    pub fn new(estate: &Estate) -> Tally {
        let mut tally = Tally::default();
        tally.set_estate(estate);
        tally
    }

    /// Takes up what is new in an estate and forgets what left it.
    pub fn set_estate(&mut self, estate: &Estate) {
        let mut before = std::mem::take(self);
        for asset in &estate.assets {
            let row = before.assets.remove(&asset.id).unwrap_or_default();
            self.assets.insert(asset.id.clone(), row);
        }
        for flow in &estate.integrations {
            let row = before.flows.remove(&flow.id).unwrap_or_default();
            self.flows.insert(flow.id.clone(), row);
        }
        for credential in &estate.credentials {
            let row = before.mints.remove(&credential.id).unwrap_or_default();
            self.mints.insert(credential.id.clone(), row);
        }
        self.changed = before.changed;
        self.changed
            .extend(before.assets.into_keys().map(Row::Asset));
        self.changed.extend(before.flows.into_keys().map(Row::Flow));
        self.changed.extend(before.mints.into_keys().map(Row::Mint));
    }

    /// Whether a part of that name is a tally's.
    #[must_use]
    pub fn is_part(part: &str) -> bool {
        part.starts_with(PART)
    }

    /// The rows that changed since the last call, each by the name of its part; `None` for one that
    /// left the estate.
    ///
    /// # Panics
    /// Never: rows are times, numbers and text.
    pub fn take_changed(&mut self) -> Vec<(String, Option<String>)> {
        let changed = std::mem::take(&mut self.changed).into_iter();
        let written = changed.map(|row| match &row {
            Row::Asset(id) => (format!("{PART}asset/{id}"), self.assets.get(id).map(text)),
            Row::Flow(id) => (format!("{PART}flow/{id}"), self.flows.get(id).map(text)),
            Row::Mint(id) => (format!("{PART}mint/{id}"), self.mints.get(id).map(text)),
        });
        written.collect()
    }

    /// Takes up one part; rows of what left the estate are dropped.
    ///
    /// # Errors
    /// If it cannot be read; nothing has changed then.
    pub fn recall(&mut self, part: &str, text: &str) -> Result<(), serde_json::Error> {
        let name = part
            .strip_prefix(PART)
            .and_then(|name| name.split_once('/'));
        match name {
            Some(("asset", id)) => take_up(&mut self.assets, id, text),
            Some(("flow", id)) => take_up(&mut self.flows, id, text),
            Some(("mint", id)) => take_up(&mut self.mints, id, text),
            _ => Ok(()),
        }
    }

    /// Counts one outcome; older ones than what is known change nothing.
    pub fn observe(&mut self, outcome: &Outcome) {
        if let Some(row) = self.count(outcome) {
            self.changed.insert(row);
        }
    }

    /// Counts it; the row it went into.
    fn count(&mut self, outcome: &Outcome) -> Option<Row> {
        let at = outcome.ts;
        match &outcome.fact {
            Fact::Sample {
                metric,
                asset,
                value,
            } => {
                self.assets.get_mut(asset)?.read(at, *metric, *value);
                Some(Row::Asset(asset.clone()))
            }
            Fact::Mint {
                call, expires_in, ..
            } => {
                let id = outcome.credential.as_ref()?;
                let ok = expires_in.is_some() && is_answer(call);
                self.mints.get_mut(id)?.note(at, call, ok);
                Some(Row::Mint(id.clone()))
            }
            Fact::Call(call) | Fact::Probe(call) => {
                let id = outcome.integration.as_ref()?;
                self.flows
                    .get_mut(id)?
                    .calls
                    .note(at, call, is_answer(call));
                Some(Row::Flow(id.clone()))
            }
            Fact::Run { rows, state, .. } => {
                let id = outcome.integration.as_ref()?;
                let run = &mut self.flows.get_mut(id)?.run;
                if run.as_ref().is_none_or(|(known, _, _)| *known <= at) {
                    *run = Some((at, state.clone(), *rows));
                }
                Some(Row::Flow(id.clone()))
            }
            Fact::Ping { .. } | Fact::Audit { .. } => None,
        }
    }

    /// What is known of an asset.
    #[must_use]
    pub fn asset(&self, id: &AssetId) -> AssetTally {
        self.assets.get(id).cloned().unwrap_or_default()
    }

    /// What is known of a flow.
    #[must_use]
    pub fn of_flow(&self, id: &IntegrationId) -> FlowTally {
        self.flows.get(id).cloned().unwrap_or_default()
    }

    /// When a credential's token requests last worked and last did not.
    #[must_use]
    pub fn mint(&self, id: &CredentialId) -> Worked {
        self.mints.get(id).copied().unwrap_or_default()
    }
}

fn text<T: Serialize>(row: &T) -> String {
    serde_json::to_string(row).expect("times, numbers and text")
}

fn take_up<K, V>(rows: &mut BTreeMap<K, V>, id: &str, text: &str) -> Result<(), serde_json::Error>
where
    K: Ord + FromStr,
    V: DeserializeOwned,
{
    let kept = serde_json::from_str(text)?;
    if let Some(row) = id.parse().ok().and_then(|id: K| rows.get_mut(&id)) {
        *row = kept;
    }
    Ok(())
}

/// Answered, and not refused.
fn is_answer(call: &Call) -> bool {
    call.status.is_some_and(|status| status < 400)
}

impl Worked {
    fn note(&mut self, at: Timestamp, call: &Call, ok: bool) {
        if call.status == Some(TOO_MANY) {
            self.throttled_at = self.throttled_at.max(Some(at));
        }
        let side = if ok {
            &mut self.ok_at
        } else {
            &mut self.failed_at
        };
        *side = Some(side.map_or(at, |known| known.max(at)));
    }
}

impl AssetTally {
    fn read(&mut self, at: Timestamp, metric: Metric, value: f64) {
        let newest = |known: &mut Option<Reading>| {
            if known.is_none_or(|known| known.at <= at) {
                *known = Some(Reading { at, value });
            }
        };
        match metric {
            Metric::Enrolments | Metric::Sends | Metric::RowsWritten => {
                self.read_at = self.read_at.max(Some(at));
                if value > 0.0 {
                    self.moved_at = self.moved_at.max(Some(at));
                }
            }
            Metric::LastChange => {
                self.read_at = self.read_at.max(Some(at));
                let changed = unix(value).filter(|changed| *changed <= at);
                self.moved_at = self.moved_at.max(changed);
            }
            Metric::Unsent => newest(&mut self.unsent),
            Metric::QueueDepth => newest(&mut self.queue),
            Metric::QueueAgeS => newest(&mut self.queue_age_s),
            // How many rows there are does not tell that one moved: an upsert keeps them.
            Metric::Rows | Metric::ConsecutiveFailures => {}
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "out of range is no time at all"
)]
fn unix(value: f64) -> Option<Timestamp> {
    Timestamp::from_second(value as i64).ok()
}

#[cfg(test)]
mod tests;
