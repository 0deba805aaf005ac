//! The detector: outcomes in, signals out, with a memory that can be kept between turns.

use crate::classify::{Verdict, classify, is_transient};
use crate::platform::Platform;
use crate::rules::{Rules, span};
use crate::track::{Failure, Track};
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::estate::{Credential, CredentialKind, Estate, Grant, Integration, Tier};
use countersign_model::id::CredentialId;
use countersign_model::outcome::{Call, Fact, Outcome};
use countersign_model::signal::{Signal, Strength};
use std::collections::{BTreeMap, BTreeSet};

mod memory;
mod provider;
mod signal;

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
    known: BTreeMap<CredentialId, Known>,
    state: DetectorState,
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

/// What the estate says of a credential.
#[derive(Debug, Clone)]
struct Known {
    grant: Option<Grant>,
    /// Whose token host it uses; `None` where no other credential here uses it.
    provider: Option<ProviderId>,
    /// Whether a T0 flow hangs on it.
    t0: bool,
    /// Whether a job on it usually takes longer than a token lives.
    long: bool,
}

impl Detector {
    /// A detector that has seen nothing.
    #[must_use]
    pub fn new(rules: Rules, estate: &Estate) -> Detector {
        let mut detector = Detector {
            rules,
            known: BTreeMap::new(),
            state: DetectorState::default(),
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
        let known = |one: &Credential| (one.id.clone(), Known::of(estate, one, (&t0, &long)));
        self.known = estate.credentials.iter().map(known).collect();
        let known = &self.known;
        let (state, changed) = (&mut self.state, &mut self.changed);
        let left = state
            .credentials
            .extract_if(.., |id, _| !known.contains_key(id));
        changed.credentials.extend(left.map(|(id, _)| id));
        let is_used = |id: &ProviderId| known.values().any(|k| k.provider.as_ref() == Some(id));
        let left = state.providers.extract_if(.., |id, _| !is_used(id));
        changed.providers.extend(left.map(|(id, _)| id));
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
            let mut signals: Vec<Signal> = signal.into_iter().collect();
            if let Some(provider) = &known.provider
                && self.is_news_of(provider, outcome, call)
            {
                signals.extend(self.judge_provider(now, provider, false));
            }
            return signals;
        }
        let signal = match classify(outcome, known.grant) {
            // Our own fault says nothing about the credential.
            Verdict::Ignored | Verdict::Failed(Class::Local) => return Vec::new(),
            Verdict::Ok => self.issued(now, id, outcome),
            Verdict::Failed(class) if is_transient(class) => self.stumbled(now, id, outcome, class),
            Verdict::Failed(class) => self.refused(now, id, outcome, class),
        };
        let mut signals: Vec<Signal> = signal.into_iter().collect();
        if let Some(provider) = &known.provider {
            signals.extend(self.judge_provider(now, provider, true));
        }
        signals
    }

    /// Judges what time alone has made true.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Signal> {
        self.ticked_at = self.ticked_at.max(Some(now));
        let providers: Vec<ProviderId> = self.state.providers.keys().cloned().collect();
        let mut signals = Vec::new();
        for provider in &providers {
            signals.extend(self.judge_provider(now, provider, false));
        }
        let untold = self
            .state
            .credentials
            .iter()
            .filter(|(_, track)| track.is_untold());
        let untold: Vec<CredentialId> = untold.map(|(id, _)| id.clone()).collect();
        for id in &untold {
            signals.extend(self.judge_alone(now, id));
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
        let token_ends = self
            .state
            .credentials
            .values()
            .filter_map(|track| track.token_ends_at.filter(|_| track.is_untold()));
        let due = outages.chain(token_ends);
        due.filter(|at| Some(*at) > self.ticked_at).min()
    }

    fn track(&mut self, id: &CredentialId, outcome: &Outcome) -> &mut Track {
        self.changed.credentials.insert(id.clone());
        let track = self.state.credentials.entry(id.clone()).or_default();
        track.integrations.extend(outcome.integration.clone());
        track
    }

    fn issued(&mut self, now: Timestamp, id: &CredentialId, outcome: &Outcome) -> Option<Signal> {
        let track = self.track(id, outcome);
        let contested = track.issued_young(outcome);
        if let Fact::Mint { expires_in, .. } = &outcome.fact {
            track.token_ends_at = track.token_ends_at.max(end_of(outcome.ts, *expires_in));
        }
        track.last_ok = track.last_ok.max(Some(outcome.ts));
        track.refusals.end_at(outcome.ts, outcome.bu.as_ref());
        track.transients.end_at(outcome.ts, outcome.bu.as_ref());
        if contested {
            return contest(now, id, track, outcome);
        }
        let is_refused = track.calls.is_refused() && track.told_by_calls;
        if is_refused || !(track.refusals.is_empty() && track.transients.is_empty()) {
            return None;
        }
        track.locked_at = None;
        track.asked_at = None;
        track.told.take()?;
        Some(signal::healed(
            now,
            id,
            track,
            outcome,
            "a new token was issued",
        ))
    }

    fn refused(
        &mut self,
        now: Timestamp,
        id: &CredentialId,
        outcome: &Outcome,
        class: Class,
    ) -> Option<Signal> {
        let rules = self.rules.clone();
        let track = self.track(id, outcome);
        if track.last_ok.is_some_and(|ok| ok >= outcome.ts) {
            return None;
        }
        let known = track.refusals.last().map(|last| last.class);
        let is_full = track.refusals.is_full();
        track.refusals.insert(Failure::of(outcome, class));
        let first = track.refusals.first()?.ts;
        // A dead grant is not asked for again, so there will be no second refusal to wait for.
        let second = span(rules.second_refusal_s);
        let settled = class == Class::GrantDead || track.refusals.spans_from(first) >= second;
        let strength = match settled {
            true => Strength::Page,
            false => Strength::Suspect,
        };
        // A thousand more of the same say nothing new.
        if is_full && track.told >= Some(strength) && known == Some(class) {
            return None;
        }
        track.told = track.told.max(Some(strength));
        Some(signal::refused(now, id, track, strength, &rules))
    }

    /// A call or probe: refusals of calls alone, where no token request tells more.
    fn called(
        &mut self,
        now: Timestamp,
        id: &CredentialId,
        known: &Known,
        outcome: &Outcome,
        call: &Call,
    ) -> Option<Signal> {
        let rules = self.rules.clone();
        let track = self.track(id, outcome);
        if !track.calls.observe(outcome, call) {
            return None;
        }
        if track.told_by_calls && track.calls.recovered() {
            track.told_by_calls = false;
            if !track.refusals.is_empty() || !track.transients.is_empty() {
                return None;
            }
            track.told.take()?;
            return Some(signal::healed(
                now,
                id,
                track,
                outcome,
                "calls are answered again",
            ));
        }
        let strength = track.calls.strength(&rules, known.t0)?;
        if !track.refusals.is_empty() || track.told >= Some(strength) {
            return None;
        }
        track.told = Some(strength);
        track.told_by_calls = true;
        signal::calls_refused(now, id, track, strength, (&rules, known.long))
    }

    fn stumbled(
        &mut self,
        now: Timestamp,
        id: &CredentialId,
        outcome: &Outcome,
        class: Class,
    ) -> Option<Signal> {
        let track = self.track(id, outcome);
        if track.last_ok.is_some_and(|ok| ok >= outcome.ts) {
            return None;
        }
        track.transients.insert(Failure::of(outcome, class));
        self.judge_alone(now, id)
    }

    fn locked(&mut self, now: Timestamp, id: &CredentialId, outcome: &Outcome) -> Option<Signal> {
        self.known.get(id)?;
        let track = self.track(id, outcome);
        if track.last_ok.is_some_and(|ok| ok > outcome.ts) || track.locked_at.is_some() {
            return None;
        }
        track.locked_at = Some(outcome.ts);
        track.told = Some(Strength::Locked);
        Some(signal::locked(now, id, track, outcome))
    }

    fn contested(&mut self, now: Timestamp, id: &CredentialId, by: &Outcome) -> Option<Signal> {
        self.known.get(id)?;
        let track = self.track(id, by);
        track.contested_at = track.contested_at.max(Some(by.ts));
        contest(now, id, track, by)
    }

    fn asked(&mut self, now: Timestamp, id: &CredentialId, outcome: &Outcome) -> Option<Signal> {
        self.known.get(id)?;
        let track = self.track(id, outcome);
        if track.last_ok.is_some_and(|ok| ok > outcome.ts) || track.asked_at.is_some() {
            return None;
        }
        track.asked_at = Some(outcome.ts);
        track.told = track.told.max(Some(Strength::Asked));
        Some(signal::asked(now, id, track, outcome))
    }

    /// A single credential that the provider's state does not explain: pages only when nothing
    /// carries it any more.
    fn judge_alone(&mut self, now: Timestamp, id: &CredentialId) -> Option<Signal> {
        let provider = self.known.get(id)?.provider.as_ref();
        let platform = provider.and_then(|id| self.state.providers.get(id));
        if platform.is_some_and(|platform| platform.since.is_some()) {
            return None;
        }
        let explained_to = platform.and_then(|platform| platform.healed_at);
        let track = self.state.credentials.get_mut(id)?;
        let first = track.transients.first()?.ts;
        let from = explained_to.map_or(first, |healed| healed.max(first));
        let long = track.transients.spans_from(from) >= span(self.rules.lone_page_s);
        if track.token_is_alive(now) || !long {
            return None;
        }
        track.told = track.told.max(Some(Strength::Page));
        self.changed.credentials.insert(id.clone());
        Some(signal::stumbled(now, id, track))
    }
}

impl Known {
    fn of(
        estate: &Estate,
        credential: &Credential,
        (t0, long): (&BTreeSet<&CredentialId>, &BTreeSet<&CredentialId>),
    ) -> Known {
        let own_host = credential.token_url.is_some();
        let provider = match credential.kind {
            CredentialKind::S2sV2 | CredentialKind::WebappV2 | CredentialKind::LegacyV1
                if !own_host =>
            {
                let unit = estate.business_unit(&credential.bu);
                unit.map(|unit| unit.tenant.to_string())
            }
            CredentialKind::CrmOauth => Some(CORE.to_owned()),
            _ => None,
        };
        Known {
            grant: credential.kind.grant(),
            t0: t0.contains(&credential.id),
            long: long.contains(&credential.id),
            provider,
        }
    }
}

/// Somebody else asks for tokens with the same client; told once.
fn contest(now: Timestamp, id: &CredentialId, track: &mut Track, by: &Outcome) -> Option<Signal> {
    if track.told >= Some(Strength::Page) {
        return None;
    }
    track.told = Some(Strength::Page);
    Some(signal::contested(now, id, track, by))
}

/// End of a token issued at `ts`.
pub(crate) fn end_of(ts: Timestamp, expires_in: Option<u64>) -> Option<Timestamp> {
    let seconds = i64::try_from(expires_in?).ok()?;
    ts.checked_add(countersign_model::SignedDuration::from_secs(seconds))
        .ok()
}

#[cfg(test)]
mod tests;
