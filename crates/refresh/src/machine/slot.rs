//! One slot: its token, what it is doing, and when it next has something to do.

use crate::chance::JitterKey;
use crate::effect::AttemptId;
use crate::input::SlotSpec;
use crate::instant::{after, before, share_ms};
use crate::lines::{job_due_at, job_lead_ms, slack_ms};
use crate::policy::{Life, Mode};
use crate::read::{Hold, LAST_MS, ReadView};
use crate::refusal::RefusalClass;
use crate::view::{SlotPhase, SlotView};
use countersign_model::Timestamp;
use countersign_model::token::{Generation, TokenFacts};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// Jobs remembered per slot at most.
const JOBS_MAX: usize = 32;
/// A renewal this share of life after a planned start is brought forward.
const ALIGN_SHARE: f64 = 0.1;
/// A token issued further ahead than this is not believed, milliseconds (broker rule 2.15).
const FUTURE_MS: u64 = 5_000;

/// A request that is out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flight {
    pub(super) attempt: AttemptId,
    pub(super) asked_at: Timestamp,
    pub(super) give_up_at: Timestamp,
}

/// What a slot is doing.
#[derive(Debug, Clone, Copy)]
pub(super) enum Phase {
    Idle,
    Queued { line: Timestamp },
    Flying(Flight),
    Parked,
}

/// What is known about tokens reported dead.
#[derive(Debug, Default)]
pub(super) struct Reports {
    /// Last forced renewal.
    pub(super) forced_at: Option<Timestamp>,
    /// Forcing rests until then.
    pub(super) rest_until: Option<Timestamp>,
    /// The present flight, or the next, is a forced one.
    pub(super) pending: bool,
    /// The generation a forced renewal brought.
    pub(super) born: Option<Generation>,
    /// Early deaths within an hour.
    pub(super) early: VecDeque<Timestamp>,
    /// The generation whose early death has been counted.
    pub(super) counted: Option<Generation>,
}

/// State of one slot.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) spec: SlotSpec,
    pub(super) host: Arc<str>,
    pub(super) token: Option<TokenFacts>,
    pub(super) same_since: Generation,
    pub(super) last_generation: Generation,
    pub(super) phase: Phase,
    /// When it wants a renewal, back-off aside.
    pub(super) wanted_at: Option<Timestamp>,
    pub(super) next_attempt_at: Option<Timestamp>,
    pub(super) fails: u32,
    pub(super) failing: Option<RefusalClass>,
    /// Refusals of one class in a row that no retry repairs.
    pub(super) confirms: u32,
    pub(super) quarantined: bool,
    /// Since when it waits for another slot's exchange of the same refresh token.
    pub(super) behind: Option<Timestamp>,
    pub(super) hold: Hold,
    pub(super) waited: bool,
    pub(super) asked_at: Option<Timestamp>,
    /// Requests given up, whose answer may still come.
    pub(super) lost: VecDeque<AttemptId>,
    pub(super) jobs: BTreeSet<Timestamp>,
    pub(super) min_ttl_seen_ms: u64,
    pub(super) reports: Reports,
    pub(super) overridden_at: Option<Timestamp>,
    pub(super) gap_since: Option<Timestamp>,
    pub(super) default_told: bool,
    pub(super) minted_at: Option<Timestamp>,
    pub(super) mints_ok: u64,
    pub(super) mints_failed: u64,
    shown: Option<ReadView>,
}

impl Slot {
    pub(super) fn new(spec: SlotSpec) -> Slot {
        Slot {
            host: Arc::from(spec.host.as_str()),
            spec,
            token: None,
            same_since: Generation::default(),
            last_generation: Generation::default(),
            phase: Phase::Idle,
            wanted_at: None,
            next_attempt_at: None,
            fails: 0,
            failing: None,
            confirms: 0,
            quarantined: false,
            behind: None,
            hold: Hold::None,
            waited: false,
            asked_at: None,
            lost: VecDeque::new(),
            jobs: BTreeSet::new(),
            min_ttl_seen_ms: 0,
            reports: Reports::default(),
            overridden_at: None,
            gap_since: None,
            default_told: false,
            minted_at: None,
            mints_ok: 0,
            mints_failed: 0,
            shown: None,
        }
    }

    pub(super) fn warm(&self) -> bool {
        self.spec.policy.mode == Mode::KeepWarm
    }

    /// When it goes into the queue, if it waits for that.
    pub(super) fn due_at(&self) -> Option<Timestamp> {
        if self.hold != Hold::None || !matches!(self.phase, Phase::Idle) {
            return None;
        }
        let wanted = self.wanted_at?;
        Some(self.next_attempt_at.map_or(wanted, |at| at.max(wanted)))
    }

    /// The one deadline: the earliest of all it waits for.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        let doing = match self.phase {
            Phase::Flying(flight) => Some(flight.give_up_at),
            Phase::Idle | Phase::Queued { .. } | Phase::Parked => self.due_at(),
        };
        let gap = self.gap_at().filter(|_| self.gap_since.is_none());
        [doing, gap, self.jobs.first().copied()]
            .into_iter()
            .flatten()
            .min()
    }

    /// When the present token stops being usable, for slots in which that is a defect.
    fn gap_at(&self) -> Option<Timestamp> {
        let token = self.token.as_ref().filter(|_| self.warm())?;
        Some(before(token.expires_at, LAST_MS))
    }

    /// Notes that the slot has no usable token from now on; true the first time.
    pub(super) fn gap_begins(&mut self, now: Timestamp) -> bool {
        let at = self
            .gap_at()
            .filter(|at| self.gap_since.is_none() && *at <= now);
        self.gap_since = self.gap_since.or(at);
        at.is_some()
    }

    /// Where it stands in a queue: the line by which it needs its renewal. Without a token it has
    /// been late since `now`, unless it waits for nothing but its next job.
    pub(super) fn line(&self, now: Timestamp) -> Timestamp {
        let own = self.token.as_ref().map_or(now, |token| token.hard_at);
        match self.jobs.first() {
            Some(job) if !self.warm() && !self.waited => *job,
            Some(job) => own.min(*job),
            None => own,
        }
    }

    /// Life its tokens have, as far as known.
    fn life(&self) -> Life {
        let assumed = Life::Assumed(self.spec.default_lifetime_ms);
        let token = self.token.as_ref();
        token.map_or(assumed, |token| Life::Told(token.lifetime_ms))
    }

    pub(super) fn plan_job(&mut self, at: Timestamp) {
        if self.jobs.len() < JOBS_MAX {
            self.jobs.insert(at);
        }
    }

    /// Forgets jobs that have started, and looks at the next one.
    pub(super) fn pass_jobs(&mut self, now: Timestamp, key: JitterKey) {
        let upcoming = self.jobs.split_off(&after(now, 1));
        let started = std::mem::replace(&mut self.jobs, upcoming);
        if let Some(last) = started.last() {
            self.asked_at = self.asked_at.max(Some(*last));
            self.plan(now, key);
        }
    }

    /// Derives when the next renewal is wanted. A renewal that is owed already stays owed.
    pub(super) fn plan(&mut self, now: Timestamp, key: JitterKey) {
        if self.failing.is_some() && self.wanted_at.is_some_and(|at| at <= now) {
            return;
        }
        let ahead = if self.warm() {
            Some(self.ahead_at(now, key))
        } else {
            None
        };
        self.wanted_at = [ahead, self.job_at(now, key)].into_iter().flatten().min();
    }

    /// When a slot kept warm is renewed: at its advisory line; overdue and with time left, within
    /// the next minute by its draw, so that a start or an unlock is no storm.
    fn ahead_at(&self, now: Timestamp, key: JitterKey) -> Timestamp {
        let Some(token) = &self.token else { return now };
        if token.refresh_at > now || token.hard_at <= now {
            return token.refresh_at.max(now);
        }
        let unit = key.unit("overdue", self.spec.slot.as_str(), token.generation.0);
        after(now, slack_ms(now, token.hard_at, unit))
    }

    fn job_at(&self, now: Timestamp, key: JitterKey) -> Option<Timestamp> {
        let at = *self.jobs.first()?;
        if self.ready_for(at) {
            return None;
        }
        let number = u64::try_from(at.as_millisecond()).unwrap_or(0);
        let unit = key.unit("job", self.spec.slot.as_str(), number);
        Some(job_due_at(at, self.life().ms(), unit).max(now))
    }

    /// True if the present token is good enough for a job that starts at `at`. One minted within
    /// the job's lead always is.
    fn ready_for(&self, at: Timestamp) -> bool {
        let Some(token) = &self.token else {
            return false;
        };
        let lead_ms = job_lead_ms(token.lifetime_ms);
        if token.issued_at >= before(at, lead_ms) {
            return true;
        }
        let own_share = match self.spec.policy.mode {
            Mode::BeforeJob => share_ms(token.lifetime_ms, self.spec.policy.refresh_ratio),
            Mode::KeepWarm | Mode::OnDemand => 0,
        };
        let need_ms = own_share.max(self.min_ttl_seen_ms.min(share_ms(token.lifetime_ms, 0.9)));
        let lives = token.hard_at >= after(at, need_ms);
        let calm = after(at, share_ms(token.lifetime_ms, ALIGN_SHARE));
        let disturbed =
            self.spec.policy.aligned && token.refresh_at >= at && token.refresh_at <= calm;
        lives && !disturbed
    }

    /// Takes in a token from the store. One that claims to come from the future is not believed to
    /// live longer than its life from now, and is renewed at once.
    pub(super) fn admit(&mut self, now: Timestamp, mut facts: TokenFacts) -> bool {
        let future = facts.issued_at > after(now, FUTURE_MS);
        if future {
            let ahead = facts.issued_at.duration_since(now);
            let back = |at: Timestamp| at.checked_sub(ahead).unwrap_or(now);
            facts.expires_at = back(facts.expires_at);
            facts.hard_at = back(facts.hard_at);
            facts.refresh_at = now;
            facts.issued_at = now;
        }
        self.same_since = facts.generation;
        self.last_generation = self.last_generation.max(facts.generation);
        self.token = Some(facts);
        future
    }

    pub(super) fn read_view(&self) -> ReadView {
        ReadView {
            facts: self.token.clone(),
            same_since: self.same_since,
            next_attempt_at: self.next_attempt_at,
            failing: self.failing,
            hold: self.hold,
            nudge: !self.warm(),
        }
    }

    /// The readers' view, if it differs from the one shown last.
    pub(super) fn changed_view(&mut self) -> Option<ReadView> {
        if self
            .shown
            .as_ref()
            .is_some_and(|shown| self.looks_like(shown))
        {
            return None;
        }
        self.shown = Some(self.read_view());
        self.shown.clone()
    }

    /// [`Slot::read_view`] compared without building it: this happens after every step.
    fn looks_like(&self, shown: &ReadView) -> bool {
        shown.facts == self.token
            && shown.same_since == self.same_since
            && shown.next_attempt_at == self.next_attempt_at
            && shown.failing == self.failing
            && shown.hold == self.hold
            && shown.nudge != self.warm()
    }

    pub(super) fn view(&self) -> SlotView {
        let phase = match self.phase {
            Phase::Flying(_) => SlotPhase::Flying,
            _ if self.hold != Hold::None => SlotPhase::Held,
            Phase::Idle => SlotPhase::Idle,
            Phase::Queued { .. } => SlotPhase::Queued,
            Phase::Parked => SlotPhase::Parked,
        };
        SlotView {
            facts: self.token.clone(),
            phase,
            due_at: self.due_at(),
            next_attempt_at: self.next_attempt_at,
            fails: self.fails,
            failing: self.failing,
            gap_since: self.gap_since,
            minted_at: self.minted_at,
            mints_ok: self.mints_ok,
            mints_failed: self.mints_failed,
            read: self.read_view(),
            policy: self.spec.policy.explain(self.life()),
            spec: self.spec.clone(),
        }
    }
}
