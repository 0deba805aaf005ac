//! Looks ahead: how soon a standstill would be noticed, and what is usual at an hour.

use super::Volume;
use super::judge::{PAGES_ALONE, SILENT_DAYS, blip};
use crate::series::evidence::{LEFT, MOST};
use crate::series::likelihood::llr;
use crate::series::place::{place, span};
use crate::series::settings::Settings;
use countersign_model::{SignedDuration, Timestamp};

impl Volume {
    /// How long from `now` a flow that stops must be silent to page; `None` if a week of
    /// silence would not be enough, or nothing is known yet.
    pub(in crate::series) fn noticeable_within(
        &self,
        settings: &Settings,
        now: Timestamp,
    ) -> Option<SignedDuration> {
        if self.age_days(now) < SILENT_DAYS {
            return None;
        }
        let week = settings.week();
        let needed = match settings.is_first_tier {
            true => self.threshold(0, now),
            false => self.threshold(0, now).max(PAGES_ALONE[0]),
        };
        if needed > MOST {
            return None;
        }
        let buckets = (f64::from(week.slot_s) / f64::from(settings.interval_s)).max(1.0);
        let step = span(week.slot_s.max(settings.interval_s));
        let (mut nats, mut at) = (0.0, now);
        for _ in 0..=week.slots() {
            let here = place(at, &settings.zone, week);
            let baseline = self.baseline.expected(here.slot, week, buckets);
            let expected = self.level.factor() * baseline.unwrap_or(0.0);
            let each = llr(
                0.0,
                expected,
                LEFT[0],
                self.dispersion.at(settings.interval_s, here.cell),
            );
            if nats + each * buckets >= needed {
                let last = ((needed - nats) / each).ceil().max(1.0);
                let end = at + span(last as i64 * i64::from(settings.interval_s));
                return Some(end.duration_since(now).max(blip(settings)));
            }
            nats += each * buckets;
            at += step;
        }
        None
    }

    /// The middle of what this hour of the week brought, per bucket, and in how many weeks.
    pub(in crate::series) fn usual(
        &self,
        settings: &Settings,
        at: Timestamp,
    ) -> Option<(f64, f64, usize)> {
        let here = place(at, &settings.zone, settings.week());
        self.baseline.range(here.slot)
    }

    /// Events expected in a bucket at `at`.
    pub(in crate::series) fn expected(&self, settings: &Settings, at: Timestamp) -> Option<f64> {
        let week = settings.week();
        let here = place(at, &settings.zone, week);
        let buckets = (f64::from(week.slot_s) / f64::from(settings.interval_s)).max(1.0);
        let baseline = self.baseline.expected(here.slot, week, buckets)?;
        Some(self.level.factor() * baseline)
    }
}
