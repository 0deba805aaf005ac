//! Scenarios: what goes wrong when, and what should come of it (YAML, design 4.4).

mod family;
mod span;

pub use family::parse_all;

use countersign_model::{SignedDuration, Timestamp};
use countersign_sfmc::fault::{FaultError, FaultOrder, KINDS};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Why a text is not a scenario.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// It is not YAML, or a field is missing, unknown or of the wrong kind.
    #[error("{0}")]
    Format(String),
}

/// A story.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it is about, for people.
    #[serde(default)]
    pub about: String,
    /// `demo`, or the path of an estate file.
    pub estate: String,
    /// What chance comes from.
    #[serde(default)]
    pub seed: u64,
    /// When it starts.
    pub start: Timestamp,
    /// Fault-free history before that.
    #[serde(default, with = "span::maybe")]
    pub warm_up: Option<SignedDuration>,
    /// How long it runs.
    #[serde(with = "span")]
    pub run_for: SignedDuration,
    /// Slots whose first token is told.
    #[serde(default)]
    pub slots: Vec<SlotStart>,
    /// Credentials that are somebody else's here, whatever the estate says.
    #[serde(default)]
    pub observed: Vec<String>,
    /// Integrations whose own logs reach us, though by their kind they would not.
    #[serde(default)]
    pub seen: Vec<String>,
    /// Integrations whose own logs do not reach us: neither calls, runs nor token requests.
    #[serde(default)]
    pub unseen: Vec<String>,
    /// Switches of the provider's model that are not at their default.
    #[serde(default)]
    pub switches: BTreeMap<String, u64>,
    /// When, from the start and ascending, the watch ends and starts again from what it kept.
    #[serde(default, with = "span::list")]
    pub restarts: Vec<SignedDuration>,
    /// What goes wrong.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// Harmless things that happen beside: of no account for what should come of it.
    #[serde(default)]
    pub noise: Vec<Fault>,
    /// What should come of it.
    #[serde(default)]
    pub expect: Expect,
}

/// A slot in mid-flight.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotStart {
    /// Its credential.
    pub credential: String,
    /// When its token was minted.
    pub minted_at: Timestamp,
    /// Its jitter as a share of life.
    #[serde(default)]
    pub jitter_ratio: f64,
}

/// Something that goes wrong; also the body of `POST /_sim/faults`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// When, from the start.
    #[serde(default, with = "span")]
    pub at: SignedDuration,
    /// What.
    pub kind: String,
    /// For a credential,
    pub credential: Option<String>,
    /// or the credential of an integration,
    pub integration: Option<String>,
    /// or an asset,
    pub asset: Option<String>,
    /// or a business unit,
    pub bu: Option<String>,
    /// or a tenant; `all` is the whole platform;
    pub tenant: Option<String>,
    /// or any of these by its id.
    pub target: Option<String>,
    /// How long; absent: until mended.
    #[serde(default, rename = "for", with = "span::maybe")]
    pub lasts: Option<SignedDuration>,
    /// Share of requests it hits.
    pub share: Option<f64>,
    /// `auth_slow`: by how much.
    #[serde(default, with = "span::maybe")]
    pub latency: Option<SignedDuration>,
    /// `launch_spike`: by which factor.
    pub factor: Option<f64>,
    /// `clock_skew`: by how much.
    #[serde(default, with = "span::maybe")]
    pub by: Option<SignedDuration>,
    /// Whether the calendar knows.
    pub announced: Option<bool>,
}

/// What should come of a story.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Incidents that must open.
    #[serde(default)]
    pub incidents: Vec<ExpectedIncident>,
    /// Credentials that must be locked.
    #[serde(default)]
    pub lockouts: Vec<String>,
    /// `none`: any further incident is a false one.
    pub others: Option<String>,
}

/// An incident that must open.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedIncident {
    /// `credential:INT-029`, `platform`, …
    pub root_cause: String,
    /// Its class.
    pub class: String,
    /// Within this span of the fault.
    #[serde(with = "span")]
    pub detect_within: SignedDuration,
    /// What it must list at least.
    #[serde(default)]
    pub affects: Vec<String>,
}

impl Scenario {
    /// Reads a story.
    ///
    /// # Errors
    /// [`ScenarioError`] with the place and what is wrong there.
    pub fn parse(text: &str) -> Result<Scenario, ScenarioError> {
        serde_saphyr::from_str(text).map_err(|error| ScenarioError::Format(error.to_string()))
    }
}

impl Fault {
    /// The fault as the platform takes it.
    ///
    /// # Errors
    /// [`FaultError::NotTaken`] if it holds what only kinds of other parts take.
    pub(crate) fn order(&self) -> Result<FaultOrder, FaultError> {
        if let Some(row) = KINDS.iter().find(|row| row.name == self.kind) {
            let foreign = [("by", self.by.is_some()), ("factor", self.factor.is_some())];
            if let Some((field, _)) = foreign.into_iter().find(|(_, given)| *given) {
                return Err(FaultError::NotTaken {
                    field,
                    kind: row.name,
                });
            }
        }
        Ok(FaultOrder {
            kind: self.kind.clone(),
            credential: self.credential.clone(),
            integration: self.integration.clone(),
            asset: self.asset.clone(),
            bu: self.bu.clone(),
            tenant: self.tenant.clone(),
            target: self.target.clone(),
            lasts: self.lasts,
            share: self.share,
            latency: self.latency,
        })
    }
}

pub(crate) use span::parse as parse_span;
