//! How soon a standstill of each asset would be noticed by its counters, kept up to date bit by bit.

use super::{Counters, Key};
use countersign_model::estate::AssetKind;
use countersign_model::id::{AssetId, CredentialId};
use countersign_model::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// At most one go so often.
const EVERY: SignedDuration = SignedDuration::from_secs(60);
/// Counters looked at in one go until each was looked at once: a look ahead goes through a week.
const FIRST_LOOKS: usize = 64;
/// Goes of a later round, three hours: what an hour of the week brings changes slowly.
const GOES: usize = 180;
/// Minutes are told in steps of this: what is seldom seen to the minute is not said to the minute.
const STEP_MIN: i64 = 5;

/// Where the round stands, and what was said of each asset.
#[derive(Debug, Clone, Default)]
pub(super) struct Look {
    next: Option<Key>,
    looked_at: Option<Timestamp>,
    /// Whether a round was finished.
    is_known: bool,
    said: BTreeMap<AssetId, u32>,
}

impl Counters {
    /// Assets whose time to notice is not what it was, each with the minutes within which a standstill
    /// would page, or none. Looks at a few each minute, in turn.
    pub fn take_noticeable(&mut self, now: Timestamp) -> Vec<(AssetId, Option<u32>)> {
        let is_soon = |at: Timestamp| now.duration_since(at) < EVERY;
        if self.look.looked_at.is_some_and(is_soon) {
            return Vec::new();
        }
        self.look.looked_at = Some(now);
        let from = match self.look.next.take() {
            Some(key) => Bound::Included(key),
            None => Bound::Unbounded,
        };
        let looks = match self.look.is_known {
            true => self.entries.len().div_ceil(GOES),
            false => FIRST_LOOKS,
        };
        let mut keys = self.entries.range((from, Bound::Unbounded));
        let looked: BTreeSet<AssetId> = keys
            .by_ref()
            .take(looks)
            .map(|(key, _)| key.0.clone())
            .collect();
        self.look.next = keys.next().map(|(key, _)| key.clone());
        self.look.is_known |= self.look.next.is_none() && !looked.is_empty();
        let mut news = Vec::new();
        for id in looked {
            let minutes = self.noticeable_min(now, &id);
            if self.look.said.get(&id).copied() != minutes {
                match minutes {
                    Some(minutes) => self.look.said.insert(id.clone(), minutes),
                    None => self.look.said.remove(&id),
                };
                news.push((id, minutes));
            }
        }
        news
    }

    /// Minutes within which a standstill of the asset would page; none where it would not stand still
    /// with one dead credential, since several feed it.
    fn noticeable_min(&self, now: Timestamp, id: &AssetId) -> Option<u32> {
        let asset = self.estate.asset(id)?;
        let credentials: BTreeSet<&CredentialId> =
            self.feeders_of(id).map(|flow| &flow.credential).collect();
        if credentials.len() != 1 || asset.kind == AssetKind::Launch {
            return None;
        }
        let of_asset = self
            .entries
            .range((id.clone(), super::Metric::Enrolments)..)
            .take_while(|((other, _), _)| other == id);
        let within = of_asset.filter_map(|(_, entry)| entry.noticeable_within(now));
        let minutes = (within.min()?.as_mins() + STEP_MIN - 1) / STEP_MIN * STEP_MIN;
        u32::try_from(minutes.max(STEP_MIN)).ok()
    }
}
