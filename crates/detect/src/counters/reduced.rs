//! When a partial loss of one flow is worth a page: by how much, how long, and whose flow it is.
//!
//! A single irregular flow that is somewhat low is no failure, and a series alone never pages for it.
//! One that lost a good part for long enough is: sooner in the first tier. Where most flows of the
//! estate fell alike, fewer people came, and nobody is told.

use super::{Counters, Key};
use crate::rules::span;
use crate::series::{Alarm, Change, Severity};
use countersign_model::Timestamp;
use countersign_model::id::AssetId;
use countersign_model::signal::Signal;
use std::collections::BTreeMap;

/// Fewer flows are no audience.
const FLOWS_MIN: usize = 3;

impl Counters {
    /// A partial loss of that counter that has become worth a page just now.
    pub(super) fn raised(&mut self, now: Timestamp, key: &Key) -> Option<Signal> {
        let alarm = self.entries.get(key)?.reduced(now)?;
        let asset = self.estate.asset(&key.0)?;
        if !self.reduced_pages(now, &alarm, self.is_first_tier(asset)) {
            return None;
        }
        let alarm = Alarm {
            severity: Severity::Page,
            ..alarm
        };
        self.entries.get_mut(key)?.alarm = Some(alarm.clone());
        self.signal(now, &key.0, &Change::Raised(alarm))
    }

    /// Whether a partial loss pages by now.
    pub(super) fn reduced_pages(&self, now: Timestamp, alarm: &Alarm, is_first_tier: bool) -> bool {
        let rules = &self.rules;
        let least = match is_first_tier {
            true => rules.reduced_page_first_s,
            false => rules.reduced_page_s,
        };
        now.duration_since(alarm.since) >= span(least)
            && alarm.lost >= f64::from(rules.reduced_lost_min)
            && alarm.lost >= rules.reduced_share * alarm.expected
            && !self.is_audience_low(now)
    }

    /// Whether most flows fell alike: fewer people came (detection 3, "Common mode").
    fn is_audience_low(&self, now: Timestamp) -> bool {
        let mut flows: BTreeMap<&AssetId, bool> = BTreeMap::new();
        for ((asset, _), entry) in &self.entries {
            if let Some(fell) = entry.fell_like_an_audience(now) {
                *flows.entry(asset).or_default() |= fell;
            }
        }
        let n_fell = flows.values().filter(|fell| **fell).count();
        #[expect(clippy::cast_precision_loss, reason = "counts of assets")]
        let share = n_fell as f64 / flows.len() as f64;
        n_fell >= FLOWS_MIN && share >= self.rules.audience_share
    }
}
