//! What the control shows.

use countersign_model::Timestamp;
use countersign_sfmc::fault::{Fault, KINDS};
use countersign_sfmc::ledger::{Entry, Exchanges, Uses};
use countersign_sfmc::package::Package;
use countersign_sfmc::platform::Platform;
use countersign_sfmc::setup::PackageKind;
use countersign_sfmc::switch::SWITCHES;
use serde_json::{Map, Value, json};

pub(super) fn state(platform: &Platform, now: Timestamp, speed: f64) -> Value {
    let switches: Map<String, Value> = SWITCHES
        .iter()
        .map(|one| (one.name.to_owned(), platform.switches().get(one.id).into()))
        .collect();
    let tenants: Vec<Value> = platform
        .tenants()
        .map(|(id, enterprise, allowed)| {
            let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
            json!({ "id": id, "enterprise": enterprise, "allowlist": allowed })
        })
        .collect();
    let package_at = |one: &Package| package(platform, now, one);
    json!({
        "now": now,
        "speed": speed,
        "tenants": tenants,
        "packages": platform.packages().values().map(package_at).collect::<Vec<Value>>(),
        "faults": platform.faults().iter().map(fault).collect::<Vec<Value>>(),
        "switches": switches,
    })
}

/// A package with its secrets: a simulator's, so not secret.
fn package(platform: &Platform, now: Timestamp, package: &Package) -> Value {
    let secrets: Vec<Value> = package
        .secrets
        .all()
        .map(|(role, secret)| {
            json!({ "role": role.as_str(), "secret": secret.text, "made_at": secret.made_at })
        })
        .collect();
    let terms = package.edited_terms();
    json!({
        "id": package.label, "client_id": package.client_id, "secrets": secrets,
        "scopes": terms.scopes, "mids": terms.mids, "home_mid": package.home,
        "enabled": package.enabled, "app_user_active": package.app_user_active,
        "kind": kind(package), "redirect_uris": package.redirect_uris,
        "refresh_tokens": platform.refresh_tokens(now, &package.label),
    })
}

fn kind(package: &Package) -> &'static str {
    match package.kind {
        PackageKind::Server => "server",
        PackageKind::Web(_) => "web",
        PackageKind::Public(_) => "public",
        PackageKind::Legacy => "legacy",
    }
}

fn fault(fault: &Fault) -> Value {
    json!({
        "id": fault.id, "kind": fault.kind.as_str(), fault.field: fault.named,
        "share": fault.share, "since": fault.since, "until": fault.until,
    })
}

pub(super) fn faults(platform: &Platform) -> Value {
    let kinds: Map<String, Value> = KINDS
        .iter()
        .map(|row| (row.name.to_owned(), row.about.into()))
        .collect();
    json!({
        "faults": platform.faults().iter().map(fault).collect::<Vec<Value>>(),
        "kinds": kinds,
    })
}

pub(super) fn switches(platform: &Platform) -> Value {
    let switch = |one: &countersign_sfmc::switch::Switch| {
        json!({ "name": one.name, "value": platform.switches().get(one.id),
            "default": one.default, "min": one.min, "max": one.max, "about": one.about })
    };
    SWITCHES.iter().map(switch).collect()
}

pub(super) fn ledger(platform: &Platform, since: u64, client: Option<&str>) -> Value {
    let ledger = platform.ledger();
    let wanted = |entry: &&Entry| client.is_none() || entry.client_id.as_deref() == client;
    let requests: Vec<Value> = ledger.after(since).filter(wanted).map(entry).collect();
    let by_status: Map<String, Value> = ledger
        .by_status()
        .iter()
        .map(|(status, n)| (status.to_string(), (*n).into()))
        .collect();
    let by_credential: Map<String, Value> = ledger
        .by_credential()
        .iter()
        .map(|(label, mints)| {
            let counts = json!({ "issued": mints.minted, "refused": mints.refused });
            (label.clone(), counts)
        })
        .collect();
    let mints = ledger.mints();
    json!({
        "totals": {
            "requests": ledger.total(), "token_requests": mints.minted + mints.refused,
            "issued": mints.minted, "refused": mints.refused,
            "dead_calls": ledger.dead_calls(),
            "by_status": by_status, "by_credential": by_credential,
        },
        "refresh_tokens": exchanges(platform.exchanges()),
        "requests": requests,
    })
}

/// What became of the refresh tokens; one by one those that were presented more than once.
fn exchanges(exchanges: &Exchanges) -> Value {
    let uses = |(token, uses): (&str, &Uses)| {
        json!({ "refresh_token": token, "credential": uses.credential,
            "exchanged": uses.exchanged, "refused": uses.refused })
    };
    let again: Vec<Value> = exchanges.used_again().map(uses).collect();
    json!({
        "handed_out": exchanges.n_handed_out(), "exchanged": exchanges.n_exchanged(),
        "refused": exchanges.n_refused(), "answers_lost": exchanges.n_lost(),
        "used_again": again,
    })
}

fn entry(entry: &Entry) -> Value {
    json!({
        "number": entry.number, "time": entry.at, "method": entry.method, "route": entry.route,
        "client_id": entry.client_id, "credential": entry.credential, "mid": entry.mid,
        // No answer has no status.
        "status": (entry.status != 0).then_some(entry.status),
        "token": entry.token.as_str(), "peer_ip": entry.peer, "n": entry.n,
    })
}
