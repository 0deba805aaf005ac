//! Whom a fault reaches: what it names, and what hangs on that directly.

use super::{Act, TroubleError};
use crate::scenario::Fault;
use countersign_model::estate::Estate;
use countersign_model::id::{AssetId, CredentialId, IntegrationId};
use std::collections::BTreeSet;

/// Whom a fault reaches.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Reach {
    pub(crate) all: bool,
    pub(crate) credentials: BTreeSet<CredentialId>,
    pub(crate) flows: BTreeSet<IntegrationId>,
    pub(crate) assets: BTreeSet<AssetId>,
    /// Flows that feed the one asset that is meant.
    pub(crate) feeders: BTreeSet<IntegrationId>,
}

pub(super) fn reach(fault: &Fault, act: Act, estate: &Estate) -> Result<Reach, TroubleError> {
    let fields = [
        ("credential", &fault.credential),
        ("integration", &fault.integration),
        ("asset", &fault.asset),
        ("bu", &fault.bu),
        ("tenant", &fault.tenant),
    ];
    let named: Vec<(&'static str, &str)> = fields
        .iter()
        .filter_map(|(field, id)| id.as_deref().map(|id| (*field, id)))
        .collect();
    let bare = matches!(act, Act::ClockSkew | Act::BrokerRestart);
    match named.as_slice() {
        [] if bare || fault.target.is_some() => Ok(Reach {
            all: bare,
            ..Reach::default()
        }),
        [one] if !bare => reached(*one, estate),
        other => Err(TroubleError::Target {
            kind: fault.kind.clone(),
            words: match bare {
                true => "it has no target; leave it out".to_owned(),
                false => format!(
                    "name exactly one of credential, integration, asset, bu, tenant; {} were named",
                    other.len()
                ),
            },
        }),
    }
}

fn reached((field, id): (&'static str, &str), estate: &Estate) -> Result<Reach, TroubleError> {
    let mut reach = Reach::default();
    match field {
        "tenant" if id == "all" => reach.all = true,
        "tenant" => {
            let units = estate.business_units.iter();
            let of_tenant = units.filter(|unit| unit.tenant.as_str() == id);
            for unit in of_tenant {
                reach_unit(&mut reach, unit.id.as_str(), estate);
            }
        }
        "bu" => reach_unit(&mut reach, id, estate),
        "credential" => reach_credential(&mut reach, id, estate),
        "integration" => {
            let flow = estate
                .integrations
                .iter()
                .find(|flow| flow.id.as_str() == id);
            if let Some(flow) = flow {
                reach.credentials.insert(flow.credential.clone());
                reach.flows.insert(flow.id.clone());
                reach.assets.extend(flow.feeds.iter().cloned());
            }
        }
        _ => {
            let asset = estate.assets.iter().find(|asset| asset.id.as_str() == id);
            reach.assets.extend(asset.map(|asset| asset.id.clone()));
            let feeders = estate.integrations.iter();
            let feeders = feeders.filter(|flow| flow.feeds.iter().any(|fed| fed.as_str() == id));
            reach.feeders.extend(feeders.map(|flow| flow.id.clone()));
        }
    }
    match reach == Reach::default() {
        false => Ok(reach),
        true => Err(TroubleError::Unknown {
            field,
            id: id.to_owned(),
        }),
    }
}

fn reach_unit(reach: &mut Reach, id: &str, estate: &Estate) {
    let credentials = estate
        .credentials
        .iter()
        .filter(|one| one.bu.as_str() == id);
    reach
        .credentials
        .extend(credentials.map(|one| one.id.clone()));
    let flows = estate
        .integrations
        .iter()
        .filter(|one| one.bu.as_str() == id);
    reach.flows.extend(flows.map(|one| one.id.clone()));
    let assets = estate.assets.iter().filter(|one| one.bu.as_str() == id);
    reach.assets.extend(assets.map(|one| one.id.clone()));
}

fn reach_credential(reach: &mut Reach, id: &str, estate: &Estate) {
    let known = estate.credentials.iter().find(|one| one.id.as_str() == id);
    reach.credentials.extend(known.map(|one| one.id.clone()));
    let flows = estate.integrations.iter();
    for flow in flows.filter(|flow| flow.credential.as_str() == id) {
        reach.flows.insert(flow.id.clone());
        reach.assets.extend(flow.feeds.iter().cloned());
    }
}
