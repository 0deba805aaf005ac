//! What a detector holds to be true of one subject right now.

use countersign_model::civil::Date;
use countersign_model::finding::{Finding, FindingKind, Severity, Subject};
use countersign_model::id::{BuId, FindingId, OutcomeId};
use countersign_model::incident::Evidence;
use countersign_model::outcome::Outcome;
use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A weakness as it stands now. While it is claimed the finding is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// What kind of weakness.
    pub kind: FindingKind,
    /// What it is about.
    pub subject: Subject,
    /// How soon somebody should act.
    pub severity: Severity,
    /// Since when; `None` if nothing tells: then since it was first claimed.
    pub since: Option<Timestamp>,
    /// What is the matter, for a person. Numbers that move with every outcome do not belong here.
    pub words: String,
    /// What to do about it.
    pub fix: String,
    /// The facts it rests on, oldest first.
    pub evidence: Vec<Evidence>,
    /// The business unit it belongs to.
    pub bu: Option<BuId>,
    /// The team to act.
    pub owner: Option<String>,
    /// The day by which it has to be mended.
    pub due: Option<Date>,
}

impl Claim {
    /// The finding this opens.
    pub(super) fn opened(self, now: Timestamp) -> Finding {
        Finding {
            id: FindingId::of(self.kind, &self.subject),
            kind: self.kind,
            subject: self.subject,
            severity: self.severity,
            since: self.since.unwrap_or(now),
            words: self.words,
            fix: self.fix,
            evidence: self.evidence,
            bu: self.bu,
            owner: self.owner,
            due: self.due,
            closed_at: None,
        }
    }
}

/// When something was seen, and by which outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) outcome: Option<OutcomeId>,
}

impl Mark {
    pub(super) fn of(outcome: &Outcome) -> Mark {
        Mark {
            at: outcome.ts,
            outcome: Some(outcome.id.clone()),
        }
    }

    /// The mark as evidence, in these words.
    pub(super) fn evidence(&self, words: impl Into<String>) -> Evidence {
        Evidence {
            at: self.at,
            outcome: self.outcome.clone(),
            words: words.into(),
        }
    }
}

/// Whether less than `span` has passed since `at`.
pub(super) fn is_within(now: Timestamp, at: Timestamp, span: SignedDuration) -> bool {
    now.duration_since(at) < span
}
