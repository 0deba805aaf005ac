//! Integrations: do they have people, a right to their business unit, and a sensible strategy?

use super::Finding;
use countersign_model::estate::{
    Credential, CredentialKind, Estate, Integration, IntegrationKind, StrategyOverride,
};
use countersign_model::id::CredentialId;
use std::collections::BTreeMap;

/// Minutes that an SFMC token lives at most (1,199 s answered); a longer run needs a second one.
const TOKEN_MIN: u32 = 19;
/// Minutes that a token of the legacy route lives.
const LEGACY_TOKEN_MIN: u32 = 60;

pub(super) fn lint(estate: &Estate, findings: &mut Vec<Finding>) {
    let credentials: BTreeMap<&CredentialId, &Credential> = estate
        .credentials
        .iter()
        .map(|credential| (&credential.id, credential))
        .collect();
    for (index, integration) in estate.integrations.iter().enumerate() {
        let at = |field: &str| format!("integrations[{index}].{field}");
        people(integration, &at, findings);
        if let Some(strategy) = &integration.strategy {
            overrides(integration, strategy, &at, findings);
        }
        if let Some(credential) = credentials.get(&integration.credential) {
            right_to_unit(estate, integration, credential, &at, findings);
            scopes(integration, credential, &at, findings);
            long_job(integration, credential, &at, findings);
        }
    }
}

fn people(it: &Integration, at: &dyn Fn(&str) -> String, findings: &mut Vec<Finding>) {
    let absent = |team: &Option<String>| team.as_deref().unwrap_or_default().trim().is_empty();
    if absent(&it.owner) {
        let said = (
            format!("{} has no owner.", it.id),
            "Name the team that is called for it.",
        );
        findings.push(Finding::warning(at("owner"), "owner_missing", said));
    }
    if absent(&it.backup) {
        let said = (format!("{} has no backup.", it.id), "Name a second team.");
        findings.push(Finding::warning(at("backup"), "backup_missing", said));
    }
}

fn overrides(
    it: &Integration,
    strategy: &StrategyOverride,
    at: &dyn Fn(&str) -> String,
    findings: &mut Vec<Finding>,
) {
    if strategy.reason.trim().is_empty() {
        let message = format!("{} overrides its strategy without a reason.", it.id);
        let said = (message, "Say why; the next reader will ask.");
        findings.push(Finding::error(
            at("strategy.reason"),
            "override_reason_missing",
            said,
        ));
    }
    let wrong = match (strategy.before_job, strategy.keep_warm, &it.schedule) {
        (Some(true), Some(true), _) => Some("is to be kept warm and renewed before its jobs"),
        (Some(true), _, None) => Some("is to be renewed before its jobs and has no schedule"),
        _ => None,
    };
    if let Some(wrong) = wrong {
        let said = (
            format!("{} {wrong}.", it.id),
            "Give it a schedule, and say keep_warm: true or before_job: true, not both.",
        );
        findings.push(Finding::error(
            at("strategy.before_job"),
            "override_before_job",
            said,
        ));
    }
    let refresh = strategy.refresh_ratio.unwrap_or(0.75);
    let jitter = strategy.jitter_ratio.unwrap_or(0.0);
    if !(refresh > 0.1 && refresh <= 0.9) {
        let message = format!("{} would renew at {refresh} of a token's life.", it.id);
        let said = (message, "Use a share above 0.1 and at most 0.9.");
        findings.push(Finding::error(
            at("strategy.refresh_ratio"),
            "override_range",
            said,
        ));
    }
    if !(0.0..=0.1).contains(&jitter) {
        let message = format!("{} would jitter by {jitter} of a token's life.", it.id);
        let said = (message, "Use a share from 0 to 0.1.");
        findings.push(Finding::error(
            at("strategy.jitter_ratio"),
            "override_range",
            said,
        ));
    }
}

fn right_to_unit(
    estate: &Estate,
    it: &Integration,
    credential: &Credential,
    at: &dyn Fn(&str) -> String,
    findings: &mut Vec<Finding>,
) {
    let own = estate.business_unit(&credential.bu).map(|bu| bu.mid);
    let enabled = |mid: u64| match credential.mids.as_slice() {
        [] => own.is_none_or(|own| own == mid),
        listed => listed.contains(&mid),
    };
    if let Some(mid) = estate.mid_of(it).filter(|mid| !enabled(*mid)) {
        let message = format!(
            "{} works in MID {mid}, for which {} is not enabled.",
            it.id, credential.id
        );
        let said = (
            message,
            "Enable the package there and add the MID to `mids`.",
        );
        findings.push(Finding::error(at("mid"), "mid_not_enabled", said));
    }
    if it.bu != credential.bu {
        let message = format!(
            "{} of {} borrows {} of {}.",
            it.id, it.bu, credential.id, credential.bu
        );
        let said = (message, "Give it a package of its own unit.");
        findings.push(Finding::warning(
            at("credential"),
            "credential_borrowed",
            said,
        ));
    }
}

fn scopes(
    it: &Integration,
    credential: &Credential,
    at: &dyn Fn(&str) -> String,
    findings: &mut Vec<Finding>,
) {
    let held = |scope: &String| credential.scopes.contains(scope);
    for (index, scope) in it
        .scopes
        .iter()
        .enumerate()
        .filter(|(_, scope)| !held(scope))
    {
        let message = format!(
            "{} needs {scope}, which {} does not hold.",
            it.id, credential.id
        );
        let said = (message, "Add the scope to the package, or need less.");
        findings.push(Finding::error(
            at(&format!("scopes[{index}]")),
            "scope_not_held",
            said,
        ));
    }
    let writes = credential.scopes.iter().find(|scope| can_change(scope));
    if let Some(scope) = writes.filter(|_| it.kind == IntegrationKind::Monitoring) {
        let message = format!("{} only looks, and {} may {scope}.", it.id, credential.id);
        let said = (
            message,
            "Take every scope from the package that is not `_read`.",
        );
        findings.push(Finding::warning(
            at("credential"),
            "monitoring_writes",
            said,
        ));
    }
}

/// Whether a scope allows more than looking; `offline` concerns the session only.
fn can_change(scope: &str) -> bool {
    scope != "offline" && !scope.ends_with("_read") && !scope.ends_with("_view")
}

fn long_job(
    it: &Integration,
    credential: &Credential,
    at: &dyn Fn(&str) -> String,
    findings: &mut Vec<Finding>,
) {
    let life_min = match credential.kind {
        CredentialKind::S2sV2 | CredentialKind::WebappV2 => TOKEN_MIN,
        CredentialKind::LegacyV1 => LEGACY_TOKEN_MIN,
        _ => return,
    };
    let run_min = it.schedule.as_ref().and_then(|schedule| schedule.usual_min);
    if let Some(run_min) = run_min.filter(|run_min| *run_min > life_min) {
        let message = format!(
            "A run of {} takes {run_min} min; a token lives less.",
            it.id
        );
        let said = (message, "Fetch a token before each call, not once a run.");
        findings.push(Finding::warning(
            at("schedule.usual_min"),
            "job_outlives_token",
            said,
        ));
    }
}
