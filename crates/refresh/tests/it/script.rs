//! `check`: a story of one slot as lines of `m:ss what`, the only place that knows the API.
//!
//! A line without an arrow is what happens to the machine, a line with `->` what it does. Every
//! request, refusal, event and settled wait must be written down, in order and at its second.

use crate::world::{LIFE_S, at_ms, refused, spec};
use countersign_model::estate::{IntegrationKind, Lockout, StrategyOverride, Tier};
use countersign_model::mint::{MintResult, NetCause, Phase};
use countersign_model::token::Generation;
use countersign_model::{SignedDuration, Timestamp};
use countersign_refresh::{
    AttemptEnd, AttemptId, Config, Effect, Event, GrantState, Input, Machine, Policy, SlotSpec,
    Waiver,
};
use std::collections::VecDeque;

/// A slot for scripts: real-time, T1, no jitter.
pub(crate) fn slot() -> SlotSpec {
    slot_of(IntegrationKind::RealTime, Tier::T1, None)
}

pub(crate) fn slot_of(kind: IntegrationKind, tier: Tier, keep_warm: Option<bool>) -> SlotSpec {
    let mut spec = spec("INT-029");
    let own = StrategyOverride {
        before_job: None,
        keep_warm,
        refresh_ratio: None,
        jitter_ratio: Some(0.0),
        reason: "scripts need no jitter".to_owned(),
    };
    spec.policy = Policy::for_integration(kind, tier, spec.grant, Some(&own));
    spec.tier = tier;
    spec
}

pub(crate) fn locking(lockout: Lockout) -> SlotSpec {
    SlotSpec { lockout, ..slot() }
}

/// Plays `lines` on one slot that exists from 0:00 and has no token.
pub(crate) fn check(spec: SlotSpec, lines: &[&str]) {
    let mut play = Play::new(spec);
    for line in lines {
        play.line(line);
    }
    assert!(play.seen.is_empty(), "not written down: {:?}", play.seen);
}

struct Play {
    machine: Machine,
    spec: SlotSpec,
    seen: VecDeque<(u64, String)>,
    sent: Vec<(AttemptId, Timestamp)>,
    waits: u32,
    rotates: bool,
    now_ms: u64,
}

impl Play {
    fn new(spec: SlotSpec) -> Play {
        let machine = Machine::new(Config::default(), 7);
        let mut play = Play {
            machine,
            spec: spec.clone(),
            seen: VecDeque::new(),
            sent: Vec::new(),
            waits: 0,
            rotates: spec.profile.is_some(),
            now_ms: 0,
        };
        let last_generation = Generation::default();
        play.step(Input::SlotPut {
            spec,
            token: None,
            last_generation,
        });
        play
    }

    fn line(&mut self, line: &str) {
        let (time, what) = line.split_once(' ').expect("`m:ss what`");
        let until = parse_ms(time);
        match what.strip_prefix("-> ") {
            Some(expected) => self.expect(line, until, expected),
            None => {
                self.run_until(until);
                assert!(self.seen.is_empty(), "{line}: first {:?}", self.seen);
                self.happen(line, what);
            }
        }
    }

    fn expect(&mut self, line: &str, until: u64, expected: &str) {
        self.run_until(until + 999);
        self.now_ms = self.now_ms.max(until);
        let (ms, what) = self.seen.pop_front().unwrap_or_else(|| {
            panic!(
                "{line}: nothing came; next wake {:?}",
                self.machine.next_wake()
            )
        });
        assert_eq!(
            (ms / 1_000, what.as_str()),
            (until / 1_000, expected),
            "{line}"
        );
        self.now_ms = ms.max(until);
    }

    fn run_until(&mut self, ms: u64) {
        while self.seen.is_empty() {
            let Some(wake) = self.machine.next_wake().filter(|wake| *wake <= at_ms(ms)) else {
                break;
            };
            let nanos = wake.duration_since(at_ms(0)).as_nanos();
            self.now_ms = u64::try_from(nanos).unwrap().div_ceil(1_000_000);
            self.step(Input::Tick);
        }
        if self.seen.is_empty() {
            self.now_ms = self.now_ms.max(ms);
        }
    }

    fn happen(&mut self, line: &str, what: &str) {
        let (slot, credential) = (self.spec.slot.clone(), self.spec.credential.clone());
        let words: Vec<&str> = what.split(' ').collect();
        match words.as_slice() {
            ["nothing"] => {}
            ["issued"] => self.answer(0, issued(LIFE_S)),
            ["issued", seconds] => self.answer(0, issued(seconds.parse().unwrap())),
            ["issued-no-life"] => {
                self.answer(
                    0,
                    MintResult::Issued {
                        expires_in_s: None,
                        scope: None,
                    },
                );
            }
            ["late", back, "issued"] => self.answer(back.parse().unwrap(), issued(LIFE_S)),
            ["late", back, "refused", code] => {
                self.answer(back.parse().unwrap(), refused(401, Some(code)));
            }
            ["refused", code] => self.answer(0, refused(401, Some(code))),
            ["status", status] => self.answer(0, refused(status.parse().unwrap(), None)),
            ["retry-after", seconds] => self.answer(
                0,
                MintResult::Refused {
                    status: 429,
                    error: None,
                    errorcode: None,
                    retry_after_s: seconds.parse().ok(),
                    description: None,
                },
            ),
            ["empty-200"] => {
                let why = "the body is empty".to_owned();
                self.answer(0, MintResult::Unreadable { status: 200, why });
            }
            ["dns-error"] => {
                let (phase, cause) = (Phase::BeforeSend, NetCause::Dns);
                self.answer(0, MintResult::NoAnswer { phase, cause });
            }
            ["late", back, "dns-error"] => {
                let (phase, cause) = (Phase::BeforeSend, NetCause::Dns);
                let silence = MintResult::NoAnswer { phase, cause };
                self.answer(back.parse().unwrap(), silence);
            }
            ["reset"] => {
                let (phase, cause) = (Phase::AfterSend, NetCause::Reset);
                self.answer(0, MintResult::NoAnswer { phase, cause });
            }
            ["new-refresh-token-and-rubbish"] => {
                let (attempt, sent_at) = *self.sent.last().unwrap();
                let why = "access_token is missing".to_owned();
                self.step(Input::Answered {
                    slot,
                    attempt,
                    sent_at,
                    result: MintResult::Unreadable { status: 200, why },
                    fingerprint: None,
                    rotated: true,
                });
            }
            ["given"] => self.step(Input::GrantGiven { credential }),
            ["replay-once"] => self.step(Input::GrantReplay { credential }),
            ["aborted"] => {
                let attempt = self.sent.last().unwrap().0;
                self.step(Input::Aborted { slot, attempt });
            }
            ["demand"] => self.demand(0, None),
            ["demand", "unlike", dead] => self.demand(0, dead.parse().ok().map(Generation)),
            ["demand", "life", life] => self.demand(life.parse().unwrap(), None),
            ["rejected", dead] => {
                let generation = Generation(dead.parse().unwrap());
                self.step(Input::Rejected { slot, generation });
            }
            ["renew"] => self.step(Input::RenewNow { slot }),
            ["job", time] => self.step(Input::JobPlanned {
                slot,
                at: at_ms(parse_ms(time)),
            }),
            ["job-ended"] => self.step(Input::JobEnded { slot }),
            ["edited"] => self.step(Input::CredentialEdited { credential }),
            ["disabled"] => self.step(Input::CredentialDisable { credential }),
            ["enabled"] => self.step(Input::CredentialEnable { credential }),
            ["removed"] => self.step(Input::SlotRemove { slot }),
            ["clock-stepped"] => self.step(Input::ClockStepped),
            _ => panic!("{line}: not in the language of scripts"),
        }
    }

    fn answer(&mut self, back: usize, result: MintResult) {
        let (attempt, sent_at) = self.sent[self.sent.len() - 1 - back];
        let fingerprint = Some(format!("f{}", attempt.0));
        let slot = self.spec.slot.clone();
        let rotated = self.rotates && matches!(result, MintResult::Issued { .. });
        self.step(Input::Answered {
            slot,
            attempt,
            sent_at,
            result,
            fingerprint,
            rotated,
        });
    }

    fn demand(&mut self, life_s: u64, unlike: Option<Generation>) {
        self.waits += 1;
        let slot = self.spec.slot.clone();
        self.step(Input::Demand {
            slot,
            min_ttl_ms: life_s * 1_000,
            unlike,
        });
    }

    fn step(&mut self, input: Input) {
        let now = at_ms(self.now_ms);
        for effect in self.machine.step(now, input) {
            if let Effect::Send { attempt, .. } = effect {
                self.sent.push((attempt, now));
            }
            if let Some(text) = self.told(effect) {
                self.seen.push_back((self.now_ms, text));
            }
        }
        let wake = self.machine.next_wake();
        assert!(
            wake.is_none_or(|wake| wake > now),
            "the next wake lies in the future"
        );
    }

    fn told(&mut self, effect: Effect) -> Option<String> {
        Some(match effect {
            Effect::Send { .. } => "send".to_owned(),
            Effect::Knock { .. } => "knock".to_owned(),
            Effect::Attempt { end, .. } => format!("kept {}", kept(end)),
            Effect::Drop { .. } => "drop".to_owned(),
            Effect::Settle { answer, .. } if self.waits > 0 => {
                self.waits = 0;
                match answer {
                    Ok(generation) => format!("settled {}", generation.0),
                    Err(refusal) => {
                        let cached = if refusal.cached { " cached" } else { "" };
                        format!("refused {:?}{cached}", refusal.class)
                    }
                }
            }
            Effect::Tell(event) => return told(&event),
            Effect::Settle { .. }
            | Effect::Publish { .. }
            | Effect::Save(_)
            | Effect::Show { .. } => return None,
        })
    }
}

fn kept(end: AttemptEnd) -> &'static str {
    match end {
        AttemptEnd::Rotated => "rotated",
        AttemptEnd::Stands(GrantState::Ready { doubt_since: None }) => "unspent",
        AttemptEnd::Stands(GrantState::Ready { .. }) => "doubtful",
        AttemptEnd::Stands(GrantState::Armed { .. }) => "armed",
        AttemptEnd::Stands(GrantState::Unknown { .. }) => "unknown",
        AttemptEnd::Stands(GrantState::Dead) => "dead",
    }
}

fn told(event: &Event) -> Option<String> {
    Some(match event {
        Event::Minted {
            generation,
            reactive,
            late,
            ..
        } => {
            let reactive = if *reactive { " reactive" } else { "" };
            let late = if *late { " late" } else { "" };
            format!("minted {}{reactive}{late}", generation.0)
        }
        Event::MintFailed {
            class,
            strike: Some(n),
            ..
        } => format!("failed {class:?} strike {n}"),
        Event::MintFailed { class, .. } => format!("failed {class:?}"),
        Event::Struck { .. } => return None,
        Event::StrikeWaived {
            why: Waiver::Grace, ..
        } => "waived grace".to_owned(),
        Event::StrikeWaived {
            why: Waiver::PlatformSuspect,
            ..
        } => "waived platform".to_owned(),
        Event::StrikeWaived {
            why: Waiver::TooSoon,
            ..
        } => "waived soon".to_owned(),
        Event::Locked { .. } => "locked".to_owned(),
        Event::WouldHaveLocked { .. } => "would lock".to_owned(),
        Event::AskToLock { .. } => "ask to lock".to_owned(),
        Event::Unlocked { .. } => "unlocked".to_owned(),
        Event::Recovered { strikes, .. } => format!("recovered {strikes}"),
        Event::Quarantined { unknown: true, .. } => "quarantined unknown".to_owned(),
        Event::Quarantined { .. } => "quarantined".to_owned(),
        Event::Released { .. } => "released".to_owned(),
        Event::BreakerOpened { .. } => "breaker open".to_owned(),
        Event::BreakerHalfOpen { .. } => "breaker half".to_owned(),
        Event::BreakerClosed { .. } => "breaker closed".to_owned(),
        Event::RateCut { .. } => "rate cut".to_owned(),
        Event::LifeTooShort { .. } => "life too short".to_owned(),
        Event::DefaultLifetimeUsed { .. } => "default life".to_owned(),
        Event::ForcedRenewalRefused { why, .. } => format!("renewal refused {why:?}"),
        Event::ApiSideRejection { .. } => "api side".to_owned(),
        Event::OutsideMinterSuspected { .. } => "outside minter".to_owned(),
        Event::GapStarted { .. } => "gap".to_owned(),
        Event::GapEnded { gap_ms, .. } => format!("gap over {}", gap_ms / 1_000),
    })
}

fn issued(seconds: u64) -> MintResult {
    MintResult::Issued {
        expires_in_s: Some(seconds),
        scope: None,
    }
}

/// `m:ss` or `m:ss.mmm`.
fn parse_ms(time: &str) -> u64 {
    let (minutes, seconds) = time.split_once(':').expect("`m:ss`");
    let seconds: f64 = seconds.parse().unwrap();
    let span = SignedDuration::from_secs_f64(seconds);
    minutes.parse::<u64>().unwrap() * 60_000 + u64::try_from(span.as_millis()).unwrap()
}
