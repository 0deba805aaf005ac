//! Business hours of a unit: when people are there, in its own time zone.

use crate::Timestamp;
use crate::estate::{BusinessHours, BusinessUnit};
use crate::schedule::zone;
use jiff::civil::{Date, Time, Weekday};

/// Monday to Friday, the default span's days.
const WORKING: [Weekday; 5] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
];

/// Whether `unit` is staffed at `at`. Without hours of its own: Monday to Friday, 08:00 to 18:00. A
/// zone or span that cannot be read counts as closed; the estate's lint names it.
#[must_use]
pub fn is_staffed(unit: &BusinessUnit, at: Timestamp) -> bool {
    let Ok(zone) = zone(&unit.time_zone) else {
        return false;
    };
    let local = at.to_zoned(zone);
    let (date, time) = (local.date(), local.time());
    if unit.business_hours.is_empty() {
        let hours = Time::constant(8, 0, 0, 0)..Time::constant(18, 0, 0, 0);
        return WORKING.contains(&date.weekday()) && hours.contains(&time);
    }
    unit.business_hours
        .iter()
        .any(|span| covers(span, date, time))
}

fn covers(span: &BusinessHours, date: Date, time: Time) -> bool {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let day = names[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())];
    let holds = match span.until.as_deref().map(str::parse::<Date>) {
        None => true,
        Some(last) => last.is_ok_and(|last| date <= last),
    };
    let (Ok(from), Ok(to)) = (span.from.parse::<Time>(), span.to.parse::<Time>()) else {
        return false;
    };
    holds && span.days.iter().any(|one| one == day) && (from..to).contains(&time)
}

#[cfg(test)]
mod tests;
