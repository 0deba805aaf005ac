//! When something runs: a cron expression in a time zone, or one dated start.

use crate::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a schedule cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// No cron expression of five fields.
    #[error("{expression:?} is not a cron expression of five fields: {why}")]
    Cron {
        /// What was written.
        expression: String,
        /// What the parser says.
        why: String,
    },
    /// No such zone.
    #[error("{zone:?} is not an IANA time zone")]
    Zone {
        /// What was written.
        zone: String,
    },
    /// No date and time of the form asked for.
    #[error("{text:?} is not a start of the form 2026-11-27T06:00[America/New_York]")]
    Start {
        /// What was written.
        text: String,
    },
}

/// A cron expression of five fields (`5 * * * *`), read in the business unit's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Minute, hour, day of month, month, day of week.
    pub cron: String,
    /// How long a usual run takes, minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual_min: Option<u32>,
}

/// Looks up a time zone in the bundled database.
///
/// # Errors
/// [`ScheduleError::Zone`] if there is none of that name.
pub fn zone(name: &str) -> Result<TimeZone, ScheduleError> {
    jiff::tz::db().get(name).map_err(|_| ScheduleError::Zone {
        zone: name.to_owned(),
    })
}

impl Schedule {
    fn parsed(&self) -> Result<croner::Cron, ScheduleError> {
        let fail = |why: String| ScheduleError::Cron {
            expression: self.cron.clone(),
            why,
        };
        if self.cron.split_whitespace().count() != 5 {
            return Err(fail(
                "it needs minute, hour, day, month and weekday".to_owned(),
            ));
        }
        self.cron
            .parse::<croner::Cron>()
            .map_err(|error| fail(error.to_string()))
    }

    /// Checks the expression.
    ///
    /// # Errors
    /// [`ScheduleError::Cron`] if it cannot be read.
    pub fn check(&self) -> Result<(), ScheduleError> {
        self.parsed().map(|_| ())
    }

    /// The starts in `[from, to]`, in zone `zone_name`, oldest first, at most `n_max`.
    ///
    /// # Errors
    /// [`ScheduleError`] if the expression or the zone cannot be read.
    pub fn starts(
        &self,
        from: Timestamp,
        to: Timestamp,
        zone_name: &str,
        n_max: usize,
    ) -> Result<Vec<Timestamp>, ScheduleError> {
        let (cron, zone) = (self.parsed()?, zone(zone_name)?);
        let mut found = Vec::new();
        let mut after = from.to_zoned(zone);
        let mut inclusive = true;
        while found.len() < n_max
            && let Ok(next) = cron.find_next_occurrence(&after, inclusive)
            && next.timestamp() <= to
        {
            found.push(next.timestamp());
            (after, inclusive) = (next, false);
        }
        Ok(found)
    }

    /// The first start strictly after `after`, in zone `zone_name`; `None` if there is none.
    ///
    /// # Errors
    /// [`ScheduleError`] if the expression or the zone cannot be read.
    pub fn next_after(
        &self,
        after: Timestamp,
        zone_name: &str,
    ) -> Result<Option<Timestamp>, ScheduleError> {
        let from = after.to_zoned(zone(zone_name)?);
        Ok(self
            .parsed()?
            .find_next_occurrence(&from, false)
            .ok()
            .map(|next| next.timestamp()))
    }
}

/// One dated start, written `2026-11-27T06:00[America/New_York]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct ZonedStart {
    text: String,
    at: Timestamp,
}

impl ZonedStart {
    /// The instant.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }
    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl TryFrom<String> for ZonedStart {
    type Error = ScheduleError;
    fn try_from(text: String) -> Result<Self, ScheduleError> {
        match text.parse::<jiff::Zoned>() {
            Ok(zoned) => Ok(ZonedStart {
                at: zoned.timestamp(),
                text,
            }),
            Err(_) => Err(ScheduleError::Start { text }),
        }
    }
}

impl From<ZonedStart> for String {
    fn from(start: ZonedStart) -> String {
        start.text
    }
}

#[cfg(test)]
mod tests;
