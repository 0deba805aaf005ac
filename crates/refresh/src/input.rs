//! What the driver hands in: facts, wishes and answers, never a secret.

use crate::effect::AttemptId;
use crate::grant::{GrantState, Profile};
use crate::policy::Policy;
use countersign_model::Timestamp;
use countersign_model::estate::{Grant, Lockout, Tier};
use countersign_model::id::{BuId, CredentialId, SlotId};
use countersign_model::mint::MintResult;
use countersign_model::token::{Generation, TokenFacts};
use serde::{Deserialize, Serialize};

/// Everything the machine knows about a slot besides its token.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotSpec {
    /// Its id.
    pub slot: SlotId,
    /// Whose secret it uses; slots of one credential share strikes and lock.
    pub credential: CredentialId,
    /// The business unit it works for; permits are shared out per unit.
    pub bu: BuId,
    /// Base URL of the auth host; limits, breaker and latency are kept per host.
    pub host: String,
    /// MID the token is for.
    pub mid: u64,
    /// Tier of the strictest integration on it.
    pub tier: Tier,
    /// When it is renewed; see [`Policy::merge`] for slots that several integrations share.
    pub policy: Policy,
    /// What three refusals do.
    pub lockout: Lockout,
    /// How its token is got; decides what `invalid_grant` means.
    pub grant: Grant,
    /// What its provider does with a refresh token presented twice; `None` for grants without one.
    pub profile: Option<Profile>,
    /// Life to assume when the answer names none: 1 079 000 for SFMC v2, 3 600 000 for legacy and
    /// outside services (broker rule 2.1).
    pub default_lifetime_ms: u64,
}

/// Whether a credential may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialState {
    /// Requests are made.
    #[default]
    Active,
    /// Three strikes: no request until a person acts; live tokens are served to their end, flagged.
    Locked,
    /// Turned off by a person: no request, and nothing is served.
    Disabled,
}

/// What the store keeps about a credential, so that neither a restart nor another node forgets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialRecord {
    /// The credential.
    pub credential: CredentialId,
    /// Whether it may be used.
    pub state: CredentialState,
    /// Strikes of the present secret version; three lock (R076).
    pub strikes: u8,
    /// When the request of the last strike was sent.
    pub last_strike_at: Option<Timestamp>,
    /// When it was last edited or its secret changed.
    pub edited_at: Option<Timestamp>,
    /// Grows with every edit: strikes belong to one (credential, version).
    pub secret_version: u64,
    /// When it was locked.
    pub locked_at: Option<Timestamp>,
}

impl CredentialRecord {
    /// The record of a credential of which nothing is known: active, no strikes, never edited.
    #[must_use]
    pub fn new(credential: CredentialId) -> CredentialRecord {
        CredentialRecord {
            credential,
            state: CredentialState::Active,
            strikes: 0,
            last_strike_at: None,
            edited_at: None,
            secret_version: 1,
            locked_at: None,
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Time has passed; due at [`crate::Machine::next_wake`].
    Tick,
    /// A slot exists, or its description changed. A token in store comes along, so that a restart
    /// mints nothing; `None` for a known slot keeps the token it has.
    SlotPut {
        /// Its description.
        spec: SlotSpec,
        /// The stored token's facts.
        token: Option<TokenFacts>,
        /// The highest generation ever stored for the slot, also of a token dropped since.
        last_generation: Generation,
    },
    /// A slot is gone: its deadline, its place in the queue and its token go with it.
    SlotRemove {
        /// Which.
        slot: SlotId,
    },
    /// What the store knows about a credential. Before or after its slots; never told again.
    CredentialRestore {
        /// Its record.
        record: CredentialRecord,
    },
    /// Where the store says that a credential's refresh token stands. Before its slots.
    GrantRestore {
        /// The credential.
        credential: CredentialId,
        /// Where it stands.
        state: GrantState,
    },
    /// A person consented anew: the store holds another refresh token.
    GrantGiven {
        /// The credential.
        credential: CredentialId,
    },
    /// A person allows one more send of a quarantined refresh token, knowing what it may cost.
    GrantReplay {
        /// The credential.
        credential: CredentialId,
    },
    /// An answer of an earlier run was found on disk: it was received, and the process died before it
    /// was stored. Applied like a late answer.
    Recovered {
        /// The slot.
        slot: SlotId,
        /// When its request was sent.
        sent_at: Timestamp,
        /// What came back, without secret bytes.
        result: MintResult,
        /// Keyed fingerprint of a token received.
        fingerprint: Option<String>,
    },
    /// A host was asked for anything at all.
    Knocked {
        /// The slot named in [`crate::Effect::Knock`].
        slot: SlotId,
        /// Which request.
        attempt: AttemptId,
        /// Whether it answered, and not with a 5xx.
        up: bool,
    },
    /// What a host sustains, when it is not the configured default.
    HostRate {
        /// Base URL of the auth host.
        host: String,
        /// Token requests per second, above 0.
        per_s: f64,
    },
    /// A reader's verdict was to join, or to nudge. Always answered by [`crate::Effect::Settle`],
    /// now or when the flight ends.
    Demand {
        /// The slot.
        slot: SlotId,
        /// Least life wanted, milliseconds; 0 for any.
        min_ttl_ms: u64,
        /// "Not this one": the generation the reader knows to be dead.
        unlike: Option<Generation>,
    },
    /// A consumer reports that a token is dead although its clock says otherwise.
    Rejected {
        /// The slot.
        slot: SlotId,
        /// The token it used.
        generation: Generation,
    },
    /// A person asks to renew now, over the back-off; once per 30 s and slot.
    RenewNow {
        /// The slot.
        slot: SlotId,
    },
    /// A job will start and will need a fresh token.
    JobPlanned {
        /// The slot.
        slot: SlotId,
        /// When it starts.
        at: Timestamp,
    },
    /// The job has ended.
    JobEnded {
        /// The slot.
        slot: SlotId,
    },
    /// The token endpoint answered, or the exchange broke.
    Answered {
        /// The slot.
        slot: SlotId,
        /// Which request.
        attempt: AttemptId,
        /// Just before the first byte of the request was written: anchors the token's life.
        sent_at: Timestamp,
        /// What came back, without secret bytes.
        result: MintResult,
        /// Keyed fingerprint of a token received.
        fingerprint: Option<String>,
        /// Whether the answer held a new refresh token, whatever else was wrong with it.
        rotated: bool,
    },
    /// The request could not be made for a reason of our own: store, key, disk.
    Aborted {
        /// The slot.
        slot: SlotId,
        /// Which request.
        attempt: AttemptId,
    },
    /// A secret or a package was changed: strikes start afresh, a lock opens into a test mint.
    CredentialEdited {
        /// Which.
        credential: CredentialId,
    },
    /// A person turns the credential off.
    CredentialDisable {
        /// Which.
        credential: CredentialId,
    },
    /// A person turns it on again, or unlocks it.
    CredentialEnable {
        /// Which.
        credential: CredentialId,
    },
    /// Wall clock and boot clock disagree by more than 2 s: derive every deadline again (2.15).
    ClockStepped,
}
