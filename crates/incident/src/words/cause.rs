//! The cause as a clause that says no more than the evidence.

use super::cut::{NAME_WORDS_MAX, clipped, without_remark};
use crate::cause::Cause;
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::estate::CredentialKind;
use countersign_model::incident::{Incident, Refused, RootCause};
use countersign_model::schedule::zone;

/// The cause as one clause, in full.
pub(crate) fn cause(cause: &Cause<'_>, incident: &Incident, now: Timestamp) -> String {
    cause_words(cause, incident, now, NAME_WORDS_MAX)
}

pub(super) fn cause_words(
    cause: &Cause<'_>,
    incident: &Incident,
    now: Timestamp,
    name_words: usize,
) -> String {
    let name = cause.name();
    let name = clipped(without_remark(&name), name_words);
    match (cause.root, incident.class) {
        (RootCause::Platform, Class::Network) => "the token hosts cannot be reached".to_owned(),
        (RootCause::Platform, _) => "the provider's token hosts fail".to_owned(),
        (_, Class::AuthRejected) => refusal_words(cause, incident.refused, &name, now),
        (_, Class::Scope) if incident.refused == Some(Refused::BusinessUnit) => {
            format!("\"{name}\" may not enter its business unit")
        }
        (_, Class::Scope) => format!("\"{name}\" lost a permission"),
        (_, Class::Policy) => {
            format!("an account policy, probably its allowlist, refuses \"{name}\"")
        }
        (_, Class::GrantDead) => format!("the consent for \"{name}\" has ended"),
        (_, Class::TokenRevoked) => format!("a live token of \"{name}\" was revoked"),
        (_, Class::SecondMinter) => {
            format!("a second program uses the secret of \"{name}\"")
        }
        (_, Class::NotRenewed) => format!("nobody renewed the token of \"{name}\""),
        (_, Class::Certificate) => certificate_words(cause, &name, now),
        (_, Class::Throttled) => format!("\"{name}\" is throttled"),
        (_, Class::Upstream) => format!("the token host of \"{name}\" fails or is too slow"),
        (_, Class::Network) => format!("the token host of \"{name}\" cannot be reached"),
        (_, Class::Malformed) => {
            format!("the token host of \"{name}\" sends unreadable answers")
        }
        (_, Class::Config) => format!("the token request of \"{name}\" is wrong"),
        (_, Class::Local) => format!("our own fault at \"{name}\""),
        (_, class) => format!("{} at \"{name}\"", class.as_str().replace('_', " ")),
    }
}

/// Says no more than the evidence: only `invalid_client` blames the secret.
fn refusal_words(
    cause: &Cause<'_>,
    refused: Option<Refused>,
    name: &str,
    now: Timestamp,
) -> String {
    match refused {
        Some(Refused::Secret) => {
            let (secret, end) = secret_words(cause, now);
            format!("the {secret} of \"{name}\" is refused{end}")
        }
        Some(Refused::AppUser) if cause.is_package() => {
            format!("the app user of \"{name}\" is inactive or lacks the right")
        }
        Some(Refused::AppUser) => format!("the client of \"{name}\" lacks the right"),
        Some(Refused::CoreUser) => format!("the Salesforce user of \"{name}\" may not sign in"),
        Some(Refused::Calls) => format!("calls of \"{name}\" are refused; why is not seen"),
        Some(Refused::BusinessUnit) | None => format!("the token host refuses \"{name}\""),
    }
}

/// The certificate of a credential that is one, or any on its way.
fn certificate_words(cause: &Cause<'_>, name: &str, now: Timestamp) -> String {
    match cause.credential().map(|found| found.kind) {
        Some(CredentialKind::MtlsCert) => {
            let (certificate, end) = secret_words(cause, now);
            format!("the {certificate} of \"{name}\" is refused{end}")
        }
        _ => format!("\"{name}\" met a certificate that is not trusted"),
    }
}

/// What the secret is called, and the end the estate gives it if that is today or past. That it
/// ended is likely then, not seen: the words say no more than the file.
fn secret_words(cause: &Cause<'_>, now: Timestamp) -> (&'static str, String) {
    let Some(credential) = cause.credential() else {
        return ("secret", String::new());
    };
    let secret = match credential.kind {
        CredentialKind::S2sV2 | CredentialKind::WebappV2 | CredentialKind::LegacyV1 => "API secret",
        CredentialKind::CrmOauth => "connected app",
        CredentialKind::ExtOauth => "OAuth client",
        CredentialKind::MtlsCert => "certificate",
        CredentialKind::SftpKey => "file-drop key",
    };
    let unit = cause.estate.business_unit(&credential.bu);
    let zone = unit.and_then(|unit| zone(&unit.time_zone).ok());
    let ended = credential
        .ends
        .zip(zone)
        .filter(|(ends, zone)| *ends <= now.to_zoned(zone.clone()).date());
    let end = match ended {
        Some((ends, _)) => format!(" (end date {})", ends.strftime("%-d %B")),
        None => String::new(),
    };
    (secret, end)
}
