//! Where a bucket stands in the week of its own time zone.

use countersign_model::{SignedDuration, Timestamp, civil};
use jiff::tz::TimeZone;

/// Lengths of a slot, minutes: each divides a day.
const SLOT_MIN: [u32; 9] = [30, 60, 120, 180, 240, 360, 480, 720, 1440];

/// How a week is divided for one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Week {
    /// Length of a slot, seconds.
    pub(super) slot_s: u32,
    /// Slots in a day.
    pub(super) per_day: usize,
}

impl Week {
    /// Slots of half an hour, or of one bucket where buckets are longer; at most of a day.
    pub(super) fn of(interval_s: u32) -> Week {
        let minutes = SLOT_MIN
            .into_iter()
            .find(|minutes| minutes * 60 >= interval_s)
            .unwrap_or(1440);
        Week {
            slot_s: minutes * 60,
            per_day: (1440 / minutes) as usize,
        }
    }

    /// Slots in the week.
    pub(super) fn slots(self) -> usize {
        7 * self.per_day
    }
}

/// Where a bucket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Slot of the week, from Monday midnight.
    pub(super) slot: usize,
    /// Hour of the day, plus 24 on Saturdays and Sundays.
    pub(super) cell: usize,
    /// Hour of the week, from Monday midnight.
    pub(super) hour: usize,
    /// Its date.
    pub(super) date: civil::Date,
    /// In an hour that this day has twice, because clocks went back.
    pub(super) is_doubled: bool,
}

/// Cells that [`Place::cell`] can name.
pub(super) const CELLS: usize = 48;

/// Where the bucket that starts at `start` stands.
pub(super) fn place(start: Timestamp, zone: &TimeZone, week: Week) -> Place {
    let local = zone.to_datetime(start);
    let day = usize::from(local.weekday().to_monday_zero_offset().unsigned_abs());
    let (hour, minute) = (
        usize::from(local.hour().unsigned_abs()),
        usize::from(local.minute().unsigned_abs()),
    );
    let into_day = (hour * 60 + minute) * 60;
    Place {
        slot: day * week.per_day + into_day / week.slot_s as usize,
        cell: hour + if is_weekend(day) { 24 } else { 0 },
        hour: day * 24 + hour,
        date: local.date(),
        is_doubled: zone.to_ambiguous_timestamp(local).is_ambiguous(),
    }
}

/// Whether day `day` of a week that starts with Monday as 0 is a Saturday or Sunday.
pub(super) fn is_weekend(day: usize) -> bool {
    day >= 5
}

/// Whether clocks change on `date`.
pub(super) fn is_change_day(date: civil::Date, zone: &TimeZone) -> bool {
    let offset = |date: civil::Date| {
        zone.to_ambiguous_zoned(date.at(0, 0, 0, 0))
            .compatible()
            .ok()
            .map(|zoned| zoned.offset())
    };
    let Ok(tomorrow) = date.tomorrow() else {
        return false;
    };
    offset(date) != offset(tomorrow)
}

/// Seconds as a span.
pub(super) fn span(seconds: impl Into<i64>) -> SignedDuration {
    SignedDuration::from_secs(seconds.into())
}

#[cfg(test)]
mod tests;
