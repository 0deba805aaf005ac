//! A message to people. It lives in the outbox until a channel accepted it.

use crate::Timestamp;
use crate::id::{IncidentId, NoticeId};
use serde::{Deserialize, Serialize};

/// What the message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// An incident opened.
    IncidentOpened,
    /// An open incident changed for the worse: locked, grown.
    IncidentChanged,
    /// An incident ended.
    IncidentResolved,
}

/// A message to people, rendered once, when it was written: retries send the same words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its id; also the idempotency key for every channel.
    pub id: NoticeId,
    /// What it is about.
    pub kind: NoticeKind,
    /// The incident.
    pub incident: IncidentId,
    /// The team it is for.
    pub team: Option<String>,
    /// One line.
    pub subject: String,
    /// Under 60 words: impact, when, who, cause, next step.
    pub summary: String,
    /// How sure, what we could not see, technical detail, links; below the fold.
    pub detail: Vec<String>,
    /// When it was written.
    pub created_at: Timestamp,
}
