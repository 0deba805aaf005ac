//! How long each integration had each health: quiet days, with the days of trouble laid over them.

use countersign_model::Timestamp;
use countersign_model::id::IntegrationId;
use countersign_model::objective::{HealthTime, Month};
use countersign_model::status::{Health, IntegrationStatus};
use std::collections::BTreeMap;

/// From when on which health, by integration.
pub(super) type Marks = BTreeMap<IntegrationId, BTreeMap<Timestamp, Health>>;

/// Healths as they were seen, from `begin` on; what was seen by `settled` first was so before.
pub(super) fn marks(
    seen: &[(Timestamp, IntegrationId, Health)],
    begin: Timestamp,
    settled: Timestamp,
) -> Marks {
    let mut marks = Marks::new();
    for (at, integration, health) in seen {
        let at = if *at <= settled { begin } else { *at };
        let of_one = marks.entry(integration.clone()).or_default();
        of_one.insert(at, *health);
    }
    marks
}

/// Lays what was seen between two instants over the marks.
pub(super) fn overlay(
    marks: &mut Marks,
    seen: &[(Timestamp, IntegrationId, Health)],
    (from, to): (Timestamp, Timestamp),
) {
    for (integration, of_one) in marks.iter_mut() {
        let mine = seen.iter().filter(|(_, id, _)| id == integration);
        let mut over: BTreeMap<Timestamp, Health> = BTreeMap::new();
        for (at, _, health) in mine {
            over.insert((*at).max(from), *health);
        }
        let Some(after) = of_one.range(..=to).next_back().map(|(_, health)| *health) else {
            continue;
        };
        of_one.retain(|at, _| *at < from || *at > to);
        of_one.extend(over);
        of_one.insert(to, after);
    }
}

/// The time that is over: up to the beginning of each one's status, or to `until`.
pub(super) fn times(
    marks: &Marks,
    statuses: &[IntegrationStatus],
    until: Timestamp,
) -> Vec<HealthTime> {
    let mut times: BTreeMap<(IntegrationId, Month, Health), HealthTime> = BTreeMap::new();
    for (integration, of_one) in marks {
        let status = statuses.iter().find(|one| one.integration == *integration);
        let end = status.and_then(|one| one.since).unwrap_or(until);
        let ends = of_one.keys().skip(1).copied().chain([end]);
        for ((from, health), to) in of_one.iter().zip(ends) {
            for (month, lasted) in Month::pieces(*from, to.min(end)) {
                let key = (integration.clone(), month, *health);
                let time = times.entry(key).or_insert_with(|| HealthTime {
                    integration: integration.clone(),
                    month,
                    health: *health,
                    lasted: countersign_model::SignedDuration::ZERO,
                });
                time.lasted += lasted;
            }
        }
    }
    times.into_values().collect()
}
