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
use countersign_model::graph::{Graph, Node};
use countersign_model::id::{AssetId, CredentialId, IntegrationId};
use countersign_model::incident::{Confidence, Evidence, RootCause};
use countersign_model::schedule::zone;
use countersign_model::signal::{Signal, Strength};
use countersign_model::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

mod covered;
mod returns;
mod score;

use covered::PastOutage;
use returns::Returns;
use score::{Candidate, Scorer};
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
        let is_page = signal.strength == Strength::Page;
        let covered = is_page.then(|| self.covered_until(now, signal, health));
        let Some(until) = covered.flatten() else {
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
        let due: Vec<Signal> = due.map(|held| held.signal.clone()).collect();
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
                self.state.symptoms.insert(id.clone(), signal.clone());
                self.explain(now, &id, health)
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

    /// What all flows of a credential show together adds to what is known of it, and ends no more than
    /// itself.
    fn pooled(&mut self, now: Timestamp, id: CredentialId, signal: &Signal) -> Vec<Step> {
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
    fn pool_of(&self, id: &AssetId, symptom: &Signal, health: &Health) -> Option<RootCause> {
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

    /// The provider's failure keeps whom it was seen in: who stops trying is not well by that.
    fn widened(&self, signal: &Signal) -> Signal {
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
    fn gather(
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
            let before = self.state.part_of.insert(id.clone(), cause.clone());
            let child = before.unwrap_or_else(|| RootCause::Asset(id.clone()));
            if child != *cause && !self.state.part_of.values().any(|parent| *parent == child) {
                if let RootCause::Credential(guess) = &child {
                    self.state.inferred.remove(guess);
                }
                steps.push(Step::Absorb {
                    child,
                    parent: cause.clone(),
                });
            }
            joining.push(Step::Take(self.joined(now, &direct, &symptom)));
        }
        (steps, joining)
    }

    /// Finds what a symptom belongs to.
    fn explain(&mut self, now: Timestamp, id: &AssetId, health: &Health) -> Vec<Step> {
        let Some(symptom) = self.state.symptoms.get(id).cloned() else {
            return Vec::new();
        };
        if let Some(cause) = self.direct_cause_of(id, &symptom, health) {
            let direct = self.state.direct[&cause].clone();
            self.state.part_of.insert(id.clone(), cause);
            return vec![Step::Take(self.joined(now, &direct, &symptom))];
        }
        if self.state.held.contains_key(&symptom.cause) {
            // To be expected: no reason to blame anybody.
            return vec![Step::Take(symptom)];
        }
        let blamed = self.blamed(id, &symptom, health);
        if let Some(blamed) = blamed
            .clone()
            .filter(|one| self.feeds_several(one, id, &symptom, health))
        {
            return self.infer(now, id, blamed);
        }
        let pool = self.pool_of(id, &symptom, health);
        if let Some(parent) = pool.or_else(|| self.sick_upstream(id, &symptom, health)) {
            self.state.part_of.insert(id.clone(), parent.clone());
            let Some(cause) = self.live_signal_of(&parent) else {
                return Vec::new();
            };
            return vec![Step::Take(self.joined(now, &cause, &symptom))];
        }
        match blamed {
            Some(blamed) => self.infer(now, id, blamed),
            None => vec![Step::Take(symptom)],
        }
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
    fn reaches(&self, direct: &Signal, id: &AssetId, symptom: &Signal, health: &Health) -> bool {
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
    fn upstream(&self, id: &AssetId, since: Timestamp, health: &Health) -> Vec<(Node, u32)> {
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
        let known = |asset: &AssetId| {
            let other = self.state.symptoms.get(asset).filter(|_| asset != id)?;
            let apart = symptom.since.duration_since(other.since).abs();
            let parent = self.state.part_of.get(asset).cloned();
            Some((parent, apart))
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
        let feeds = |flow: &&countersign_model::estate::Integration| flow.feeds.contains(id);
        let flows = self.estate.integrations.iter().filter(feeds);
        flows.map(|flow| &flow.id).collect()
    }

    /// Whether a credential's flows fill this asset and another that shows a symptom, each by
    /// themselves, and are not seen to work: then neither asset explains the other.
    fn feeds_several(
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
    fn blamed(&self, id: &AssetId, symptom: &Signal, health: &Health) -> Option<Candidate> {
        let mut symptoms = self.state.symptoms.clone();
        symptoms.retain(|_, other| !self.state.held.contains_key(&other.cause));
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
    fn infer(&mut self, now: Timestamp, newest: &AssetId, blamed: Candidate) -> Vec<Step> {
        let cause = RootCause::Credential(blamed.credential.clone());
        let mut steps = Vec::new();
        for id in &blamed.symptoms {
            let before = self.state.part_of.insert(id.clone(), cause.clone());
            if id == newest && before.is_none() {
                continue;
            }
            let child = before.unwrap_or_else(|| RootCause::Asset(id.clone()));
            if child != cause && !self.state.part_of.values().any(|parent| *parent == child) {
                let parent = cause.clone();
                steps.push(Step::Absorb { child, parent });
            }
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

    fn live_signal_of(&self, cause: &RootCause) -> Option<Signal> {
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

    /// A symptom ended: a local one ends its incident, and the last of a guess ends that.
    fn symptom_healed(&mut self, now: Timestamp, id: &AssetId, healed: &Signal) -> Vec<Step> {
        if self.state.symptoms.remove(id).is_none() {
            return vec![Step::Take(healed.clone())];
        }
        let Some(parent) = self.state.part_of.remove(id) else {
            let own = RootCause::Asset(id.clone());
            return self.local_healed(own, healed);
        };
        if self.state.part_of.values().any(|other| *other == parent) {
            return Vec::new();
        }
        match &parent {
            RootCause::Credential(credential)
                if self.state.inferred.remove(credential).is_some()
                    && !self.state.pooled.contains_key(credential) =>
            {
                let cause = parent.clone();
                vec![Step::Take(Signal {
                    at: now,
                    cause,
                    ..healed.clone()
                })]
            }
            _ => Vec::new(),
        }
    }

    /// What hangs on a local symptom ends with it.
    fn local_healed(&mut self, own: RootCause, healed: &Signal) -> Vec<Step> {
        self.state.part_of.retain(|_, parent| *parent != own);
        vec![Step::Take(healed.clone())]
    }

    fn cause_ended(&mut self, now: Timestamp, signal: &Signal) -> Vec<Step> {
        let ended = self.state.direct.remove(&signal.cause);
        let parts = self
            .state
            .part_of
            .extract_if(.., |_, parent| *parent == signal.cause);
        let parts: Vec<AssetId> = parts.map(|(id, _)| id).collect();
        if let Some(ended) = ended.filter(|_| signal.cause == RootCause::Platform) {
            self.state.past_outage = Some(PastOutage {
                signal: ended,
                ended: now,
            });
            self.hold_wake(now, &parts);
        }
        vec![Step::Take(signal.clone())]
    }

    /// What an outage stopped has its time to start again, and is told after that.
    fn hold_wake(&mut self, now: Timestamp, parts: &[AssetId]) {
        for id in parts {
            let Some(signal) = self.state.symptoms.get(id).cloned() else {
                continue;
            };
            if let Some(until) = self.covered_until(now, &signal, &Health::default()) {
                let cause = signal.cause.clone();
                self.state.held.insert(cause, Held { signal, until });
            }
        }
    }

    /// A cause with the evidence of a symptom: authentication in doubt and one dependent stopped is
    /// enough for a page (detection 6), unless that was to be expected.
    fn joined(&self, now: Timestamp, cause: &Signal, symptom: &Signal) -> Signal {
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
}

/// Whether waiting alone can mend it, so that everybody's trouble explains one's own.
fn is_transient(class: Class) -> bool {
    matches!(class, Class::Upstream | Class::Network | Class::Malformed)
}

/// Whether nothing comes any more, and not just less.
fn is_stop(class: Class) -> bool {
    matches!(class, Class::Stopped | Class::ZeroRows | Class::Frozen)
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

fn add(evidence: &mut Vec<Evidence>, more: &[Evidence]) {
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

/// Whether a credential's end, as the estate gives it, has come: then its death is no surprise.
fn has_ended(estate: &Estate, id: &CredentialId, at: Timestamp) -> bool {
    let Some(credential) = estate.credential(id) else {
        return false;
    };
    let unit = estate.business_unit(&credential.bu);
    let zone = unit.and_then(|unit| zone(&unit.time_zone).ok());
    let date = zone.map(|zone| at.to_zoned(zone).date());
    credential
        .ends
        .zip(date)
        .is_some_and(|(ends, today)| ends <= today)
}

#[cfg(test)]
mod tests;
