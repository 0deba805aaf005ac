//! Permissions that come and go with the token answer, minutes before the first call is refused.

use super::claim::{Claim, Mark};
use super::known::{KnownCredential, Place};
use countersign_model::Timestamp;
use countersign_model::finding::{FindingKind, Severity, Subject};
use countersign_model::incident::Evidence;
use countersign_model::outcome::{Call, Outcome};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a permission allows, and the routes whose calls need it, as far as the provider documents them
/// ("permissions and scopes of the REST API").
const SCOPES: [(&str, &str, &[&str]); 9] = [
    (
        "email_send",
        "send e-mail",
        &[
            "/messaging/v1/email",
            "/messaging/v1/messageDefinitionSends",
        ],
    ),
    (
        "sms_send",
        "send text messages",
        &["/messaging/v1/sms", "/sms/v1"],
    ),
    (
        "push_send",
        "send push messages",
        &["/messaging/v1/push", "/push/v1"],
    ),
    (
        "journeys_execute",
        "start people in journeys",
        &["/interaction/v1/events", "/interaction/v1/async/events"],
    ),
    (
        "data_extensions_write",
        "write tables",
        &["/hub/v1/dataevents", "/data/v1/async"],
    ),
    (
        "data_extensions_read",
        "read tables",
        &["/data/v1/customobjectdata"],
    ),
    ("journeys_read", "read journeys", &[]),
    ("email_read", "read e-mails", &[]),
    ("email_write", "change e-mails", &[]),
];
/// Units of one credential whose answers are kept apart.
const UNITS_MAX: usize = 16;

/// The newest answers of one credential.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Scopes {
    /// By business unit; `""` where the outcome names none.
    answers: BTreeMap<String, Answer>,
    /// Newest call that needed a permission.
    called: BTreeMap<String, Timestamp>,
}

/// What one token answer allowed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Answer {
    mark: Mark,
    granted: BTreeSet<String>,
    /// Permissions that an earlier answer had and this one lacks, with the answer that lacked them first.
    lost: BTreeMap<String, Mark>,
    /// Since when it holds what was not declared.
    gained: BTreeMap<String, Mark>,
}

impl Scopes {
    /// Takes the permissions of a new token.
    pub(super) fn issued(&mut self, known: &KnownCredential, outcome: &Outcome, scope: &str) {
        let granted: BTreeSet<String> = scope.split_whitespace().map(str::to_owned).collect();
        let unit = outcome.bu.as_ref().map_or("", |bu| bu.as_str()).to_owned();
        let is_new = self.answers.contains_key(&unit) || self.answers.len() < UNITS_MAX;
        if granted.is_empty() || !is_new {
            return;
        }
        let mark = Mark::of(outcome);
        let before = self.answers.remove(&unit);
        if let Some(before) = before.as_ref().filter(|one| one.mark.at > outcome.ts) {
            self.answers.insert(unit, before.clone());
            return;
        }
        let mut answer = Answer {
            lost: BTreeMap::new(),
            gained: BTreeMap::new(),
            mark: mark.clone(),
            granted,
        };
        for scope in known
            .scopes
            .iter()
            .chain(before.iter().flat_map(|one| &one.granted))
        {
            let had = before
                .as_ref()
                .is_some_and(|one| one.granted.contains(scope));
            if had && !answer.granted.contains(scope) {
                answer.lost.insert(scope.clone(), mark.clone());
            }
        }
        if let Some(before) = before {
            let still = |scope: &String| !answer.granted.contains(scope);
            let lost = before.lost.into_iter().filter(|(scope, _)| still(scope));
            answer.lost.extend(lost.collect::<Vec<_>>());
            let gained = before.gained.into_iter();
            answer
                .gained
                .extend(gained.filter(|(scope, _)| answer.granted.contains(scope)));
        }
        for scope in &answer.granted {
            if !known.scopes.contains(scope) {
                let first = || mark.clone();
                answer.gained.entry(scope.clone()).or_insert_with(first);
            }
        }
        self.answers.insert(unit, answer);
    }

    /// Takes a call, by which it is known which permissions are in use.
    pub(super) fn called(&mut self, outcome: &Outcome, call: &Call) {
        let Some(route) = call.route.as_deref() else {
            return;
        };
        for (scope, _, routes) in SCOPES {
            if routes.iter().any(|one| route.starts_with(one)) {
                let newest = self.called.entry(scope.to_owned()).or_insert(outcome.ts);
                *newest = (*newest).max(outcome.ts);
            }
        }
    }

    /// Permissions that are missing now.
    pub(super) fn removed(&self, known: &KnownCredential, subject: &Subject) -> Option<Claim> {
        let mut missing: BTreeMap<&String, (Mark, bool)> = BTreeMap::new();
        for answer in self.answers.values() {
            let declared = known.scopes.iter();
            for scope in declared.filter(|scope| !answer.granted.contains(*scope)) {
                let lost = answer.lost.get(scope);
                let mark = lost.unwrap_or(&answer.mark).clone();
                missing.insert(scope, (mark, lost.is_some()));
            }
            if known.scopes.is_empty() {
                let lost = answer.lost.iter();
                missing.extend(lost.map(|(scope, mark)| (scope, (mark.clone(), true))));
            }
        }
        let first = missing
            .values()
            .map(|(mark, _)| mark)
            .min_by_key(|mark| mark.at)?;
        let was_lost = missing.values().any(|(_, lost)| *lost);
        let scopes: Vec<&str> = missing.keys().map(|scope| scope.as_str()).collect();
        let is_needed =
            known.scopes.is_empty() || scopes.iter().any(|one| known.needed.contains(*one));
        let verb = match was_lost {
            true => format!("was removed at {}", known.place.moment(first.at)),
            false => "is declared and does not come with its token".to_owned(),
        };
        let after = self.what_follows(&scopes, &known.place, is_needed);
        let evidence = missing.iter().map(|(scope, (mark, lost))| {
            let words = match lost {
                true => format!("token issued without {scope}, which the one before it had"),
                false => format!("token issued without {scope}"),
            };
            mark.evidence(words)
        });
        Some(Claim {
            kind: FindingKind::ScopeRemoved,
            subject: subject.clone(),
            severity: match is_needed {
                true => Severity::Urgent,
                false => Severity::Warning,
            },
            since: Some(first.at),
            words: format!(
                "{}: the permission to {} {verb}. {after}",
                known.name,
                listed(&scopes)
            ),
            fix:
                "In Setup, give its package the permission back; or, if it is not needed any more, \
                  take it out of the credential's `scopes` in the estate."
                    .to_owned(),
            evidence: in_order(evidence),
            bu: Some(known.place.bu.clone()),
            owner: known.place.owner.clone(),
            due: None,
        })
    }

    fn what_follows(&self, scopes: &[&str], place: &Place, is_needed: bool) -> String {
        let called = scopes.iter().filter_map(|scope| self.called.get(*scope));
        match (called.max(), is_needed) {
            (Some(last), _) => format!(
                "The next call that needs it will be refused; the last one was made at {}.",
                place.moment(*last)
            ),
            (None, true) => {
                "The first call that needs it will be refused; none was seen so far.".to_owned()
            }
            (None, false) => "No integration is declared to need it.".to_owned(),
        }
    }

    /// Permissions that nobody declared.
    pub(super) fn added(&self, known: &KnownCredential, subject: &Subject) -> Option<Claim> {
        if known.scopes.is_empty() {
            return None;
        }
        let answers = self.answers.values();
        let more: BTreeMap<&String, &Mark> = answers
            .flat_map(|answer| &answer.gained)
            .filter(|(scope, _)| !known.scopes.contains(*scope) && *scope != "offline")
            .collect();
        let first = more.values().map(|mark| mark.at).min()?;
        let scopes: Vec<&str> = more.keys().map(|scope| scope.as_str()).collect();
        let evidence = more
            .iter()
            .map(|(scope, mark)| mark.evidence(format!("token issued with {scope}")));
        Some(Claim {
            kind: FindingKind::ScopeAdded,
            subject: subject.clone(),
            severity: Severity::Warning,
            since: Some(first),
            words: format!(
                "{}: its tokens allow more than was declared: to {}.",
                known.name,
                listed(&scopes)
            ),
            fix: "Ask who widened the package. Take the permission away, or declare it in the \
                  credential's `scopes`."
                .to_owned(),
            evidence: in_order(evidence),
            bu: Some(known.place.bu.clone()),
            owner: known.place.owner.clone(),
            due: None,
        })
    }
}

fn in_order(evidence: impl Iterator<Item = Evidence>) -> Vec<Evidence> {
    let mut evidence: Vec<Evidence> = evidence.collect();
    evidence.sort_by_key(|one| one.at);
    evidence
}

/// `send e-mail (email_send) and to write tables (data_extensions_write)`.
fn listed(scopes: &[&str]) -> String {
    let words = scopes.iter().map(|scope| {
        let known = SCOPES.iter().find(|(name, ..)| name == scope);
        match known {
            Some((_, allows, _)) => format!("{allows} ({scope})"),
            None => format!("use {scope}"),
        }
    });
    words.collect::<Vec<_>>().join(" and to ")
}
