//! Credentials: can they mint, who else uses them, and do they all end at once?

use super::Finding;
use super::identity::is_web_url;
use countersign_model::civil::Date;
use countersign_model::estate::{
    Credential, CredentialKind, CredentialMode, Estate, Grant, Replay,
};
use countersign_model::id::CredentialId;
use std::collections::{BTreeMap, BTreeSet};

/// Days in which so many secrets must not end together: the span of one busy fortnight.
const CLIFF_DAYS: i32 = 14;
/// Secrets ending within [`CLIFF_DAYS`] that one team can still renew with care.
const CLIFF_SECRETS_MAX: usize = 10;
/// Scopes above which a package is called broad; the widest single purpose needs about ten.
const SCOPES_MAX: usize = 20;
/// Shortest window of an idempotent provider that is any use, seconds: twice the margin we keep from
/// its end.
const REPLAY_WINDOW_S_MIN: u32 = 10;

pub(super) fn lint(estate: &Estate, findings: &mut Vec<Finding>) {
    let used: BTreeSet<&CredentialId> = estate
        .integrations
        .iter()
        .map(|integration| &integration.credential)
        .collect();
    for (index, credential) in estate.credentials.iter().enumerate() {
        let at = |field: &str| format!("credentials[{index}].{field}");
        can_mint(credential, &at, findings);
        replay(credential, &at, findings);
        weaknesses(credential, &at, findings);
        if !used.contains(&credential.id) {
            let said = (
                format!("No integration uses {}.", credential.id),
                "Name its user, or retire it.",
            );
            findings.push(Finding::info(at("id"), "credential_unused", said));
        }
    }
    shared_clients(estate, findings);
    cliff(estate, findings);
}

/// A brokered credential must say enough to ask for a token.
fn can_mint(credential: &Credential, at: &dyn Fn(&str) -> String, findings: &mut Vec<Finding>) {
    let id = &credential.id;
    if credential
        .token_url
        .as_deref()
        .is_some_and(|url| !is_web_url(url))
    {
        let said = (
            format!("The token URL of {id} is no web address."),
            "Write `https://host/…`.",
        );
        findings.push(Finding::error(at("token_url"), "url_form", said));
    }
    if credential.mode == CredentialMode::Observed {
        return;
    }
    if credential.kind.grant().is_none() {
        let message = format!("{id} cannot be brokered: its kind has no token to mint.");
        let said = (message, "Write `mode: observed`.");
        findings.push(Finding::error(at("mode"), "grant_missing", said));
        return;
    }
    if credential.client_id.is_none() {
        let message = format!("{id} is brokered without a client id.");
        let said = (message, "Copy `client_id` from its package.");
        findings.push(Finding::error(at("client_id"), "client_id_missing", said));
    }
    let outside = matches!(
        credential.kind,
        CredentialKind::CrmOauth | CredentialKind::ExtOauth
    );
    if outside && credential.token_url.is_none() {
        let message = format!("{id} is brokered, and nothing says where its tokens are got.");
        let said = (message, "Give `token_url`.");
        findings.push(Finding::error(at("token_url"), "token_url_missing", said));
    }
}

/// Who says that a refresh token may be sent twice has to know it, and of the right kind.
fn replay(credential: &Credential, at: &dyn Fn(&str) -> String, findings: &mut Vec<Finding>) {
    let Some(told) = &credential.refresh_token else {
        return;
    };
    let id = &credential.id;
    let mut wrong = |code: &'static str, field: &str, message: String, fix: &'static str| {
        let path = at(&format!("refresh_token{field}"));
        findings.push(Finding::error(path, code, (message, fix)));
    };
    let presents = credential
        .kind
        .grant()
        .is_some_and(Grant::presents_refresh_token);
    if !presents {
        let message = format!("{id} is of a kind without refresh tokens.");
        wrong("replay_needless", "", message, "Take `refresh_token` out.");
    }
    if told.reason.trim().is_empty() {
        let message = format!("Nothing says how it is known what {id}'s refresh tokens do.");
        wrong(
            "replay_reason_missing",
            ".reason",
            message,
            "Write the reason: a document, a test, a ticket.",
        );
    }
    match (told.profile, told.window_s) {
        (Replay::Idempotent, Some(REPLAY_WINDOW_S_MIN..)) => {}
        (Replay::Idempotent, _) => {
            let message =
                format!("{id}'s refresh token may be sent again, and nothing says how long.");
            let fix = "Give `window_s`: at least 10, as the provider documents it.";
            wrong("replay_window", ".window_s", message, fix);
        }
        (Replay::Static | Replay::Strict, Some(_)) => {
            let message = format!("{id} has a window that its profile does not use.");
            wrong(
                "replay_window",
                ".window_s",
                message,
                "Take `window_s` out, or say `idempotent`.",
            );
        }
        (Replay::Static | Replay::Strict, None) => {}
    }
}

fn weaknesses(credential: &Credential, at: &dyn Fn(&str) -> String, findings: &mut Vec<Finding>) {
    let id = &credential.id;
    let offline = credential.scopes.iter().any(|scope| scope == "offline");
    if credential.kind == CredentialKind::WebappV2 && !offline {
        let message = format!("{id} dies when the person who consented signs out.");
        let said = (
            message,
            "Add the scope `offline` to its package and consent again.",
        );
        findings.push(Finding::warning(at("scopes"), "offline_missing", said));
    }
    if credential.kind == CredentialKind::LegacyV1 {
        let message = format!("{id} is a legacy package; its token route has no future.");
        let said = (
            message,
            "Plan the move to an installed package of today's kind.",
        );
        findings.push(Finding::warning(at("kind"), "legacy_package", said));
    }
    if credential.scopes.len() > SCOPES_MAX {
        let message = format!("{id} holds {} scopes.", credential.scopes.len());
        let said = (message, "Keep those its integrations use.");
        findings.push(Finding::warning(at("scopes"), "scopes_broad", said));
    }
    if credential.ends.is_none() {
        let message = format!("Nobody wrote down when {id} ends.");
        let said = (message, "Give `ends`, if it has an end.");
        findings.push(Finding::info(at("ends"), "end_unknown", said));
    }
}

fn shared_clients(estate: &Estate, findings: &mut Vec<Finding>) {
    let mut clients: BTreeMap<&str, &CredentialId> = BTreeMap::new();
    for (index, credential) in estate.credentials.iter().enumerate() {
        let Some(client) = &credential.client_id else {
            continue;
        };
        if let Some(other) = clients.insert(client, &credential.id) {
            let message = format!("{} and {other} are one client.", credential.id);
            let fix = "Keep one credential for one client: renewing one value ends the other's.";
            let path = format!("credentials[{index}].client_id");
            findings.push(Finding::warning(path, "client_shared", (message, fix)));
        }
    }
    let mut users: BTreeMap<&CredentialId, Vec<&str>> = BTreeMap::new();
    for integration in &estate.integrations {
        users
            .entry(&integration.credential)
            .or_default()
            .push(integration.id.as_str());
    }
    for (index, credential) in estate.credentials.iter().enumerate() {
        let all = users.get(&credential.id).map_or(&[][..], Vec::as_slice);
        if all.len() > 1 {
            let message = format!("{} share the credential {}.", all.join(", "), credential.id);
            let said = (message, "Give each integration a package of its own.");
            let path = format!("credentials[{index}].id");
            findings.push(Finding::warning(path, "credential_shared", said));
        }
    }
}

/// Finds the fullest span of [`CLIFF_DAYS`] and names it, if too many secrets end in it.
fn cliff(estate: &Estate, findings: &mut Vec<Finding>) {
    let secrets = estate
        .credentials
        .iter()
        .filter(|credential| is_secret(credential.kind));
    let mut ends: Vec<Date> = secrets.filter_map(|credential| credential.ends).collect();
    ends.sort();
    let within = |first: &Date, day: &&Date| {
        first.duration_until(**day).as_hours() <= i64::from(CLIFF_DAYS) * 24
    };
    let spans = ends.iter().enumerate().map(|(at, first)| {
        let days: Vec<&Date> = ends[at..]
            .iter()
            .take_while(|day| within(first, day))
            .collect();
        (
            days.len(),
            *first,
            days.last().map_or(*first, |last| **last),
        )
    });
    // Of equally full spans the earliest.
    let fullest = spans.rev().max_by_key(|(count, ..)| *count);
    if let Some((count, first, last)) = fullest.filter(|(count, ..)| *count > CLIFF_SECRETS_MAX) {
        let message = format!("{count} secrets end between {first} and {last}.");
        let said = (
            message,
            "Spread their renewal over the weeks before, T0 first.",
        );
        findings.push(Finding::warning(
            "credentials".to_owned(),
            "renewal_cliff",
            said,
        ));
    }
}

fn is_secret(kind: CredentialKind) -> bool {
    matches!(
        kind,
        CredentialKind::S2sV2 | CredentialKind::WebappV2 | CredentialKind::LegacyV1
    )
}
