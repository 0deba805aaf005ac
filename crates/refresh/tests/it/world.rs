//! A tiny virtual world: a machine, token endpoints that answer by a rule, and a clock that moves
//! from event to event. It checks the machine's invariants after every step.

use countersign_model::estate::{Grant, IntegrationKind, Lockout, Tier};
use countersign_model::id::{BuId, CredentialId, SlotId};
use countersign_model::mint::{MintResult, NetCause, Phase};
use countersign_model::token::{Generation, TokenFacts};
use countersign_model::{SignedDuration, Timestamp};
use countersign_refresh::{
    AttemptId, Config, Effect, Event, Input, Machine, Policy, ReadView, Refusal, SlotSpec, Verdict,
    read,
};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const HOST: &str = "https://mc.auth.example";
pub(crate) const LIFE_S: u64 = 1_079;

/// The instant `ms` milliseconds after the world began.
pub(crate) fn at_ms(ms: u64) -> Timestamp {
    /// 2026-11-22T12:00:00Z.
    const START: Timestamp = Timestamp::constant(1_795_348_800, 0);
    START + SignedDuration::from_millis(i64::try_from(ms).unwrap())
}

/// A real-time slot of tier T1 whose credential is its own.
pub(crate) fn spec(name: &str) -> SlotSpec {
    let credential = CredentialId::new(name).unwrap();
    SlotSpec {
        slot: SlotId::of(&credential, 1, None),
        credential,
        bu: BuId::new("BU").unwrap(),
        host: HOST.to_owned(),
        mid: 1,
        tier: Tier::T1,
        policy: policy(IntegrationKind::RealTime, Tier::T1),
        lockout: Lockout::Armed,
        grant: Grant::ClientCredentials,
        profile: None,
        default_lifetime_ms: LIFE_S * 1_000,
    }
}

pub(crate) fn policy(kind: IntegrationKind, tier: Tier) -> Policy {
    Policy::for_integration(kind, tier, Grant::ClientCredentials, None)
}

/// A token of that generation, issued then, with the lines of a calm host and no jitter.
pub(crate) fn token(generation: u64, issued_ms: u64) -> TokenFacts {
    TokenFacts {
        generation: Generation(generation),
        issued_at: at_ms(issued_ms),
        expires_at: at_ms(issued_ms + LIFE_S * 1_000),
        lifetime_ms: LIFE_S * 1_000,
        refresh_at: at_ms(issued_ms + 809_250),
        hard_at: at_ms(issued_ms + 1_025_050),
        scope: None,
        fingerprint: format!("f{generation}"),
    }
}

/// What an endpoint does with a request.
pub(crate) enum Reply {
    /// A token of the usual life, after so many milliseconds.
    Token(u64),
    /// This, after so many milliseconds.
    After(u64, MintResult),
    /// Nothing, ever.
    Silence,
}

impl Reply {
    pub(crate) fn refused(status: u16, error: Option<&str>) -> Reply {
        Reply::After(100, refused(status, error))
    }

    pub(crate) fn unreachable() -> Reply {
        let (phase, cause) = (Phase::BeforeSend, NetCause::Connect);
        Reply::After(10, MintResult::NoAnswer { phase, cause })
    }
}

pub(crate) fn refused(status: u16, error: Option<&str>) -> MintResult {
    MintResult::Refused {
        status,
        error: error.map(str::to_owned),
        errorcode: None,
        retry_after_s: None,
        description: None,
    }
}

pub(crate) fn issued() -> MintResult {
    MintResult::Issued {
        expires_in_s: Some(LIFE_S),
        scope: None,
    }
}

type Rule = Box<dyn FnMut(&SlotSpec, u64) -> Reply>;

#[derive(Debug)]
struct Answer {
    slot: SlotId,
    attempt: AttemptId,
    sent_at: Timestamp,
    result: MintResult,
}

/// Everything at once.
pub(crate) struct World {
    pub(crate) machine: Machine,
    pub(crate) now_ms: u64,
    pub(crate) rule: Rule,
    pub(crate) specs: BTreeMap<SlotId, SlotSpec>,
    pub(crate) views: BTreeMap<SlotId, ReadView>,
    pub(crate) sends: Vec<(u64, SlotId)>,
    /// For each request, the mandatory line of the token it renews.
    pub(crate) lines: Vec<Option<Timestamp>>,
    pub(crate) events: Vec<(u64, Event)>,
    pub(crate) settles: Vec<(SlotId, Result<Generation, Refusal>)>,
    pub(crate) dropped: Vec<SlotId>,
    pub(crate) steps: u64,
    answers: BTreeMap<(Timestamp, u64), Answer>,
    out: BTreeMap<SlotId, (AttemptId, Timestamp)>,
    published: BTreeMap<SlotId, TokenFacts>,
    minted: u64,
}

impl World {
    pub(crate) fn new(rule: impl FnMut(&SlotSpec, u64) -> Reply + 'static) -> World {
        World::with(Config::default(), rule)
    }

    pub(crate) fn with(
        config: Config,
        rule: impl FnMut(&SlotSpec, u64) -> Reply + 'static,
    ) -> World {
        World {
            machine: Machine::new(config, 7),
            now_ms: 0,
            rule: Box::new(rule),
            specs: BTreeMap::new(),
            views: BTreeMap::new(),
            sends: Vec::new(),
            lines: Vec::new(),
            events: Vec::new(),
            settles: Vec::new(),
            dropped: Vec::new(),
            steps: 0,
            answers: BTreeMap::new(),
            out: BTreeMap::new(),
            published: BTreeMap::new(),
            minted: 0,
        }
    }

    pub(crate) fn put(&mut self, spec: SlotSpec, token: Option<TokenFacts>) {
        self.specs.insert(spec.slot.clone(), spec.clone());
        if let Some(facts) = &token {
            self.published.insert(spec.slot.clone(), facts.clone());
        }
        let last_generation = token
            .as_ref()
            .map(|facts| facts.generation)
            .unwrap_or_default();
        self.input(Input::SlotPut {
            spec,
            token,
            last_generation,
        });
    }

    pub(crate) fn input(&mut self, input: Input) {
        let now = at_ms(self.now_ms);
        self.steps += 1;
        if let Input::SlotRemove { slot } = &input {
            self.out.remove(slot);
        }
        let effects = self.machine.step(now, input);
        self.apply(now, effects);
        assert!(
            self.machine.next_wake().is_none_or(|wake| wake > now),
            "the next wake lies in the future"
        );
        self.check_permits(now);
    }

    fn apply(&mut self, now: Timestamp, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send {
                    slot,
                    attempt,
                    give_up_at,
                } => {
                    self.sent(now, slot, attempt, give_up_at);
                }
                Effect::Publish { slot, facts } => {
                    if let Some(old) = self.published.get(&slot) {
                        assert!(
                            facts.generation > old.generation,
                            "R5: only newer ones replace"
                        );
                        assert!(facts.issued_at >= old.issued_at, "R5: {old:?} by {facts:?}");
                    }
                    self.published.insert(slot, facts);
                }
                Effect::Drop { slot } => {
                    self.published.remove(&slot);
                    self.dropped.push(slot);
                }
                Effect::Show { slot, view } => {
                    let kept = self.published.get(&slot).map(|facts| facts.generation);
                    let shown = view.facts.as_ref().map(|facts| facts.generation);
                    assert_eq!(kept, shown, "R5: readers lose a token by a drop alone");
                    if let Some(facts) = view.facts.clone() {
                        self.published.insert(slot.clone(), facts);
                    }
                    self.views.insert(slot, view);
                }
                Effect::Settle { slot, answer } => self.settles.push((slot, answer)),
                Effect::Tell(event) => self.events.push((self.now_ms, event)),
                Effect::Save(_) | Effect::Attempt { .. } | Effect::Knock { .. } => {}
            }
        }
    }

    fn sent(&mut self, now: Timestamp, slot: SlotId, attempt: AttemptId, give_up_at: Timestamp) {
        if let Some((_, earlier_until)) = self.out.get(&slot) {
            assert!(*earlier_until <= now, "R1: one request in flight per slot");
        }
        self.out.insert(slot.clone(), (attempt, give_up_at));
        self.sends.push((self.now_ms, slot.clone()));
        self.lines
            .push(self.published.get(&slot).map(|facts| facts.hard_at));
        let (wait_ms, result) = match (self.rule)(&self.specs[&slot], self.now_ms) {
            Reply::Token(ms) => (ms, issued()),
            Reply::After(ms, result) => (ms, result),
            Reply::Silence => return,
        };
        let at = now + SignedDuration::from_millis(i64::try_from(wait_ms).unwrap());
        self.answers.insert(
            (at, attempt.0),
            Answer {
                slot,
                attempt,
                sent_at: now,
                result,
            },
        );
    }

    fn check_permits(&self, now: Timestamp) {
        let out: u32 = self
            .machine
            .hosts()
            .map(|host| {
                let view = self.machine.host(host, now).unwrap();
                assert!(view.n_in_flight <= 4, "four per host");
                view.n_in_flight
            })
            .sum();
        assert!(out <= 64, "sixty-four in all");
    }

    /// Lets time pass until `ms`, event by event.
    pub(crate) fn run_until(&mut self, ms: u64) {
        loop {
            let wake = self.machine.next_wake();
            let answer = self.answers.keys().next().map(|(at, _)| *at);
            let next = match (wake, answer) {
                (Some(a), Some(b)) => a.min(b),
                (Some(a), None) | (None, Some(a)) => a,
                (None, None) => break,
            };
            let next_ms = ms_ceil(next);
            if next_ms > ms {
                break;
            }
            self.now_ms = next_ms.max(self.now_ms);
            match answer.filter(|at| *at <= at_ms(self.now_ms)) {
                Some(_) => self.answer_first(),
                None => self.input(Input::Tick),
            }
        }
        self.now_ms = ms;
    }

    fn answer_first(&mut self) {
        let Some((_, answer)) = self.answers.pop_first() else {
            return;
        };
        let Answer {
            slot,
            attempt,
            sent_at,
            result,
        } = answer;
        if self
            .out
            .get(&slot)
            .is_some_and(|(current, _)| *current == attempt)
        {
            self.out.remove(&slot);
        }
        self.minted += 1;
        let fingerprint =
            matches!(result, MintResult::Issued { .. }).then(|| format!("minted-{}", self.minted));
        self.input(Input::Answered {
            slot,
            attempt,
            sent_at,
            result,
            fingerprint,
            rotated: false,
        });
    }

    /// What a reader of that slot would do now.
    pub(crate) fn verdict(&self, slot: &SlotId) -> Verdict {
        read(&self.views[slot], at_ms(self.now_ms), 0, None)
    }

    /// Slots without a token that could be handed out now.
    pub(crate) fn n_without_token(&self) -> usize {
        let served = |slot| {
            matches!(
                self.verdict(slot),
                Verdict::Serve
                    | Verdict::ServeAndNudge
                    | Verdict::ServeFlagged(_)
                    | Verdict::JoinOrServe
            )
        };
        self.specs.keys().filter(|slot| !served(slot)).count()
    }

    pub(crate) fn count(&self, is: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|(_, event)| is(event)).count()
    }

    /// When the first event of a kind was told, milliseconds.
    pub(crate) fn first(&self, is: impl Fn(&Event) -> bool) -> Option<u64> {
        self.events
            .iter()
            .find(|(_, event)| is(event))
            .map(|(ms, _)| *ms)
    }

    /// Most requests in any span of that length.
    pub(crate) fn peak_in(&self, span_ms: u64) -> usize {
        let times: Vec<u64> = self.sends.iter().map(|(ms, _)| *ms).collect();
        let mut first = 0;
        let mut peak = 0;
        for (last, ms) in times.iter().enumerate() {
            while times[first] + span_ms <= *ms {
                first += 1;
            }
            peak = peak.max(last + 1 - first);
        }
        peak
    }

    /// Slots that got a token since `ms`.
    pub(crate) fn minted_since(&self, ms: u64) -> BTreeSet<SlotId> {
        let minted = |(at, event): &(u64, Event)| match event {
            Event::Minted { slot, .. } if *at >= ms => Some(slot.clone()),
            _ => None,
        };
        self.events.iter().filter_map(minted).collect()
    }
}

fn ms_ceil(at: Timestamp) -> u64 {
    let nanos = at.duration_since(at_ms(0)).as_nanos().max(0);
    u64::try_from(nanos).unwrap().div_ceil(1_000_000)
}
