//! Late data: a bucket that has passed is told anew.

use super::Volume;
use crate::series::evidence::{Bin, Evidence};
use crate::series::packed::Packed;
use crate::series::place::{place, span};
use crate::series::settings::{Bucket, Settings};
use countersign_model::Timestamp;

impl Volume {
    /// Takes a new value for a bucket that has passed and replays the evidence of the last hours, at
    /// most 24, under what is known by now. Returns whether anything changed: a bucket that is too
    /// old, or a time for which something was planned since, is left as it was.
    pub(in crate::series) fn restate(&mut self, settings: &Settings, bucket: &Bucket) -> bool {
        let back = usize::try_from(-self.steps_to(settings, bucket.start)).ok();
        let index = back.and_then(|back| self.log.len().checked_sub(back + 1));
        let is_planned = self.planned_at.is_some_and(|at| at >= bucket.start);
        let (Some(index), Some(newest), false) = (index, self.newest, is_planned) else {
            return false;
        };
        let told = bucket.number().map_or(Packed::NONE, Packed::of);
        let before = std::mem::replace(&mut self.log[index], told);
        if before == told {
            return false;
        }
        self.amend_slot(settings, bucket.start, before, told);
        self.replay(settings, newest);
        true
    }

    /// Corrects the mean of the slot that the bucket belongs to.
    fn amend_slot(&mut self, settings: &Settings, start: Timestamp, before: Packed, told: Packed) {
        let week = settings.week();
        let here = place(start, &settings.zone, week);
        if let Some(slot) = &mut self.slot
            && slot.entered <= start
        {
            slot.sum += told.get().unwrap_or(0.0) - before.get().unwrap_or(0.0);
            slot.buckets += u32::from(before == Packed::NONE);
            slot.buckets -= u32::from(told == Packed::NONE);
            return;
        }
        let in_slot = self
            .logged(settings)
            .filter(|(at, _)| {
                let apart = at.duration_since(start).abs();
                apart < span(week.slot_s) && place(*at, &settings.zone, week).slot == here.slot
            })
            .filter_map(|(_, count)| count);
        let (sum, n) = in_slot.fold((0.0, 0.0), |(sum, n), count| (sum + count, n + 1.0));
        if n > 0.0 {
            self.baseline.amend(here.slot, sum / n);
        }
    }

    /// The logged buckets with their starts, oldest first.
    fn logged<'a>(
        &'a self,
        settings: &'a Settings,
    ) -> impl Iterator<Item = (Timestamp, Option<f64>)> + 'a {
        let newest = self.newest.unwrap_or(Timestamp::UNIX_EPOCH);
        let last = self.log.len() as i64 - 1;
        self.log.iter().enumerate().map(move |(n, packed)| {
            let back = (last - n as i64) * i64::from(settings.interval_s);
            (newest - span(back), packed.get())
        })
    }

    fn replay(&mut self, settings: &Settings, newest: Timestamp) {
        let mut evidence = Evidence::default();
        for (start, count) in self.logged(settings) {
            let here = place(start, &settings.zone, settings.week());
            if let (Some(seen), Some(expected)) = (count, self.expected(settings, start)) {
                let bin = Bin {
                    start,
                    interval_s: settings.interval_s,
                    seen,
                    expected,
                    dispersion: self.dispersion.at(settings.interval_s, here.cell),
                    temper: self.dispersion.temper(),
                    is_usual: self.planned_at.is_none_or(|at| at < start),
                };
                evidence.take(&bin);
            }
        }
        self.evidence = evidence;
        self.newest = Some(newest);
    }
}
