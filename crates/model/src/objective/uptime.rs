//! Uptime by integration and month: what incidents took, over the time in which anything was known.

use super::{Month, uptime_objective};
use crate::estate::{Estate, Tier};
use crate::id::IntegrationId;
use crate::incident::{Incident, IncidentState};
use crate::status::Health;
use crate::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// How long an integration had one health in one month, as it was judged at the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthTime {
    /// Which integration.
    pub integration: IntegrationId,
    /// Which month.
    pub month: Month,
    /// Which health.
    pub health: Health,
    /// How long.
    pub lasted: SignedDuration,
}

/// One month of one integration.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MonthUptime {
    /// Which month.
    pub month: Month,
    /// Seconds in which it was watched at all.
    pub watched_s: i64,
    /// Seconds of these of which nobody can tell. They count neither as up nor as down.
    pub unknown_s: i64,
    /// Seconds of incidents on its cause.
    pub down_s: i64,
    /// `1 - down / known`, 0.0 to 1.0; `None` where nothing is known.
    pub uptime: Option<f64>,
    /// Whether the objective is met; `None` where nothing is known.
    pub is_met: Option<bool>,
}

/// The months of one integration.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IntegrationUptime {
    /// Which.
    pub integration: IntegrationId,
    /// What its failure costs.
    pub tier: Tier,
    /// What is promised, 0.0 to 1.0.
    pub objective: f64,
    /// Newest first.
    pub months: Vec<MonthUptime>,
}

/// One month of all integrations of a tier together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TierUptime {
    /// Which tier.
    pub tier: Tier,
    /// Which month.
    pub month: Month,
    /// What is promised to each of its integrations, 0.0 to 1.0.
    pub objective: f64,
    /// Down time of all over known time of all; `None` where nothing is known.
    pub uptime: Option<f64>,
    /// Share of the watched time of which nobody can tell, 0.0 to 1.0; `None` where nothing was watched.
    pub unknown_share: Option<f64>,
    /// Integrations whose objective is met, and those of which anything is known.
    pub n_met: usize,
    /// Integrations of which anything is known.
    pub n_known: usize,
}

/// Uptime of every integration of the estate, newest month first. `times` are what was judged, with the
/// running health up to `now`; `incidents` those people were told about.
#[must_use]
pub fn uptimes(
    estate: &Estate,
    times: &[HealthTime],
    incidents: &[Incident],
    now: Timestamp,
) -> Vec<IntegrationUptime> {
    let mut months: BTreeMap<&IntegrationId, BTreeMap<Month, MonthTime>> = BTreeMap::new();
    for time in times {
        let month = months.entry(&time.integration).or_default();
        month.entry(time.month).or_default().add(time);
    }
    let down = down_times(incidents, now);
    let nothing = BTreeMap::new();
    let of = |flow: &crate::estate::Integration| {
        let objective = uptime_objective(flow.tier);
        let down = down.get(&flow.id);
        let months = months.get(&flow.id).unwrap_or(&nothing);
        let month = |(month, time): (&Month, &MonthTime)| {
            let down = down.and_then(|down| down.get(month)).copied();
            time.told(*month, down.unwrap_or_default(), objective)
        };
        IntegrationUptime {
            integration: flow.id.clone(),
            tier: flow.tier,
            objective,
            months: months.iter().rev().map(month).collect(),
        }
    };
    estate.integrations.iter().map(of).collect()
}

#[derive(Default)]
struct MonthTime {
    watched: SignedDuration,
    unknown: SignedDuration,
}

impl MonthTime {
    fn add(&mut self, time: &HealthTime) {
        self.watched += time.lasted;
        if time.health == Health::Unknown {
            self.unknown += time.lasted;
        }
    }

    fn told(&self, month: Month, down: SignedDuration, objective: f64) -> MonthUptime {
        // An incident may have begun before we watched, or while nobody could tell.
        let known = (self.watched - self.unknown).max(down);
        let uptime = share(known - down, known);
        MonthUptime {
            month,
            watched_s: self.watched.as_secs(),
            unknown_s: self.unknown.min(self.watched - down).as_secs().max(0),
            down_s: down.as_secs(),
            uptime,
            is_met: uptime.map(|uptime| uptime >= objective),
        }
    }
}

fn share(part: SignedDuration, whole: SignedDuration) -> Option<f64> {
    (whole > SignedDuration::ZERO).then(|| part.as_secs_f64() / whole.as_secs_f64())
}

/// Time in incidents by integration and month; two incidents at once count once.
fn down_times(
    incidents: &[Incident],
    now: Timestamp,
) -> BTreeMap<&IntegrationId, BTreeMap<Month, SignedDuration>> {
    let mut spans: BTreeMap<&IntegrationId, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
    let told = |incident: &&Incident| {
        matches!(
            incident.state,
            IncidentState::Open | IncidentState::Resolved
        )
    };
    for incident in incidents.iter().filter(told) {
        let end = incident.resolved_at.unwrap_or(now);
        for flow in &incident.integrations {
            spans
                .entry(flow)
                .or_default()
                .push((incident.started_at, end));
        }
    }
    let by_month = |spans: Vec<(Timestamp, Timestamp)>| {
        let mut months: BTreeMap<Month, SignedDuration> = BTreeMap::new();
        for (from, to) in united(spans) {
            for (month, lasted) in Month::pieces(from, to) {
                *months.entry(month).or_default() += lasted;
            }
        }
        months
    };
    spans
        .into_iter()
        .map(|(flow, spans)| (flow, by_month(spans)))
        .collect()
}

fn united(mut spans: Vec<(Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    spans.sort_unstable();
    let mut united: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (from, to) in spans {
        match united.last_mut() {
            Some((_, end)) if *end >= from => *end = (*end).max(to),
            _ => united.push((from, to)),
        }
    }
    united
}

/// Months by tier, newest first, the dearest tier first.
#[must_use]
pub fn tier_uptimes(flows: &[IntegrationUptime]) -> Vec<TierUptime> {
    let mut sums: BTreeMap<(std::cmp::Reverse<Month>, Tier), TierSum> = BTreeMap::new();
    for flow in flows {
        for month in &flow.months {
            let key = (std::cmp::Reverse(month.month), flow.tier);
            sums.entry(key).or_default().add(month);
        }
    }
    let told = |((month, tier), sum): ((std::cmp::Reverse<Month>, Tier), TierSum)| {
        let known = sum.watched_s.max(sum.unknown_s + sum.down_s) - sum.unknown_s;
        let seconds = SignedDuration::from_secs;
        TierUptime {
            tier,
            month: month.0,
            objective: uptime_objective(tier),
            uptime: share(seconds(known - sum.down_s), seconds(known)),
            unknown_share: share(seconds(sum.unknown_s), seconds(sum.watched_s)),
            n_met: sum.n_met,
            n_known: sum.n_known,
        }
    };
    sums.into_iter().map(told).collect()
}

#[derive(Default)]
struct TierSum {
    watched_s: i64,
    unknown_s: i64,
    down_s: i64,
    n_met: usize,
    n_known: usize,
}

impl TierSum {
    fn add(&mut self, month: &MonthUptime) {
        self.watched_s += month.watched_s;
        self.unknown_s += month.unknown_s;
        self.down_s += month.down_s;
        self.n_met += usize::from(month.is_met == Some(true));
        self.n_known += usize::from(month.is_met.is_some());
    }
}

#[cfg(test)]
mod tests;
