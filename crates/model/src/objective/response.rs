//! How fast failures were found and ended, against what is promised, and what to improve (R130, R131).

use super::{DETECT_S, RECOVER_S};
use crate::estate::{Estate, Tier};
use crate::id::{IncidentId, IntegrationId};
use crate::incident::{Incident, IncidentState};
use crate::status::within;
use crate::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// Most things to improve that are named.
const IMPROVE_MAX: usize = 5;

/// One clock over some incidents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// Incidents it is taken over.
    pub n: usize,
    /// Mean, seconds; `None` where there was none.
    pub mean_s: Option<u32>,
    /// The slowest, seconds.
    pub worst_s: Option<u32>,
    /// What is promised, seconds.
    pub target_s: u32,
    /// How many kept the promise.
    pub n_within: usize,
}

/// The incidents of one tier, or of all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TierResponse {
    /// Which tier; `None` is the whole estate.
    pub tier: Option<Tier>,
    /// From the first evidence to an open incident.
    pub to_detect: Figure,
    /// From the first evidence to the first notice that a channel took.
    pub to_notify: Figure,
    /// From an open incident to its end; open ones are not counted.
    pub to_recover: Figure,
}

/// How the incidents of a span were answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Responses {
    /// The span, days.
    pub days: u16,
    /// The estate, then each tier that had incidents.
    pub figures: Vec<TierResponse>,
    /// What to improve, the worst first, for a person.
    pub improve: Vec<String>,
}

impl Responses {
    /// Looks at the incidents that opened within `days` days before `now`. A part of another incident is
    /// not counted beside it.
    #[must_use]
    pub fn over(estate: &Estate, incidents: &[Incident], days: u16, now: Timestamp) -> Responses {
        let span = SignedDuration::from_hours(24 * i64::from(days));
        let from = now.checked_sub(span).unwrap_or(Timestamp::MIN);
        let counts = |incident: &&Incident| {
            let told = [IncidentState::Open, IncidentState::Resolved].contains(&incident.state);
            told && incident.part_of.is_none()
                && incident.opened_at.is_some_and(|at| at > from && at <= now)
        };
        let counted: Vec<&Incident> = incidents.iter().filter(counts).collect();
        let tiers = tiers(estate);
        let mut by_tier: BTreeMap<Tier, Vec<&Incident>> = BTreeMap::new();
        for incident in &counted {
            if let Some(tier) = tier_of(&tiers, incident) {
                by_tier.entry(tier).or_default().push(incident);
            }
        }
        let mut figures = vec![TierResponse::of(None, &counted)];
        let told = by_tier
            .iter()
            .map(|(tier, incidents)| TierResponse::of(Some(*tier), incidents));
        figures.extend(told);
        Responses {
            days,
            figures,
            improve: improve(&counted),
        }
    }
}

impl TierResponse {
    fn of(tier: Option<Tier>, incidents: &[&Incident]) -> TierResponse {
        let clock = |read: fn(&Incident) -> Option<u32>, target_s| {
            let spans: Vec<u32> = incidents.iter().filter_map(|one| read(one)).collect();
            Figure::of(&spans, target_s)
        };
        TierResponse {
            tier,
            to_detect: clock(detected_s, DETECT_S),
            to_notify: clock(notified_s, DETECT_S),
            to_recover: clock(recovered_s, RECOVER_S),
        }
    }
}

impl Figure {
    fn of(spans: &[u32], target_s: u32) -> Figure {
        let n = u64::try_from(spans.len()).unwrap_or(u64::MAX);
        let sum: u64 = spans.iter().copied().map(u64::from).sum();
        let mean = sum.checked_div(n);
        Figure {
            n: spans.len(),
            mean_s: mean.map(|mean| u32::try_from(mean).unwrap_or(u32::MAX)),
            worst_s: spans.iter().copied().max(),
            target_s,
            n_within: spans.iter().filter(|span| **span <= target_s).count(),
        }
    }
}

fn tiers(estate: &Estate) -> BTreeMap<&IntegrationId, Tier> {
    estate
        .integrations
        .iter()
        .map(|flow| (&flow.id, flow.tier))
        .collect()
}

/// The dearest tier it hits.
fn tier_of(tiers: &BTreeMap<&IntegrationId, Tier>, incident: &Incident) -> Option<Tier> {
    let hit = incident.integrations.iter();
    hit.filter_map(|id| tiers.get(id)).min().copied()
}

fn detected_s(incident: &Incident) -> Option<u32> {
    Some(seconds(incident.started_at, incident.opened_at?))
}

fn notified_s(incident: &Incident) -> Option<u32> {
    Some(seconds(incident.started_at, incident.notified_at?))
}

fn recovered_s(incident: &Incident) -> Option<u32> {
    Some(seconds(incident.opened_at?, incident.resolved_at?))
}

fn seconds(from: Timestamp, to: Timestamp) -> u32 {
    let span = to.duration_since(from).as_secs().max(0);
    u32::try_from(span).unwrap_or(u32::MAX)
}

/// Names the incidents that broke a promise by most.
fn improve(incidents: &[&Incident]) -> Vec<String> {
    let mut late: Vec<(u32, &IncidentId, String)> = Vec::new();
    for incident in incidents {
        let title = incident.title.trim_end_matches('.');
        let clocks = [
            (detected_s(incident), DETECT_S, "was found after"),
            (recovered_s(incident), RECOVER_S, "took"),
        ];
        for (span, target, verb) in clocks {
            let Some(over) = span.and_then(|span| span.checked_sub(target)) else {
                continue;
            };
            if over > 0 {
                let (span, target) = (within(span), within(Some(target)));
                let words = match verb {
                    "took" => format!("\"{title}\" took {span} to end; the target is {target}."),
                    verb => format!("\"{title}\" {verb} {span}; the target is {target}."),
                };
                late.push((over, &incident.id, words));
            }
        }
    }
    late.sort_by(|a, b| (b.0, a.1).cmp(&(a.0, b.1)));
    late.into_iter()
        .map(|(_, _, words)| words)
        .take(IMPROVE_MAX)
        .collect()
}

#[cfg(test)]
mod tests;
