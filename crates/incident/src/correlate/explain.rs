//! What a symptom hangs on: a cause in front of us, something sick upstream, or nothing.

use super::{BEFORE_CAUSE, Correlator, Step, TOGETHER};
use crate::health::Health;
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::estate::Integration;
use countersign_model::graph::Node;
use countersign_model::id::{AssetId, IntegrationId};
use countersign_model::incident::RootCause;
use countersign_model::signal::Signal;
use std::collections::BTreeSet;

impl Correlator {
    /// Finds what a symptom belongs to.
    pub(super) fn explain(&mut self, now: Timestamp, id: &AssetId, health: &Health) -> Vec<Step> {
        let Some(symptom) = self.state.symptoms.get(id).cloned() else {
            return Vec::new();
        };
        if let Some(cause) = self.direct_cause_of(id, &symptom, health) {
            let direct = self.state.direct[&cause].clone();
            let mut steps = Vec::from_iter(self.make_part(id, &cause));
            steps.push(Step::Take(self.joined(now, &direct, &symptom)));
            return steps;
        }
        if self.state.held.contains_key(&symptom.cause) {
            // To be expected: no reason to blame anybody.
            if self.is_part(id) {
                return Vec::new();
            }
            self.state.part_of.remove(id);
            return vec![Step::Take(symptom)];
        }
        let blamed = self.blamed(id, &symptom, health);
        if let Some(blamed) = blamed
            .clone()
            .filter(|one| self.feeds_several(one, id, &symptom, health))
        {
            return self.infer(now, blamed);
        }
        let pool = self.pool_of(id, &symptom, health);
        if let Some(parent) = pool.or_else(|| self.sick_upstream(id, &symptom, health)) {
            let mut steps = Vec::from_iter(self.make_part(id, &parent));
            if let Some(cause) = self.live_signal_of(&parent) {
                steps.push(Step::Take(self.joined(now, &cause, &symptom)));
            }
            return steps;
        }
        match blamed {
            Some(blamed) => self.infer(now, blamed),
            None => self.stay(now, id, symptom),
        }
    }

    /// A symptom that nothing new explains: of what it was a part while that lives, and local otherwise.
    fn stay(&mut self, now: Timestamp, id: &AssetId, symptom: Signal) -> Vec<Step> {
        let parent = self.state.part_of.get(id);
        if let Some(cause) = parent.and_then(|parent| self.live_signal_of(parent)) {
            return vec![Step::Take(self.joined(now, &cause, &symptom))];
        }
        self.state.part_of.remove(id);
        vec![Step::Take(symptom)]
    }

    /// Whether it is a part of a cause that lives.
    fn is_part(&self, id: &AssetId) -> bool {
        let parent = self.state.part_of.get(id);
        parent.is_some_and(|parent| self.live_signal_of(parent).is_some())
    }

    fn direct_cause_of(
        &self,
        id: &AssetId,
        symptom: &Signal,
        health: &Health,
    ) -> Option<RootCause> {
        let reaching = |(cause, direct): (&RootCause, &Signal)| {
            self.reaches(direct, id, symptom, health)
                .then(|| cause.clone())
        };
        self.state.direct.iter().find_map(reaching)
    }

    /// Whether a cause in front of us explains a symptom: it lies upstream, and did not come later.
    pub(super) fn reaches(
        &self,
        direct: &Signal,
        id: &AssetId,
        symptom: &Signal,
        health: &Health,
    ) -> bool {
        // A table that froze changed for the last time long before it was late, and when part of a flow
        // went missing is known only about.
        let began = match symptom.class {
            Class::Frozen | Class::Reduced => symptom.at,
            _ => symptom.since,
        };
        let in_time = began
            .checked_add(BEFORE_CAUSE)
            .is_ok_and(|latest| direct.since <= latest);
        let upstream = || self.upstream(id, symptom.since, health);
        in_time
            && match &direct.cause {
                RootCause::Credential(credential) => upstream()
                    .iter()
                    .any(|(node, _)| *node == Node::Credential(credential.clone())),
                RootCause::Platform => {
                    let upstream = upstream();
                    let is_flow = |node: &Node| matches!(node, Node::Integration(_));
                    let flows = upstream.iter().filter(|(node, _)| is_flow(node));
                    let nearest = flows.map(|(_, distance)| *distance).min();
                    // What the provider runs by itself stops with it.
                    if nearest.is_none() {
                        return true;
                    }
                    // Old tokens carry calls into an outage: what counts is whether they still do.
                    let settled = began.max(direct.since);
                    let settled = settled.checked_add(BEFORE_CAUSE).unwrap_or(settled);
                    upstream.iter().any(|(node, distance)| match node {
                        Node::Integration(flow) => {
                            let seen = direct.integrations.contains(flow);
                            let near = Some(*distance) == nearest;
                            seen || (near && !health.works(flow, settled))
                        }
                        Node::Credential(id) => direct.credentials.contains(id),
                        Node::Asset(_) => false,
                    })
                }
                _ => false,
            }
    }

    /// What an asset hangs on, through nothing that is seen to go on since `since`.
    pub(super) fn upstream(
        &self,
        id: &AssetId,
        since: Timestamp,
        health: &Health,
    ) -> Vec<(Node, u32)> {
        let symptoms = &self.state.symptoms;
        let goes_on = |node: &Node| match node {
            Node::Asset(asset) => !symptoms.contains_key(asset) && health.goes_on(asset, since),
            Node::Credential(_) | Node::Integration(_) => false,
        };
        let found = self
            .graph
            .ancestors(&Node::Asset(id.clone()), |node| goes_on(node));
        found
            .into_iter()
            .filter(|(node, _)| !goes_on(node))
            .collect()
    }

    /// A symptom upstream, or a sibling of the same flow, that is local or a part of something: what
    /// this one then belongs to as well.
    fn sick_upstream(&self, id: &AssetId, symptom: &Signal, health: &Health) -> Option<RootCause> {
        let own = RootCause::Asset(id.clone());
        let known = |asset: &AssetId| {
            let other = self.state.symptoms.get(asset).filter(|_| asset != id)?;
            let apart = symptom.since.duration_since(other.since).abs();
            let parent = self.state.part_of.get(asset).cloned();
            // What hangs on this one explains nothing of it.
            (parent.as_ref() != Some(&own)).then_some((parent, apart))
        };
        let upstream = self.upstream(id, symptom.since, health);
        let above = upstream.iter().find_map(|(node, _)| match node {
            Node::Asset(asset) => {
                let (parent, _) = known(asset)?;
                Some(parent.unwrap_or_else(|| RootCause::Asset(asset.clone())))
            }
            Node::Credential(_) | Node::Integration(_) => None,
        });
        above.or_else(|| {
            let flows: BTreeSet<&IntegrationId> = self.feeders(id);
            let calls_go_on = flows.iter().any(|flow| health.works(flow, symptom.since));
            let is_sibling =
                |asset: &&AssetId| self.feeders(asset).iter().any(|flow| flows.contains(flow));
            let mut siblings = self.state.symptoms.keys().filter(is_sibling);
            // Two of one flow whose calls work: the flow's own fault, told once.
            calls_go_on.then(|| {
                siblings.find_map(|asset| {
                    let (parent, apart) = known(asset)?;
                    (apart <= TOGETHER)
                        .then(|| parent.unwrap_or_else(|| RootCause::Asset(asset.clone())))
                })
            })?
        })
    }

    fn feeders(&self, id: &AssetId) -> BTreeSet<&IntegrationId> {
        let feeds = |flow: &&Integration| flow.feeds.contains(id);
        let flows = self.estate.integrations.iter().filter(feeds);
        flows.map(|flow| &flow.id).collect()
    }
}
