//! What the machine tells: typed, so that each has one log line, one metric and one outcome.

use crate::refusal::RefusalClass;
use countersign_model::Timestamp;
use countersign_model::id::{CredentialId, SlotId};
use countersign_model::mint::MintResult;
use countersign_model::token::{Generation, TokenFacts};

/// Why a refusal by the token endpoint was not a strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiver {
    /// Within six minutes of an edit: changes take up to five to arrive.
    Grace,
    /// The platform itself is suspect.
    PlatformSuspect,
    /// Too close to the last strike; a burst cannot be three strikes.
    TooSoon,
}

/// Why a wish to renew out of turn was not granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForcedRefusal {
    /// Asked again too soon.
    TooSoon,
    /// The credential is locked, disabled or waits for a person.
    Held,
}

/// One thing that happened inside the machine.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A token was got.
    Minted {
        /// The slot.
        slot: SlotId,
        /// Its number.
        generation: Generation,
        /// Its facts.
        facts: TokenFacts,
        /// True if it came too late to be unnoticed: a slot kept warm was past its mandatory
        /// line. Counted as a defect (R035).
        reactive: bool,
        /// Tries it took since the last success, at least 1.
        attempts: u32,
        /// Request to answer, milliseconds.
        latency_ms: u64,
        /// True if the answer was given up before it came.
        late: bool,
    },
    /// A token request failed.
    MintFailed {
        /// The slot.
        slot: SlotId,
        /// When it was sent.
        sent_at: Timestamp,
        /// What came back; `None` if the request could not be made for a reason of our own.
        result: Option<MintResult>,
        /// What kind of failure.
        class: RefusalClass,
        /// The strike it was, if it counted.
        strike: Option<u8>,
        /// Tries since the last success, at least 1.
        attempts: u32,
        /// The next try; `None` if it waits for a person or for somebody to ask.
        next_attempt_at: Option<Timestamp>,
        /// Request to answer, milliseconds.
        latency_ms: u64,
    },
    /// A definite refusal of the secret was counted. The first makes the credential suspect.
    Struck {
        /// The credential.
        credential: CredentialId,
        /// The slot whose request it was.
        slot: SlotId,
        /// Strikes so far.
        strikes: u8,
    },
    /// A refusal of the secret was not counted.
    StrikeWaived {
        /// The credential.
        credential: CredentialId,
        /// The slot whose request it was.
        slot: SlotId,
        /// Why.
        why: Waiver,
    },
    /// Three strikes: no further request until a person acts (R076, R077).
    Locked {
        /// The credential.
        credential: CredentialId,
    },
    /// Three strikes in dry run: it would have locked, and did not.
    WouldHaveLocked {
        /// The credential.
        credential: CredentialId,
    },
    /// Three strikes on a credential whose owner is asked first.
    AskToLock {
        /// The credential.
        credential: CredentialId,
    },
    /// The lock is open again.
    Unlocked {
        /// The credential.
        credential: CredentialId,
    },
    /// A struck or locked credential works again.
    Recovered {
        /// The credential.
        credential: CredentialId,
        /// Strikes it had.
        strikes: u8,
    },
    /// A credential waits for a person: its grant is dead, or an exchange of its refresh token has no
    /// known end. Never a strike and never a lock.
    Quarantined {
        /// The slot whose exchange it was.
        slot: SlotId,
        /// The credential.
        credential: CredentialId,
        /// True if the end of an exchange is not known; false if the server refused the token.
        unknown: bool,
        /// True if no failed request tells of it: it was found so at a start, or a window closed.
        untold: bool,
        /// End of the present access token: until then nobody notices.
        until: Option<Timestamp>,
    },
    /// A quarantined credential has a refresh token again, or a person allowed one more try.
    Released {
        /// The credential.
        credential: CredentialId,
    },
    /// Requests to a host stop.
    BreakerOpened {
        /// The host.
        host: String,
        /// Until the next probe.
        until: Timestamp,
    },
    /// One probe goes out.
    BreakerHalfOpen {
        /// The host.
        host: String,
    },
    /// Requests to a host resume, slowly.
    BreakerClosed {
        /// The host.
        host: String,
    },
    /// The host throttles: its rate was halved.
    RateCut {
        /// The host.
        host: String,
        /// Requests per second from now on.
        per_s: f64,
    },
    /// A token's life leaves no room to renew ahead.
    LifeTooShort {
        /// The slot.
        slot: SlotId,
        /// Life, milliseconds.
        lifetime_ms: u64,
    },
    /// An answer named no life; the profile's default was used. Told once per slot.
    DefaultLifetimeUsed {
        /// The slot.
        slot: SlotId,
        /// Life assumed, milliseconds.
        lifetime_ms: u64,
    },
    /// A wish to renew out of turn was not granted.
    ForcedRenewalRefused {
        /// The slot.
        slot: SlotId,
        /// Why.
        why: ForcedRefusal,
    },
    /// New tokens are rejected as soon as they are used: forcing has stopped for a while.
    ApiSideRejection {
        /// The slot.
        slot: SlotId,
    },
    /// Three tokens died young within an hour: somebody else mints with this client.
    OutsideMinterSuspected {
        /// The slot.
        slot: SlotId,
        /// The credential.
        credential: CredentialId,
    },
    /// A slot kept warm has no usable token. Every second is counted as a defect (R035).
    GapStarted {
        /// The slot.
        slot: SlotId,
    },
    /// It has one again.
    GapEnded {
        /// The slot.
        slot: SlotId,
        /// How long it had none, milliseconds.
        gap_ms: u64,
    },
}
