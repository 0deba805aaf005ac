//! Version, ids, subdomains, MIDs: what names a thing must name one thing.

use super::Finding;
use countersign_model::estate::{ESTATE_VERSION, Estate};
use std::collections::{BTreeMap, BTreeSet};

/// Length of an SFMC subdomain.
const SUBDOMAIN_CHARS: usize = 28;

pub(super) fn lint(estate: &Estate, findings: &mut Vec<Finding>) {
    if estate.version != ESTATE_VERSION {
        let message = format!(
            "Version {} of the format is not known here.",
            estate.version
        );
        let said = (message, "Write `version: 1`.");
        findings.push(Finding::error(
            "version".to_owned(),
            "version_unknown",
            said,
        ));
    }
    unique(
        findings,
        "tenants",
        estate.tenants.iter().map(|tenant| tenant.id.as_str()),
    );
    unique(
        findings,
        "business_units",
        estate.business_units.iter().map(|bu| bu.id.as_str()),
    );
    unique(
        findings,
        "credentials",
        estate.credentials.iter().map(|it| it.id.as_str()),
    );
    unique(
        findings,
        "integrations",
        estate.integrations.iter().map(|it| it.id.as_str()),
    );
    unique(
        findings,
        "assets",
        estate.assets.iter().map(|asset| asset.id.as_str()),
    );
    tenants(estate, findings);
    mids(estate, findings);
}

fn unique<'e>(findings: &mut Vec<Finding>, section: &str, ids: impl Iterator<Item = &'e str>) {
    let mut seen = BTreeSet::new();
    for (index, id) in ids.enumerate() {
        if !seen.insert(id) {
            let said = (
                format!("The id {id} is used twice."),
                "Give each object its own id.",
            );
            findings.push(Finding::error(
                format!("{section}[{index}].id"),
                "id_duplicate",
                said,
            ));
        }
    }
}

fn tenants(estate: &Estate, findings: &mut Vec<Finding>) {
    let mut seen = BTreeMap::new();
    for (index, tenant) in estate.tenants.iter().enumerate() {
        let path = |field: &str| format!("tenants[{index}].{field}");
        if tenant.auth_url.is_none() && !is_subdomain(&tenant.subdomain) {
            let message = format!(
                "{:?} is not the form of an SFMC subdomain.",
                tenant.subdomain
            );
            let fix = "Copy the 28 characters starting with `mc` from the package's \
                       authentication base URI, or give `auth_url`.";
            findings.push(Finding::error(
                path("subdomain"),
                "subdomain_form",
                (message, fix),
            ));
        }
        if tenant
            .auth_url
            .as_deref()
            .is_some_and(|url| !is_web_url(url))
        {
            let message = format!("The auth host of {} is no web address.", tenant.id);
            let said = (message, "Write it as `https://host`.");
            findings.push(Finding::error(path("auth_url"), "url_form", said));
        }
        if tenant.token_requests_per_s.is_some_and(|rate| rate <= 0.0) {
            let message = format!(
                "The auth host of {} must sustain more than nothing.",
                tenant.id
            );
            let said = (message, "Leave it out for the default of 5 a second.");
            findings.push(Finding::error(
                path("token_requests_per_s"),
                "number_out_of_range",
                said,
            ));
        }
        if let Some(other) = seen.insert(tenant.subdomain.as_str(), &tenant.id) {
            let message = format!("{} and {other} share a subdomain.", tenant.id);
            let said = (message, "One account tree is one tenant.");
            findings.push(Finding::error(
                path("subdomain"),
                "subdomain_duplicate",
                said,
            ));
        }
    }
}

fn mids(estate: &Estate, findings: &mut Vec<Finding>) {
    let mut seen = BTreeMap::new();
    for (index, bu) in estate.business_units.iter().enumerate() {
        if let Some(other) = seen.insert((&bu.tenant, bu.mid), &bu.id) {
            let message = format!("{} and {other} share the MID {}.", bu.id, bu.mid);
            let path = format!("business_units[{index}].mid");
            let said = (message, "One MID is one business unit.");
            findings.push(Finding::error(path, "mid_duplicate", said));
        }
    }
}

/// Whether a URL is one we would speak to: `http` is for a simulator.
pub(super) fn is_web_url(url: &str) -> bool {
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(char::is_whitespace))
}

fn is_subdomain(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.len() == SUBDOMAIN_CHARS && text.starts_with("mc") && text.chars().all(legal)
}
