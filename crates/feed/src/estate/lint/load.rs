//! Load on the auth hosts, as computed by whoever plans the renewals.

use super::Finding;
use countersign_model::estate::Estate;
use countersign_model::id::TenantId;
use std::collections::BTreeMap;

/// Share of what an auth host sustains that steady renewals may take; the rest is for retries
/// and restarts. Broker rule 2.6.
pub const AUTH_HOST_SHARE_MAX: f64 = 0.7;

/// Returns a warning for each tenant whose auth host would carry more than
/// [`AUTH_HOST_SHARE_MAX`] of what it sustains.
///
/// `share_by_tenant` holds, per tenant, the steady token requests a second over what its auth
/// host sustains (`token_requests_per_s`, default 5): 1.0 is exactly full.
#[must_use]
pub fn lint_load(estate: &Estate, share_by_tenant: &BTreeMap<TenantId, f64>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, tenant) in estate.tenants.iter().enumerate() {
        let share = share_by_tenant.get(&tenant.id).copied().unwrap_or(0.0);
        if share > AUTH_HOST_SHARE_MAX {
            let message = format!(
                "Renewals take {:.0} % of what the auth host of {} sustains.",
                share * 100.0,
                tenant.id
            );
            let said = (
                message,
                "Keep fewer slots warm, or ask the provider for more.",
            );
            findings.push(Finding::warning(
                format!("tenants[{index}]"),
                "auth_host_load",
                said,
            ));
        }
    }
    findings
}
