//! A detector's judgement, with its evidence: what the incident engine reads.

use crate::Timestamp;
use crate::class::Class;
use crate::id::{CredentialId, IntegrationId};
use crate::incident::{Confidence, Evidence, Refused, RootCause};
use serde::{Deserialize, Serialize};

/// How far a judgement goes (design 4.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// First evidence; watch closely, tell nobody.
    Suspect,
    /// Open an incident and tell people.
    Page,
    /// Our broker was refused three times, goes on trying, and asks the owner whether to stop.
    Asked,
    /// Our broker stopped trying; an open incident grows graver.
    Locked,
    /// Evidence that it works again.
    Healed,
}

/// One judgement of one detector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// When it was judged.
    pub at: Timestamp,
    /// The cause it points at.
    pub cause: RootCause,
    /// The kind of failure.
    pub class: Class,
    /// What was refused, where the class leaves it open.
    pub refused: Option<Refused>,
    /// How far it goes.
    pub strength: Strength,
    /// How sure the detector is.
    pub confidence: Confidence,
    /// Time of the first evidence of this run of failures.
    pub since: Timestamp,
    /// The credentials it is about (several for a platform cause).
    pub credentials: Vec<CredentialId>,
    /// The integrations in whose traffic it was seen, if told apart.
    pub integrations: Vec<IntegrationId>,
    /// The facts it rests on, oldest first, at most 20.
    pub evidence: Vec<Evidence>,
    /// End of the last good token of the cause, if known.
    pub token_ends_at: Option<Timestamp>,
    /// Since when calls of the cause are refused, if they are: a token that lives is no use then.
    pub calls_refused_since: Option<Timestamp>,
    /// What could not be seen, in words.
    pub blind_spots: Vec<String>,
}
