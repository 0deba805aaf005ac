//! How much an asset would carry in a span of time, by what the estate declares: weekday volume,
//! weekends, holidays, pauses, its schedule or the day's shape.

use countersign_model::civil::Date;
use countersign_model::estate::{Asset, Estate, Planned, PlannedKind};
use countersign_model::schedule::{Schedule, zone};
use countersign_model::{SignedDuration, Timestamp};
use jiff::tz::TimeZone;

/// Longest span that is counted; what lies before is not.
const SPAN_MAX: SignedDuration = SignedDuration::from_hours(366 * 24);
/// Most runs of a schedule that are counted, oldest first.
const RUNS_MAX: usize = 100_000;
const HOUR_S: i64 = 3_600;

/// What would come over `asset`, spread over its day whatever its schedule: the hourly volume of R201.
pub(crate) fn spread(estate: &Estate, asset: &Asset, from: Timestamp, to: Timestamp) -> f64 {
    let Some(day) = Day::of(estate, asset) else {
        return 0.0;
    };
    day.spread(clip(from, to), to)
}

/// What would come over `asset` in `[from, to]`: its planned runs, or its share of the day without a
/// schedule.
pub(crate) fn expected(estate: &Estate, asset: &Asset, from: Timestamp, to: Timestamp) -> f64 {
    let batches = batches(estate, asset, from, to);
    match &asset.schedule {
        Some(_) => batches.into_iter().map(|(_, n)| n).sum(),
        None => spread(estate, asset, from, to),
    }
}

/// The planned runs of `asset` in `[from, to]`, each with its contacts or messages.
pub(crate) fn batches(
    estate: &Estate,
    asset: &Asset,
    from: Timestamp,
    to: Timestamp,
) -> Vec<(Timestamp, f64)> {
    let (Some(day), Some(schedule)) = (Day::of(estate, asset), &asset.schedule) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut known: Option<(Date, f64)> = None;
    for at in runs(estate, asset, schedule, clip(from, to), to) {
        let date = at.to_zoned(day.zone.clone()).date();
        let each = match known {
            Some((same, each)) if same == date => each,
            _ => day.on(at) / day.runs_on(schedule, date),
        };
        known = Some((date, each));
        if !day.is_paused(at) {
            found.push((at, each));
        }
    }
    found
}

/// The starts of a schedule in `[from, to]`, in the zone of the asset's unit.
pub(crate) fn runs(
    estate: &Estate,
    asset: &Asset,
    schedule: &Schedule,
    from: Timestamp,
    to: Timestamp,
) -> Vec<Timestamp> {
    let zone = estate.business_unit(&asset.bu).map(|unit| &unit.time_zone);
    starts(schedule, zone.map_or("UTC", String::as_str), from, to)
}

/// The starts of a schedule in `[from, to]`, in the zone of that name.
pub(crate) fn starts(
    schedule: &Schedule,
    zone: &str,
    from: Timestamp,
    to: Timestamp,
) -> Vec<Timestamp> {
    schedule
        .starts(from, to, zone, RUNS_MAX)
        .unwrap_or_default()
}

/// The last start of a schedule at `before` or earlier, within 40 days.
pub(crate) fn last_run(
    estate: &Estate,
    asset: &Asset,
    schedule: &Schedule,
    before: Timestamp,
) -> Option<Timestamp> {
    // Near first: most schedules run within hours, and a minute's has many runs in a month.
    let windows = [2, 26, 8 * 24, 40 * 24].into_iter();
    let mut found = windows.map(|hours| {
        let from = before.checked_sub(SignedDuration::from_hours(hours));
        let from = from.unwrap_or(before);
        runs(estate, asset, schedule, from, before).pop()
    });
    found.find_map(|last| last)
}

fn clip(from: Timestamp, to: Timestamp) -> Timestamp {
    let earliest = to.checked_sub(SPAN_MAX).unwrap_or(Timestamp::MIN);
    from.max(earliest)
}

/// An asset's day.
struct Day<'a> {
    zone: TimeZone,
    volume: f64,
    weekend: f64,
    shape: Option<&'a [f64]>,
    planned: Vec<&'a Planned>,
}

impl<'a> Day<'a> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a day's volume is far below 2^53"
    )]
    fn of(estate: &'a Estate, asset: &Asset) -> Option<Day<'a>> {
        let unit = estate.business_unit(&asset.bu);
        let zone = unit.and_then(|unit| zone(&unit.time_zone).ok());
        let shape = estate.day_shape.as_ref().map(|shape| &*shape.percent);
        let is_about = |span: &&Planned| concerns(estate, asset, span);
        Some(Day {
            zone: zone.unwrap_or(TimeZone::UTC),
            volume: asset.volume_weekday.filter(|volume| *volume > 0)? as f64,
            weekend: asset.weekend_factor.unwrap_or(1.0),
            shape: shape.filter(|shares| shares.len() == 24),
            planned: estate.planned.iter().filter(is_about).collect(),
        })
    }

    /// Volume of the local day in which `at` lies.
    fn on(&self, at: Timestamp) -> f64 {
        let date = at.to_zoned(self.zone.clone()).date();
        let weekend = date.weekday().to_monday_zero_offset() >= 5;
        let quiet = weekend || self.is_in(PlannedKind::Holiday, at);
        self.volume * if quiet { self.weekend } else { 1.0 }
    }

    fn is_in(&self, kind: PlannedKind, at: Timestamp) -> bool {
        let mut spans = self.planned.iter().filter(|span| span.kind == kind);
        spans.any(|span| span.holds_at(at))
    }

    fn is_paused(&self, at: Timestamp) -> bool {
        self.is_in(PlannedKind::Pause, at)
    }

    /// Share of a day in one local hour.
    fn share(&self, hour: i8) -> f64 {
        let flat = 1.0 / 24.0;
        let Some(shape) = self.shape else { return flat };
        let sum: f64 = shape.iter().sum();
        let here = shape.get(usize::from(hour.unsigned_abs()));
        here.filter(|_| sum > 0.0).map_or(flat, |share| share / sum)
    }

    #[expect(clippy::cast_precision_loss, reason = "at most an hour of nanoseconds")]
    fn spread(&self, from: Timestamp, to: Timestamp) -> f64 {
        let mut sum = 0.0;
        let mut at = from;
        while at < to {
            let local = at.to_zoned(self.zone.clone());
            if self.planned.is_empty()
                && let Some(next) = whole_day(&local, to)
            {
                sum += self.on(at);
                at = next;
                continue;
            }
            let into = i64::from(local.minute()) * 60 + i64::from(local.second());
            let next = (at + SignedDuration::from_secs(HOUR_S - into)).min(to);
            if !self.is_paused(at) {
                let hours = next.duration_since(at).as_millis() as f64 / 3_600_000.0;
                sum += self.on(at) * self.share(local.hour()) * hours;
            }
            at = next;
        }
        sum
    }

    /// Runs of a schedule on one local day, at least 1.
    #[expect(clippy::cast_precision_loss, reason = "at most 1,440")]
    fn runs_on(&self, schedule: &Schedule, date: Date) -> f64 {
        let start = |date: Date| date.to_zoned(self.zone.clone()).map(|day| day.timestamp());
        let (Ok(from), Ok(Ok(to))) = (start(date), date.tomorrow().map(start)) else {
            return 1.0;
        };
        let name = self.zone.iana_name().unwrap_or("UTC");
        let last = to - SignedDuration::from_nanos(1);
        let starts = schedule
            .starts(from, last, name, RUNS_MAX)
            .unwrap_or_default();
        starts.len().max(1) as f64
    }
}

/// The next midnight, if `local` is a midnight and the day ends before `to`.
fn whole_day(local: &jiff::Zoned, to: Timestamp) -> Option<Timestamp> {
    let midnight = local.start_of_day().ok()?;
    let next = midnight.tomorrow().ok()?.timestamp();
    (midnight == *local && next <= to).then_some(next)
}

fn concerns(estate: &Estate, asset: &Asset, span: &Planned) -> bool {
    let feeds = |id| {
        let flow = estate.integration(id);
        flow.is_some_and(|flow| flow.feeds.contains(&asset.id))
    };
    span.bu.as_ref().is_none_or(|bu| *bu == asset.bu)
        && span.asset.as_ref().is_none_or(|id| *id == asset.id)
        && span.integration.as_ref().is_none_or(feeds)
}

#[cfg(test)]
mod tests;
