//! What a cause seen in front of us takes in: what was thought local, or blamed by guess, before.

use super::{Correlator, EVIDENCE_MAX, Step};
use crate::health::Health;
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::id::AssetId;
use countersign_model::incident::{Evidence, RootCause};
use countersign_model::signal::{Signal, Strength};

impl Correlator {
    /// The provider's failure keeps whom it was seen in: who stops trying is not well by that.
    pub(super) fn widened(&self, signal: &Signal) -> Signal {
        let mut signal = signal.clone();
        if signal.cause == RootCause::Platform
            && let Some(known) = self.state.direct.get(&RootCause::Platform)
        {
            for id in &known.credentials {
                if !signal.credentials.contains(id) {
                    signal.credentials.push(id.clone());
                }
            }
            for id in &known.integrations {
                if !signal.integrations.contains(id) {
                    signal.integrations.push(id.clone());
                }
            }
        }
        signal
    }

    /// A cause was seen in front of us: what was taken for local, or blamed by guess, becomes its part.
    /// What it absorbs, and what joins it.
    pub(super) fn gather(
        &mut self,
        now: Timestamp,
        cause: &RootCause,
        health: &Health,
    ) -> (Vec<Step>, Vec<Step>) {
        let (mut steps, mut joining) = (Vec::new(), Vec::new());
        let Some(direct) = self.state.direct.get(cause).cloned() else {
            return (steps, joining);
        };
        if *cause == RootCause::Platform {
            let alone = self.state.direct.extract_if(.., |other, signal| {
                *other != RootCause::Platform && is_transient(signal.class)
            });
            steps.extend(alone.map(|(child, _)| Step::Absorb {
                child,
                parent: RootCause::Platform,
            }));
        }
        if let RootCause::Credential(id) = cause {
            // The same root cause either way: the engine has one incident for it.
            self.state.inferred.remove(id);
        }
        let symptoms: Vec<(AssetId, Signal)> = self
            .state
            .symptoms
            .iter()
            .filter(|(id, _)| self.state.part_of.get(*id) != Some(cause))
            .map(|(id, signal)| (id.clone(), signal.clone()))
            .collect();
        for (id, symptom) in symptoms {
            if !self.reaches(&direct, &id, &symptom, health) {
                continue;
            }
            steps.extend(self.make_part(&id, cause));
            joining.push(Step::Take(self.joined(now, &direct, &symptom)));
        }
        (steps, joining)
    }

    /// Makes a symptom a part of a cause, with what hung on it; what was thought to be at its root before
    /// ends in that cause, once nothing else hangs on it. What was seen to fail by itself stays a root.
    pub(super) fn make_part(&mut self, id: &AssetId, cause: &RootCause) -> Option<Step> {
        let own = RootCause::Asset(id.clone());
        if own == *cause {
            return None;
        }
        let part_of = &mut self.state.part_of;
        for parent in part_of.values_mut().filter(|parent| **parent == own) {
            parent.clone_from(cause);
        }
        let before = part_of.insert(id.clone(), cause.clone());
        let child = before.unwrap_or(own);
        let is_root = self.state.direct.contains_key(&child)
            || matches!(&child, RootCause::Asset(other)
                if other != id && self.state.symptoms.contains_key(other));
        if child == *cause || is_root || part_of.values().any(|parent| *parent == child) {
            return None;
        }
        if let RootCause::Credential(guess) = &child {
            self.state.inferred.remove(guess);
        }
        let parent = cause.clone();
        Some(Step::Absorb { child, parent })
    }

    /// A cause with the evidence of a symptom: authentication in doubt and one dependent stopped is
    /// enough for a page (detection 6), unless that was to be expected.
    pub(super) fn joined(&self, now: Timestamp, cause: &Signal, symptom: &Signal) -> Signal {
        let mut signal = cause.clone();
        signal.at = now;
        add(&mut signal.evidence, &symptom.evidence);
        let held = &self.state.held;
        let expected = held.contains_key(&cause.cause) || held.contains_key(&symptom.cause);
        if is_stop(symptom.class) && signal.strength == Strength::Suspect && !expected {
            signal.strength = Strength::Page;
        }
        signal
    }

    pub(super) fn live_signal_of(&self, cause: &RootCause) -> Option<Signal> {
        let direct = self.state.direct.get(cause);
        let guess = match cause {
            RootCause::Credential(id) => {
                let inferred = self.state.inferred.get(id);
                inferred.or_else(|| self.state.pooled.get(id))
            }
            RootCause::Asset(id) => self.state.symptoms.get(id),
            _ => None,
        };
        direct.or(guess).cloned()
    }
}

/// Whether waiting alone can mend it, so that everybody's trouble explains one's own.
pub(super) fn is_transient(class: Class) -> bool {
    matches!(class, Class::Upstream | Class::Network | Class::Malformed)
}

/// Whether nothing comes any more, and not just less.
pub(super) fn is_stop(class: Class) -> bool {
    matches!(class, Class::Stopped | Class::ZeroRows | Class::Frozen)
}

pub(super) fn add(evidence: &mut Vec<Evidence>, more: &[Evidence]) {
    for fact in more {
        if !evidence.contains(fact) {
            evidence.push(fact.clone());
        }
    }
    evidence.sort_by_key(|fact| fact.at);
    while evidence.len() > EVIDENCE_MAX {
        evidence.remove(1);
    }
}
