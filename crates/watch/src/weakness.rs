//! What the file of the estate alone says, as findings: the lint's warnings about what is running.

use countersign_detect::Claim;
use countersign_feed::estate::{Finding, lint};
use countersign_model::estate::Estate;
use countersign_model::finding::{FindingKind, Severity, Subject};
use countersign_model::id::{BuId, CredentialId};

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
