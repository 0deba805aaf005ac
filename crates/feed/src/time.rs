//! Times as logs write them, to ms since 1970.

use countersign_model::Timestamp;
use countersign_model::civil::{Date, DateTime};

/// Reads times of RFC 3339 in a row, and remembers the minute of the last one: in a log most times
/// share it.
#[derive(Debug, Default)]
pub(crate) struct Minutes {
    /// `YYYY-MM-DDTHH:MM` as it was written.
    written: [u8; 16],
    ms: i64,
    is_set: bool,
}

impl Minutes {
    /// A time of RFC 3339; `None` if it is none.
    pub(crate) fn ms(&mut self, text: &str) -> Option<i64> {
        match self.fast(text.as_bytes()) {
            Some(ms) => Some(ms),
            None => Some(text.parse::<Timestamp>().ok()?.as_millisecond()),
        }
    }

    /// `YYYY-MM-DDTHH:MM:SS`, a fraction, `Z`; anything else takes the slow road.
    fn fast(&mut self, text: &[u8]) -> Option<i64> {
        let (minute, rest) = text.split_first_chunk::<16>()?;
        let [b':', tens, ones, rest @ ..] = rest else {
            return None;
        };
        let second = 10 * digit(*tens)? + digit(*ones)?;
        let ms = match rest {
            [b'Z'] => 0,
            [b'.', fraction @ .., b'Z'] => thousandths(fraction)?,
            _ => return None,
        };
        if second > 59 {
            return None;
        }
        if !self.is_set || self.written != *minute {
            let start = std::str::from_utf8(minute).ok()?;
            let start: Timestamp = format!("{start}:00Z").parse().ok()?;
            *self = Minutes {
                written: *minute,
                ms: start.as_millisecond(),
                is_set: true,
            };
        }
        Some(self.ms + 1_000 * second + ms)
    }
}

fn digit(byte: u8) -> Option<i64> {
    byte.is_ascii_digit().then(|| i64::from(byte - b'0'))
}

/// The first three digits of a fraction of 1 to 9.
fn thousandths(fraction: &[u8]) -> Option<i64> {
    if !(1..=9).contains(&fraction.len()) || !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let place = |at: usize| fraction.get(at).map_or(0, |byte| i64::from(byte - b'0'));
    Some(100 * place(0) + 10 * place(1) + place(2))
}

/// A time as any log may write it: RFC 3339, `2026-11-22 12:40:59` (read as UTC), nginx's
/// `22/Nov/2026:12:40:59 +0000`, or a number since 1970 in s, ms, µs or ns, told apart by its size.
#[must_use]
pub fn any_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if let Ok(number) = text.parse::<f64>() {
        return since_1970(number);
    }
    if let Some(at) = clf_time(text) {
        return Some(at);
    }
    let civil: DateTime = text.trim_end_matches(" UTC").parse().ok()?;
    format!("{civil}Z").parse().ok()
}

/// A number since 1970; beyond 100,000,000,000 it cannot be seconds, and so on by thousands.
#[must_use]
pub fn since_1970(number: f64) -> Option<Timestamp> {
    let (nanos_per_unit, size) = match number.abs() {
        size if size < 1e11 => (1e9, size),
        size if size < 1e14 => (1e6, size),
        size if size < 1e17 => (1e3, size),
        size => (1.0, size),
    };
    if !size.is_finite() || size * nanos_per_unit > 1e20 {
        return None;
    }
    // Rounded to microseconds: a double has no more digits of a present time.
    let micros = (number * nanos_per_unit / 1e3).round();
    Timestamp::from_microsecond(micros as i64).ok()
}

/// The common log format's `22/Nov/2026:12:40:59 +0000`.
#[must_use]
pub fn clf_time(text: &str) -> Option<Timestamp> {
    let mut parts = text.splitn(3, '/');
    let (day, month) = (parts.next()?, parts.next()?);
    let (year, rest) = parts.next()?.split_once(':')?;
    let (clock, zone) = rest.split_once(' ')?;
    let month = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    .iter()
    .position(|name| *name == month)?;
    let month = i8::try_from(month + 1).ok()?;
    let date = Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    if zone.len() != 5 {
        return None;
    }
    let (hours, minutes) = zone.split_at_checked(3)?;
    format!("{date}T{clock}{hours}:{minutes}").parse().ok()
}

#[cfg(test)]
mod tests;
