//! One root cause, its chain to customers, its clocks and its words.

use crate::Timestamp;
use crate::class::Class;
use crate::graph::Reached;
use crate::id::{AssetId, BuId, CredentialId, IncidentId, IntegrationId, OutcomeId};
use crate::impact::{Impact, Outage};
use crate::response::Response;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What is to blame. Written `credential:INT-029`, `asset:DE-16`, `platform`, `consumer:etl-7`,
/// `blind`, `self`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RootCause {
    /// A credential.
    Credential(CredentialId),
    /// Something local to one asset.
    Asset(AssetId),
    /// The provider.
    Platform,
    /// One consumer.
    Consumer(crate::id::ConsumerId),
    /// We cannot see.
    Blind,
    /// Our own fault.
    Own,
}

impl fmt::Display for RootCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RootCause::Credential(id) => write!(f, "credential:{id}"),
            RootCause::Asset(id) => write!(f, "asset:{id}"),
            RootCause::Platform => f.write_str("platform"),
            RootCause::Consumer(id) => write!(f, "consumer:{id}"),
            RootCause::Blind => f.write_str("blind"),
            RootCause::Own => f.write_str("self"),
        }
    }
}

impl From<RootCause> for String {
    fn from(cause: RootCause) -> String {
        cause.to_string()
    }
}

impl TryFrom<String> for RootCause {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for RootCause {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let bad = |error: crate::id::IdError| format!("{text:?} is not a root cause: {error}");
        match text.split_once(':') {
            Some(("credential", id)) => id.parse().map(RootCause::Credential).map_err(bad),
            Some(("asset", id)) => id.parse().map(RootCause::Asset).map_err(bad),
            Some(("consumer", id)) => id.parse().map(RootCause::Consumer).map_err(bad),
            None if text == "platform" => Ok(RootCause::Platform),
            None if text == "blind" => Ok(RootCause::Blind),
            None if text == "self" => Ok(RootCause::Own),
            _ => Err(format!(
                "{text:?} is not a root cause: write credential:ID, asset:ID, consumer:ID, \
                 platform, blind or self"
            )),
        }
    }
}

/// Where an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentState {
    /// First evidence; nobody is told yet.
    Suspect,
    /// Open; people are told.
    Open,
    /// Ended by data.
    Resolved,
    /// A suspicion that came to nothing.
    Dismissed,
}

/// How sure we are, and why not more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The credential itself was refused in front of us.
    Certain,
    /// The evidence allows hardly anything else.
    Likely,
    /// One of several causes.
    Possible,
}

/// What was refused, where the class alone does not tell what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// The client's secret: `invalid_client`.
    Secret,
    /// The client, with a secret that was right: `unauthorized_client`. Its app user is inactive, or
    /// its package is off.
    AppUser,
    /// The user of the CRM core behind the connection.
    CoreUser,
    /// The business unit: `access_denied` on a token request.
    BusinessUnit,
    /// Calls alone; no token request was seen to fail.
    Calls,
}

/// One fact the judgement rests on, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// When.
    pub at: Timestamp,
    /// The outcome, if it was one.
    pub outcome: Option<OutcomeId>,
    /// For a person: `renewal refused: invalid_client (401)`.
    pub words: String,
}

/// The first moment a customer notices, or why there is none we can name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerHarm {
    /// When.
    pub at: Timestamp,
    /// Where.
    pub asset: AssetId,
    /// What they notice, for a person: `11,500 members get reminders with old balances`.
    pub words: String,
}

/// One thing that is affected, and how it hangs on the cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// Which node, how far, through which, why.
    #[serde(flatten)]
    pub reached: Reached,
    /// Its name for people.
    pub name: String,
    /// What happens to it, for a person.
    pub words: String,
}

/// A step of the runbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunbookStep {
    /// What to do.
    pub words: String,
    /// The exact command, if there is one.
    pub command: Option<String>,
}

/// An entry of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When.
    pub at: Timestamp,
    /// What, for a person.
    pub words: String,
}

/// One root cause, its chain to customers, impact, clocks, people, runbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// What is to blame.
    pub root_cause: RootCause,
    /// What kind of failure.
    pub class: Class,
    /// What was refused, where the class leaves it open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    /// Where it stands.
    pub state: IncidentState,
    /// How sure we are.
    pub confidence: Confidence,
    /// One line for people: `Loyalty: points data stopped refreshing.`
    pub title: String,
    /// The business units hit, the cause's own first.
    pub business_units: Vec<BuId>,
    /// Integrations on the cause.
    pub integrations: Vec<IntegrationId>,
    /// Everything downstream, nearest first.
    pub affected: Vec<Affected>,
    /// Names of flows near the cause that it does not reach.
    pub unaffected: Vec<String>,
    /// First customer harm, if schedules tell it.
    pub harm: Option<CustomerHarm>,
    /// End of the last good token, if one is still alive.
    pub token_ends_at: Option<Timestamp>,
    /// Since when tokens of the cause are of no use; harm is counted from then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outage: Option<Outage>,
    /// What it costs so far; counted anew each minute while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact: Option<Impact>,
    /// What people do about it, and what is left to do.
    #[serde(default)]
    pub response: Response,
    /// Why we think so.
    pub evidence: Vec<Evidence>,
    /// What we could not see, in words.
    pub blind_spots: Vec<String>,
    /// The team that owns the cause.
    pub owner: Option<String>,
    /// The team behind it.
    pub backup: Option<String>,
    /// What to do, in order.
    pub runbook: Vec<RunbookStep>,
    /// What happened, in order.
    pub timeline: Vec<TimelineEntry>,
    /// First evidence.
    pub started_at: Timestamp,
    /// When it opened; `None` while a suspicion.
    pub opened_at: Option<Timestamp>,
    /// When the first notice was accepted by a channel.
    pub notified_at: Option<Timestamp>,
    /// When our broker asked the owner whether to stop trying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// When our broker locked the credential.
    pub locked_at: Option<Timestamp>,
    /// The incident it turned out to be a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<IncidentId>,
    /// When data ended it.
    pub resolved_at: Option<Timestamp>,
}

impl Incident {
    /// Ids of everything affected: integrations, then assets, nearest first.
    #[must_use]
    pub fn affects(&self) -> Vec<String> {
        let assets = self
            .affected
            .iter()
            .map(|affected| affected.reached.node.id().to_owned());
        let mut ids: Vec<String> = self.integrations.iter().map(ToString::to_string).collect();
        for id in assets {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// Whether people are to see it as open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == IncidentState::Open
    }
}
