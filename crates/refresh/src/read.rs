//! The rule by which a reader judges a slot, without a lock and without the machine.
//!
//! Broker rule 2.3: readers never wait for the network while a token with enough life exists; in a
//! back-off nobody's read starts a flight; a token is refused in the last five seconds of its life.

use crate::chance::JitterKey;
use crate::instant::{after, ms_until, share_ms};
use crate::refusal::RefusalClass;
use countersign_model::Timestamp;
use countersign_model::token::{Generation, TokenFacts};

/// A token with less life than this is not served, milliseconds (broker rule 2.1).
pub(crate) const LAST_MS: u64 = 5_000;
/// Asking for more than this share of a life cannot be satisfied (broker rule 2.1).
const MIN_TTL_SHARE: f64 = 0.9;
/// When a held slot's refusal suggests to ask again, milliseconds: a person has to act first.
pub(crate) const HELD_RETRY_MS: u64 = 60_000;

/// Whether the slot may be renewed and served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Renewed and served.
    None,
    /// Locked: not renewed, served to its end.
    Locked,
    /// The grant is dead: not renewed, served to its end.
    Quarantined,
    /// Disabled: neither.
    Disabled,
}

/// All a reader needs, shown by [`crate::Effect::Show`] whenever it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadView {
    /// The present token.
    pub facts: Option<TokenFacts>,
    /// First generation with the same bytes as the present token: an endpoint may hand out the
    /// same token again, and "not that one" must hold for it still.
    pub same_since: Generation,
    /// A back-off is in force until here: reads start no flight.
    pub next_attempt_at: Option<Timestamp>,
    /// Class of the last failure since the last success.
    pub failing: Option<RefusalClass>,
    /// Whether it may be renewed and served.
    pub hold: Hold,
    /// Nobody renews it ahead: a reader past the advisory line should ask for it.
    pub nudge: bool,
}

/// Why a token is served with a remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Past its mandatory line and renewal fails, or the credential is held: it will not last.
    Degraded,
    /// It lives less long than asked for, and no token would.
    MinTtlUnsatisfiable,
}

/// What a reader does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Hand out the token.
    Serve,
    /// Hand out the token, and send [`crate::Input::Demand`] without waiting for it.
    ServeAndNudge,
    /// Hand out the token with a remark.
    ServeFlagged(Flag),
    /// Send [`crate::Input::Demand`] and wait; if that fails or takes too long, refuse.
    Join,
    /// Send [`crate::Input::Demand`] and wait; if that fails or takes too long, hand out the
    /// present token flagged.
    JoinOrServe,
    /// Refuse at once.
    Refuse {
        /// Class of the failure behind it.
        class: RefusalClass,
        /// When to ask again, milliseconds.
        retry_after_ms: u64,
    },
}

/// Judges a slot for one reader at `now`.
///
/// `min_ttl_ms` is the least life wanted (0: any); `unlike` excludes a generation known to be dead.
/// Never serves a token with less than 5 s of life, an excluded one, or one of a disabled credential.
///
/// Source: broker rules 2.1 (two lines, `min_ttl`) and 2.3; R042, R043.
#[must_use]
pub fn read(
    view: &ReadView,
    now: Timestamp,
    min_ttl_ms: u64,
    unlike: Option<Generation>,
) -> Verdict {
    if view.hold == Hold::Disabled {
        return Verdict::Refuse {
            class: RefusalClass::Disabled,
            retry_after_ms: HELD_RETRY_MS,
        };
    }
    match view
        .facts
        .as_ref()
        .filter(|facts| view.serves(facts, now, unlike))
    {
        Some(facts) => view.judge_live(facts, now, min_ttl_ms),
        None => view.judge_absent(now),
    }
}

impl ReadView {
    /// True if the token may be handed out at all.
    fn serves(&self, facts: &TokenFacts, now: Timestamp, unlike: Option<Generation>) -> bool {
        let excluded =
            unlike.is_some_and(|dead| dead >= self.same_since && dead <= facts.generation);
        !excluded && after(now, LAST_MS) <= facts.expires_at
    }

    /// True if a read may start a flight.
    fn renewable(&self, now: Timestamp) -> bool {
        self.hold == Hold::None && self.next_attempt_at.is_none_or(|at| now >= at)
    }

    fn judge_live(&self, facts: &TokenFacts, now: Timestamp, min_ttl_ms: u64) -> Verdict {
        if min_ttl_ms > ms_until(now, facts.expires_at) {
            return self.judge_short(facts, now, min_ttl_ms);
        }
        if now >= facts.hard_at {
            return if self.renewable(now) {
                Verdict::JoinOrServe
            } else {
                Verdict::ServeFlagged(Flag::Degraded)
            };
        }
        match self.hold {
            Hold::None if self.nudge && now >= facts.refresh_at && self.renewable(now) => {
                Verdict::ServeAndNudge
            }
            Hold::None => Verdict::Serve,
            Hold::Locked | Hold::Quarantined | Hold::Disabled => {
                Verdict::ServeFlagged(Flag::Degraded)
            }
        }
    }

    /// It lives, but less long than asked for. A token minted in the last tenth of its life is as
    /// good as any: minting another would loop.
    fn judge_short(&self, facts: &TokenFacts, now: Timestamp, min_ttl_ms: u64) -> Verdict {
        let attainable_ms = share_ms(facts.lifetime_ms, MIN_TTL_SHARE);
        let fresh_ms = facts.lifetime_ms - attainable_ms;
        let fresh = now < after(facts.issued_at, fresh_ms);
        if min_ttl_ms > attainable_ms || fresh {
            Verdict::ServeFlagged(Flag::MinTtlUnsatisfiable)
        } else if self.renewable(now) {
            Verdict::JoinOrServe
        } else {
            Verdict::ServeFlagged(Flag::Degraded)
        }
    }

    fn judge_absent(&self, now: Timestamp) -> Verdict {
        if self.renewable(now) {
            return Verdict::Join;
        }
        let (class, retry_after_ms) = match self.hold {
            Hold::Locked => (RefusalClass::Locked, HELD_RETRY_MS),
            Hold::Quarantined => (RefusalClass::GrantDead, HELD_RETRY_MS),
            Hold::Disabled => (RefusalClass::Disabled, HELD_RETRY_MS),
            Hold::None => {
                let wait = self.next_attempt_at.map_or(0, |at| ms_until(now, at));
                (self.failing.unwrap_or(RefusalClass::Upstream), wait)
            }
        };
        Verdict::Refuse {
            class,
            retry_after_ms,
        }
    }
}

/// Returns the `expires_in` to hand out with a token, seconds.
///
/// Up to the mandatory line it is the time to that line, so that a consumer's cache ends before
/// ours; after it, what remains less 5 s. Never negative.
///
/// Source: broker rule 2.10; design 4.2.
#[must_use]
pub fn expires_in_s(facts: &TokenFacts, now: Timestamp) -> u64 {
    let whole_s = |to: Timestamp| u64::try_from(to.duration_since(now).as_secs()).unwrap_or(0);
    if now < facts.hard_at {
        whole_s(facts.hard_at)
    } else {
        whole_s(facts.expires_at).saturating_sub(LAST_MS / 1_000)
    }
}

/// Spreads a `Retry-After` by ±20 %, so that consumers do not come back in step.
///
/// `request` is any number that differs between requests. At least 1 s, in milliseconds.
///
/// Source: broker rule 2.6.
#[must_use]
pub fn retry_after_spread(retry_after_ms: u64, request: u64, key: JitterKey) -> u64 {
    share_ms(
        retry_after_ms,
        0.8 + 0.4 * key.unit("retry-after", "", request),
    )
    .max(1_000)
}

#[cfg(test)]
mod tests;
