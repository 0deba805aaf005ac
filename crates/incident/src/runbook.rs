//! What to do, in order, by kind of failure.

use crate::cause::Cause;
use countersign_model::class::Class;
use countersign_model::estate::CredentialMode;
use countersign_model::id::CredentialId;
use countersign_model::incident::{Incident, Refused, RootCause, RunbookStep};

/// The steps for a cause; the first is the notice's next step. Commands are exact.
pub(crate) fn runbook(cause: &Cause<'_>, incident: &Incident) -> Vec<RunbookStep> {
    let (class, refused) = (incident.class, incident.refused);
    let first = advice(cause, class, refused);
    let RootCause::Credential(id) = cause.root else {
        return match cause.root {
            RootCause::Platform => vec![
                step(first, None),
                step(
                    "Move jobs that are about to start until tokens are issued again.",
                    None,
                ),
                step("Change no secrets: they are not the cause.", None),
            ],
            _ => vec![step(first, None)],
        };
    };
    let found = cause.estate.credential(id);
    if found.is_some_and(|found| found.mode == CredentialMode::Observed) {
        let words = format!("In the system that holds it: {}", lower_first(first));
        return vec![
            step(&words, None),
            step("Run the flow once by hand and see rows move.", None),
        ];
    }
    let flow = cause
        .estate
        .integrations
        .iter()
        .find(|flow| flow.credential == *id);
    let renew = step(
        "Ask for a token and see it issued.",
        flow.map(|flow| format!("countersign renew {}", flow.id)),
    );
    let add = |words| step(words, Some(format!("countersign credential add {id}")));
    let then = match (class, refused) {
        (Class::AuthRejected, Some(Refused::Secret)) => {
            Some(add("Hand the new secret to the broker."))
        }
        (Class::AuthRejected, Some(Refused::AppUser)) if cause.is_package() => Some(step(
            "See in Setup that the package is installed and licensed for this business unit.",
            None,
        )),
        (Class::AuthRejected, None) => Some(add("If the secret is new: hand it to the broker.")),
        (Class::GrantDead, _) => Some(step(
            "Open the address it prints, as the user the app acts for.",
            Some(format!("countersign credential authorize {id}")),
        )),
        _ => None,
    };
    let mut steps = vec![step(first, None)];
    steps.extend(then);
    steps.push(renew);
    if incident.asked_at.is_some() && incident.locked_at.is_none() {
        steps.push(step(
            "To stop the broker's attempts, at the price of any token that still lives:",
            Some(stop(id)),
        ));
    }
    steps
}

/// The command by which an owner stops the broker's attempts.
pub(crate) fn stop(id: &CredentialId) -> String {
    format!("countersign credential disable {id} --reason \"refused three times\"")
}

/// The first step: one sentence, at most ten words, so that it fits a notice.
pub(crate) fn advice(cause: &Cause<'_>, class: Class, refused: Option<Refused>) -> &'static str {
    match class {
        Class::AuthRejected => advice_on_refusal(cause, refused),
        Class::Scope if refused == Some(Refused::BusinessUnit) => {
            "Enable the package for this business unit again."
        }
        Class::Scope => "Give the package its missing scope back.",
        Class::Policy => "Compare our exit addresses with the account's allowlist.",
        Class::GrantDead => "Have the owner consent again.",
        Class::Certificate => "Find the certificate that ended and install a new one.",
        Class::Throttled => "Find the caller that asks too often and slow it.",
        Class::Upstream => "Wait for the provider; watch its status page.",
        Class::Network => "Check DNS, route and firewall to the token host.",
        Class::Malformed => "Check for a proxy that answers in the provider's place.",
        Class::Config => "Compare grant, route and account with the package.",
        Class::TokenRevoked | Class::NotRenewed => "Ask for a new token.",
        Class::SecondMinter => "Find the second program that uses this secret.",
        Class::Stopped | Class::Reduced | Class::ZeroRows | Class::Frozen => {
            "Look at the flow's last run."
        }
        Class::QueueGrowth => "Find out why the queue is not drained.",
        Class::LongJob => "Let the job ask for a token midway.",
        Class::Local => "Look at our own store, key and disk.",
    }
}

fn advice_on_refusal(cause: &Cause<'_>, refused: Option<Refused>) -> &'static str {
    match refused {
        Some(Refused::Secret) if cause.is_package() => "Stage a new secret (about 8 min).",
        Some(Refused::Secret) => "Get a new secret from whoever issues it.",
        Some(Refused::AppUser) if cause.is_package() => {
            "Activate the package's app user; keep the secret."
        }
        Some(Refused::AppUser) => "Have the client admitted again; keep the secret.",
        Some(Refused::CoreUser) => "Check the connection's user in Salesforce; keep the secret.",
        Some(Refused::Calls) => "Ask for a new token.",
        Some(Refused::BusinessUnit) | None => "Check the secret, then the app user and package.",
    }
}

/// A sentence that goes on after a colon.
pub(crate) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn step(words: &str, command: Option<String>) -> RunbookStep {
    RunbookStep {
        words: words.to_owned(),
        command,
    }
}
