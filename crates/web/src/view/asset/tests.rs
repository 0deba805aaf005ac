use super::*;
use crate::view::sample::{at, estate, now, points};

fn told(id: &str, sights: &[AssetSight], open: &[Incident], now: Timestamp) -> AssetStatus {
    let units = asset_statuses(&estate(), sights, open, now);
    let mut all = units.into_values().flatten();
    all.find(|asset| asset.id.as_str() == id).unwrap()
}

fn sight(id: &str, changed_at: Option<Timestamp>) -> AssetSight {
    AssetSight {
        asset: id.parse().unwrap(),
        sampled_at: now(),
        changed_at,
    }
}

#[test]
fn an_asset_without_counters_is_unknown() {
    let table = told("DE-16", &[], &[], now());
    assert_eq!(
        (table.health, table.reason.as_str()),
        (Health::Unknown, "No counter of it is reported.")
    );
    let zero = told("DE-16", &[sight("DE-16", None)], &[], now());
    assert_eq!(zero.health, Health::Unknown, "{}", zero.reason);
}

#[test]
fn a_table_is_healthy_until_it_is_older_than_it_may_be() {
    let estate = estate();
    let table = estate.asset(&"DE-16".parse().unwrap()).unwrap();
    let critical = SignedDuration::from_mins(i64::from(table.critical_after_min.unwrap()));
    let sights = [sight("DE-16", Some(at("12:09:00")))];
    let young = told("DE-16", &sights, &[], now());
    assert_eq!(young.health, Health::Healthy);
    assert_eq!(young.reason, "It changed at 06:09 (Chicago).");
    let old = told("DE-16", &sights, &[], at("12:09:00") + critical);
    assert_eq!(old.health, Health::Degraded);
}

#[test]
fn what_nobody_gave_an_age_is_unknown_after_a_day() {
    let estate = estate();
    let plain = estate
        .assets
        .iter()
        .find(|asset| asset.critical_after_min.is_none())
        .unwrap();
    let id = plain.id.as_str();
    let health = |hours| {
        let changed = now() - SignedDuration::from_hours(hours);
        told(id, &[sight(id, Some(changed))], &[], now()).health
    };
    assert_eq!((health(23), health(24)), (Health::Healthy, Health::Unknown));
}

#[test]
fn an_open_incident_says_more_than_counters() {
    let sights = [sight("DE-16", Some(now()))];
    let reached = told("DE-16", &sights, &[points()], now());
    assert_eq!(reached.health, Health::AtRisk);
    assert_eq!(reached.reason, "Stays at the data of 06:05.");
    assert_eq!(reached.incident, Some(points().id));
    let to_blame = Incident {
        root_cause: "asset:DE-16".parse().unwrap(),
        ..points()
    };
    let cause = told("DE-16", &sights, &[to_blame], now());
    assert_eq!(
        (cause.health, cause.reason),
        (Health::Failing, points().title)
    );
}
