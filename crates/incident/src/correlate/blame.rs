//! A credential blamed by what hangs on it alone: its symptoms, or the common fall of its flows.

use super::gather::{add, is_stop};
use super::score::{Candidate, DECIDES, MARGIN, Scorer};
use super::{Correlator, Step};
use crate::health::Health;
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::graph::Node;
use countersign_model::id::{AssetId, CredentialId};
use countersign_model::incident::{Confidence, RootCause};
use countersign_model::signal::{Signal, Strength};
use std::collections::BTreeSet;

impl Correlator {
    /// What all flows of a credential show together adds to what is known of it, and ends no more than
    /// itself.
    pub(super) fn pooled(
        &mut self,
        now: Timestamp,
        id: CredentialId,
        signal: &Signal,
    ) -> Vec<Step> {
        let known = [
            self.state.direct.get(&signal.cause),
            self.state.inferred.get(&id),
        ];
        let known = known.into_iter().flatten().next().cloned();
        if signal.strength == Strength::Healed {
            let was_pooled = self.state.pooled.remove(&id).is_some();
            return match was_pooled && known.is_none() {
                true => self.cause_ended(now, signal),
                false => Vec::new(),
            };
        }
        self.state.pooled.insert(id, signal.clone());
        let told = known.map(|known| self.joined(now, &known, signal));
        vec![Step::Take(told.unwrap_or_else(|| signal.clone()))]
    }

    /// The credential whose flows fell together, where a flow that fell hangs on it.
    pub(super) fn pool_of(
        &self,
        id: &AssetId,
        symptom: &Signal,
        health: &Health,
    ) -> Option<RootCause> {
        if symptom.class != Class::Reduced {
            return None;
        }
        let upstream = self.upstream(id, symptom.since, health);
        upstream.into_iter().find_map(|(node, _)| match node {
            Node::Credential(id) => {
                let is_pooled = self.state.pooled.contains_key(&id);
                is_pooled.then_some(RootCause::Credential(id))
            }
            Node::Integration(_) | Node::Asset(_) => None,
        })
    }

    /// Whether a credential's flows fill this asset and another that shows a symptom, each by
    /// themselves, and are not seen to work: then neither asset explains the other.
    pub(super) fn feeds_several(
        &self,
        blamed: &Candidate,
        id: &AssetId,
        symptom: &Signal,
        health: &Health,
    ) -> bool {
        let flows = self.estate.integrations.iter();
        let own = || flows.clone().filter(|flow| blamed.flows.contains(&flow.id));
        let fed: BTreeSet<&AssetId> = own().flat_map(|flow| &flow.feeds).collect();
        let works = own().any(|flow| health.works(&flow.id, symptom.since));
        let others = blamed.symptoms.iter().filter(|other| *other != id);
        !works && fed.contains(id) && others.into_iter().any(|other| fed.contains(other))
    }

    /// The credential whose death explains a symptom best, if it explains it well enough.
    pub(super) fn blamed(
        &self,
        id: &AssetId,
        symptom: &Signal,
        health: &Health,
    ) -> Option<Candidate> {
        let mut symptoms = self.state.symptoms.clone();
        // What is expected blames nobody, and what a cause in front of us explains adds nothing.
        symptoms.retain(|other, symptom| {
            let parent = self.state.part_of.get(other);
            let explained = parent.is_some_and(|parent| self.state.direct.contains_key(parent));
            !self.state.held.contains_key(&symptom.cause) && (other == id || !explained)
        });
        let scorer = Scorer {
            estate: &self.estate,
            symptoms: &symptoms,
            health,
        };
        let upstream = |asset: &AssetId, since| self.upstream(asset, since, health);
        let mut found = scorer.candidates(id, symptom.since, upstream);
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        let second = found.get(1).map_or(f64::NEG_INFINITY, |next| next.score);
        let best = found.into_iter().next()?;
        (best.score > DECIDES).then(|| best.before(second))
    }

    /// Blames a credential by its symptoms alone.
    pub(super) fn infer(&mut self, now: Timestamp, blamed: Candidate) -> Vec<Step> {
        let cause = RootCause::Credential(blamed.credential.clone());
        let mut steps = Vec::new();
        for id in &blamed.symptoms {
            steps.extend(self.make_part(id, &cause));
        }
        let symptoms = blamed
            .symptoms
            .iter()
            .filter_map(|id| self.state.symptoms.get(id));
        let signal = inferred(now, &blamed, symptoms.collect());
        let known = self
            .state
            .inferred
            .insert(blamed.credential, signal.clone());
        let strength = known.map_or(signal.strength, |known| known.strength.max(signal.strength));
        steps.push(Step::Take(Signal { strength, ..signal }));
        steps
    }
}

fn inferred(now: Timestamp, blamed: &Candidate, symptoms: Vec<&Signal>) -> Signal {
    let mut evidence = Vec::new();
    for symptom in &symptoms {
        add(&mut evidence, &symptom.evidence);
    }
    let first = symptoms.iter().min_by_key(|symptom| symptom.since);
    let stop = symptoms.iter().filter(|symptom| is_stop(symptom.class));
    let page = stop.count() >= 2
        || symptoms
            .iter()
            .any(|symptom| symptom.strength >= Strength::Page);
    let confidence = match blamed.margin >= MARGIN {
        true => Confidence::Likely,
        false => Confidence::Possible,
    };
    let mut blind_spots = Vec::new();
    if !blamed.visible {
        let spot = "Token requests and calls of this flow; nobody reports them.";
        blind_spots.push(spot.to_owned());
    }
    Signal {
        at: now,
        cause: RootCause::Credential(blamed.credential.clone()),
        class: first.map_or(Class::Stopped, |symptom| symptom.class),
        refused: None,
        strength: match page {
            true => Strength::Page,
            false => Strength::Suspect,
        },
        confidence,
        since: first.map_or(now, |symptom| symptom.since),
        credentials: vec![blamed.credential.clone()],
        integrations: blamed.flows.iter().cloned().collect(),
        evidence,
        token_ends_at: None,
        calls_refused_since: None,
        blind_spots,
    }
}
