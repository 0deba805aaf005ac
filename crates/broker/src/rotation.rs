//! What an exchange brought for the refresh token's row, and what waits until the vault has it.
//!
//! A token is shown to readers only once the refresh token that came with it is stored (R3): shown
//! before, it could be used and its successor lost.

use crate::books::Entry;
use countersign_model::id::SlotId;
use countersign_model::{SignedDuration, Timestamp};
use countersign_oauth::answer::Granted;
use countersign_refresh::Effect;
use countersign_secret::TokenBytes;
use countersign_vault_store::SpoolFile;

/// Longest wait between two tries to store a rotation, seconds.
const WAIT_S_MAX: i64 = 30;

/// The refresh token's side of an answer.
pub struct Rotation {
    /// The exchange, by the name it has on disk.
    pub attempt: String,
    /// The new refresh token; `None` where the answer held none.
    pub refresh: Option<TokenBytes>,
    /// The answer on disk.
    pub file: Option<SpoolFile>,
}

/// What an answer holds beside its facts.
#[derive(Default)]
pub struct Brought {
    /// The access token.
    pub granted: Option<Granted>,
    /// The refresh token's side.
    pub rotation: Option<Rotation>,
}

/// A rotation that the vault has not taken yet, with all that must not happen before it has.
pub(crate) struct Withheld {
    /// Its slot.
    pub(crate) slot: SlotId,
    /// What has to be stored, as one transaction.
    pub(crate) entries: Vec<Entry>,
    /// What follows, in this order.
    pub(crate) effects: Vec<Effect>,
    /// What the effects are about.
    pub(crate) brought: Brought,
    /// When it is tried again.
    pub(crate) again_at: Timestamp,
    /// Tries so far.
    pub(crate) tries: u32,
}

impl Withheld {
    /// Plans the next try: after 1, 2, 4 seconds, and so on up to half a minute.
    pub(crate) fn later(&mut self, now: Timestamp) {
        let wait_s = 1_i64
            .checked_shl(self.tries)
            .unwrap_or(i64::MAX)
            .clamp(1, WAIT_S_MAX);
        self.tries = self.tries.saturating_add(1);
        self.again_at = now + SignedDuration::from_secs(wait_s);
    }

    /// Whether an effect has to wait with it.
    pub(crate) fn concerns(&self, effect: &Effect) -> bool {
        match effect {
            Effect::Publish { slot, .. }
            | Effect::Drop { slot }
            | Effect::Show { slot, .. }
            | Effect::Settle { slot, .. } => *slot == self.slot,
            Effect::Attempt { .. }
            | Effect::Save(_)
            | Effect::Send { .. }
            | Effect::Knock { .. }
            | Effect::Tell(_) => false,
        }
    }
}

/// Says how far an exchange has come, for whoever follows one in the log.
pub(crate) fn step(step: &'static str) {
    tracing::debug!(target: "countersign::exchange", step, "exchange");
}

#[cfg(test)]
mod tests;
