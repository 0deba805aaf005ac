//! Business units with their integrations and how they do: what the status answer and *Today* show.

use countersign_model::Timestamp;
use countersign_model::estate::{BusinessUnit, Estate, Integration, IntegrationKind, Tier};
use countersign_model::id::{BuId, IntegrationId};
use countersign_model::incident::Incident;
use countersign_model::status::{Health, IntegrationStatus, TimeToKnow};
use serde::Serialize;
use std::collections::BTreeMap;

/// One business unit. Its health is the worst of its integrations'; an integration nobody reports
/// on is unknown, never healthy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct UnitStatus {
    /// Its code.
    pub(crate) id: BuId,
    /// Its name for people.
    pub(crate) name: String,
    /// The worst health of its integrations.
    pub(crate) health: Health,
    /// One sentence why.
    pub(crate) reason: String,
    /// Its integrations, worst first.
    pub(crate) integrations: Vec<FlowStatus>,
}

/// One integration: what the watch knows, and what the estate says about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct FlowStatus {
    /// What the watch knows.
    #[serde(flatten)]
    pub(crate) status: IntegrationStatus,
    /// Its name for people.
    pub(crate) name: String,
    /// How it runs.
    pub(crate) kind: IntegrationKind,
    /// What its failure costs.
    pub(crate) tier: Tier,
    /// The team that owns it.
    pub(crate) owner: Option<String>,
    /// The team behind it.
    pub(crate) backup: Option<String>,
    /// Seconds its newest token still has; none once it ended.
    pub(crate) token_left_s: Option<i64>,
    /// `refresh seen, calls not seen, downstream seen`.
    pub(crate) coverage: String,
    /// How soon a dead credential would be noticed, and what would notice it sooner.
    pub(crate) time_to_know: TimeToKnow,
}

/// Joins estate, statuses and open incidents, in the estate's order of business units.
pub(crate) fn unit_statuses(
    estate: &Estate,
    statuses: &[IntegrationStatus],
    open: &[Incident],
    now: Timestamp,
) -> Vec<UnitStatus> {
    let known: BTreeMap<&IntegrationId, &IntegrationStatus> = statuses
        .iter()
        .map(|status| (&status.integration, status))
        .collect();
    let mut flows: BTreeMap<&BuId, Vec<FlowStatus>> = BTreeMap::new();
    for flow in &estate.integrations {
        let status = known.get(&flow.id).copied();
        let of_unit = flows.entry(&flow.bu).or_default();
        of_unit.push(flow_status(flow, status, now));
    }
    estate
        .business_units
        .iter()
        .map(|unit| unit_status(unit, flows.remove(&unit.id).unwrap_or_default(), open))
        .collect()
}

fn unit_status(
    unit: &BusinessUnit,
    mut integrations: Vec<FlowStatus>,
    open: &[Incident],
) -> UnitStatus {
    integrations.sort_by(|a, b| {
        (b.status.health, a.tier, &a.status.integration).cmp(&(
            a.status.health,
            b.tier,
            &b.status.integration,
        ))
    });
    let (health, reason) = judged(&integrations, hit_from_elsewhere(unit, open));
    let name = if unit.name.is_empty() {
        unit.id.to_string()
    } else {
        unit.name.clone()
    };
    UnitStatus {
        id: unit.id.clone(),
        name,
        health,
        reason,
        integrations,
    }
}

/// Joins what the watch knows of one integration with what the estate says.
pub(crate) fn flow_status(
    integration: &Integration,
    status: Option<&IntegrationStatus>,
    now: Timestamp,
) -> FlowStatus {
    let unseen =
        || IntegrationStatus::unseen(integration.id.clone(), integration.credential.clone());
    let status = status.cloned().unwrap_or_else(unseen);
    let left = |end: Timestamp| end.duration_since(now).as_secs();
    FlowStatus {
        name: integration.name.clone(),
        kind: integration.kind,
        tier: integration.tier,
        owner: integration.owner.clone(),
        backup: integration.backup.clone(),
        token_left_s: status.token_expires_at.map(left).filter(|left| *left > 0),
        coverage: status.confidence.coverage().words(),
        time_to_know: status.knowing.at(now),
        status,
    }
}

/// An open incident that reaches the unit, for units whose own integrations do not show it.
fn hit_from_elsewhere<'a>(unit: &BusinessUnit, open: &'a [Incident]) -> Option<&'a Incident> {
    open.iter()
        .find(|incident| incident.business_units.contains(&unit.id))
}

fn judged(integrations: &[FlowStatus], hit: Option<&Incident>) -> (Health, String) {
    let worst = integrations
        .first()
        .map_or(Health::Unknown, |flow| flow.status.health);
    if let (Some(incident), Health::Healthy | Health::Unknown) = (hit, worst) {
        return (
            Health::AtRisk,
            format!("Reached by an open incident: {}", incident.title),
        );
    }
    let Some(first) = integrations.first() else {
        return (
            Health::Unknown,
            "No integration is declared here, so nothing is seen.".to_owned(),
        );
    };
    let alike = integrations
        .iter()
        .filter(|flow| flow.status.health == worst)
        .count();
    let reason = match worst {
        Health::Healthy if alike == 1 => "Its one integration works.".to_owned(),
        Health::Healthy => format!("All {alike} integrations work."),
        Health::Unknown => {
            format!(
                "Nobody can tell for {alike} of {}: {}",
                integrations.len(),
                first.status.reason
            )
        }
        Health::AtRisk | Health::Degraded | Health::Failing if alike == 1 => {
            format!("{}: {}", first.name, first.status.reason)
        }
        Health::AtRisk | Health::Degraded | Health::Failing => {
            format!(
                "{}: {} ({} more like it)",
                first.name,
                first.status.reason,
                alike - 1
            )
        }
    };
    (worst, reason)
}

#[cfg(test)]
mod tests;
