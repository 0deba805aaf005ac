//! The counters' memory in parts, one for each counter.

use super::entry::{Entry, Stored};
use super::{Counters, Key};
use countersign_model::id::AssetId;
use countersign_model::outcome::Metric;

const COUNTER: &str = "counter";
const POOL: &str = "pool";

impl Counters {
    /// The parts that changed since the last call; see [`Detector::take_changed`](crate::Detector::take_changed).
    pub fn take_changed(&mut self) -> Vec<(String, Option<String>)> {
        let changed = std::mem::take(&mut self.changed);
        let part = |key: Key| {
            let entry = self.entries.get(&key);
            let text = entry.map(|entry| {
                serde_json::to_string(&entry.store()).expect("numbers, text and lists of them")
            });
            (name_of(&key), text)
        };
        let pools = self.pools.take_changed().into_iter();
        let pools = pools.map(|(id, stored)| {
            let text = stored.map(|stored| {
                serde_json::to_string(&stored).expect("numbers, text and lists of them")
            });
            (format!("{POOL}/{id}"), text)
        });
        changed.into_iter().map(part).chain(pools).collect()
    }

    /// Takes up one part; whether it is one of the counters'. What left the estate is let go.
    ///
    /// # Errors
    /// If the text is none of this version's.
    pub fn recall(&mut self, part: &str, text: &str) -> Result<bool, serde_json::Error> {
        let name = match part.split_once('/') {
            Some((COUNTER, name)) => name,
            Some((POOL, id)) => {
                let stored = serde_json::from_str(text)?;
                if let Ok(id) = id.parse() {
                    self.pools.recall(id, stored);
                }
                return Ok(true);
            }
            _ => return Ok(false),
        };
        let stored: Stored = serde_json::from_str(text)?;
        let Some((id, metric)) = key_of(name) else {
            return Ok(true);
        };
        if self.estate.asset(&id).is_some() {
            let entry = Entry::recall(stored, |interval_s| {
                self.settings(&id, metric, Some(interval_s))
            });
            if let Some(at) = entry.good_at {
                self.went_on.insert(id.clone(), at);
            }
            self.entries.insert((id, metric), entry);
        }
        Ok(true)
    }
}

fn name_of((id, metric): &Key) -> String {
    let metric = serde_json::to_value(metric).expect("a word");
    format!("{COUNTER}/{id}/{}", metric.as_str().unwrap_or_default())
}

fn key_of(name: &str) -> Option<Key> {
    let (id, metric) = name.rsplit_once('/')?;
    let metric: Metric = serde_json::from_value(metric.into()).ok()?;
    Some((id.parse::<AssetId>().ok()?, metric))
}
