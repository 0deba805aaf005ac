//! The detector: outcomes in, signals out, with a memory that can be kept between turns.

use crate::classify::{Verdict, classify, is_in_doubt, is_transient};
use crate::platform::Platform;
use crate::rules::{Rules, span};
use crate::track::Track;
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::estate::{Credential, Estate, Integration, Tier};
use countersign_model::id::CredentialId;
use countersign_model::outcome::{Fact, Outcome};
use countersign_model::signal::{Signal, Strength};
use fleet::{Asks, Fleets};
use known::Known;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

mod credential;
mod fleet;
mod known;
mod memory;
mod provider;
mod signal;

pub(crate) use credential::end_of;

/// What the broker reports when it stopped trying.
const LOCKED: &str = "credential.locked";
/// What it reports when several tokens in a row died young.
const OUTSIDE_MINTER: &str = "credential.outside_minter_suspected";
/// What it reports when it would stop, and is set to ask first.
const ASKED: &str = "credential.ask_to_lock";

/// Judges token requests: of each credential alone, and of each tenant's auth host as a whole.
#[derive(Debug, Clone)]
pub struct Detector {
    rules: Rules,
    known: BTreeMap<CredentialId, Arc<Known>>,
    state: DetectorState,
    fleets: Fleets,
    /// What changed since it was last asked for.
    changed: Changed,
    /// Newest tick: nothing due until then is due again.
    ticked_at: Option<Timestamp>,
}

/// What the detector remembers; equal outcomes lead to equal states.
#[derive(Debug, Clone, PartialEq, Default)]
struct DetectorState {
    credentials: BTreeMap<CredentialId, Track>,
    providers: BTreeMap<ProviderId, Platform>,
}

/// A token host that several credentials share: an SFMC tenant's, by its id, or the CRM core's.
type ProviderId = String;

/// A token lives so long, minutes (provider: 20, of which 18 are promised).
const TOKEN_MIN: u32 = 18;

/// The CRM core as a provider.
const CORE: &str = "crm core";

/// Whose memory changed.
#[derive(Debug, Clone, Default)]
struct Changed {
    credentials: BTreeSet<CredentialId>,
    providers: BTreeSet<ProviderId>,
}

impl Detector {
    /// A detector that has seen nothing.
    #[must_use]
    pub fn new(rules: Rules, estate: &Estate) -> Detector {
        let mut detector = Detector {
            rules,
            known: BTreeMap::new(),
            state: DetectorState::default(),
            fleets: Fleets::default(),
            changed: Changed::default(),
            ticked_at: None,
        };
        detector.set_estate(estate);
        detector
    }

    /// Takes a new estate and forgets what left it.
    pub fn set_estate(&mut self, estate: &Estate) {
        let flows = estate.integrations.iter();
        let t0 = flows.filter(|flow| flow.tier == Tier::T0);
        let t0: BTreeSet<&CredentialId> = t0.map(|flow| &flow.credential).collect();
        let usual = |flow: &&Integration| flow.schedule.as_ref().and_then(|plan| plan.usual_min);
        let flows = estate.integrations.iter();
        let long = flows.filter(|flow| usual(flow).is_some_and(|minutes| minutes >= TOKEN_MIN));
        let long: BTreeSet<&CredentialId> = long.map(|flow| &flow.credential).collect();
        let tenants = estate.business_units.iter();
        let tenants = tenants.map(|unit| (&unit.id, &unit.tenant)).collect();
        let known = |one: &Credential| {
            let known = Known::of(&tenants, one, (&t0, &long));
            (one.id.clone(), Arc::new(known))
        };
        self.known = estate.credentials.iter().map(known).collect();
        let known = &self.known;
        let (state, changed) = (&mut self.state, &mut self.changed);
        let left = state
            .credentials
            .extract_if(.., |id, _| !known.contains_key(id));
        changed.credentials.extend(left.map(|(id, _)| id));
        let used = known.values().filter_map(|known| known.provider.as_ref());
        let used: BTreeSet<&ProviderId> = used.collect();
        let left = state.providers.extract_if(.., |id, _| !used.contains(id));
        changed.providers.extend(left.map(|(id, _)| id));
        self.fleets = Fleets::default();
        for (id, track) in &self.state.credentials {
            let known = known.get(id);
            let provider = known.and_then(|known| known.provider.as_ref());
            self.fleets.note(&self.rules, provider, id, track);
        }
    }

    /// Brings up to date what follows from the memory of a credential.
    fn noted(&mut self, id: &CredentialId) {
        let known = self.known.get(id);
        let provider = known.and_then(|known| known.provider.as_ref());
        if let Some(track) = self.state.credentials.get(id) {
            self.fleets.note(&self.rules, provider, id, track);
        }
    }

    /// How many memories of credentials judgements of providers have looked at since it began: what an
    /// outcome costs beside its own credential.
    #[must_use]
    pub fn n_looked_at(&self) -> u64 {
        self.fleets.n_looked_at
    }

    /// Judges one outcome. Duplicates and late ones are safe; credentials outside the estate are
    /// not judged. A time later than `now` is a clock that is wrong, and reads as `now`: otherwise
    /// one such success would hide every refusal until then.
    pub fn observe(&mut self, now: Timestamp, outcome: &Outcome) -> Vec<Signal> {
        if outcome.ts > now {
            let outcome = Outcome {
                ts: now,
                ..outcome.clone()
            };
            return self.observe(now, &outcome);
        }
        if let Fact::Audit { action, object } = &outcome.fact {
            let object = object.as_deref().and_then(|id| id.parse().ok());
            let Some(id) = object.or_else(|| outcome.credential.clone()) else {
                return Vec::new();
            };
            let signal = match action.as_str() {
                LOCKED => self.locked(now, &id, outcome),
                ASKED => self.asked(now, &id, outcome),
                OUTSIDE_MINTER => self.contested(now, &id, outcome),
                _ => None,
            };
            self.noted(&id);
            return signal.into_iter().collect();
        }
        let Some(id) = outcome.credential.as_ref() else {
            return Vec::new();
        };
        let Some(known) = self.known.get(id).cloned() else {
            return Vec::new();
        };
        if let Fact::Call(call) | Fact::Probe(call) = &outcome.fact {
            let signal = self.called(now, id, &known, outcome, call);
            self.noted(id);
            let mut signals: Vec<Signal> = signal.into_iter().collect();
            if let Some(provider) = &known.provider
                && self.is_news_of(provider, outcome, call)
            {
                signals.extend(self.judge_provider(now, provider, Asks::Call));
            }
            return signals;
        }
        let signal = match classify(outcome, known.grant) {
            // Our own fault says nothing about the credential.
            Verdict::Ignored | Verdict::Failed(Class::Local) => return Vec::new(),
            Verdict::Ok => self.issued(now, id, outcome),
            // It may be the provider's failure, and everybody's.
            Verdict::Failed(_) if is_in_doubt(outcome) => {
                self.stumbled(now, id, outcome, Class::Upstream)
            }
            Verdict::Failed(class) if is_transient(class) => self.stumbled(now, id, outcome, class),
            Verdict::Failed(class) => self.refused(now, id, outcome, class),
        };
        self.noted(id);
        let mut signals: Vec<Signal> = signal.into_iter().collect();
        if let Some(provider) = &known.provider {
            signals.extend(self.judge_provider(now, provider, Asks::Request));
        }
        signals
    }

    /// Judges what time alone has made true.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Signal> {
        self.ticked_at = self.ticked_at.max(Some(now));
        let providers: Vec<ProviderId> = self.state.providers.keys().cloned().collect();
        let mut signals = Vec::new();
        for provider in &providers {
            signals.extend(self.judge_provider(now, provider, Asks::Tick));
        }
        for id in &self.fleets.untold.clone() {
            signals.extend(self.judge_alone(now, id));
            self.noted(id);
        }
        signals
    }

    /// When [`tick`](Self::tick) may say something new, if nothing comes before.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        let outages = self.state.providers.values().filter_map(|platform| {
            let rule = match (platform.told, platform.calls_fail) {
                (None, _) => self.rules.platform_suspect_s,
                (Some(Strength::Suspect), true) => self.rules.platform_calls_page_s,
                (Some(Strength::Suspect), false) => self.rules.platform_page_s,
                (Some(_), _) => return None,
            };
            platform.since?.checked_add(span(rule)).ok()
        });
        let untold = || {
            let ids = self.fleets.untold.iter();
            ids.filter_map(|id| self.state.credentials.get(id))
        };
        let token_ends = untold().filter_map(|track| track.token_ends_at);
        let in_doubt = untold().filter_map(|track| self.doubt_counts_at(track));
        let due = outages.chain(token_ends).chain(in_doubt);
        due.filter(|at| Some(*at) > self.ticked_at).min()
    }
}

#[cfg(test)]
mod tests;
