//! Tells causes from symptoms: which signals are one failure, and what is at its root.
//!
//! Signals about credentials and the provider are causes already. A signal about an asset is a
//! symptom until nothing upstream explains it: then it is local. Credentials are scored over the
//! graph by how well their death would explain what is seen and what is not (detection 5): a prior,
//! the state of their own calls, one term for each symptom they reach, and one against them for each
//! table or send they feed that goes on. A symptom that is explained opens nothing of its own; it
//! joins the evidence of its cause.

use crate::health::Health;
use countersign_model::class::Class;
use countersign_model::estate::Estate;
use countersign_model::expectation::Expectation;
use countersign_model::graph::Graph;
use countersign_model::id::{AssetId, CredentialId};
use countersign_model::incident::RootCause;
use countersign_model::signal::{Signal, Strength};
use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod blame;
mod covered;
mod expected;
mod explain;
mod gather;
mod heal;
mod returns;
mod score;

use covered::PastOutage;
use gather::is_transient;
use returns::Returns;
pub use score::{DECIDES, MARGIN};

/// A symptom that began this much before its cause is not explained by it (detection 5).
const BEFORE_CAUSE: SignedDuration = SignedDuration::from_mins(10);
/// Two symptoms of one flow this close together are one failure.
const TOGETHER: SignedDuration = SignedDuration::from_mins(90);
/// Evidence a joined signal carries at most.
const EVIDENCE_MAX: usize = 20;

/// What the engine is to do with a signal.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Take it: a cause, or a cause with a symptom joined.
    Take(Signal),
    /// The child's incident is a part of the parent's.
    Absorb {
        /// The cause that was thought to be one.
        child: RootCause,
        /// What it is a part of.
        parent: RootCause,
    },
}

impl Step {
    /// Whether it ends the incident of that cause in another's.
    fn ends(&self, cause: &RootCause) -> bool {
        matches!(self, Step::Absorb { child, .. } if child == cause)
    }
}

/// What is alive and not healed; equal signals lead to equal states.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CorrelatorState {
    /// Causes seen in front of us: credentials refused, the provider failing.
    direct: BTreeMap<RootCause, Signal>,
    /// Symptoms by asset.
    symptoms: BTreeMap<AssetId, Signal>,
    /// What each explained symptom is a part of.
    part_of: BTreeMap<AssetId, RootCause>,
    /// Credentials blamed by symptoms alone.
    inferred: BTreeMap<CredentialId, Signal>,
    /// Credentials of which all flows together fell.
    #[serde(default)]
    pooled: BTreeMap<CredentialId, Signal>,
    /// What would page but for the calendar or an outage that is just over, until it may.
    #[serde(default)]
    held: BTreeMap<RootCause, Held>,
    /// The newest outage of the provider that is over.
    #[serde(default)]
    past_outage: Option<PastOutage>,
    /// Causes in front of us that come and go.
    #[serde(default)]
    returns: Returns,
}

/// A signal that is no news of its own, and until when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Held {
    signal: Signal,
    until: Timestamp,
}

/// Joins signals to causes.
#[derive(Debug, Clone)]
pub struct Correlator {
    estate: Estate,
    graph: Graph,
    state: CorrelatorState,
    /// What people said is to be expected; kept beside the state, because people made it.
    expected: Vec<Expectation>,
    changed: bool,
}

impl Correlator {
    /// A correlator that has seen nothing.
    #[must_use]
    pub fn new(estate: &Estate) -> Correlator {
        Correlator {
            estate: estate.clone(),
            graph: Graph::of(estate),
            state: CorrelatorState::default(),
            expected: Vec::new(),
            changed: false,
        }
    }

    /// Takes a new estate and forgets what left it.
    pub fn set_estate(&mut self, estate: &Estate) {
        self.estate = estate.clone();
        self.graph = Graph::of(estate);
        self.changed = true;
        let state = std::mem::take(&mut self.state);
        self.restore(state);
    }

    /// What to keep until the next start, if it changed since the last call.
    pub fn take_changed(&mut self) -> Option<&CorrelatorState> {
        std::mem::take(&mut self.changed).then_some(&self.state)
    }

    /// Takes up what [`take_changed`](Self::take_changed) gave.
    pub fn restore(&mut self, mut state: CorrelatorState) {
        let estate = &self.estate;
        state.direct.retain(|cause, _| match cause {
            RootCause::Credential(id) => estate.credential(id).is_some(),
            _ => true,
        });
        state.symptoms.retain(|id, _| estate.asset(id).is_some());
        let live = &state.symptoms;
        state.part_of.retain(|id, _| live.contains_key(id));
        let is_there = |cause: &RootCause| match cause {
            RootCause::Credential(id) => estate.credential(id).is_some(),
            RootCause::Asset(id) => estate.asset(id).is_some(),
            _ => true,
        };
        state.held.retain(|cause, _| is_there(cause));
        state.returns.retain(is_there);
        let is_known = |id: &CredentialId| estate.credential(id).is_some();
        state.inferred.retain(|id, _| is_known(id));
        state.pooled.retain(|id, _| is_known(id));
        self.state = state;
    }

    /// Takes one signal; what the engine is to do, in order. What people planned pages nobody, nor does
    /// the wake of an outage that was told: it is held until that is over, and told then if it goes on.
    pub fn weigh(&mut self, now: Timestamp, signal: &Signal, health: &Health) -> Vec<Step> {
        self.changed = true;
        self.state.held.remove(&signal.cause);
        let covered = match signal.strength {
            Strength::Page => self.covered_until(now, signal, health),
            Strength::Asked | Strength::Locked => self.expected_until(now, signal),
            Strength::Suspect | Strength::Healed => None,
        };
        let Some(until) = covered else {
            return self.take(now, signal, health);
        };
        let held = Held {
            signal: signal.clone(),
            until,
        };
        self.state.held.insert(signal.cause.clone(), held);
        let quiet = Signal {
            strength: Strength::Suspect,
            ..signal.clone()
        };
        self.take(now, &quiet, health)
    }

    /// Tells what was held and is covered no more.
    pub fn tick(&mut self, now: Timestamp, health: &Health) -> Vec<Step> {
        let is_over = |held: &&Held| self.covered_until(now, &held.signal, health).is_none();
        let due = self.state.held.values().filter(is_over);
        let due: Vec<Signal> = due
            .map(|held| self.judged_anew(now, &held.signal))
            .collect();
        let weigh = |signal: Signal| self.weigh(now, &signal, health);
        let mut steps: Vec<Step> = due.into_iter().flat_map(weigh).collect();
        let ends = self.state.returns.due(now);
        self.changed |= !ends.is_empty();
        steps.extend(ends.iter().flat_map(|end| self.cause_ended(now, end)));
        steps
    }

    /// Whether anything is held, or an end is waited for.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        self.next_wake().is_some()
    }

    /// When [`tick`](Self::tick) may have something to tell.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        let held = self.state.held.values().map(|held| held.until);
        held.chain(self.state.returns.next_wake()).min()
    }

    fn take(&mut self, now: Timestamp, signal: &Signal, health: &Health) -> Vec<Step> {
        match (&signal.cause, signal.strength) {
            (RootCause::Asset(id), Strength::Healed) => {
                let id = id.clone();
                self.symptom_healed(now, &id, signal)
            }
            (RootCause::Asset(id), _) => {
                let id = id.clone();
                let known = self.state.symptoms.insert(id.clone(), signal.clone());
                let mut steps = self.explain(now, &id, health);
                if known.is_none() {
                    // It has no incident of its own that could end in another.
                    steps.retain(|step| !step.ends(&signal.cause));
                }
                steps
            }
            // Its flows taken together fell: a guess about the credential, as symptoms make them.
            (RootCause::Credential(id), _) if signal.class == Class::Reduced => {
                let id = id.clone();
                self.pooled(now, id, signal)
            }
            (cause, Strength::Healed) => {
                let is_known = self.state.direct.contains_key(cause);
                match !is_known || self.state.returns.ended(now, signal) {
                    true => self.cause_ended(now, signal),
                    false => Vec::new(),
                }
            }
            (cause, _) => {
                let cause = cause.clone();
                self.state.returns.shown(now, signal);
                if cause != RootCause::Platform
                    && is_transient(signal.class)
                    && self.state.direct.contains_key(&RootCause::Platform)
                {
                    // The provider fails everybody; this one only shows it.
                    return Vec::new();
                }
                let signal = self.widened(signal);
                self.state.direct.insert(cause.clone(), signal.clone());
                let (mut steps, joined) = self.gather(now, &cause, health);
                // Parts first: where the cause has no incident yet, it takes the first part's over.
                steps.push(Step::Take(signal));
                steps.extend(joined);
                steps
            }
        }
    }
}

#[cfg(test)]
mod tests;
