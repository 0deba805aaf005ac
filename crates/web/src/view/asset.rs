//! How each asset does: what incidents say of it, then its own counters. No counter is unknown.

use super::place::Place;
use countersign_model::estate::{Asset, AssetKind, Estate};
use countersign_model::graph::Node;
use countersign_model::id::{AssetId, BuId, IncidentId};
use countersign_model::incident::{Incident, RootCause};
use countersign_model::status::{AssetSight, Health};
use countersign_model::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// A counter without a declared age says that something goes on for so long: a day has every rhythm in
/// it that people notice.
const GOES_ON_FOR: SignedDuration = SignedDuration::from_hours(24);

/// One asset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct AssetStatus {
    /// Its id.
    pub(crate) id: AssetId,
    /// Its name for people.
    pub(crate) name: String,
    /// What it is.
    pub(crate) kind: AssetKind,
    /// Its health.
    pub(crate) health: Health,
    /// One sentence why.
    pub(crate) reason: String,
    /// When its counters last said that it changed.
    pub(crate) changed_at: Option<Timestamp>,
    /// The newest counter read.
    pub(crate) sampled_at: Option<Timestamp>,
    /// The open incident that explains it.
    pub(crate) incident: Option<IncidentId>,
}

/// The assets of each business unit, in the estate's order.
pub(crate) fn asset_statuses(
    estate: &Estate,
    sights: &[AssetSight],
    open: &[Incident],
    now: Timestamp,
) -> BTreeMap<BuId, Vec<AssetStatus>> {
    let seen: BTreeMap<&AssetId, &AssetSight> =
        sights.iter().map(|sight| (&sight.asset, sight)).collect();
    let hits = hits(open);
    let places = Places::of(estate);
    let mut units: BTreeMap<BuId, Vec<AssetStatus>> = BTreeMap::new();
    for asset in &estate.assets {
        let sight = seen.get(&asset.id).copied();
        let (health, reason, incident) = match hits.get(&asset.id) {
            Some(hit) => hit.clone(),
            None => {
                let (health, reason) = by_counters(asset, sight, places.of_unit(&asset.bu), now);
                (health, reason, None)
            }
        };
        let status = AssetStatus {
            id: asset.id.clone(),
            name: asset.name.clone(),
            kind: asset.kind,
            health,
            reason,
            changed_at: sight.and_then(|sight| sight.changed_at),
            sampled_at: sight.map(|sight| sight.sampled_at),
            incident,
        };
        units.entry(asset.bu.clone()).or_default().push(status);
    }
    units
}

type Hit = (Health, String, Option<IncidentId>);

/// What is to blame fails; what an incident reaches is at risk.
fn hits(open: &[Incident]) -> BTreeMap<AssetId, Hit> {
    let mut hits = BTreeMap::new();
    for incident in open {
        if let RootCause::Asset(id) = &incident.root_cause {
            let hit = (
                Health::Failing,
                incident.title.clone(),
                Some(incident.id.clone()),
            );
            hits.insert(id.clone(), hit);
        }
    }
    for incident in open {
        for affected in &incident.affected {
            if let Node::Asset(id) = &affected.reached.node {
                hits.entry(id.clone()).or_insert_with(|| {
                    let id = Some(incident.id.clone());
                    (Health::AtRisk, affected.words.clone(), id)
                });
            }
        }
    }
    hits
}

fn by_counters(
    asset: &Asset,
    sight: Option<&AssetSight>,
    place: &Place,
    now: Timestamp,
) -> (Health, String) {
    let Some(sight) = sight else {
        return (Health::Unknown, "No counter of it is reported.".to_owned());
    };
    let Some(changed_at) = sight.changed_at else {
        return (
            Health::Unknown,
            "Its counters are reported; none has said yet that it changed.".to_owned(),
        );
    };
    let at = place.moment(changed_at, now).text;
    let age = now.duration_since(changed_at);
    match asset.critical_after_min {
        Some(critical) if age >= SignedDuration::from_mins(i64::from(critical)) => (
            Health::Degraded,
            format!("It has not changed since {at}, longer than it may."),
        ),
        None if age >= GOES_ON_FOR => (
            Health::Unknown,
            format!("It last changed at {at}; nobody said how old it may be."),
        ),
        _ => (Health::Healthy, format!("It changed at {at}.")),
    }
}

/// The zone of each unit, looked up once.
struct Places {
    units: BTreeMap<BuId, Place>,
    utc: Place,
}

impl Places {
    fn of(estate: &Estate) -> Places {
        let place = |unit: &countersign_model::estate::BusinessUnit| {
            (unit.id.clone(), Place::of(estate, Some(&unit.id)))
        };
        Places {
            units: estate.business_units.iter().map(place).collect(),
            utc: Place::utc(),
        }
    }

    fn of_unit(&self, id: &BuId) -> &Place {
        self.units.get(id).unwrap_or(&self.utc)
    }
}

#[cfg(test)]
mod tests;
