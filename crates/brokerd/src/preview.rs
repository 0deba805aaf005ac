//! What an estate would do to token hosts, before it does it.

use countersign_broker::specs;
use countersign_model::estate::Estate;
use countersign_model::id::{CredentialId, SlotId, TenantId};
use countersign_refresh::{Config, Life, Mode, host_load};
use serde::Serialize;
use std::collections::BTreeMap;

/// The token requests one slot would make.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MintPlan {
    /// The slot.
    pub slot: SlotId,
    /// Where they would go.
    pub token_url: String,
    /// At most so many a day, without failures.
    pub mints_per_day: u64,
    /// When and why, in words.
    pub policy: String,
}

/// The token requests a credential's slots would make.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a day and a life in ms are far below 2^52 and positive"
)]
pub fn mint_plans(estate: &Estate, credential: &CredentialId) -> Vec<MintPlan> {
    const DAY_MS: f64 = 86_400_000.0;
    let mut brokered = estate.clone();
    for one in brokered
        .credentials
        .iter_mut()
        .filter(|one| one.id == *credential)
    {
        one.mode = countersign_model::estate::CredentialMode::Brokered;
    }
    let slots = specs::planned(&brokered).by_id.into_values();
    slots
        .filter(|one| one.spec.credential == *credential)
        .map(|one| {
            let (policy, life_ms) = (&one.spec.policy, one.spec.default_lifetime_ms);
            let earliest = (policy.refresh_ratio - policy.jitter_ratio).max(0.05);
            let warm = (DAY_MS / (life_ms as f64 * earliest)).ceil() as u64;
            MintPlan {
                slot: one.spec.slot.clone(),
                token_url: one.target.token_url.clone(),
                mints_per_day: match policy.mode {
                    Mode::KeepWarm | Mode::OnDemand => warm,
                    Mode::BeforeJob => warm.min(24 * 60),
                },
                policy: policy.explain(Life::Assumed(life_ms)),
            }
        })
        .collect()
}

/// The share of what each tenant's auth host sustains that the estate would ask for; 1.0 is full.
#[must_use]
pub fn host_shares(estate: &Estate) -> BTreeMap<TenantId, f64> {
    let planned = specs::planned(estate);
    let mut config = Config::default();
    config.host_rates_per_s.extend(planned.host_rates);
    let load = host_load(planned.by_id.values().map(|one| &one.spec), &config);
    let share = |base: String| load.get(&base).map(countersign_refresh::HostLoad::share);
    estate
        .tenants
        .iter()
        .filter_map(|tenant| share(tenant.auth_base()).map(|share| (tenant.id.clone(), share)))
        .collect()
}
