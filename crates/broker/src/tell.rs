//! Turns what the machine tells into outcomes for the watch, records for the audit chain and lines
//! for the log: one place for each.

use countersign_model::Timestamp;
use countersign_model::estate::Grant;
use countersign_model::id::{BuId, CredentialId, IntegrationId, OutcomeId};
use countersign_model::mint::{MintResult, NetCause, Phase};
use countersign_model::outcome::{Call, Fact, Outcome};
use countersign_refresh::{Event, RefusalClass};

/// The source named in every outcome of ours.
pub const SOURCE: &str = "broker";
/// How an exchange without a known end is told: a code of ours, for there was no answer to quote.
const UNKNOWN_END: &str = "outcome_unknown";

/// Route of the token endpoint, and the name of the grant, as outcomes have them.
fn named(grant: Grant) -> (&'static str, &'static str) {
    match grant {
        Grant::ClientCredentials => ("/v2/token", "client_credentials"),
        Grant::RefreshToken => ("/v2/token", "refresh_token"),
        Grant::LegacyRequestToken => ("/v1/requestToken", "legacy_request_token"),
        Grant::CoreOauth => ("/services/oauth2/token", "refresh_token"),
    }
}

/// Who a slot belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its credential.
    pub credential: CredentialId,
    /// The credential's business unit: whose key seals.
    pub credential_bu: BuId,
    /// The business unit it works for.
    pub bu: BuId,
    /// How its tokens are got.
    pub grant: Grant,
    /// Its integration, if it serves exactly one.
    pub integration: Option<IntegrationId>,
}

/// A record for the audit chain: what was done to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What was done.
    pub action: &'static str,
    /// To what.
    pub object: String,
    /// Particulars, as pairs.
    pub detail: Vec<(&'static str, String)>,
}

/// The outcome of an event, if the watch should know. `owner` is that of the event's slot or
/// credential.
#[must_use]
pub fn outcome(event: &Event, owner: &Owner, now: Timestamp, chance: u64) -> Option<Outcome> {
    let (route, grant) = named(owner.grant);
    let (ts, fact) = match event {
        Event::Minted {
            generation,
            facts,
            attempts,
            latency_ms,
            ..
        } => {
            let call = call(route, Some(200), None, (*attempts, *latency_ms));
            let scope = facts.scope.as_ref().map(|scopes| scopes.join(" "));
            let fact = Fact::Mint {
                call,
                expires_in: Some(facts.lifetime_ms / 1_000),
                scope,
                generation: Some(generation.0),
                refresh_at: Some(facts.refresh_at),
                grant: Some(grant.to_owned()),
            };
            (facts.issued_at, fact)
        }
        Event::MintFailed {
            sent_at,
            result,
            class,
            attempts,
            latency_ms,
            ..
        } => {
            let (status, code) = result.as_ref().map_or((None, "local".to_owned()), evidence);
            let (status, code) = match class {
                RefusalClass::GrantUnknown => (None, UNKNOWN_END.to_owned()),
                _ => (status, code),
            };
            let call = call(route, status, Some(code), (*attempts, *latency_ms));
            (*sent_at, failed(call, grant))
        }
        Event::Quarantined { untold: true, .. } => {
            let call = call(route, None, Some(UNKNOWN_END.to_owned()), (1, 0));
            (now, failed(call, grant))
        }
        Event::Quarantined { credential, .. } => (now, audit("credential.quarantined", credential)),
        Event::Released { credential } => (now, audit("credential.released", credential)),
        Event::Locked { credential } => (now, audit("credential.locked", credential)),
        Event::WouldHaveLocked { credential } => {
            (now, audit("credential.would_have_locked", credential))
        }
        Event::AskToLock { credential } => (now, audit("credential.ask_to_lock", credential)),
        Event::Unlocked { credential } => (now, audit("credential.unlocked", credential)),
        Event::Recovered { credential, .. } => (now, audit("credential.recovered", credential)),
        Event::OutsideMinterSuspected { credential, .. } => (
            now,
            audit("credential.outside_minter_suspected", credential),
        ),
        _ => return None,
    };
    Some(Outcome {
        id: OutcomeId::mint(ts, chance),
        ts,
        source: SOURCE.to_owned(),
        integration: owner.integration.clone(),
        bu: Some(owner.bu.clone()),
        credential: Some(owner.credential.clone()),
        consumer: None,
        peer_ip: None,
        n: 1,
        fact,
    })
}

fn failed(call: Call, grant: &str) -> Fact {
    Fact::Mint {
        call,
        expires_in: None,
        scope: None,
        generation: None,
        refresh_at: None,
        grant: Some(grant.to_owned()),
    }
}

fn call(
    route: &str,
    status: Option<u16>,
    error_code: Option<String>,
    (attempt, latency_ms): (u32, u64),
) -> Call {
    Call {
        method: Some("POST".to_owned()),
        route: Some(route.to_owned()),
        status,
        error_code,
        attempt: Some(attempt),
        retry_of: None,
        latency_ms: Some(latency_ms),
    }
}

fn audit(action: &str, credential: &CredentialId) -> Fact {
    Fact::Audit {
        action: action.to_owned(),
        object: Some(credential.to_string()),
    }
}

/// Status and code of a failure, as outcomes carry them (design 4.3).
fn evidence(result: &MintResult) -> (Option<u16>, String) {
    match result {
        MintResult::Issued { .. } => (Some(200), "malformed".to_owned()),
        MintResult::Unreadable { status, .. } => (Some(*status), "malformed".to_owned()),
        MintResult::Refused {
            status,
            error,
            errorcode,
            ..
        } => {
            let code = error
                .clone()
                .or_else(|| errorcode.map(|code| code.to_string()));
            (Some(*status), code.unwrap_or_else(|| "none".to_owned()))
        }
        MintResult::NoAnswer { phase, cause } => {
            let code = match (cause, phase) {
                (NetCause::Dns, _) => "dns_failed",
                (NetCause::Connect, _) => "connect_failed",
                (NetCause::Tls, _) => "tls_failed",
                (NetCause::TlsCertificateExpired, _) => "tls_certificate_expired",
                (NetCause::Timeout, Phase::BeforeSend) => "connect_timeout",
                (NetCause::Timeout, Phase::AfterSend) => "timeout",
                (NetCause::Reset, _) => "connection_reset",
            };
            (None, code.to_owned())
        }
    }
}

/// The audit record of an event, if it is a change of state or an authentication (R067).
#[must_use]
pub fn record(event: &Event) -> Option<Record> {
    let about = |action, object: String, detail| {
        Some(Record {
            action,
            object,
            detail,
        })
    };
    let bare = |action, object: &dyn ToString| about(action, object.to_string(), Vec::new());
    match event {
        Event::Minted {
            slot,
            generation,
            facts,
            ..
        } => {
            let detail = vec![
                ("generation", generation.0.to_string()),
                ("fingerprint", facts.fingerprint.clone()),
                ("expires_at", facts.expires_at.to_string()),
            ];
            about("token.minted", slot.to_string(), detail)
        }
        Event::MintFailed {
            slot,
            class,
            strike,
            result,
            ..
        } => {
            let code = result
                .as_ref()
                .map_or("local".to_owned(), |result| evidence(result).1);
            let mut detail = vec![("class", class_name(*class)), ("code", code)];
            detail.extend(strike.map(|strike| ("strike", strike.to_string())));
            about("token.mint_failed", slot.to_string(), detail)
        }
        Event::Locked { credential } => bare("credential.locked", credential),
        Event::WouldHaveLocked { credential } => bare("credential.would_have_locked", credential),
        Event::AskToLock { credential } => bare("credential.ask_to_lock", credential),
        Event::Unlocked { credential } => bare("credential.unlocked", credential),
        Event::Recovered { credential, .. } => bare("credential.recovered", credential),
        Event::Quarantined {
            slot,
            credential,
            unknown,
            until,
            ..
        } => {
            let why = if *unknown { UNKNOWN_END } else { "refused" };
            let mut detail = vec![("slot", slot.to_string()), ("why", why.to_owned())];
            detail.extend(until.map(|until| ("served_until", until.to_string())));
            about("credential.quarantined", credential.to_string(), detail)
        }
        Event::Released { credential } => bare("credential.released", credential),
        Event::OutsideMinterSuspected { credential, .. } => {
            bare("credential.outside_minter_suspected", credential)
        }
        _ => None,
    }
}

/// The record of a slot whose stored token cannot be read.
#[must_use]
pub fn unreadable(slot: &str) -> Record {
    Record {
        action: "slot.unreadable",
        object: slot.to_owned(),
        detail: Vec::new(),
    }
}

fn class_name(class: RefusalClass) -> String {
    class.class().as_str().to_owned()
}

/// Writes the event's log line, if it has one.
pub fn log(event: &Event) {
    match event {
        Event::Minted {
            slot,
            generation,
            attempts,
            reactive,
            ..
        } => {
            tracing::info!(%slot, generation = generation.0, attempts, reactive, "token minted");
        }
        Event::MintFailed {
            slot,
            class,
            strike,
            attempts,
            next_attempt_at,
            ..
        } => {
            let next = next_attempt_at.map_or("waits".to_owned(), |at| at.to_string());
            tracing::warn!(%slot, class = %class_name(*class), strike, attempts, next, "token request failed");
        }
        Event::Locked { credential } => tracing::warn!(%credential, "credential locked"),
        Event::WouldHaveLocked { credential } => {
            tracing::warn!(%credential, "credential would have been locked (dry run)");
        }
        Event::AskToLock { credential } => {
            tracing::warn!(%credential, "credential was refused three times; its owner is asked");
        }
        Event::Quarantined {
            credential,
            unknown,
            until,
            ..
        } => {
            let until = until.map_or("now".to_owned(), |at| at.to_string());
            tracing::error!(%credential, unknown, until, "the refresh token waits for a person");
        }
        Event::Released { credential } => {
            tracing::info!(%credential, "the refresh token may be used again");
        }
        Event::Recovered { credential, .. } => {
            tracing::info!(%credential, "credential works again")
        }
        Event::BreakerOpened { host, until } => tracing::warn!(host, %until, "breaker open"),
        Event::BreakerClosed { host } => tracing::info!(host, "breaker closed"),
        Event::RateCut { host, per_s } => tracing::warn!(host, per_s, "host throttles, rate cut"),
        Event::GapStarted { slot } => tracing::error!(%slot, "no usable token"),
        Event::GapEnded { slot, gap_ms } => tracing::warn!(%slot, gap_ms, "usable token again"),
        Event::OutsideMinterSuspected { slot, .. } => {
            tracing::warn!(%slot, "tokens die young: somebody else seems to mint with this client");
        }
        other => tracing::debug!(event = ?other, "slot event"),
    }
}
