//! The effects of one step, kept apart by kind and handed out as persist, show, send, answer, tell.

use crate::effect::{AttemptEnd, AttemptId, Effect, Refusal};
use crate::event::Event;
use crate::input::CredentialRecord;
use crate::read::ReadView;
use countersign_model::id::SlotId;
use countersign_model::token::{Generation, TokenFacts};
use std::collections::BTreeMap;

/// What a step has decided so far.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    persist: Vec<Effect>,
    shown: BTreeMap<SlotId, ReadView>,
    send: Vec<Effect>,
    settle: Vec<Effect>,
    tell: Vec<Effect>,
}

impl Outbox {
    pub(super) fn publish(&mut self, slot: SlotId, facts: TokenFacts) {
        self.persist.push(Effect::Publish { slot, facts });
    }

    pub(super) fn drop_token(&mut self, slot: SlotId) {
        self.persist.push(Effect::Drop { slot });
    }

    pub(super) fn attempt(&mut self, slot: SlotId, attempt: Option<AttemptId>, end: AttemptEnd) {
        self.persist.push(Effect::Attempt { slot, attempt, end });
    }

    /// Only the last record of a step is worth storing.
    pub(super) fn save(&mut self, record: CredentialRecord) {
        self.persist.retain(
            |effect| !matches!(effect, Effect::Save(old) if old.credential == record.credential),
        );
        self.persist.push(Effect::Save(record));
    }

    pub(super) fn show(&mut self, slot: SlotId, view: ReadView) {
        self.shown.insert(slot, view);
    }

    pub(super) fn unshow(&mut self, slot: &SlotId) {
        self.shown.remove(slot);
    }

    pub(super) fn send(&mut self, effect: Effect) {
        self.send.push(effect);
    }

    pub(super) fn settle(&mut self, slot: SlotId, answer: Result<Generation, Refusal>) {
        self.settle.push(Effect::Settle { slot, answer });
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.tell.push(Effect::Tell(event));
    }

    /// Everything, in order; empty afterwards.
    pub(super) fn take(&mut self) -> Vec<Effect> {
        let mut all = std::mem::take(&mut self.persist);
        let shown = std::mem::take(&mut self.shown);
        all.extend(
            shown
                .into_iter()
                .map(|(slot, view)| Effect::Show { slot, view }),
        );
        all.append(&mut self.send);
        all.append(&mut self.settle);
        all.append(&mut self.tell);
        all
    }
}
