//! What else could have looked like an incident, weighed in plain words.

use serde::{Deserialize, Serialize};

/// What people would ask first whether it was that (R018, R160, R211).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtherCause {
    /// The provider fails for everybody.
    VendorOutage,
    /// Too many requests, answered 429.
    Throttling,
    /// There was nobody to reach and nothing to move.
    EmptyAudience,
    /// Somebody paused it on purpose.
    PlannedPause,
    /// It is a weekend or a holiday.
    WeekendOrHoliday,
    /// The provider or a system beside it is worked on.
    Maintenance,
    /// It goes on, and we do not see it.
    OurBlindness,
}

impl OtherCause {
    /// Every one, in the order in which it is told.
    pub const ALL: [OtherCause; 7] = [
        OtherCause::VendorOutage,
        OtherCause::Throttling,
        OtherCause::EmptyAudience,
        OtherCause::PlannedPause,
        OtherCause::WeekendOrHoliday,
        OtherCause::Maintenance,
        OtherCause::OurBlindness,
    ];

    /// Its name for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            OtherCause::VendorOutage => "An outage of the provider",
            OtherCause::Throttling => "Too many requests (429)",
            OtherCause::EmptyAudience => "Nobody to reach, nothing to move",
            OtherCause::PlannedPause => "A planned pause",
            OtherCause::WeekendOrHoliday => "A weekend or holiday",
            OtherCause::Maintenance => "Maintenance",
            OtherCause::OurBlindness => "We do not see it go on",
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighed {
    /// It is what happened.
    IsTheCause,
    /// Something speaks for it.
    Possible,
    /// Something speaks against it, and nothing for it.
    RuledOut,
    /// Nothing that is seen tells.
    CannotTell,
}

impl Weighed {
    /// Its name for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Weighed::IsTheCause => "This is it",
            Weighed::Possible => "Possible",
            Weighed::RuledOut => "Ruled out",
            Weighed::CannotTell => "Cannot tell",
        }
    }
}

/// One other cause, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// Which.
    pub other: OtherCause,
    /// What came of it.
    pub weighed: Weighed,
    /// What speaks for it, in sentences with figures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_favour: Vec<String>,
    /// What speaks against it, in sentences with figures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<String>,
}
