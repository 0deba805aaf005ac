//! From an estate to slots: which there are, how each is kept, where its requests go. Pure.

use crate::driver::Job;
use crate::flight::Target;
use crate::tell::Owner;
use countersign_model::estate::{
    BusinessUnit, Credential, CredentialKind, CredentialMode, Estate, Grant, Integration, Lockout,
    Tier,
};
use countersign_model::id::{CredentialId, SlotId};
use countersign_oauth::request::Style;
use countersign_refresh::{Life, Mode, Policy, Profile, SlotSpec, Strategy};
use std::collections::{BTreeMap, BTreeSet};

/// Life to assume when an answer names none: 1,079 s for SFMC v2; an hour for the legacy endpoint and
/// outside services (broker rule 2.1), and for Salesforce core, whose sessions last two by default
/// and never say so (sfmc-api E1).
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

/// What of the vault decides which slots there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Credentials with a client secret.
    pub secrets: BTreeSet<String>,
    /// Credentials with a refresh token.
    pub grants: BTreeSet<CredentialId>,
}

/// The slots whose credential is brokered here and has all in the vault that its kind needs.
#[must_use]
pub fn slots(estate: &Estate, held: &Held) -> Slots {
    let mut all = planned(estate);
    all.by_id.retain(|_, one| {
        let credential = &one.spec.credential;
        let given = one.spec.profile.is_none() || held.grants.contains(credential);
        given && held.secrets.contains(credential.as_str())
    });
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
        if let (Some(grant), CredentialMode::Brokered) = (credential.kind.grant(), credential.mode)
        {
            credential_slots(estate, credential, grant, &mut slots);
        }
    }
    slots
}

fn credential_slots(estate: &Estate, credential: &Credential, grant: Grant, slots: &mut Slots) {
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
        let policy = policy(&flows, grant).unwrap_or_else(|| elsewhere(tier));
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
                grant,
                profile: Profile::of(grant, credential.refresh_token.as_ref()),
                default_lifetime_ms: lifetime_ms(credential.kind),
            },
            target: Target {
                slot: id.clone(),
                credential: credential.id.clone(),
                client_id: credential.client_id.clone().unwrap_or_default(),
                token_url: token_url.clone(),
                style,
                grant,
                mid: (style == Style::SfmcJson).then_some(mid),
            },
            owner: Owner {
                credential: credential.id.clone(),
                credential_bu: credential.bu.clone(),
                bu: bu.id.clone(),
                grant,
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
    let legacy = credential.kind == CredentialKind::LegacyV1;
    if let Some(url) = &credential.token_url {
        let host = url.split('/').take(3).collect::<Vec<_>>().join("/");
        let style = if legacy { Style::Legacy } else { Style::Form };
        return Some((host, url.clone(), style));
    }
    let base = estate.tenant(&unit.tenant)?.auth_base();
    let (path, style) = match credential.kind {
        CredentialKind::S2sV2 | CredentialKind::WebappV2 => ("/v2/token", Style::SfmcJson),
        CredentialKind::LegacyV1 => ("/v1/requestToken", Style::Legacy),
        CredentialKind::CrmOauth
        | CredentialKind::ExtOauth
        | CredentialKind::MtlsCert
        | CredentialKind::SftpKey => return None,
    };
    Some((base.clone(), format!("{base}{path}"), style))
}

/// Where the code of a consent is exchanged, and in which style.
#[must_use]
pub(crate) fn code_target(estate: &Estate, credential: &Credential) -> Option<(String, Style)> {
    let unit = estate.business_unit(&credential.bu)?;
    let (_, url, style) = endpoint(estate, credential, unit)?;
    Some((url, style))
}

/// Where a person consents to a credential's app: beside its token endpoint, at SFMC and at Salesforce
/// core alike (sfmc-api A3, E1). `None` for kinds without consent.
#[must_use]
pub fn authorize_url(estate: &Estate, credential: &Credential) -> Option<String> {
    if !credential.kind.grant()?.presents_refresh_token() {
        return None;
    }
    let unit = estate.business_unit(&credential.bu)?;
    let (_, token_url, _) = endpoint(estate, credential, unit)?;
    let beside = token_url.strip_suffix("token")?;
    Some(format!("{beside}authorize"))
}

fn lifetime_ms(kind: CredentialKind) -> u64 {
    if matches!(kind, CredentialKind::S2sV2 | CredentialKind::WebappV2) {
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
fn policy(flows: &[&Integration], grant: Grant) -> Option<Policy> {
    flows
        .iter()
        .map(|flow| {
            let own = flow.strategy.as_ref();
            Policy::for_integration(flow.kind, flow.tier, grant, own)
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
///
/// `told_ms`: the life of its tokens as the platform told, if it has.
#[must_use]
pub fn explained(
    credential: &Credential,
    users: &[&Integration],
    told_ms: Option<u64>,
) -> Option<String> {
    let grant = credential.kind.grant()?;
    let assumed_ms = lifetime_ms(credential.kind);
    let merged = users
        .iter()
        .map(|flow| Policy::for_integration(flow.kind, flow.tier, grant, flow.strategy.as_ref()))
        .reduce(|merged, next| merged.merge(&next))?;
    Some(merged.explain(told_ms.map_or(Life::Assumed(assumed_ms), Life::Told)))
}

#[cfg(test)]
mod tests;
