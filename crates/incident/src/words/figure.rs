//! Numbers, spans and figures for people.

use crate::figures::whole;
use countersign_model::Timestamp;
use countersign_model::impact::{Figure, FigureKind, Unit};

/// What a figure is called.
#[must_use]
pub fn figure_name(kind: FigureKind) -> &'static str {
    match kind {
        FigureKind::ContactsDelayed => "Contacts waiting",
        FigureKind::EnrolmentGap => "Contacts who did not enter",
        FigureKind::StaleSends => "Handled with old data",
        FigureKind::FreshnessLost => "Data age",
        FigureKind::CallerBacklog => "Waiting at the caller",
        FigureKind::ProviderQueue => "Waiting in Marketing Cloud",
        FigureKind::LostForGood => "Lost for good",
        FigureKind::ValueAtRisk => "At stake",
        FigureKind::Prevented => "Kept away",
    }
}

/// `1,334 to 2,000 contacts`, `$7,512 to $11,268`, `4.1 h`.
#[must_use]
pub fn range(figure: &Figure) -> String {
    let (low, high) = (whole(figure.range.low), whole(figure.range.high));
    match figure.unit {
        Unit::Usd => crate::figures::dollars(figure.range),
        Unit::Hours => format!("{:.1} h", figure.range.best),
        Unit::Contacts | Unit::Messages => {
            let unit = match figure.unit {
                Unit::Messages => "messages",
                _ => "contacts",
            };
            match low == high {
                true => format!("{} {unit}", thousands(low)),
                false => format!("{} to {} {unit}", thousands(low), thousands(high)),
            }
        }
    }
}

/// `3 h 08 min`, `8 min`, `2 d 4 h`; whole minutes, rounded down.
pub(crate) fn span(from: Timestamp, to: Timestamp) -> String {
    let minutes = (to.duration_since(from).as_secs() / 60).max(0);
    match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes:02} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// `1 planned run`, `2 planned runs`.
pub(crate) fn plural(n: usize, noun: &str) -> String {
    match n {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}

/// `11,500`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
