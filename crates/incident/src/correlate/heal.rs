//! What ends with a symptom, and what with a cause.

use super::covered::PastOutage;
use super::{Correlator, Held, Step};
use crate::health::Health;
use countersign_model::Timestamp;
use countersign_model::id::AssetId;
use countersign_model::incident::RootCause;
use countersign_model::signal::Signal;

impl Correlator {
    /// A symptom ended: a local one ends its incident, and the last of a guess ends that.
    pub(super) fn symptom_healed(
        &mut self,
        now: Timestamp,
        id: &AssetId,
        healed: &Signal,
    ) -> Vec<Step> {
        if self.state.symptoms.remove(id).is_none() {
            return vec![Step::Take(healed.clone())];
        }
        let Some(parent) = self.state.part_of.remove(id) else {
            let own = RootCause::Asset(id.clone());
            return self.local_healed(own, healed);
        };
        if self.state.part_of.values().any(|other| *other == parent) {
            return Vec::new();
        }
        match &parent {
            RootCause::Credential(credential)
                if self.state.inferred.remove(credential).is_some()
                    && !self.state.pooled.contains_key(credential) =>
            {
                let cause = parent.clone();
                vec![Step::Take(Signal {
                    at: now,
                    cause,
                    ..healed.clone()
                })]
            }
            _ => Vec::new(),
        }
    }

    /// What hangs on a local symptom ends with it.
    fn local_healed(&mut self, own: RootCause, healed: &Signal) -> Vec<Step> {
        self.state.part_of.retain(|_, parent| *parent != own);
        vec![Step::Take(healed.clone())]
    }

    pub(super) fn cause_ended(&mut self, now: Timestamp, signal: &Signal) -> Vec<Step> {
        let ended = self.state.direct.remove(&signal.cause);
        let parts = self
            .state
            .part_of
            .extract_if(.., |_, parent| *parent == signal.cause);
        let parts: Vec<AssetId> = parts.map(|(id, _)| id).collect();
        if let Some(ended) = ended.filter(|_| signal.cause == RootCause::Platform) {
            self.state.past_outage = Some(PastOutage {
                signal: ended,
                ended: now,
            });
            self.hold_wake(now, &parts);
        }
        vec![Step::Take(signal.clone())]
    }

    /// What an outage stopped has its time to start again, and is told after that.
    fn hold_wake(&mut self, now: Timestamp, parts: &[AssetId]) {
        for id in parts {
            let Some(signal) = self.state.symptoms.get(id).cloned() else {
                continue;
            };
            if let Some(until) = self.covered_until(now, &signal, &Health::default()) {
                let cause = signal.cause.clone();
                self.state.held.insert(cause, Held { signal, until });
            }
        }
    }
}
