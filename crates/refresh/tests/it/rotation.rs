//! Exchanges of refresh tokens under every crash and every lost answer (R3, R6; target R1 of the
//! broker's rules): no rotation that was put on disk is lost, and none is sent into the unknown twice.
//!
//! A provider that rotates, a disk, a process that dies at any step, and people who act. All of it is
//! a function of a seed.

use crate::world::{at_ms, spec, token};
use countersign_model::estate::{Grant, Lockout};
use countersign_model::mint::{MintResult, NetCause, Phase};
use countersign_model::token::{Generation, TokenFacts};
use countersign_refresh::{
    AttemptEnd, AttemptId, Config, Effect, Event, GrantState, Input, Machine, Profile, SlotSpec,
};

/// Seeds in all, a third for each profile.
const SEEDS: u64 = 10_002;
/// Exchanges each seed plays.
const EXCHANGES: u32 = 7;
/// Window of the idempotent provider, milliseconds.
const WINDOW_MS: u64 = 30_000;

/// Where the process dies, in the order of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    BeforeArm,
    Armed,
    Sent,
    Answered,
    Spooled,
    Committed,
    Unlinked,
    Published,
    Never,
}

const STEPS: [Step; 9] = [
    Step::BeforeArm,
    Step::Armed,
    Step::Sent,
    Step::Answered,
    Step::Spooled,
    Step::Committed,
    Step::Unlinked,
    Step::Published,
    Step::Never,
];

/// What goes wrong on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    None,
    Unreached,
    Throttled,
    Refused,
    FaultBefore,
    FaultAfter,
    LostAnswer,
    Rubbish,
    RubbishWithToken,
    DatabaseDown,
}

const TROUBLES: [Trouble; 10] = [
    Trouble::None,
    Trouble::Unreached,
    Trouble::Throttled,
    Trouble::Refused,
    Trouble::FaultBefore,
    Trouble::FaultAfter,
    Trouble::LostAnswer,
    Trouble::Rubbish,
    Trouble::RubbishWithToken,
    Trouble::DatabaseDown,
];

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).expect("small")
    }
}

/// The provider: its present refresh token, and what it saw.
struct Provider {
    profile: Profile,
    live: u64,
    drawn: u64,
    /// The token before, when it was first used, and that its window still answers with the pair.
    spent: Option<(u64, u64)>,
    revoked: bool,
    /// Tokens presented that were spent already, outside any window.
    reused: u32,
}

impl Provider {
    /// Presents a token; the new one, if there is one.
    fn exchange(&mut self, now_ms: u64, shown: u64) -> Result<u64, ()> {
        if self.revoked {
            return Err(());
        }
        if shown == self.live {
            if self.profile != Profile::Static {
                self.spent = Some((shown, now_ms));
                self.drawn += 1;
                self.live = self.drawn;
            }
            return Ok(self.live);
        }
        let windowed = matches!(self.profile, Profile::Idempotent { .. });
        match self.spent {
            Some((spent, at)) if windowed && spent == shown && now_ms < at + WINDOW_MS => {
                Ok(self.live)
            }
            _ => {
                self.reused += 1;
                self.revoked = true;
                Err(())
            }
        }
    }

    fn consent(&mut self) -> u64 {
        self.drawn += 1;
        self.live = self.drawn;
        self.spent = None;
        self.revoked = false;
        self.live
    }
}

/// What survives the process.
struct Disk {
    refresh: u64,
    state: GrantState,
    attempt: Option<u64>,
    spool: Option<(u64, u64, u64)>,
    access: Option<TokenFacts>,
    generation: Generation,
}

struct World {
    seed: u64,
    dice: Dice,
    now_ms: u64,
    provider: Provider,
    disk: Disk,
    machine: Machine,
    spec: SlotSpec,
    runs: u64,
    /// A person has allowed the next send.
    allowed: bool,
    /// Presented again, without a person's word, after a send without a known end.
    blind_sends: u32,
    /// Tokens whose last send has no known end.
    in_doubt: Option<u64>,
    minted: u32,
    quarantined: bool,
}

impl World {
    fn new(seed: u64, profile: Profile) -> World {
        let spec = SlotSpec {
            grant: Grant::RefreshToken,
            profile: Some(profile),
            // Refused clients are not what this is about; they must not lock either.
            lockout: Lockout::DryRun,
            ..spec("INT-005")
        };
        let mut world = World {
            seed,
            dice: Dice(seed),
            now_ms: 0,
            provider: Provider {
                profile,
                live: 1,
                drawn: 1,
                spent: None,
                revoked: false,
                reused: 0,
            },
            disk: Disk {
                refresh: 1,
                state: GrantState::FRESH,
                attempt: None,
                spool: None,
                access: None,
                generation: Generation::default(),
            },
            machine: Machine::new(Config::default(), seed),
            spec,
            runs: 0,
            allowed: false,
            blind_sends: 0,
            in_doubt: None,
            minted: 0,
            quarantined: false,
        };
        let sends = world.start();
        assert!(sends.is_some(), "a slot without a token asks at once");
        world.finish(sends, Step::Never, Trouble::None);
        world
    }

    /// A new process on the same disk: spool first, then the open row (broker rule 2.5 step 7).
    fn start(&mut self) -> Option<AttemptId> {
        self.runs += 1;
        self.machine = Machine::new(Config::default(), self.seed ^ self.runs);
        let answer = self.disk.spool;
        if let Some((run, refresh, _)) = answer
            && self.disk.attempt == Some(run)
        {
            self.disk.refresh = refresh;
            self.disk.state = GrantState::FRESH;
            self.disk.attempt = None;
        }
        let credential = self.spec.credential.clone();
        let state = self.disk.state;
        let mut sent = self.step(Input::GrantRestore { credential, state });
        let put = Input::SlotPut {
            spec: self.spec.clone(),
            token: self.disk.access.clone(),
            last_generation: self.disk.generation,
        };
        sent = self.step(put).or(sent);
        if let Some((_, _, sent_ms)) = answer {
            let input = Input::Recovered {
                slot: self.spec.slot.clone(),
                sent_at: at_ms(sent_ms),
                result: issued(),
                fingerprint: None,
            };
            self.step(input);
            self.disk.spool = None;
        }
        sent
    }

    /// Feeds the machine; stores what it says to store; a request to send, if there is one.
    fn step(&mut self, input: Input) -> Option<AttemptId> {
        let mut sent = None;
        for effect in self.machine.step(at_ms(self.now_ms), input) {
            match effect {
                Effect::Send { attempt, .. } => sent = Some(attempt),
                Effect::Publish { facts, .. } => {
                    self.disk.generation = facts.generation;
                    self.disk.access = Some(facts);
                    self.minted += 1;
                }
                Effect::Attempt {
                    end: AttemptEnd::Stands(state),
                    ..
                } => {
                    self.disk.state = state;
                    if matches!(state, GrantState::Ready { .. }) {
                        self.disk.attempt = None;
                    }
                }
                Effect::Tell(Event::Quarantined { .. }) => self.quarantined = true,
                Effect::Tell(Event::Released { .. }) => self.quarantined = false,
                Effect::Tell(Event::Locked { .. }) => panic!("seed {}: a lock", self.seed),
                _ => {}
            }
        }
        sent
    }

    /// Lets time pass until the machine sends, or for an hour.
    fn until_sent(&mut self) -> Option<AttemptId> {
        let end_ms = self.now_ms + 3_600_000;
        while let Some(wake) = self.machine.next_wake() {
            let wake_ms = wake.duration_since(at_ms(0)).as_millis();
            let wake_ms = u64::try_from(wake_ms).expect("after the start") + 1;
            if wake_ms > end_ms {
                break;
            }
            self.now_ms = self.now_ms.max(wake_ms);
            if let Some(attempt) = self.step(Input::Tick) {
                return Some(attempt);
            }
        }
        None
    }

    /// One exchange with its trouble; the process dies at `dies`, if it gets there.
    fn finish(&mut self, attempt: Option<AttemptId>, dies: Step, trouble: Trouble) {
        let Some(attempt) = attempt else { return };
        let sent_ms = self.now_ms;
        if self.dies(dies, Step::BeforeArm) {
            return;
        }
        // Arm: refused unless the row is idle, as in the vault.
        assert!(
            matches!(self.disk.state, GrantState::Ready { .. }),
            "R6 in seed {}: sent from {:?}",
            self.seed,
            self.disk.state
        );
        let since = self.disk.state.doubt_since().unwrap_or(at_ms(sent_ms));
        let run = self.runs * 1_000_000 + attempt.0;
        self.disk.attempt = Some(run);
        self.disk.state = GrantState::Armed { since };
        if self.dies(dies, Step::Armed) {
            return;
        }
        self.now_ms += 50;
        let result = match trouble {
            Trouble::Unreached => Err(NoToken::plain(silence(Phase::BeforeSend))),
            Trouble::Throttled => Err(NoToken::plain(refused(429, None))),
            Trouble::Refused => Err(NoToken::plain(refused(401, Some("invalid_client")))),
            Trouble::FaultBefore => Err(NoToken::plain(refused(503, None))),
            Trouble::None
            | Trouble::FaultAfter
            | Trouble::LostAnswer
            | Trouble::Rubbish
            | Trouble::RubbishWithToken
            | Trouble::DatabaseDown => self.present(trouble),
        };
        if self.dies(dies, Step::Sent) {
            return;
        }
        let lost = matches!(trouble, Trouble::LostAnswer);
        self.now_ms += if lost { 19_000 } else { 50 };
        if self.dies(dies, Step::Answered) {
            return;
        }
        match result {
            Ok(refresh) => self.rotate(attempt, (run, refresh, sent_ms), dies, trouble),
            Err(NoToken { result }) => {
                let again = self.answer(attempt, sent_ms, result, false);
                self.settle_doubt();
                self.after(again);
            }
        }
    }

    /// The token reaches the provider.
    fn present(&mut self, trouble: Trouble) -> Result<u64, NoToken> {
        let shown = self.disk.refresh;
        let windowed = self.provider.profile != Profile::Strict;
        if self.in_doubt == Some(shown) && !self.allowed && !windowed {
            self.blind_sends += 1;
        }
        self.allowed = false;
        self.in_doubt = Some(shown);
        let answered = self.provider.exchange(self.now_ms, shown);
        let Ok(refresh) = answered else {
            return Err(NoToken::plain(refused(400, Some("invalid_grant"))));
        };
        match trouble {
            Trouble::FaultAfter => Err(NoToken::plain(refused(500, None))),
            Trouble::LostAnswer => Err(NoToken::plain(silence(Phase::AfterSend))),
            Trouble::Rubbish => Err(NoToken::plain(rubbish())),
            _ => Ok(refresh),
        }
    }

    /// An answer with a refresh token: on disk, into the database, shown.
    fn rotate(
        &mut self,
        attempt: AttemptId,
        (run, refresh, sent_ms): (u64, u64, u64),
        dies: Step,
        trouble: Trouble,
    ) {
        self.in_doubt = None;
        self.disk.spool = Some((run, refresh, sent_ms));
        if self.dies(dies, Step::Spooled) {
            return;
        }
        if trouble == Trouble::DatabaseDown {
            self.now_ms += 1_000 * (1 + self.dice.next() % 90);
            if self.dice.below(2) == 0 {
                self.crash();
                return;
            }
        }
        // One transaction: refresh token, state and, by the publishing below, the access token.
        self.disk.refresh = refresh;
        self.disk.state = GrantState::FRESH;
        self.disk.attempt = None;
        if self.dies(dies, Step::Committed) {
            return;
        }
        self.disk.spool = None;
        if self.dies(dies, Step::Unlinked) {
            return;
        }
        let result = match trouble {
            Trouble::RubbishWithToken => rubbish(),
            _ => issued(),
        };
        let again = self.answer(attempt, sent_ms, result, true);
        if self.dies(dies, Step::Published) {
            return;
        }
        self.after(again);
    }

    fn answer(
        &mut self,
        attempt: AttemptId,
        sent_ms: u64,
        result: MintResult,
        rotated: bool,
    ) -> Option<AttemptId> {
        self.step(Input::Answered {
            slot: self.spec.slot.clone(),
            attempt,
            sent_at: at_ms(sent_ms),
            result,
            fingerprint: None,
            rotated,
        })
    }

    /// A definitive answer ends the doubt about a token.
    fn settle_doubt(&mut self) {
        if matches!(
            self.disk.state,
            GrantState::Ready { doubt_since: None } | GrantState::Dead
        ) {
            self.in_doubt = None;
        }
    }

    /// A request that followed at once goes out without further trouble.
    fn after(&mut self, again: Option<AttemptId>) {
        self.finish(again, Step::Never, Trouble::None);
    }

    fn dies(&mut self, dies: Step, here: Step) -> bool {
        let dead = dies == here;
        if dead {
            self.crash();
        }
        dead
    }

    /// The process dies and another starts after a while. R3: what was on disk is not lost.
    fn crash(&mut self) {
        let settled = self.disk.state == GrantState::FRESH;
        let kept = self.disk.spool.is_some() || settled;
        let live = self.provider.live;
        let revoked = self.provider.revoked;
        self.now_ms += 1_000 * (self.dice.next() % 120);
        self.quarantined = false;
        let sent = self.start();
        if kept && !revoked {
            assert_eq!(
                self.disk.refresh, live,
                "R3 in seed {}: a rotation was lost",
                self.seed
            );
        }
        self.after(sent);
    }

    /// People notice a quarantine and do one of two things.
    fn people(&mut self, dare: bool) {
        if !self.quarantined {
            return;
        }
        self.now_ms += 60_000;
        let credential = self.spec.credential.clone();
        let replays = dare && self.dice.below(3) == 0;
        let input = if replays {
            self.allowed = true;
            Input::GrantReplay { credential }
        } else {
            self.disk.refresh = self.provider.consent();
            self.in_doubt = None;
            Input::GrantGiven { credential }
        };
        // The operation stores its own change first, as the broker's does.
        self.disk.state = GrantState::FRESH;
        self.disk.attempt = None;
        let before = self.provider.reused;
        let sent = self.step(input);
        self.after(sent);
        if replays {
            // What a person allowed is not the machine's doing.
            self.provider.reused = before;
        }
    }
}

struct NoToken {
    result: MintResult,
}

impl NoToken {
    fn plain(result: MintResult) -> NoToken {
        NoToken { result }
    }
}

fn issued() -> MintResult {
    MintResult::Issued {
        expires_in_s: Some(1_079),
        scope: None,
    }
}

fn rubbish() -> MintResult {
    MintResult::Unreadable {
        status: 200,
        why: "no JSON".to_owned(),
    }
}

fn refused(status: u16, error: Option<&str>) -> MintResult {
    MintResult::Refused {
        status,
        error: error.map(str::to_owned),
        errorcode: None,
        retry_after_s: None,
        description: None,
    }
}

fn silence(phase: Phase) -> MintResult {
    MintResult::NoAnswer {
        phase,
        cause: NetCause::Reset,
    }
}

/// Plays one seed; how often each step was a grave.
fn play(seed: u64, profile: Profile) -> [u32; STEPS.len()] {
    let mut world = World::new(seed, profile);
    let mut graves = [0; STEPS.len()];
    for _ in 0..EXCHANGES {
        let sent = world.until_sent();
        let (dies, trouble) = (
            world.dice.below(STEPS.len()),
            TROUBLES[world.dice.below(TROUBLES.len())],
        );
        graves[dies] += 1;
        world.finish(sent, STEPS[dies], trouble);
        world.people(true);
    }
    assert_eq!(
        world.blind_sends, 0,
        "R6 in seed {seed}: sent again into the unknown"
    );
    assert_eq!(
        world.provider.reused, 0,
        "seed {seed}: a spent token was sent again"
    );
    // Without further trouble, and with people who act, every seed ends with a token.
    let before = world.minted;
    for _ in 0..4 {
        let sent = world.until_sent();
        world.finish(sent, Step::Never, Trouble::None);
        world.people(false);
    }
    assert!(world.minted > before, "seed {seed}: it never came back");
    graves
}

fn play_all(profile: Profile, first: u64) {
    let mut graves = [0; STEPS.len()];
    for seed in (first..SEEDS).step_by(3) {
        for (sum, one) in graves.iter_mut().zip(play(seed, profile)) {
            *sum += one;
        }
    }
    assert!(
        graves.iter().all(|count| *count > 100),
        "every step was tried: {graves:?}"
    );
}

#[test]
fn under_strict_no_rotation_is_lost_and_no_token_is_sent_twice() {
    play_all(Profile::Strict, 0);
}

#[test]
fn within_a_window_answers_are_asked_for_again_and_none_is_lost() {
    play_all(
        Profile::Idempotent {
            window_ms: WINDOW_MS,
        },
        1,
    );
}

#[test]
fn a_static_token_survives_everything_without_people() {
    play_all(Profile::Static, 2);
}

/// Appendix A `two_owners_of_refresh_token` (Pomerium): slots of one credential take turns.
#[test]
fn two_owners_of_refresh_token() {
    let mut machine = Machine::new(Config::default(), 7);
    let credential = spec("INT-013").credential;
    let slots: Vec<SlotSpec> = [1, 2, 3]
        .into_iter()
        .map(|mid| SlotSpec {
            slot: countersign_model::id::SlotId::of(&credential, mid, None),
            mid,
            grant: Grant::RefreshToken,
            profile: Some(Profile::Strict),
            ..spec("INT-013")
        })
        .collect();
    let mut out: Vec<(AttemptId, SlotSpec)> = Vec::new();
    let sent = |effects: Vec<Effect>, out: &mut Vec<(AttemptId, SlotSpec)>| {
        for effect in effects {
            if let Effect::Send { slot, attempt, .. } = effect {
                let spec = slots.iter().find(|one| one.slot == slot).expect("known");
                out.push((attempt, spec.clone()));
            }
        }
    };
    for spec in &slots {
        let put = Input::SlotPut {
            spec: spec.clone(),
            token: None,
            last_generation: Generation::default(),
        };
        sent(machine.step(at_ms(0), put), &mut out);
    }
    let mut served = Vec::new();
    for turn in 0..3 {
        assert_eq!(out.len(), 1, "one exchange at a time");
        let (attempt, spec) = out.remove(0);
        served.push(spec.mid);
        let answered = Input::Answered {
            slot: spec.slot,
            attempt,
            sent_at: at_ms(turn * 100),
            result: issued(),
            fingerprint: None,
            rotated: true,
        };
        sent(machine.step(at_ms(turn * 100 + 50), answered), &mut out);
    }
    served.sort_unstable();
    assert_eq!(served, [1, 2, 3], "and each had its turn");
    assert!(out.is_empty());
}

/// A breaker is probed by something that carries no token, where only strict ones wait (rule 2.7).
#[test]
fn a_strict_token_is_never_a_probe() {
    let mut machine = Machine::new(Config::default(), 7);
    let spec = SlotSpec {
        grant: Grant::RefreshToken,
        profile: Some(Profile::Strict),
        ..spec("INT-012")
    };
    let put = Input::SlotPut {
        spec: spec.clone(),
        token: Some(token(1, 0)),
        last_generation: Generation(1),
    };
    drop(machine.step(at_ms(0), put));
    let (mut sends, mut knocks) = (0, Vec::new());
    while knocks.len() < 3 {
        let wake = machine.next_wake().expect("it goes on trying");
        let now_ms = u64::try_from(wake.duration_since(at_ms(0)).as_millis()).expect("later") + 1;
        assert!(now_ms < 3_600_000, "the breaker opened and was probed");
        let mut effects = machine.step(at_ms(now_ms), Input::Tick);
        while let Some(effect) = effects.pop() {
            match effect {
                Effect::Send { slot, attempt, .. } => {
                    assert!(
                        knocks.is_empty() || knocks.len() == 3,
                        "no token while it is half open"
                    );
                    sends += u32::from(knocks.is_empty());
                    let down = Input::Answered {
                        slot,
                        attempt,
                        sent_at: at_ms(now_ms),
                        result: silence(Phase::BeforeSend),
                        fingerprint: None,
                        rotated: false,
                    };
                    effects.extend(machine.step(at_ms(now_ms), down));
                }
                Effect::Knock { slot, attempt } => {
                    knocks.push(attempt);
                    let up = knocks.len() > 1;
                    effects
                        .extend(machine.step(at_ms(now_ms), Input::Knocked { slot, attempt, up }));
                }
                _ => {}
            }
        }
    }
    assert_eq!(sends, 5, "what opened it");
}
