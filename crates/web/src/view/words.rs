//! The words pages use for states, kinds and causes. One word for one thing, never colour alone.

use super::place::Place;
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::estate::{AssetKind, Credential, CredentialKind, Estate, Tier};
use countersign_model::graph::{Dependency, Node};
use countersign_model::incident::{Confidence, Incident, IncidentState, Refused, RootCause};
use countersign_model::status::Health;

/// A health as its word and the name of its shape and colour in the style sheet.
pub(crate) fn health(health: Health) -> (&'static str, &'static str) {
    match health {
        Health::Healthy => ("Healthy", "healthy"),
        Health::Unknown => ("Unknown", "unknown"),
        Health::AtRisk => ("At risk", "at-risk"),
        Health::Degraded => ("Degraded", "degraded"),
        Health::Failing => ("Failing", "failing"),
    }
}

/// An incident's state as its word and style name.
pub(crate) fn state(state: IncidentState) -> (&'static str, &'static str) {
    match state {
        IncidentState::Suspect => ("Suspicion, nobody told yet", "at-risk"),
        IncidentState::Open => ("Open", "failing"),
        IncidentState::Resolved => ("Resolved", "healthy"),
        IncidentState::Dismissed => ("Dismissed", "unknown"),
    }
}

/// How sure, and what that means.
pub(crate) fn confidence(confidence: Confidence) -> (&'static str, &'static str) {
    match confidence {
        Confidence::Certain => ("Certain", "The cause itself was seen failing."),
        Confidence::Likely => ("Likely", "The evidence allows hardly anything else."),
        Confidence::Possible => ("Possible", "This is one of several causes that fit."),
    }
}

/// A tier as written in the estate.
pub(crate) fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::T0 => "T0",
        Tier::T1 => "T1",
        Tier::T2 => "T2",
        Tier::T3 => "T3",
    }
}

/// What ends, for the kinds that end.
pub(crate) fn secret_noun(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::MtlsCert => "certificate",
        CredentialKind::SftpKey => "key",
        CredentialKind::S2sV2
        | CredentialKind::WebappV2
        | CredentialKind::LegacyV1
        | CredentialKind::CrmOauth
        | CredentialKind::ExtOauth => "secret",
    }
}

/// What a node is, for a person.
pub(crate) fn node_kind(estate: &Estate, node: &Node) -> &'static str {
    match node {
        Node::Credential(_) => "Credential",
        Node::Integration(_) => "Integration",
        Node::Asset(id) => estate
            .asset(id)
            .map_or("Asset", |asset| asset_kind(asset.kind)),
    }
}

/// What an asset is, for a person.
pub(crate) fn asset_kind(kind: AssetKind) -> &'static str {
    match kind {
        AssetKind::DataExtension => "Table",
        AssetKind::Journey => "Journey",
        AssetKind::TriggeredSend => "Triggered send",
        AssetKind::Automation => "Automation",
        AssetKind::Launch => "Launch",
        AssetKind::OutsideSystem => "Outside system",
    }
}

/// Why a node hangs on the one before it.
pub(crate) fn dependency(dependency: Dependency) -> &'static str {
    match dependency {
        Dependency::UsesCredential => "uses the credential",
        Dependency::JourneyCall => "is called per contact by",
        Dependency::Feeds => "is fed by",
        Dependency::Reads => "reads",
        Dependency::Writes => "is written by",
        Dependency::CrossPlatform => "gets results from",
        Dependency::OutsideConsumer => "takes data from",
    }
}

/// The root cause in one plain sentence.
pub(crate) fn cause(incident: &Incident, estate: &Estate, now: Timestamp) -> String {
    match &incident.root_cause {
        RootCause::Credential(id) => match estate.credential(id) {
            Some(credential) => credential_cause(credential, incident, estate, now),
            None => format!("Credential {id} {}.", failure(incident.class)),
        },
        RootCause::Asset(id) => {
            let name = estate
                .asset(id)
                .map_or(id.as_str(), |asset| asset.name.as_str());
            format!("{name} ({id}) {}.", failure(incident.class))
        }
        RootCause::Platform => format!("Marketing Cloud itself {}.", failure(incident.class)),
        RootCause::Consumer(id) => format!("Consumer {id} {}.", failure(incident.class)),
        RootCause::Blind => "We cannot see: nothing reports to us.".to_owned(),
        RootCause::Own => "The fault is in Countersign itself.".to_owned(),
    }
}

fn credential_cause(
    credential: &Credential,
    incident: &Incident,
    estate: &Estate,
    now: Timestamp,
) -> String {
    let class = incident.class;
    let noun = secret_noun(credential.kind);
    let whose = format!(
        "{} ({})",
        credential_name(estate, credential),
        credential.id
    );
    let of = |what: &str| format!("The {what} of {whose}");
    let today = Place::of(estate, Some(&credential.bu)).day(now);
    let blames_secret = match class {
        Class::AuthRejected => incident.refused == Some(Refused::Secret),
        Class::Certificate => credential.kind == CredentialKind::MtlsCert,
        _ => false,
    };
    match (class, credential.ends) {
        (_, Some(ends)) if blames_secret && ends <= today => {
            let ended = ends.strftime("%-d %B %Y");
            format!("{} ended on {ended} and is refused.", of(noun))
        }
        (Class::AuthRejected, _) => match incident.refused {
            Some(Refused::Secret) => format!("{} {}.", of(noun), failure(class)),
            Some(Refused::AppUser) => format!(
                "{} is inactive or lacks the right to ask; the {noun} was not what was refused.",
                of("app user or client")
            ),
            Some(Refused::CoreUser) => format!(
                "{} may not sign in: it is inactive, locked or not admitted.",
                of("Salesforce user")
            ),
            Some(Refused::Calls) => format!(
                "{} are refused; no token request was seen to fail, so the reason is open.",
                of("calls")
            ),
            Some(Refused::BusinessUnit) | None => {
                format!("{whose} is refused by its token host, without a reason we know.")
            }
        },
        (Class::Certificate, _) if !blames_secret => {
            format!("A certificate on the way of {whose} ended or is not trusted.")
        }
        (Class::Scope, _) if incident.refused == Some(Refused::BusinessUnit) => {
            format!("{whose} works, but may not enter its business unit any more.")
        }
        (Class::Certificate, _) => format!("{} {}.", of(noun), failure(class)),
        (Class::Upstream | Class::Network | Class::Malformed, _) => {
            format!("{} {}.", of("token host"), failure(class))
        }
        _ => format!("{whose} {}.", failure(class)),
    }
}

/// A credential's name for people: the flow's that alone uses it, else its own, else its id.
pub(crate) fn credential_name<'a>(estate: &'a Estate, credential: &'a Credential) -> &'a str {
    let mut flows = estate
        .integrations
        .iter()
        .filter(|flow| flow.credential == credential.id);
    match (flows.next(), flows.next(), credential.name.as_str()) {
        (Some(only), None, _) => &only.name,
        (_, _, "") => credential.id.as_str(),
        (_, _, name) => name,
    }
}

/// What a failure of this class does, as the end of a sentence whose subject is its cause.
fn failure(class: Class) -> &'static str {
    match class {
        Class::AuthRejected => "is refused: it ended, was revoked, or its package is off",
        Class::Scope => "works, but may no longer do what the flow needs: a permission is missing",
        Class::Policy => "is refused by an account policy, such as an address that is not listed",
        Class::GrantDead => "has lost its consent: a person has to authorise it again",
        Class::TokenRevoked => "had its live token killed early",
        Class::SecondMinter => "is used by a second program that kills its live tokens",
        Class::NotRenewed => "is fine, but nobody renewed its token before it ended",
        Class::Certificate => "is not trusted any more",
        Class::Throttled => "is being throttled: it makes too many requests",
        Class::Upstream => "answers late, with server errors, or not at all",
        Class::Network => "cannot be reached over the network",
        Class::Malformed => "answers with something that cannot be read",
        Class::Config => "makes a request that is wrong in itself",
        Class::Stopped => "stopped",
        Class::Reduced => "carries much less than it should",
        Class::ZeroRows => "reported success and moved no rows",
        Class::Frozen => "stopped changing",
        Class::QueueGrowth => "has a queue that grows and ages",
        Class::LongJob => "outlives its token in the middle of a run",
        Class::Local => "failed on our side",
    }
}

/// What would keep the harm away, as the end of a sentence: `unless …`.
pub(crate) fn remedy(incident: &Incident) -> String {
    match (&incident.root_cause, incident.class) {
        (RootCause::Credential(id), Class::AuthRejected) => match incident.refused {
            Some(Refused::Secret) => format!("unless {id}'s secret is renewed"),
            _ => format!("unless {id} is admitted again"),
        },
        (RootCause::Credential(id), Class::Certificate) => {
            format!("unless {id}'s certificate is renewed")
        }
        (RootCause::Credential(id), Class::GrantDead) => {
            format!("unless {id} is authorised again")
        }
        (RootCause::Credential(id), Class::Scope) => {
            format!("unless {id} gets its permission back")
        }
        (RootCause::Credential(id), _) => format!("unless {id} is mended"),
        (RootCause::Asset(id), _) => format!("unless {id} is mended"),
        (RootCause::Consumer(id), _) => format!("unless {id} is mended"),
        (RootCause::Platform, _) => "unless the provider recovers".to_owned(),
        (RootCause::Blind | RootCause::Own, _) => "unless this is mended".to_owned(),
    }
}

/// `1 incident`, `2 incidents`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}

/// A text with its first letter in upper case.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
