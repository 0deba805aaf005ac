//! The load an estate's integrations put on the platform, minute by minute: a function of the estate,
//! the minute and a seed.
//!
//! A flow without a schedule calls all day, in the day's shape; one with a schedule calls while its
//! run lasts. A burst stands for all equal calls of its minute.

pub(crate) mod count;

use count::Luck;
use countersign_model::estate::{Asset, AssetKind, Estate, Integration, IntegrationKind};
use countersign_model::hours::is_staffed;
use countersign_model::id::IntegrationId;
use countersign_model::schedule::{Schedule, zone};
use countersign_model::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Share of a day's calls in each local hour from midnight, percent (demo estate D.8).
pub(crate) const HOURLY_PERCENT: [f64; 24] = [
    1.1, 0.7, 0.5, 0.5, 0.6, 1.1, 2.4, 4.1, 5.6, 6.3, 6.5, 6.5, 6.4, 6.2, 6.0, 5.8, 5.6, 5.6, 5.7,
    5.9, 5.8, 4.9, 3.6, 2.6,
];
/// Calls a day of a flow whose assets do not say: ten a minute.
pub(crate) const PER_DAY_UNSAID: f64 = 14_400.0;
/// Rows that a run writes with one call.
pub(crate) const ROWS_PER_CALL: u64 = 50;
/// Calls of a run that writes no rows we know of.
pub(crate) const CALLS_PER_RUN: u64 = 20;
/// Length of a run that does not say, minutes.
pub(crate) const USUAL_MIN: u32 = 15;

/// What an integration does in one minute.
#[derive(Debug, Clone, PartialEq)]
pub struct Burst {
    /// Who.
    pub integration: IntegrationId,
    /// What.
    pub act: Act,
}

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// `n` equal calls.
    Calls {
        /// How many, at least 1.
        n: u64,
        /// The request each of them is.
        request: Sent,
    },
    /// A run is over: rows it was to write, and how long it took.
    RunEnds {
        /// Rows, if it writes any.
        rows: Option<u64>,
        /// Milliseconds.
        duration_ms: u64,
    },
}

/// A request as its sender makes it, without the token.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// HTTP method.
    pub method: &'static str,
    /// Path.
    pub path: String,
    /// The route it is of, keys replaced.
    pub route: &'static str,
    /// Body, if it has one.
    pub body: Option<Value>,
}

/// Everybody's habits.
pub struct Traffic {
    estate: Estate,
    seed: u64,
}

impl Traffic {
    /// The habits of an estate's integrations.
    #[must_use]
    pub fn new(estate: &Estate, seed: u64) -> Traffic {
        Traffic {
            estate: estate.clone(),
            seed,
        }
    }

    /// What `id` does in the minute that starts at `at`: calls, the end of a run, both or nothing.
    #[must_use]
    pub fn minute(&self, id: &IntegrationId, at: Timestamp) -> Vec<Burst> {
        let Some(flow) = self.estate.integration(id) else {
            return Vec::new();
        };
        let acts = match &flow.schedule {
            Some(schedule) => self.scheduled(flow, schedule, at),
            None => self.continuous(flow, at).into_iter().collect(),
        };
        let burst = |act| Burst {
            integration: flow.id.clone(),
            act,
        };
        acts.into_iter().map(burst).collect()
    }

    fn fed(&self, flow: &Integration) -> Vec<&Asset> {
        let fed = |asset: &&Asset| flow.feeds.contains(&asset.id);
        self.estate.assets.iter().filter(fed).collect()
    }

    fn continuous(&self, flow: &Integration, at: Timestamp) -> Option<Act> {
        let unit = self.estate.business_unit(&flow.bu)?;
        let local = at.to_zoned(zone(&unit.time_zone).ok()?);
        let weekend = matches!(local.weekday().to_monday_one_offset(), 6 | 7);
        let fed = self.fed(flow);
        let said: Vec<f64> = fed
            .iter()
            .filter_map(|asset| per_day(asset, weekend))
            .collect();
        let per_day = match said.as_slice() {
            // A flow of people's own work has no volume of its own, and rests when they do.
            [] if flow.kind == IntegrationKind::OnDemand && !is_staffed(unit, at) => 0.0,
            [] => PER_DAY_UNSAID,
            said => said.iter().sum(),
        };
        let hour = HOURLY_PERCENT[usize::from(local.hour().unsigned_abs())];
        let expected = per_day * hour / 100.0 / 60.0;
        let n = Luck::new(self.seed, flow.id.as_str(), at).poisson(expected);
        let target = fed.get(usize::try_from(at.as_second() / 60).unwrap_or(0) % fed.len().max(1));
        (n > 0).then(|| Act::Calls {
            n,
            request: request(flow, target.copied()),
        })
    }

    fn scheduled(&self, flow: &Integration, schedule: &Schedule, at: Timestamp) -> Vec<Act> {
        let Some(unit) = self.estate.business_unit(&flow.bu) else {
            return Vec::new();
        };
        let minutes = schedule.usual_min.unwrap_or(USUAL_MIN).max(1);
        let length = SignedDuration::from_mins(i64::from(minutes));
        let starts_at = |from: Timestamp| {
            let before = from - SignedDuration::from_secs(1);
            let start = schedule.next_after(before, &unit.time_zone).ok().flatten();
            start.filter(|start| *start <= at)
        };
        let fed = self.fed(flow);
        let rows: u64 = fed.iter().filter_map(|asset| asset.rows_per_run).sum();
        let mut acts = Vec::new();
        let ended = at - length;
        if starts_at(ended) == Some(ended) {
            acts.push(Act::RunEnds {
                rows: (rows > 0).then_some(rows),
                duration_ms: u64::from(minutes) * 60_000,
            });
        }
        if let Some(start) = starts_at(ended + SignedDuration::from_secs(1)) {
            let calls = match rows {
                0 => CALLS_PER_RUN,
                rows => rows.div_ceil(ROWS_PER_CALL),
            };
            let minute = u64::try_from(at.duration_since(start).as_mins()).unwrap_or(0);
            let (whole, rest) = (calls / u64::from(minutes), calls % u64::from(minutes));
            let n = whole + u64::from(minute < rest);
            let turn = usize::try_from(minute).unwrap_or(0) % fed.len().max(1);
            if n > 0 {
                let request = request(flow, fed.get(turn).copied());
                acts.push(Act::Calls { n, request });
            }
        }
        acts
    }
}

/// Calls a day that an asset takes, if it says.
#[expect(clippy::cast_precision_loss, reason = "a day's volume")]
fn per_day(asset: &Asset, weekend: bool) -> Option<f64> {
    let weekday = asset.volume_weekday? as f64;
    Some(match weekend {
        true => weekday * asset.weekend_factor.unwrap_or(1.0),
        false => weekday,
    })
}

/// What a flow sends to what it feeds; one that feeds nothing here reads.
pub(crate) fn request(flow: &Integration, target: Option<&Asset>) -> Sent {
    let reads = Sent {
        method: "GET",
        path: "/platform/v1/tokenContext".to_owned(),
        route: "/platform/v1/tokenContext",
        body: None,
    };
    let Some(asset) = target else { return reads };
    let key = asset.key.clone().unwrap_or_else(|| asset.id.to_string());
    match asset.kind {
        AssetKind::DataExtension => Sent {
            method: "POST",
            path: format!("/hub/v1/dataevents/key:{key}/rowset"),
            route: "/hub/v1/dataevents/key:{key}/rowset",
            body: Some(json!([{ "keys": { "id": flow.id }, "values": { "source": flow.id } }])),
        },
        AssetKind::Journey => Sent {
            method: "POST",
            path: "/interaction/v1/events".to_owned(),
            route: "/interaction/v1/events",
            body: Some(
                json!({ "ContactKey": "made-up", "EventDefinitionKey": format!("APIEvent-{key}") }),
            ),
        },
        AssetKind::TriggeredSend => Sent {
            method: "POST",
            path: "/messaging/v1/email/messages".to_owned(),
            route: "/messaging/v1/email/messages",
            body: Some(
                json!({ "definitionKey": key, "recipients": [{ "contactKey": "made-up" }] }),
            ),
        },
        AssetKind::Automation | AssetKind::Launch | AssetKind::OutsideSystem => reads,
    }
}

#[cfg(test)]
mod tests;
