//! Which integrations to look at again before saying who is well.

use super::Place;
use countersign_model::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Those whose evidence is new, and those whose health ends by itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Well {
    pending: BTreeSet<Place>,
    ends: BTreeSet<(Timestamp, Place)>,
    end_of: BTreeMap<Place, Timestamp>,
    starts_over: bool,
}

impl Well {
    pub(super) fn look_at(&mut self, place: Place) {
        self.pending.insert(place);
    }

    /// Forgets all, and will look at these.
    pub(super) fn start_over(&mut self, places: impl Iterator<Item = Place>) {
        *self = Well {
            pending: places.collect(),
            starts_over: true,
            ..Well::default()
        };
    }

    pub(super) fn starts_over(&mut self) -> bool {
        std::mem::take(&mut self.starts_over)
    }

    pub(super) fn take_due(&mut self, now: Timestamp) -> BTreeSet<Place> {
        while let Some((at, place)) = self.ends.first().copied().filter(|(at, _)| *at <= now) {
            self.ends.remove(&(at, place));
            self.end_of.remove(&place);
            self.pending.insert(place);
        }
        std::mem::take(&mut self.pending)
    }

    /// That one is well until then, or is not.
    pub(super) fn until(&mut self, place: Place, end: Option<Timestamp>) {
        if let Some(old) = self.end_of.remove(&place) {
            self.ends.remove(&(old, place));
        }
        if let Some(end) = end {
            self.end_of.insert(place, end);
            self.ends.insert((end, place));
        }
    }
}
