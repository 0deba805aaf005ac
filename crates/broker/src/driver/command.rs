//! What the driver is asked to do.

use crate::flight::Landing;
use crate::specs::Slots;
use countersign_host::clock::Hold;
use countersign_model::id::{CredentialId, SlotId};
use countersign_model::token::Generation;
use countersign_refresh::AttemptId;
use tokio::sync::oneshot;

/// Commands that wait for the driver at most; more senders wait in turn.
pub const ROAD_MAX: usize = 1_024;

/// Something for the driver to do.
pub enum Command {
    /// A reader needs a token.
    Demand {
        /// The slot.
        slot: SlotId,
        /// Least life wanted, milliseconds.
        min_ttl_ms: u64,
        /// The generation known to be dead.
        unlike: Option<Generation>,
        /// Keeps the time of asking until the driver has taken note.
        asked: Hold,
    },
    /// A consumer says that a token is dead.
    Rejected {
        /// The slot.
        slot: SlotId,
        /// The token it used.
        generation: Generation,
    },
    /// A person asks to renew now; answered when the machine has taken note.
    RenewNow {
        /// The slot.
        slot: SlotId,
        /// Told when it is under way.
        noted: oneshot::Sender<()>,
    },
    /// A host was asked for anything at all.
    Knocked {
        /// The slot whose host was meant.
        slot: SlotId,
        /// Which request.
        attempt: AttemptId,
        /// Whether it answered.
        up: bool,
    },
    /// A token request came back.
    Landed(Box<Landing>),
    /// The estate or the secrets changed: look at all of them again.
    Reload {
        /// The slots as they should be.
        slots: Slots,
        /// Told when it is done.
        done: oneshot::Sender<()>,
    },
    /// A credential was edited, disabled or enabled.
    Credential {
        /// Which.
        credential: CredentialId,
        /// What was done to it.
        change: CredentialChange,
        /// Told when it is done.
        done: oneshot::Sender<()>,
    },
}

/// What a person did to a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialChange {
    /// A secret was put in.
    Edited,
    /// Turned off.
    Disabled,
    /// Turned on, or unlocked.
    Enabled,
    /// A person consented: there is a new refresh token.
    Authorized,
    /// One more send of a refresh token in the unknown is allowed.
    ReplayAllowed,
}
