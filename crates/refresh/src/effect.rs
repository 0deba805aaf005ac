//! What the driver carries out, in the order given: persist, show, send, answer, tell.

use crate::event::Event;
use crate::grant::GrantState;
use crate::input::CredentialRecord;
use crate::read::ReadView;
use crate::refusal::RefusalClass;
use countersign_model::Timestamp;
use countersign_model::id::SlotId;
use countersign_model::token::{Generation, TokenFacts};

/// Number of one token request; unique within one machine, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptId(pub u64);

/// Why there is no token, and when asking again may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of failure.
    pub class: RefusalClass,
    /// When to ask again, milliseconds from the answer; spread it with
    /// [`crate::retry_after_spread`] before it leaves the house.
    pub retry_after_ms: u64,
    /// True if no request was made for this answer: it repeats an earlier failure.
    pub cached: bool,
}

/// How an exchange of a refresh token ended without a token to publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptEnd {
    /// The refresh token stands like this from now on.
    Stands(GrantState),
    /// The answer held a new refresh token and no usable access token: keep the new one (R3).
    Rotated,
}

/// One thing to do. A driver does them in order and has no opinion.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Store the new token under its facts (compare-and-set on the generation), then swap it in
    /// for readers. The bytes are those that came with the answer being applied.
    Publish {
        /// The slot.
        slot: SlotId,
        /// Facts of the token.
        facts: TokenFacts,
    },
    /// Forget the slot's token: in the store and for readers.
    Drop {
        /// The slot.
        slot: SlotId,
    },
    /// Store a credential's counters and state (same transaction as the audit record).
    Save(CredentialRecord),
    /// Store how an exchange of a refresh token ended, in the transaction of its audit record. An
    /// exchange that ends well has none: storing its tokens ends it.
    Attempt {
        /// The slot.
        slot: SlotId,
        /// Which; `None`: the one the store still holds armed, from before a restart.
        attempt: Option<AttemptId>,
        /// How.
        end: AttemptEnd,
    },
    /// Swap the readers' view of a slot. Comes after [`Effect::Publish`] and before
    /// [`Effect::Settle`]. If the bytes in hand are of another generation than
    /// `view.facts`, a reader treats the token as absent.
    Show {
        /// The slot.
        slot: SlotId,
        /// What readers judge from now on.
        view: ReadView,
    },
    /// Send one token request. It is never repeated on the wire by the driver.
    Send {
        /// The slot.
        slot: SlotId,
        /// Its number, to be named in [`crate::Input::Answered`].
        attempt: AttemptId,
        /// From here on the machine goes on without it; a later answer is still worth reporting.
        give_up_at: Timestamp,
    },
    /// Ask the slot's host for anything at all, without a credential: its breaker wants to know
    /// whether it is up, and the only tokens that wait for it must not be risked (broker rule 2.7).
    Knock {
        /// The slot whose host is meant.
        slot: SlotId,
        /// Its number, to be named in [`crate::Input::Knocked`].
        attempt: AttemptId,
    },
    /// Wake all who wait on this slot's flight. A waiter whose need the generation does not meet
    /// (its `unlike`, its life) reads again and may join again, within its own waiting time.
    Settle {
        /// The slot.
        slot: SlotId,
        /// The token that is current now, or the failure all waiters share.
        answer: Result<Generation, Refusal>,
    },
    /// Say what happened: one place for its log line, its metric and its outcome.
    Tell(Event),
}
