//! What one outcome says about its credential: the one table from wire facts to classes.
//!
//! The rows, each with how it is known, are in [`table`].

use countersign_model::class::Class;
use countersign_model::estate::Grant;
use countersign_model::incident::Refused;
use countersign_model::outcome::{Call, Fact, Outcome};
use table::{Code, Meaning, Row, Status};

pub mod table;

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
    match meaning_of(table::TOKEN, call) {
        Meaning::Worked => Verdict::Ok,
        Meaning::Failed(class) => Verdict::Failed(class),
        Meaning::Grant => Verdict::Failed(class_of_invalid_grant(told.as_deref(), grant)),
        Meaning::Nothing => Verdict::Ignored,
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
#[must_use]
pub fn classify_call(call: &Call) -> Verdict {
    match meaning_of(table::CALL, call) {
        Meaning::Worked => Verdict::Ok,
        Meaning::Failed(Class::Upstream | Class::Network | Class::Throttled)
        | Meaning::Nothing
        | Meaning::Grant => Verdict::Ignored,
        Meaning::Failed(class) => Verdict::Failed(class),
    }
}

/// Whether a call was refused for asking too often.
#[must_use]
pub fn is_throttled(call: &Call) -> bool {
    meaning_of(table::CALL, call) == Meaning::Failed(Class::Throttled)
}

/// Whether a call failed at the provider or on the way to it, and as what; `None` where it was answered.
#[must_use]
pub fn fails_at_provider(call: &Call) -> Option<Class> {
    match meaning_of(table::CALL, call) {
        Meaning::Failed(class @ (Class::Upstream | Class::Network)) => Some(class),
        _ => None,
    }
}

/// What a failure is counted as that no class fits.
pub const OTHER: &str = "other";

/// Under which class an outcome counts as a failure: a token request, call, probe, run or ping that did
/// not do what it was to. `None` if it did, or says nothing of the kind. `grant` is asked only where a
/// refused grant's class depends on it.
#[must_use]
pub fn failure_of(
    outcome: &Outcome,
    grant: impl FnOnce() -> Option<Grant>,
) -> Option<&'static str> {
    match &outcome.fact {
        Fact::Mint {
            call, grant: told, ..
        } => match meaning_of(table::TOKEN, call) {
            Meaning::Worked => None,
            Meaning::Failed(class) => Some(class.as_str()),
            Meaning::Grant => Some(class_of_invalid_grant(told.as_deref(), grant()).as_str()),
            Meaning::Nothing => is_no_answer(call).then_some(OTHER),
        },
        Fact::Call(call) | Fact::Probe(call) => match meaning_of(table::CALL, call) {
            Meaning::Failed(class) => Some(class.as_str()),
            // A 404 says that the credential works, and is no success of the call.
            Meaning::Worked | Meaning::Grant | Meaning::Nothing => {
                is_no_answer(call).then_some(OTHER)
            }
        },
        Fact::Run { state, .. } => matches!(state.as_str(), "failed" | "refused").then_some(OTHER),
        Fact::Ping { state } => {
            let code = state.parse::<i64>();
            (state == "fail" || code.is_ok_and(|code| code != 0)).then_some(OTHER)
        }
        Fact::Sample { .. } | Fact::Audit { .. } => None,
    }
}

/// Whether a call was refused or never answered, for whatever reason.
fn is_no_answer(call: &Call) -> bool {
    call.status
        .map_or(!code_of(call).is_empty(), |status| status >= 400)
}

/// The meaning of the first row that fits.
fn meaning_of(rows: &[Row], call: &Call) -> Meaning {
    let code = code_of(call);
    let fits = |row: &&Row| {
        let status = match row.status {
            Status::Is(one) => call.status == Some(one),
            Status::Within(from, to) => call.status.is_some_and(|one| (from..=to).contains(&one)),
            Status::None => call.status.is_none(),
            Status::Any => true,
        };
        status
            && match row.code {
                Code::Is(codes) => codes.contains(&code),
                Code::Begins(start) => code.starts_with(start),
                Code::None => code.is_empty(),
                Code::Any => true,
            }
    };
    rows.iter()
        .find(fits)
        .map_or(Meaning::Nothing, |row| row.meaning)
}

/// The error code; `0` and `none` are how SFMC and producers say that there is none.
fn code_of(call: &Call) -> &str {
    match call.error_code.as_deref() {
        None | Some("0" | "none") => "",
        Some(code) => code,
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

/// Whether a refresh token was sent and nobody knows whether it is spent: a person has to allow another
/// attempt (broker rule 2.5).
pub(crate) fn is_in_doubt(outcome: &Outcome) -> bool {
    let code = match &outcome.fact {
        Fact::Mint { call, .. } => call.error_code.as_deref(),
        _ => None,
    };
    code == Some(table::IN_DOUBT)
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
