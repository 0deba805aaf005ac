//! What the file of the estate alone says, as findings: the lint's warnings about what is running.

use crate::judge::Judge;
use countersign_detect::Claim;
use countersign_feed::estate::{Finding, lint};
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::finding::{Finding as Weakness, FindingKind, Severity, Subject};
use countersign_model::id::{BuId, CredentialId};
use countersign_store::{TailStanding, TailState};
use std::collections::BTreeMap;

/// Codes of the lint that are weaknesses of the running estate, and how grave. Contradictions are
/// refused before they run, and gaps in what we know are the file's affair.
const CODES: [(&str, FindingKind, Severity); 9] = [
    (
        "owner_missing",
        FindingKind::OwnerMissing,
        Severity::Warning,
    ),
    ("backup_missing", FindingKind::BackupMissing, Severity::Info),
    ("legacy_package", FindingKind::LegacyPackage, Severity::Info),
    ("scopes_broad", FindingKind::ScopesBroad, Severity::Warning),
    (
        "client_shared",
        FindingKind::ClientShared,
        Severity::Warning,
    ),
    (
        "credential_shared",
        FindingKind::CredentialShared,
        Severity::Warning,
    ),
    (
        "credential_borrowed",
        FindingKind::CredentialBorrowed,
        Severity::Info,
    ),
    (
        "monitoring_writes",
        FindingKind::MonitoringWrites,
        Severity::Warning,
    ),
    (
        "offline_missing",
        FindingKind::OfflineMissing,
        Severity::Warning,
    ),
];

/// Everything the estate's file says about weaknesses of what runs.
pub(crate) fn declared(estate: &Estate) -> Vec<Claim> {
    let findings = lint(estate).into_iter();
    findings
        .filter_map(|finding| claim(estate, finding))
        .collect()
}

/// The ledger's own name as a source.
const LEDGER: &str = "ledger";

/// Rows of the road hold no outcome: what they told is not judged.
pub(crate) fn unreadable() -> Claim {
    Claim {
        kind: FindingKind::RowUnreadable,
        subject: Subject::Source(LEDGER.to_owned()),
        severity: Severity::Urgent,
        since: None,
        words:
            "Rows of the ledger hold no outcome that this program can read. They were set aside; \
                what they told is not judged."
                .to_owned(),
        fix:
            "The log names each row and why (table `unreadable` of watch.db). If an older program \
              runs than the one that wrote them, run the newer one; if not, check the disk."
                .to_owned(),
        evidence: Vec::new(),
        bu: None,
        owner: None,
        due: None,
    }
}

/// Which followed sources stand as silent, as it was filed last; `None`: by an earlier run.
pub(crate) struct Silent(BTreeMap<String, Option<TailStanding>>);

impl Silent {
    /// What stands in the ledger.
    pub(crate) fn filed(open: &[Weakness]) -> Silent {
        let of = open
            .iter()
            .filter(|one| one.kind == FindingKind::SourceSilent);
        let name = |one: &Weakness| match &one.subject {
            Subject::Source(name) => Some((name.clone(), None)),
            _ => None,
        };
        Silent(of.filter_map(name).collect())
    }

    /// Files who became silent, and withdraws who is heard again or is not followed any more.
    pub(crate) fn file(
        &mut self,
        judge: &mut Judge,
        now: Timestamp,
        all: &BTreeMap<String, TailStanding>,
    ) {
        for (name, standing) in all {
            match silent(name, standing) {
                None => {}
                Some(_)
                    if self
                        .0
                        .get(name)
                        .is_some_and(|it| it.as_ref() == Some(standing)) => {}
                Some(claim) => {
                    judge.file(now, claim);
                    self.0.insert(name.clone(), Some(standing.clone()));
                }
            }
        }
        let is_heard = |name: &String| match all.get(name) {
            // It is not followed any more.
            None => true,
            Some(standing) if standing.state == TailState::Unseen => false,
            Some(standing) => silent(name, standing).is_none(),
        };
        let heard: Vec<String> = self
            .0
            .keys()
            .filter(|name| is_heard(name))
            .cloned()
            .collect();
        for name in heard {
            self.0.remove(&name);
            let subject = Subject::Source(name);
            judge.withdraw(now, FindingKind::SourceSilent, &subject);
        }
    }
}

/// A followed source that is not heard: how its integrations are doing cannot be seen in it.
fn silent(name: &str, standing: &TailStanding) -> Option<Claim> {
    let fix = match standing.state {
        TailState::Unseen | TailState::Following | TailState::Off => return None,
        TailState::Quiet => {
            "Ask the team of the program whether it still runs and where it writes. If it is quiet by \
             nature, say so in `quiet_after` of its `[[tail]]`."
        }
        TailState::Missing => {
            "Correct `path` of its `[[tail]]`, or ask the team of the program where it writes."
        }
        TailState::Unreadable => {
            "Let the user of the watch read the file, or correct `path` and `format` of its `[[tail]]`."
        }
    };
    Some(Claim {
        kind: FindingKind::SourceSilent,
        subject: Subject::Source(name.to_owned()),
        severity: Severity::Warning,
        since: standing.since,
        words: format!(
            "{name} ({}): {}. It tells nothing now: that is no sign that its integrations are well.",
            standing.path, standing.words
        ),
        fix: fix.to_owned(),
        evidence: Vec::new(),
        bu: None,
        owner: None,
        due: None,
    })
}

fn claim(estate: &Estate, finding: Finding) -> Option<Claim> {
    let (_, kind, severity) = CODES.iter().find(|(code, ..)| *code == finding.code)?;
    let (subject, bu, owner, name) = about(estate, &finding.path)?;
    Some(Claim {
        kind: *kind,
        subject,
        severity: *severity,
        since: None,
        words: named(&finding.message, name),
        fix: finding.fix,
        evidence: Vec::new(),
        bu: Some(bu),
        owner,
        due: None,
    })
}

/// A message that begins with an id, with the name people know before it.
fn named(message: &str, name: &str) -> String {
    match message.split_once(' ') {
        Some((id, rest)) if id.parse::<CredentialId>().is_ok() && !name.is_empty() => {
            format!("{name} ({id}) {rest}")
        }
        _ => message.to_owned(),
    }
}

/// Whom a path of the file means, as in `integrations[3].backup`: subject, unit, team and name.
fn about<'a>(estate: &'a Estate, path: &str) -> Option<(Subject, BuId, Option<String>, &'a str)> {
    let (section, rest) = path.split_once('[')?;
    let index: usize = rest.split_once(']')?.0.parse().ok()?;
    match section {
        "integrations" => {
            let flow = estate.integrations.get(index)?;
            let subject = Subject::Integration(flow.id.clone());
            Some((subject, flow.bu.clone(), flow.owner.clone(), &flow.name))
        }
        "credentials" => {
            let one = estate.credentials.get(index)?;
            let mut flows = estate.integrations.iter();
            let user = flows.find(|flow| flow.credential == one.id && flow.owner.is_some());
            let owner = user.and_then(|flow| flow.owner.clone());
            let subject = Subject::Credential(one.id.clone());
            Some((subject, one.bu.clone(), owner, &one.name))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
