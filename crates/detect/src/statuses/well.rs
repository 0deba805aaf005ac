//! Which integrations to look at again before saying who is well.

use super::Place;
use countersign_model::Timestamp;
use std::collections::BTreeSet;

/// Those whose evidence is new, and those whose health ends by itself.
#[derive(Debug, Clone)]
pub(super) struct Well {
    pending: BTreeSet<Place>,
    ends: BTreeSet<(Timestamp, Place)>,
    end_of: Vec<Option<Timestamp>>,
    starts_over: bool,
}

impl Well {
    /// Of `n` integrations of which nothing was seen.
    pub(super) fn of(n: usize) -> Well {
        Well {
            pending: BTreeSet::new(),
            ends: BTreeSet::new(),
            end_of: vec![None; n],
            starts_over: false,
        }
    }

    /// Knows nothing of `n` integrations, and will look at those that were seen.
    pub(super) fn starting_over(n: usize, seen: impl Iterator<Item = Place>) -> Well {
        Well {
            pending: seen.collect(),
            starts_over: true,
            ..Well::of(n)
        }
    }

    pub(super) fn look_at(&mut self, place: Place) {
        self.pending.insert(place);
    }

    pub(super) fn starts_over(&mut self) -> bool {
        std::mem::take(&mut self.starts_over)
    }

    pub(super) fn take_due(&mut self, now: Timestamp) -> BTreeSet<Place> {
        while let Some((at, place)) = self.ends.first().copied().filter(|(at, _)| *at <= now) {
            self.ends.remove(&(at, place));
            self.end_of[place] = None;
            self.pending.insert(place);
        }
        std::mem::take(&mut self.pending)
    }

    /// That one is well until then, or is not.
    pub(super) fn until(&mut self, place: Place, end: Option<Timestamp>) {
        if let Some(old) = std::mem::replace(&mut self.end_of[place], end) {
            self.ends.remove(&(old, place));
        }
        self.ends.extend(end.map(|end| (end, place)));
    }
}
