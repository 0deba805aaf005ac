//! What one outcome says about its credential: the one table from wire facts to classes.

use countersign_model::class::Class;
use countersign_model::estate::Grant;
use countersign_model::incident::Refused;
use countersign_model::outcome::{Call, Fact, Outcome};

/// What one outcome says about its credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A token was issued.
    Ok,
    /// No token, and of which kind the failure is.
    Failed(Class),
    /// Says nothing about a token request.
    Ignored,
}

/// Reads one outcome. `grant` is how the credential gets its tokens, if the estate knows it; the
/// outcome's own word adds to it.
#[must_use]
pub fn classify(outcome: &Outcome, grant: Option<Grant>) -> Verdict {
    let Fact::Mint {
        call, grant: told, ..
    } = &outcome.fact
    else {
        return Verdict::Ignored;
    };
    let code = code_of(call);
    match call.status {
        Some(200..=299) if code.is_empty() => Verdict::Ok,
        None if code.is_empty() => Verdict::Ignored,
        _ => Verdict::Failed(class_of(call, code, || {
            class_of_invalid_grant(told.as_deref(), grant)
        })),
    }
}

/// `invalid_grant` blames what was presented: a user of the core, a refresh token, or, where nothing
/// but the client was presented, a policy of the account (an address, for one).
fn class_of_invalid_grant(told: Option<&str>, grant: Option<Grant>) -> Class {
    match (told, grant) {
        (_, Some(Grant::CoreOauth)) => Class::AuthRejected,
        (Some("refresh_token"), _) | (_, Some(Grant::RefreshToken)) => Class::GrantDead,
        _ => Class::Policy,
    }
}

/// Reads one API call or probe: a status or code that refuses the token it carried, or the right to
/// use it. Other failures of calls say nothing about a credential.
///
/// Sources: `docs/provider.md` J2 (errorcodes 20002, 40002; SOAP faults), RFC 6750 section 3.1.
#[must_use]
pub fn classify_call(call: &Call) -> Verdict {
    match (call.status, code_of(call)) {
        (_, "tls_certificate_expired") => Verdict::Failed(Class::Certificate),
        (None, _) | (Some(429 | 500..=599), "") => Verdict::Ignored,
        (Some(500), "login_failed" | "Login Failed" | "token_expired" | "Token Expired") => {
            Verdict::Failed(Class::AuthRejected)
        }
        (Some(429 | 500..=599), _) => Verdict::Ignored,
        (Some(401), _) => Verdict::Failed(Class::AuthRejected),
        (Some(403), "40002") => Verdict::Ignored,
        (Some(403), "") => Verdict::Failed(Class::Policy),
        (Some(403), _) => Verdict::Failed(Class::Scope),
        (Some(_), _) => Verdict::Ok,
    }
}

/// Whether a call failed at the provider or on the way to it, and as what; `None` where it was answered.
#[must_use]
pub fn fails_at_provider(call: &Call) -> Option<Class> {
    if classify_call(call) != Verdict::Ignored {
        return None;
    }
    match (call.status, code_of(call)) {
        (Some(500..=599), _) | (None, "timeout") => Some(Class::Upstream),
        (None, "connection_reset" | "tls_failed") => Some(Class::Network),
        (None, code) if code.starts_with("connect_") || code.starts_with("dns_") => {
            Some(Class::Network)
        }
        _ => None,
    }
}

/// The error code; `0` and `none` are how SFMC and producers say that there is none.
fn code_of(call: &Call) -> &str {
    match call.error_code.as_deref() {
        None | Some("0" | "none") => "",
        Some(code) => code,
    }
}

/// Codes decide before statuses, because proxies and SFMC disagree about statuses.
fn class_of(call: &Call, code: &str, invalid_grant: impl Fn() -> Class) -> Class {
    match code {
        "invalid_client" | "unauthorized_client" => return Class::AuthRejected,
        "inactive_user" => return Class::AuthRejected,
        "local" => return Class::Local,
        // The broker's word for an exchange of a refresh token without a known end.
        "outcome_unknown" => return Class::GrantDead,
        "invalid_grant" => return invalid_grant(),
        "access_denied" | "invalid_scope" | "insufficient_scope" => return Class::Scope,
        "malformed" | "unreadable" => return Class::Malformed,
        // Sent and not answered in time: the provider is slow (class `upstream`). A connect timeout
        // is `connect_timeout`.
        "timeout" => return Class::Upstream,
        "connection_reset" | "tls_failed" => return Class::Network,
        code if code.starts_with("tls_") => return Class::Certificate,
        code if code.starts_with("connect_") || code.starts_with("dns_") => return Class::Network,
        _ => {}
    }
    match call.status {
        Some(401) => Class::AuthRejected,
        Some(403) => Class::Scope,
        Some(408) => Class::Upstream,
        Some(429) => Class::Throttled,
        Some(500..=599) => Class::Upstream,
        Some(200..=299) => Class::Malformed,
        Some(_) => Class::Config,
        None => Class::Network,
    }
}

/// What a refused token request blames, where its class leaves it open.
pub(crate) fn refused_by(call: &Call, class: Class) -> Option<Refused> {
    match (class, code_of(call)) {
        (Class::AuthRejected, "invalid_client") => Some(Refused::Secret),
        (Class::AuthRejected, "unauthorized_client") => Some(Refused::AppUser),
        // `invalid_grant` is of this class at the CRM core only.
        (Class::AuthRejected, "inactive_user" | "invalid_grant") => Some(Refused::CoreUser),
        (Class::Scope, "access_denied") => Some(Refused::BusinessUnit),
        _ => None,
    }
}

/// Whether waiting alone can mend it, so that one failure says nothing about the credential.
pub(crate) fn is_transient(class: Class) -> bool {
    matches!(
        class,
        Class::Upstream | Class::Network | Class::Malformed | Class::Throttled
    )
}

#[cfg(test)]
mod tests;
