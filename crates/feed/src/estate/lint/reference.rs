//! Every edge must lead somewhere, and none may lead back.

use super::Finding;
use countersign_model::estate::{AssetKind, Estate};
use countersign_model::id::AssetId;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn lint(estate: &Estate, findings: &mut Vec<Finding>) {
    let known = Known::of(estate);
    for (index, bu) in estate.business_units.iter().enumerate() {
        let path = format!("business_units[{index}].tenant");
        edge(findings, path, "tenant", bu.tenant.as_str(), &known.tenants);
    }
    for (index, credential) in estate.credentials.iter().enumerate() {
        let path = format!("credentials[{index}].bu");
        edge(
            findings,
            path,
            "business unit",
            credential.bu.as_str(),
            &known.units,
        );
    }
    for (index, integration) in estate.integrations.iter().enumerate() {
        let path = |field: &str| format!("integrations[{index}].{field}");
        edge(
            findings,
            path("bu"),
            "business unit",
            integration.bu.as_str(),
            &known.units,
        );
        let credential = integration.credential.as_str();
        edge(
            findings,
            path("credential"),
            "credential",
            credential,
            &known.credentials,
        );
        edges(findings, &path("feeds"), &integration.feeds, &known);
    }
    for (index, asset) in estate.assets.iter().enumerate() {
        let path = |field: &str| format!("assets[{index}].{field}");
        edge(
            findings,
            path("bu"),
            "business unit",
            asset.bu.as_str(),
            &known.units,
        );
        edges(findings, &path("reads"), &asset.reads, &known);
        edges(findings, &path("writes"), &asset.writes, &known);
    }
    planned(estate, &known, findings);
    cycles(estate, findings);
}

fn planned(estate: &Estate, known: &Known<'_>, findings: &mut Vec<Finding>) {
    let flows = estate.integrations.iter().map(|flow| flow.id.as_str());
    let flows: BTreeSet<&str> = flows.collect();
    for (index, span) in estate.planned.iter().enumerate() {
        let path = |field: &str| format!("planned[{index}].{field}");
        if let Some(unit) = &span.bu {
            edge(
                findings,
                path("bu"),
                "business unit",
                unit.as_str(),
                &known.units,
            );
        }
        if let Some(flow) = &span.integration {
            edge(
                findings,
                path("integration"),
                "integration",
                flow.as_str(),
                &flows,
            );
        }
        edges(findings, &path("asset"), span.asset.as_slice(), known);
    }
}

struct Known<'e> {
    tenants: BTreeSet<&'e str>,
    units: BTreeSet<&'e str>,
    credentials: BTreeSet<&'e str>,
    assets: BTreeSet<&'e str>,
}

impl<'e> Known<'e> {
    fn of(estate: &'e Estate) -> Known<'e> {
        Known {
            tenants: estate
                .tenants
                .iter()
                .map(|tenant| tenant.id.as_str())
                .collect(),
            units: estate
                .business_units
                .iter()
                .map(|bu| bu.id.as_str())
                .collect(),
            credentials: estate.credentials.iter().map(|it| it.id.as_str()).collect(),
            assets: estate
                .assets
                .iter()
                .map(|asset| asset.id.as_str())
                .collect(),
        }
    }
}

fn edge(findings: &mut Vec<Finding>, path: String, what: &str, id: &str, known: &BTreeSet<&str>) {
    if !known.contains(id) {
        let message = match super::super::nearest::find_nearest(id, known.iter().copied()) {
            Some(meant) => format!("There is no {what} {id}; did you mean {meant}?"),
            None => format!("There is no {what} {id}."),
        };
        let said = (message, "Add the object, or correct the id.");
        findings.push(Finding::error(path, "reference_unknown", said));
    }
}

fn edges(findings: &mut Vec<Finding>, path: &str, ids: &[AssetId], known: &Known<'_>) {
    for (index, id) in ids.iter().enumerate() {
        edge(
            findings,
            format!("{path}[{index}]"),
            "asset",
            id.as_str(),
            &known.assets,
        );
    }
}

/// Names each asset that comes to depend on itself. An automation that reads and writes one table
/// is the usual way to clean it up, and no cycle.
fn cycles(estate: &Estate, findings: &mut Vec<Finding>) {
    let mut flows_to: BTreeMap<&AssetId, BTreeSet<&AssetId>> = BTreeMap::new();
    for asset in &estate.assets {
        let cleaned = |id: &&AssetId| {
            asset.kind == AssetKind::Automation
                && asset.reads.contains(id)
                && asset.writes.contains(id)
        };
        for read in asset.reads.iter().filter(|id| !cleaned(id)) {
            flows_to.entry(read).or_default().insert(&asset.id);
        }
        flows_to
            .entry(&asset.id)
            .or_default()
            .extend(asset.writes.iter());
    }
    for (index, asset) in estate.assets.iter().enumerate() {
        if reaches_itself(&asset.id, &flows_to) {
            let message = format!("{} depends on itself, through what it reads.", asset.id);
            let said = (message, "Break the circle: one of these edges is not real.");
            findings.push(Finding::warning(
                format!("assets[{index}].reads"),
                "cycle",
                said,
            ));
        }
    }
}

fn reaches_itself(start: &AssetId, flows_to: &BTreeMap<&AssetId, BTreeSet<&AssetId>>) -> bool {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&AssetId> = flows_to.get(start).into_iter().flatten().copied().collect();
    while let Some(id) = open.pop() {
        if id == start {
            return true;
        }
        if seen.insert(id) {
            open.extend(flows_to.get(id).into_iter().flatten().copied());
        }
    }
    false
}
