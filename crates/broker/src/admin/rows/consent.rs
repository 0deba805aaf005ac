//! Where a refresh token stands, in words for people.

use countersign_model::Timestamp;
use countersign_model::estate::{Credential, CredentialMode, Grant};
use countersign_refresh::{GrantState, Profile};

fn is_consented(credential: &Credential) -> bool {
    let grant = credential.kind.grant();
    credential.mode == CredentialMode::Brokered && grant.is_some_and(Grant::presents_refresh_token)
}

/// One word for a credential that has its client secret and is neither locked nor disabled.
pub(super) fn state(credential: &Credential, grant: Option<&GrantState>) -> &'static str {
    match grant {
        _ if !is_consented(credential) => "active",
        None => "no_consent",
        Some(state) if state.waits_for_person() => "quarantined",
        Some(_) => "active",
    }
}

/// Where its refresh token stands, and what to do; `None` for kinds without one.
pub(super) fn words(
    credential: &Credential,
    grant: Option<&GrantState>,
    served_until: Option<Timestamp>,
) -> Option<String> {
    if !is_consented(credential) {
        return None;
    }
    let id = &credential.id;
    let again = format!("countersign credential authorize {id}");
    let profile = Profile::of(credential.kind.grant()?, credential.refresh_token.as_ref());
    let kept = match profile? {
        Profile::Static => "it is never replaced",
        Profile::Idempotent { .. } => "it is replaced at each use, and may be repeated for a while",
        Profile::Strict => "it works once and is replaced at each use",
    };
    let deadline = served_until.map_or_else(
        || "there is no live access token left".to_owned(),
        |until| format!("the live access token is served until {until}"),
    );
    Some(match grant {
        None => format!("missing: a person has to consent: {again}"),
        Some(GrantState::Ready { doubt_since: None } | GrantState::Armed { .. }) => {
            format!("in use; {kept}")
        }
        Some(GrantState::Ready { .. }) => {
            format!("its last answer was lost; it is sent again; {kept}")
        }
        Some(GrantState::Unknown { since }) => format!(
            "sent at {since}, and no answer came: it may be spent. {deadline}. Re-authorize ({again}), \
             or replay it once, which may revoke the grant ({again} --replay-once)"
        ),
        Some(GrantState::Dead) => format!(
            "refused by the provider. {deadline}. Re-authorize ({again}); if an address rule refused \
             it, mend that and try it once more ({again} --replay-once)"
        ),
    })
}
