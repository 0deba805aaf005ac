//! Times as people read them: in the business unit's zone, with UTC beside, and spans in words.

use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::id::BuId;
use countersign_model::schedule::zone;
use jiff::tz::TimeZone;

/// A time zone with the name people give it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    zone: TimeZone,
    label: String,
}

/// One instant, written for a person and for a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// RFC 3339, for `datetime`.
    pub(crate) iso: String,
    /// `10:00 (Chicago)`, with the day when it is not today.
    pub(crate) text: String,
    /// The same in UTC, in full.
    pub(crate) title: String,
}

/// An instant ahead (or just passed) and how far it is; the page's script keeps it ticking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Countdown {
    /// RFC 3339, for the script.
    pub(crate) iso: String,
    /// `3 h 08 min`.
    pub(crate) words: String,
}

impl Place {
    /// UTC.
    pub(crate) fn utc() -> Place {
        Place {
            zone: TimeZone::UTC,
            label: "UTC".to_owned(),
        }
    }

    /// The zone of a business unit; UTC if the estate does not tell.
    pub(crate) fn of(estate: &Estate, bu: Option<&BuId>) -> Place {
        let name = bu
            .and_then(|bu| estate.business_unit(bu))
            .map(|bu| bu.time_zone.as_str());
        let Some((name, zone)) = name.and_then(|name| Some((name, zone(name).ok()?))) else {
            return Place::utc();
        };
        let city = name.rsplit('/').next().unwrap_or(name).replace('_', " ");
        Place { zone, label: city }
    }

    /// The day it is here.
    pub(crate) fn day(&self, at: Timestamp) -> jiff::civil::Date {
        self.zone.to_datetime(at).date()
    }

    /// `10:00 (Chicago)`; `Sat 28 Nov, 08:00 (Chicago)` when it is another day than `now` here.
    pub(crate) fn moment(&self, at: Timestamp, now: Timestamp) -> Moment {
        self.written(at, now, "%H:%M")
    }

    /// The same to the second, for evidence.
    pub(crate) fn moment_exact(&self, at: Timestamp, now: Timestamp) -> Moment {
        self.written(at, now, "%H:%M:%S")
    }

    fn written(&self, at: Timestamp, now: Timestamp, clock: &str) -> Moment {
        let here = at.to_zoned(self.zone.clone());
        let day = match (self.day(at), self.day(now)) {
            (day, today) if day == today => "",
            (day, today) if day.year() == today.year() => "%a %-d %b, ",
            _ => "%-d %b %Y, ",
        };
        let text = here.strftime(&format!("{day}{clock}")).to_string();
        let text = match self.label.as_str() {
            "UTC" => format!("{text} UTC"),
            city => format!("{text} ({city})"),
        };
        let utc = at.to_zoned(TimeZone::UTC);
        let title = utc.strftime("%A %-d %B %Y, %H:%M:%S UTC").to_string();
        Moment {
            iso: at.to_string(),
            text,
            title,
        }
    }
}

impl Countdown {
    /// How far `until` is from `now`.
    pub(crate) fn new(until: Timestamp, now: Timestamp) -> Countdown {
        Countdown {
            iso: until.to_string(),
            words: span_words(seconds_until(until, now)),
        }
    }
}

/// Whole seconds from `now` to `until`; negative when it has passed.
pub(crate) fn seconds_until(until: Timestamp, now: Timestamp) -> i64 {
    until.as_second() - now.as_second()
}

/// A span in the two units that matter: `5 d 17 h`, `3 h 08 min`, `8 min`, `42 s`; `now` from zero.
/// The page's script writes the same words.
pub(crate) fn span_words(seconds: i64) -> String {
    let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
    let (minutes, rest) = (seconds / 60 % 60, seconds % 60);
    match seconds {
        ..=0 => "now".to_owned(),
        1..=59 => format!("{rest} s"),
        60..=3_599 => format!("{minutes} min"),
        3_600..=86_399 => format!("{hours} h {minutes:02} min"),
        _ => format!("{days} d {hours} h"),
    }
}

/// `10:00` as a full, unhurried date for the page head: `Sunday 22 November 2026, 12:52 UTC`.
pub(crate) fn page_clock(now: Timestamp) -> String {
    now.to_zoned(TimeZone::UTC)
        .strftime("%A %-d %B %Y, %H:%M UTC")
        .to_string()
}

#[cfg(test)]
mod tests;
