//! What the machine shows about itself: for pages, metrics and tests (R044, R045, R046).

use crate::breaker::BreakerPhase;
use crate::input::{CredentialRecord, SlotSpec};
use crate::read::ReadView;
use crate::refusal::RefusalClass;
use countersign_model::Timestamp;
use countersign_model::id::SlotId;
use countersign_model::token::TokenFacts;

/// What a slot is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotPhase {
    /// Waiting for its next renewal, or for somebody to ask.
    Idle,
    /// Wants a renewal; the host's limits let others go first.
    Queued,
    /// Its request is out.
    Flying,
    /// Another slot tests the credential first.
    Parked,
    /// Waits for a person: locked, disabled or quarantined.
    Held,
}

/// One slot.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotView {
    /// Its description.
    pub spec: SlotSpec,
    /// Its token.
    pub facts: Option<TokenFacts>,
    /// What it is doing.
    pub phase: SlotPhase,
    /// When it will next be queued, if it waits.
    pub due_at: Option<Timestamp>,
    /// No read starts a flight before this.
    pub next_attempt_at: Option<Timestamp>,
    /// Failures in a row.
    pub fails: u32,
    /// Class of the last failure since the last success.
    pub failing: Option<RefusalClass>,
    /// Since when a slot kept warm has had no usable token.
    pub gap_since: Option<Timestamp>,
    /// Last success.
    pub minted_at: Option<Timestamp>,
    /// Successes since the machine began.
    pub mints_ok: u64,
    /// Failures since the machine began.
    pub mints_failed: u64,
    /// What readers judge.
    pub read: ReadView,
    /// When it renews and why, in one sentence.
    pub policy: String,
}

/// One credential.
#[derive(Debug, Clone, PartialEq)]
pub struct CredentialView {
    /// What the store keeps.
    pub record: CredentialRecord,
    /// The slot that tests it while it is suspect.
    pub trial: Option<SlotId>,
    /// Its slots.
    pub slots: Vec<SlotId>,
}

/// One auth host.
#[derive(Debug, Clone, PartialEq)]
pub struct HostView {
    /// Its breaker.
    pub breaker: BreakerPhase,
    /// Rate allowed now, requests per second.
    pub rate_per_s: f64,
    /// Slots that wait for a permit.
    pub n_queued: usize,
    /// Requests out.
    pub n_in_flight: u32,
    /// Slots it serves.
    pub n_slots: usize,
    /// It asked to be left alone until then.
    pub paused_until: Option<Timestamp>,
    /// 99th percentile of its answer times, milliseconds; 0 below ten answers.
    pub p99_ms: u64,
}
