//! From an estate to slots: which there are, how each is kept, where its requests go. Pure.

use crate::driver::Job;
use crate::flight::Target;
use crate::tell::Owner;
use countersign_model::estate::{
    BusinessUnit, Credential, CredentialKind, CredentialMode, Estate, Grant, Integration, Lockout,
    Tier,
};
use countersign_model::id::{CredentialId, SlotId};
use countersign_oauth::client::Style;
use countersign_refresh::{Mode, Policy, SlotSpec, Strategy};
use std::collections::{BTreeMap, BTreeSet};

/// Life to assume when an answer names none: 1,079 s for SFMC v2, an hour for outside services
/// (broker rule 2.1).
const LIFETIME_V2_MS: u64 = 1_079_000;
const LIFETIME_HOUR_MS: u64 = 3_600_000;

/// One slot: how the machine keeps it, where its requests go, whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// For the machine.
    pub spec: SlotSpec,
    /// For flights.
    pub target: Target,
    /// For outcomes.
    pub owner: Owner,
}

/// All slots of an estate, with what they need beside.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Slots {
    /// The slots.
    pub by_id: BTreeMap<SlotId, Described>,
    /// Hosts that sustain another rate than the default, token requests a second.
    pub host_rates: Vec<(String, f64)>,
    /// Planned runs.
    pub jobs: Vec<Job>,
}

/// The slots whose credential is brokered here, has a secret in the vault, and is of a kind whose
/// tokens are minted with client credentials.
#[must_use]
pub fn slots(estate: &Estate, secrets: &BTreeSet<String>) -> Slots {
    let mut all = planned(estate);
    all.by_id
        .retain(|_, one| secrets.contains(one.spec.credential.as_str()));
    all.jobs.retain(|job| all.by_id.contains_key(&job.slot));
    all
}

/// Whether a credential could have a slot, were its secret in the vault.
#[must_use]
pub fn can_have_slot(estate: &Estate, credential: &CredentialId) -> bool {
    let slots = planned(estate).by_id;
    slots.values().any(|one| one.spec.credential == *credential)
}

/// The slots an estate would have, were all its brokered secrets in the vault.
#[must_use]
pub fn planned(estate: &Estate) -> Slots {
    let mut slots = Slots::default();
    for tenant in &estate.tenants {
        slots.host_rates.extend(
            tenant
                .token_requests_per_s
                .map(|rate| (tenant.auth_base(), rate)),
        );
    }
    for credential in &estate.credentials {
        let minted = credential.kind.grant() == Some(Grant::ClientCredentials);
        if minted && credential.mode == CredentialMode::Brokered {
            credential_slots(estate, credential, &mut slots);
        }
    }
    slots
}

fn credential_slots(estate: &Estate, credential: &Credential, slots: &mut Slots) {
    let Some(unit) = estate.business_unit(&credential.bu) else {
        return;
    };
    let Some((host, token_url, style)) = endpoint(estate, credential, unit) else {
        return;
    };
    let users: Vec<&Integration> = estate
        .integrations
        .iter()
        .filter(|flow| flow.credential == credential.id)
        .collect();
    let tier = users.iter().map(|flow| flow.tier).min().unwrap_or(Tier::T3);
    let mut by_mid: BTreeMap<u64, Vec<&Integration>> = BTreeMap::new();
    for flow in &users {
        by_mid
            .entry(estate.mid_of(flow).unwrap_or(unit.mid))
            .or_default()
            .push(flow);
    }
    for mid in &credential.mids {
        by_mid.entry(*mid).or_default();
    }
    for (mid, flows) in by_mid {
        let id = SlotId::of(&credential.id, mid, None);
        let policy = policy(&flows).unwrap_or_else(|| elsewhere(tier));
        let bu = estate
            .business_units
            .iter()
            .find(|bu| bu.mid == mid)
            .unwrap_or(unit);
        let one_flow = match flows.as_slice() {
            [flow] => Some(flow.id.clone()),
            _ => None,
        };
        let described = Described {
            spec: SlotSpec {
                slot: id.clone(),
                credential: credential.id.clone(),
                bu: bu.id.clone(),
                host: host.clone(),
                mid,
                tier,
                policy,
                lockout: lockout(credential, tier),
                grant: Grant::ClientCredentials,
                default_lifetime_ms: lifetime_ms(credential.kind),
            },
            target: Target {
                slot: id.clone(),
                credential: credential.id.clone(),
                client_id: credential.client_id.clone().unwrap_or_default(),
                token_url: token_url.clone(),
                style,
                mid: (style == Style::SfmcJson).then_some(mid),
            },
            owner: Owner {
                credential: credential.id.clone(),
                credential_bu: credential.bu.clone(),
                bu: bu.id.clone(),
                integration: one_flow,
            },
        };
        slots.by_id.insert(id.clone(), described);
        for flow in flows {
            let zone = estate
                .business_unit(&flow.bu)
                .map_or("UTC", |bu| bu.time_zone.as_str());
            if let Some(schedule) = &flow.schedule {
                slots.jobs.push(Job {
                    slot: id.clone(),
                    schedule: schedule.clone(),
                    zone: zone.to_owned(),
                });
            }
        }
    }
}

/// Host (for limits and breaker), URL and style of a credential's token requests.
fn endpoint(
    estate: &Estate,
    credential: &Credential,
    unit: &BusinessUnit,
) -> Option<(String, String, Style)> {
    if let Some(url) = &credential.token_url {
        let host = url.split('/').take(3).collect::<Vec<_>>().join("/");
        return Some((host, url.clone(), Style::Form));
    }
    let base = estate.tenant(&unit.tenant)?.auth_base();
    (credential.kind == CredentialKind::S2sV2)
        .then(|| (base.clone(), format!("{base}/v2/token"), Style::SfmcJson))
}

fn lifetime_ms(kind: CredentialKind) -> u64 {
    if kind == CredentialKind::S2sV2 {
        LIFETIME_V2_MS
    } else {
        LIFETIME_HOUR_MS
    }
}

/// What three strikes do to a credential, by the strictest tier of the integrations on it.
#[must_use]
pub fn lockout_of(estate: &Estate, credential: &Credential) -> Lockout {
    let flows = estate.integrations.iter();
    let users = flows.filter(|flow| flow.credential == credential.id);
    let tier = users.map(|flow| flow.tier).min().unwrap_or(Tier::T3);
    lockout(credential, tier)
}

/// T0 asks first; others start in dry run until the estate arms them (broker rule 2.9).
fn lockout(credential: &Credential, tier: Tier) -> Lockout {
    let default = if tier == Tier::T0 {
        Lockout::Ask
    } else {
        Lockout::DryRun
    };
    credential.lockout.unwrap_or(default)
}

/// One policy for all who share the slot: the strictest of each part.
fn policy(flows: &[&Integration]) -> Option<Policy> {
    flows
        .iter()
        .map(|flow| {
            let own = flow.strategy.as_ref();
            Policy::for_integration(flow.kind, flow.tier, Grant::ClientCredentials, own)
        })
        .reduce(|merged, next| merged.merge(&next))
}

/// A slot of another business unit the package is enabled for: minted when a consumer asks.
fn elsewhere(tier: Tier) -> Policy {
    Policy {
        strategy: Strategy::OnDemand,
        tier,
        mode: Mode::OnDemand,
        refresh_ratio: 0.75,
        jitter_ratio: 0.05,
        drop_after_job: false,
        aligned: false,
        reason: Some("no integration works in that business unit; consumers may ask".to_owned()),
    }
}

/// How a credential's own slot is kept, in words; `None` for kinds that have no token.
#[must_use]
pub fn explained(credential: &Credential, users: &[&Integration]) -> Option<String> {
    let grant = credential.kind.grant()?;
    let lifetime_ms = match grant {
        Grant::RefreshToken => LIFETIME_V2_MS,
        _ => lifetime_ms(credential.kind),
    };
    let merged = users
        .iter()
        .map(|flow| Policy::for_integration(flow.kind, flow.tier, grant, flow.strategy.as_ref()))
        .reduce(|merged, next| merged.merge(&next))?;
    Some(merged.explain(lifetime_ms))
}

#[cfg(test)]
mod tests;
