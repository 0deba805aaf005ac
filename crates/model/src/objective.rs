//! What was promised, and what came of it: uptime by month, and how fast failures were found and ended.
//!
//! Pure arithmetic over incidents and over how long each health lasted. Start at [`uptimes`] and
//! [`Responses::over`].

mod month;
mod response;
#[cfg(test)]
mod sample;
mod uptime;

use crate::estate::Tier;

pub use month::{Month, MonthError};
pub use response::{Figure, Responses, TierResponse};
pub use uptime::{HealthTime, IntegrationUptime, MonthUptime, TierUptime, tier_uptimes, uptimes};

/// Share of the known time of a month in which an integration of that tier should work. Our choice, over
/// the floor of 99 % (R057).
#[must_use]
pub fn uptime_objective(tier: Tier) -> f64 {
    match tier {
        Tier::T0 => 0.9995,
        Tier::T1 => 0.999,
        Tier::T2 => 0.995,
        Tier::T3 => 0.99,
    }
}

/// A failure should be found within so long of its first evidence: a quarter of an hour (R063).
pub const DETECT_S: u32 = 900;
/// A failure should be over within so long of being found: half an hour (R123).
pub const RECOVER_S: u32 = 1_800;
