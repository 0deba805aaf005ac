//! What to do, in order, by kind of failure.

use crate::cause::Cause;
use countersign_model::class::Class;
use countersign_model::estate::CredentialMode;
use countersign_model::incident::{RootCause, RunbookStep};

/// The steps for a cause. Commands are exact.
pub(crate) fn runbook(cause: &Cause<'_>, class: Class) -> Vec<RunbookStep> {
    let RootCause::Credential(id) = cause.root else {
        return vec![
            step("Watch the provider's status page.", None),
            step(
                "Move jobs that are about to start until tokens are issued again.",
                None,
            ),
            step("Change no secrets: they are not the cause.", None),
        ];
    };
    let flow = cause
        .estate
        .integrations
        .iter()
        .find(|flow| flow.credential == *id);
    let renew = || {
        step(
            "Ask for a token and see it issued.",
            flow.map(|flow| format!("countersign renew {}", flow.id)),
        )
    };
    let add = |words| step(words, Some(format!("countersign credential add {id}")));
    let found = cause.estate.credential(id);
    if found.is_some_and(|found| found.mode == CredentialMode::Observed) {
        let words = format!(
            "In the system that holds it: {}",
            lower_first(advice(class))
        );
        return vec![
            step(&words, None),
            step("Run the flow once by hand and see rows move.", None),
        ];
    }
    match class {
        Class::AuthRejected => vec![
            step(advice(class), None),
            add("Hand the new secret to the broker."),
            renew(),
        ],
        Class::GrantDead => vec![
            step(advice(class), None),
            add("Hand the new refresh token to the broker."),
            renew(),
        ],
        Class::Certificate => vec![
            step(advice(class), None),
            add("Hand the new certificate to the broker, if it is ours."),
            renew(),
        ],
        _ => vec![step(advice(class), None), renew()],
    }
}

/// The first step: one sentence, at most ten words, so that it fits a notice.
pub(crate) fn advice(class: Class) -> &'static str {
    match class {
        Class::AuthRejected => "Stage a new secret (about 8 min).",
        Class::Scope => "Give the package its scope or business unit back.",
        Class::Policy => "Allow our exit address in the account's settings.",
        Class::GrantDead => "Have the owner consent again.",
        Class::Certificate => "Install a new certificate.",
        Class::Throttled => "Find the caller that asks too often and slow it.",
        Class::Upstream => "Wait for the provider; watch its status page.",
        Class::Network => "Check DNS, route and firewall to the auth host.",
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

fn lower_first(text: &str) -> String {
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
