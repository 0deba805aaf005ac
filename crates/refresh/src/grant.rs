//! Refresh tokens: whether one may be sent again, and what an exchange's end does to it.
//!
//! A server that rotates refresh tokens takes the old one back the moment it answers. If the answer is
//! lost, nobody here knows which of the two is alive, and sending the old one again may revoke the
//! grant (broker rule 2.5). So an exchange is armed on disk before a byte leaves, and ends as what is
//! *known* of it ([`fate`]); where nothing is known, the provider's [`Profile`] decides.
//!
//! Invariants R3 (a rotation that was received is never lost) and R6 (no exchange follows one whose
//! end is unknown) start here.

use crate::instant::after;
use countersign_model::Timestamp;
use countersign_model::estate::{Grant, Replay, ReplayOverride};
use countersign_model::mint::{MintResult, Phase};

/// A window is not used in its last moments, milliseconds: our clock and the way there take some of
/// it (broker rule 2.5 step 6).
const WINDOW_MARGIN_MS: u64 = 5_000;

/// What a provider does with a refresh token that is presented twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Never replaced: present it as often as you like.
    Static,
    /// Presented again within the window it brings the same pair again.
    Idempotent {
        /// Length of the window from the first use, milliseconds.
        window_ms: u64,
    },
    /// Works once; reuse may revoke the grant.
    Strict,
}

impl Profile {
    /// The profile of a grant; `None` for grants without refresh tokens.
    ///
    /// `strict` unless the estate says otherwise, with a reason. Salesforce core enforces rotation with
    /// revocation on reuse (F9); what SFMC's web apps do with a replayed token is not documented
    /// (sfmc-api A4), and strict is safe with all of them.
    #[must_use]
    pub fn of(grant: Grant, told: Option<&ReplayOverride>) -> Option<Profile> {
        if !grant.presents_refresh_token() {
            return None;
        }
        let Some(told) = told else {
            return Some(Profile::Strict);
        };
        Some(match (told.profile, told.window_s) {
            (Replay::Static, _) => Profile::Static,
            (Replay::Idempotent, Some(seconds)) => Profile::Idempotent {
                window_ms: u64::from(seconds) * 1_000,
            },
            // An estate with a window missing is refused; should one come here, it is safe.
            (Replay::Idempotent, None) | (Replay::Strict, _) => Profile::Strict,
        })
    }

    /// Until when a token first sent at `since` may be sent again; `None`: never.
    #[must_use]
    pub fn replay_until(self, since: Timestamp) -> Option<Timestamp> {
        match self {
            Profile::Static => Some(Timestamp::MAX),
            Profile::Idempotent { window_ms } => {
                Some(after(since, window_ms.saturating_sub(WINDOW_MARGIN_MS)))
            }
            Profile::Strict => None,
        }
    }

    /// Whether a token first sent at `since` may be sent again at `now`.
    #[must_use]
    pub fn may_replay(self, since: Timestamp, now: Timestamp) -> bool {
        self.replay_until(since).is_some_and(|until| now < until)
    }
}

/// What is known of the refresh token once an exchange has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The answer came with a success: what it holds is what counts from now on.
    Answered,
    /// It was not used: nothing left the house, or the server said so.
    Unspent,
    /// The server refused the token itself.
    Refused,
    /// It may have been used, and what replaced it is not known.
    Unknown,
}

/// Judges what an exchange did to the refresh token it carried. `rotated`: the answer held a new one,
/// whatever else was wrong with it.
///
/// Only three things are definitive: nothing was written; 429; and a 4xx that carries an error code of
/// OAuth or of SFMC's envelope. Anything else after the first byte may have left is unknown: 5xx,
/// redirects, foreign pages, silence.
///
/// Source: broker rule 2.5, steps 3 to 6.
#[must_use]
pub fn fate(result: &MintResult, rotated: bool) -> Fate {
    if rotated {
        return Fate::Answered;
    }
    match result {
        MintResult::Issued { .. } => Fate::Answered,
        MintResult::NoAnswer {
            phase: Phase::BeforeSend,
            ..
        } => Fate::Unspent,
        MintResult::Refused { status: 429, .. } => Fate::Unspent,
        MintResult::Refused {
            status: 400..=499,
            error: Some(code),
            ..
        } if code == "invalid_grant" => Fate::Refused,
        MintResult::Refused {
            status: 400..=499,
            error,
            errorcode,
            ..
        } if error.is_some() || errorcode.is_some() => Fate::Unspent,
        MintResult::Refused { .. }
        | MintResult::Unreadable { .. }
        | MintResult::NoAnswer {
            phase: Phase::AfterSend,
            ..
        } => Fate::Unknown,
    }
}

/// Where a credential's refresh token stands; the store keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantState {
    /// It may be sent. `doubt_since`: a send of this very token has no known end, and its provider
    /// lets it be repeated for a while.
    Ready {
        /// First send without a known end.
        doubt_since: Option<Timestamp>,
    },
    /// A send was written down and its end was not: the process died in between.
    Armed {
        /// When it was written down.
        since: Timestamp,
    },
    /// A send has no known end, and must not be repeated without a person's word.
    Unknown {
        /// When it was sent.
        since: Timestamp,
    },
    /// The server refused it: a person has to consent again.
    Dead,
}

impl GrantState {
    /// Nothing is known against it.
    pub const FRESH: GrantState = GrantState::Ready { doubt_since: None };

    /// Whether it waits for a person.
    #[must_use]
    pub fn waits_for_person(self) -> bool {
        match self {
            GrantState::Unknown { .. } | GrantState::Dead => true,
            GrantState::Ready { .. } | GrantState::Armed { .. } => false,
        }
    }

    /// Since when a send has had no known end.
    #[must_use]
    pub fn doubt_since(self) -> Option<Timestamp> {
        match self {
            GrantState::Ready { doubt_since } => doubt_since,
            GrantState::Armed { since } | GrantState::Unknown { since } => Some(since),
            GrantState::Dead => None,
        }
    }

    /// The same after the clock stepped back: nothing was sent later than now.
    #[must_use]
    pub(crate) fn no_later_than(self, now: Timestamp) -> GrantState {
        match self {
            GrantState::Ready { doubt_since } => GrantState::Ready {
                doubt_since: doubt_since.map(|at| at.min(now)),
            },
            GrantState::Armed { since } => GrantState::Armed {
                since: since.min(now),
            },
            GrantState::Unknown { since } => GrantState::Unknown {
                since: since.min(now),
            },
            GrantState::Dead => GrantState::Dead,
        }
    }

    /// What it becomes when an exchange begun at `asked_at` ends at `now` with a fate, under a
    /// profile.
    #[must_use]
    pub fn ended(self, fate: Fate, profile: Profile, asked_at: Timestamp, now: Timestamp) -> Self {
        let doubt_since = self.doubt_since();
        match fate {
            Fate::Answered => GrantState::FRESH,
            Fate::Unspent => GrantState::Ready { doubt_since },
            Fate::Refused => GrantState::Dead,
            Fate::Unknown => {
                let since = doubt_since.unwrap_or(asked_at);
                match profile {
                    Profile::Static => GrantState::FRESH,
                    _ if profile.may_replay(since, now) => GrantState::Ready {
                        doubt_since: Some(since),
                    },
                    Profile::Idempotent { .. } | Profile::Strict => GrantState::Unknown { since },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
