//! What people do about an incident, what was seen of it, and what is left to do afterwards.

use crate::Timestamp;
use crate::expectation::Expectation;
use crate::id::AssetId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod considered;
mod deed;

pub use considered::{Considered, OtherCause, Weighed};
pub use deed::{DEED_PREFIX, Deed};

/// How an incident is being handled.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Response {
    /// Who took it on, first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledgement>,
    /// Why it is no news, where people said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Box<Expectation>>,
    /// When a usable token was seen again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored_at: Option<Timestamp>,
    /// When everything that is counted was seen to go on again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered_at: Option<Timestamp>,
    /// Steps that people marked as done, by the name of the step.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ticked: BTreeMap<String, Timestamp>,
    /// The whole runbook, each step with its state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// What Marketing Cloud's own pages say, beside what is counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub screens: Vec<Screen>,
    /// What else could have looked like this, and what speaks for and against it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub considered: Vec<Considered>,
    /// What to repeat, to drop and to correct; once authentication is restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<RecoverySheet>,
}

/// Somebody took the incident on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// When.
    pub at: Timestamp,
    /// Who found the failure.
    pub found_by: FoundBy,
    /// The team that took it on, or how we know whoever did: `Loyalty Product Engineering`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// Who found a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// Countersign.
    #[default]
    System,
    /// A person, before we said so.
    Person,
}

/// What a step is for. Ordered as they are done (R113 to R121).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepPart {
    /// Know who is hit and keep it from growing.
    Contain,
    /// End the failure.
    Restore,
    /// See that it is over.
    Verify,
    /// Keep it from coming back.
    Learn,
}

/// Whether a step is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Not yet.
    Open,
    /// Done.
    Done,
    /// Nothing that is seen tells.
    CannotTell,
}

/// A step that says for itself whether it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its name, for marking it: `contain`.
    pub name: String,
    /// What it is for.
    pub part: StepPart,
    /// What to do.
    pub words: String,
    /// The exact command, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Whether it is done.
    pub state: StepState,
    /// How that is known, or why not.
    pub because: String,
    /// Whether a person may mark it as done.
    pub by_hand: bool,
}

/// One thing as Marketing Cloud's own pages show it, by its nature, and as it is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screen {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What one would find on its page; nobody looked.
    pub shown: String,
    /// What calls and counters say; without any, what follows from the cause.
    pub counted: String,
    /// Whether something counted it.
    pub seen: bool,
}

/// What to repeat, to drop and to correct, in the order in which things hang on each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoverySheet {
    /// As of when.
    pub as_of: Timestamp,
    /// One line for each thing that was hit.
    pub lines: Vec<RecoveryLine>,
    /// What the numbers rest on.
    pub assumptions: Vec<String>,
}

/// What is left to do about one asset. Numbers are contacts, messages or runs, as the words say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryLine {
    /// Which one.
    pub asset: AssetId,
    /// Its name.
    pub name: String,
    /// Gone for good.
    pub lost: u64,
    /// Late, and coming by itself.
    pub late: u64,
    /// To be repeated by hand.
    pub replay: u64,
    /// Waiting, and of no use any more.
    pub must_not_send: u64,
    /// Went out with old data.
    pub to_correct: u64,
    /// What to do, for a person.
    pub words: String,
    /// What catching up does to the usual rate of calls; empty if nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub catch_up: String,
    /// Whether it is seen to go on again.
    pub state: StepState,
    /// How that is known, or why not.
    pub because: String,
}
