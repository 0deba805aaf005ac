//! A calendar month in UTC, written `2026-11`.

use crate::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A calendar month in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month(Date);

/// What is no month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a month of the form 2026-11")]
pub struct MonthError {
    /// What was written.
    pub text: String,
}

impl Month {
    /// The month in which `at` lies.
    #[must_use]
    pub fn of(at: Timestamp) -> Month {
        Month(at.to_zoned(TimeZone::UTC).date().first_of_month())
    }

    /// Its first instant.
    #[must_use]
    pub fn starts_at(self) -> Timestamp {
        let start = self.0.to_zoned(TimeZone::UTC);
        start.map_or(Timestamp::MIN, |start| start.timestamp())
    }

    /// The first instant after it.
    #[must_use]
    pub fn ends_at(self) -> Timestamp {
        self.after().map_or(Timestamp::MAX, Month::starts_at)
    }

    /// The month `n` months before.
    #[must_use]
    pub fn back(self, n: u8) -> Month {
        let back = self.0.checked_sub(Span::new().months(i64::from(n)));
        back.map_or(self, Month)
    }

    fn after(self) -> Option<Month> {
        self.0.checked_add(Span::new().months(1)).ok().map(Month)
    }

    /// The span from `from` to `to` in pieces, one for each month it touches, oldest first.
    #[must_use]
    pub fn pieces(from: Timestamp, to: Timestamp) -> Vec<(Month, SignedDuration)> {
        let mut pieces = Vec::new();
        let mut at = from;
        while at < to {
            let month = Month::of(at);
            let end = month.ends_at().min(to);
            pieces.push((month, end.duration_since(at)));
            at = end;
        }
        pieces
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl FromStr for Month {
    type Err = MonthError;
    fn from_str(text: &str) -> Result<Month, MonthError> {
        let date = format!("{text}-01").parse::<Date>();
        match date {
            Ok(date) if text.len() == 7 => Ok(Month(date)),
            _ => Err(MonthError {
                text: text.to_owned(),
            }),
        }
    }
}

impl From<Month> for String {
    fn from(month: Month) -> String {
        month.to_string()
    }
}

impl TryFrom<String> for Month {
    type Error = MonthError;
    fn try_from(text: String) -> Result<Month, MonthError> {
        text.parse()
    }
}
