//! A weakness that is not (yet) an outage: what it is, about what, how grave, and what to do.

use crate::Timestamp;
use crate::id::{AssetId, BuId, ConsumerId, CredentialId, FindingId, IdError, IntegrationId};
use crate::incident::Evidence;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What kind of weakness. Names are a wire promise; those that a lint of the estate finds too have
/// the name of its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A token came with fewer permissions than before, or than were declared.
    ScopeRemoved,
    /// A token came with more permissions than were declared.
    ScopeAdded,
    /// A token nears its end and no renewal has worked (R107).
    RenewalOverdue,
    /// More calls than usual need a second attempt (R185).
    RetriesRising,
    /// A program repeats its requests without pause.
    RetryStorm,
    /// Something works in another business unit than its integration's.
    WrongBu,
    /// The clock of a source is off, or its lines arrive late.
    ClockSkew,
    /// Several programs ask for tokens with one client, each in its own rhythm.
    SecondUser,
    /// No successful use for a long time; packages without use are switched off (F9).
    IdleCredential,
    /// The hidden service user of an idle package may be switched off (F9).
    IdleServiceUser,
    /// A run takes longer than its token lives, and no renewal is seen in its midst.
    LongJob,
    /// The provider asks a caller to slow down.
    Throttled,
    /// The estate says that a credential has ended, and it still works.
    EndDateStale,
    /// Somebody reports what our own broker's evidence contradicts.
    Contradicted,
    /// A source that the watch reads itself is not heard: its file is gone, unreadable or quiet.
    SourceSilent,
    /// A row of the ledger holds no outcome that this program can read.
    RowUnreadable,
    /// A secret, certificate or key ends soon, or has ended.
    Ending,
    /// A key without an end date is old.
    KeyOld,
    /// An integration has no owner.
    OwnerMissing,
    /// An integration has no backup.
    BackupMissing,
    /// A package of before 2019, on a token route without a future.
    LegacyPackage,
    /// A package holds more permissions than one purpose needs.
    ScopesBroad,
    /// Two credentials of the estate are one client.
    ClientShared,
    /// Several integrations use one credential, by declaration.
    CredentialShared,
    /// An integration uses a credential of another business unit.
    CredentialBorrowed,
    /// An integration that only looks may change things.
    MonitoringWrites,
    /// A web app's consent ends with its person's session.
    OfflineMissing,
}

impl FindingKind {
    /// Every kind, in the order of their declaration.
    pub const ALL: [FindingKind; 27] = [
        FindingKind::ScopeRemoved,
        FindingKind::ScopeAdded,
        FindingKind::RenewalOverdue,
        FindingKind::RetriesRising,
        FindingKind::RetryStorm,
        FindingKind::WrongBu,
        FindingKind::ClockSkew,
        FindingKind::SecondUser,
        FindingKind::IdleCredential,
        FindingKind::IdleServiceUser,
        FindingKind::LongJob,
        FindingKind::Throttled,
        FindingKind::EndDateStale,
        FindingKind::Contradicted,
        FindingKind::SourceSilent,
        FindingKind::RowUnreadable,
        FindingKind::Ending,
        FindingKind::KeyOld,
        FindingKind::OwnerMissing,
        FindingKind::BackupMissing,
        FindingKind::LegacyPackage,
        FindingKind::ScopesBroad,
        FindingKind::ClientShared,
        FindingKind::CredentialShared,
        FindingKind::CredentialBorrowed,
        FindingKind::MonitoringWrites,
        FindingKind::OfflineMissing,
    ];

    /// Whether the file of the estate alone tells it, and neither outcomes nor the calendar.
    #[must_use]
    pub fn is_declared(self) -> bool {
        matches!(
            self,
            FindingKind::OwnerMissing
                | FindingKind::BackupMissing
                | FindingKind::LegacyPackage
                | FindingKind::ScopesBroad
                | FindingKind::ClientShared
                | FindingKind::CredentialShared
                | FindingKind::CredentialBorrowed
                | FindingKind::MonitoringWrites
                | FindingKind::OfflineMissing
        )
    }

    /// The name as written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            FindingKind::ScopeRemoved => "scope_removed",
            FindingKind::ScopeAdded => "scope_added",
            FindingKind::RenewalOverdue => "renewal_overdue",
            FindingKind::RetriesRising => "retries_rising",
            FindingKind::RetryStorm => "retry_storm",
            FindingKind::WrongBu => "wrong_bu",
            FindingKind::ClockSkew => "clock_skew",
            FindingKind::SecondUser => "second_user",
            FindingKind::IdleCredential => "idle_credential",
            FindingKind::IdleServiceUser => "idle_service_user",
            FindingKind::LongJob => "long_job",
            FindingKind::Throttled => "throttled",
            FindingKind::EndDateStale => "end_date_stale",
            FindingKind::Contradicted => "contradicted",
            FindingKind::SourceSilent => "source_silent",
            FindingKind::RowUnreadable => "row_unreadable",
            FindingKind::Ending => "ending",
            FindingKind::KeyOld => "key_old",
            FindingKind::OwnerMissing => "owner_missing",
            FindingKind::BackupMissing => "backup_missing",
            FindingKind::LegacyPackage => "legacy_package",
            FindingKind::ScopesBroad => "scopes_broad",
            FindingKind::ClientShared => "client_shared",
            FindingKind::CredentialShared => "credential_shared",
            FindingKind::CredentialBorrowed => "credential_borrowed",
            FindingKind::MonitoringWrites => "monitoring_writes",
            FindingKind::OfflineMissing => "offline_missing",
        }
    }
}

/// How soon somebody should act, gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Will cost an outage some day.
    Warning,
    /// Act within days.
    Urgent,
    /// Act now.
    Critical,
}

impl Severity {
    /// The name as written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Urgent => "urgent",
            Severity::Critical => "critical",
        }
    }
}

/// What a finding is about. Written `credential:INT-029`, `integration:INT-003`, `asset:DE-16`,
/// `consumer:etl-7`, `source:middleware`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Subject {
    /// A credential.
    Credential(CredentialId),
    /// An integration.
    Integration(IntegrationId),
    /// An asset.
    Asset(AssetId),
    /// A consumer.
    Consumer(ConsumerId),
    /// A producer of outcomes, by the name it gives itself.
    Source(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Credential(id) => write!(f, "credential:{id}"),
            Subject::Integration(id) => write!(f, "integration:{id}"),
            Subject::Asset(id) => write!(f, "asset:{id}"),
            Subject::Consumer(id) => write!(f, "consumer:{id}"),
            Subject::Source(name) => write!(f, "source:{name}"),
        }
    }
}

impl FromStr for Subject {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let bad = |error: IdError| format!("{text:?} is not a subject: {error}");
        match text.split_once(':') {
            Some(("credential", id)) => id.parse().map(Subject::Credential).map_err(bad),
            Some(("integration", id)) => id.parse().map(Subject::Integration).map_err(bad),
            Some(("asset", id)) => id.parse().map(Subject::Asset).map_err(bad),
            Some(("consumer", id)) => id.parse().map(Subject::Consumer).map_err(bad),
            Some(("source", name)) => Ok(Subject::Source(name.to_owned())),
            _ => Err(format!(
                "{text:?} is not a subject: write credential:ID, integration:ID, asset:ID, \
                 consumer:ID or source:NAME"
            )),
        }
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> String {
        subject.to_string()
    }
}

impl TryFrom<String> for Subject {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// A weakness that is not (yet) an outage. Opened once, updated, and closed by evidence; one that
/// comes back has its old id and a new `since`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its id, the same for the same kind and subject.
    pub id: FindingId,
    /// What kind of weakness.
    pub kind: FindingKind,
    /// What it is about.
    pub subject: Subject,
    /// How soon somebody should act.
    pub severity: Severity,
    /// Since when, as far as is known.
    pub since: Timestamp,
    /// What is the matter, for a person: who is concerned and what follows.
    pub words: String,
    /// What to do about it.
    pub fix: String,
    /// The facts it rests on, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// The business unit it belongs to, if one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bu: Option<BuId>,
    /// The team to act, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The day by which it has to be mended, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<jiff::civil::Date>,
    /// When evidence closed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
}

impl Finding {
    /// Whether it stands.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }
}

#[cfg(test)]
mod tests;
