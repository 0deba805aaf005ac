//! Every number of the machine that an operator may set, with its default and its source.

use std::collections::BTreeMap;

/// Limits and spans. [`Config::default`] is what the rules say; [`Config::check`] finds nonsense.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Token requests per second and auth host. Default 5 (broker rule 2.6).
    pub host_rate_per_s: f64,
    /// Hosts that sustain another rate.
    pub host_rates_per_s: BTreeMap<String, f64>,
    /// Requests that may leave at once after a quiet time. Default 10 (2.6).
    pub host_burst: u32,
    /// Requests in flight per host. Default 4 (2.6).
    pub host_in_flight_max: u32,
    /// Requests in flight in all. Default 64 (2.6).
    pub in_flight_max: u32,
    /// Share of permits one business unit may hold, at least two. Default 0.25 (2.6).
    pub bu_share: f64,
    /// An answer is waited for this long, milliseconds. Default 20 000 (2.4).
    pub answer_ms_max: u64,
    /// Distance of the second strike's request from the first one's, ms. Default 30 000 (2.9).
    pub strike_second_ms: u64,
    /// Distance of the third strike's request from the second one's, ms. Default 60 000 (2.9).
    pub strike_third_ms: u64,
    /// No strike within this span after an edit, ms. Default 360 000 (F4: changes take 5 min).
    pub grace_ms: u64,
    /// Pace of tries within the grace and while the platform is suspect, ms. Default 60 000 (2.8).
    pub grace_pace_ms: u64,
    /// Pace after the third strike where it does not lock, ms. Default 300 000.
    pub unlocked_pace_ms: u64,
    /// Share of credentials failing on a host from which the platform is suspect. Default 0.6
    /// (design 4.7).
    pub suspect_share: f64,
    /// Span over which that share is taken, ms. Default 300 000.
    pub suspect_ms: u64,
    /// Least distance of two forced renewals of a slot, ms. Default 60 000 (2.10).
    pub forced_pace_ms: u64,
    /// Forcing rests this long once new tokens are rejected too, ms. Default 600 000.
    pub forced_rest_ms: u64,
    /// Least distance of two "renew now" of a slot, ms. Default 30 000 (2.1).
    pub override_pace_ms: u64,
    /// A slot renewed on demand goes on trying this long after it was last asked for, ms.
    /// Default 600 000.
    pub patience_ms: u64,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            host_rate_per_s: 5.0,
            host_rates_per_s: BTreeMap::new(),
            host_burst: 10,
            host_in_flight_max: 4,
            in_flight_max: 64,
            bu_share: 0.25,
            answer_ms_max: 20_000,
            strike_second_ms: 30_000,
            strike_third_ms: 60_000,
            grace_ms: 360_000,
            grace_pace_ms: 60_000,
            unlocked_pace_ms: 300_000,
            suspect_share: 0.6,
            suspect_ms: 300_000,
            forced_pace_ms: 60_000,
            forced_rest_ms: 600_000,
            override_pace_ms: 30_000,
            patience_ms: 600_000,
        }
    }
}

/// What is wrong with a configuration: field and fix.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// A rate that is no positive number.
    #[error("{field} must be a number above 0 and at most 1000; it is {value}")]
    Rate {
        /// The field.
        field: String,
        /// What it holds.
        value: f64,
    },
    /// A share outside 0..=1.
    #[error("{field} must lie above 0 and at most at 1; it is {value}")]
    Share {
        /// The field.
        field: &'static str,
        /// What it holds.
        value: f64,
    },
    /// A bound of zero.
    #[error("{field} must be at least {min}; it is {value}")]
    TooSmall {
        /// The field.
        field: &'static str,
        /// What it holds.
        value: u64,
        /// The least that works.
        min: u64,
    },
}

impl Config {
    /// Finds every fault at once; empty if there is none.
    #[must_use]
    pub fn check(&self) -> Vec<ConfigError> {
        let mut faults = Vec::new();
        let named = self
            .host_rates_per_s
            .iter()
            .map(|(host, rate)| (host.clone(), *rate));
        let rates = std::iter::once(("host_rate_per_s".to_owned(), self.host_rate_per_s));
        for (field, value) in rates.chain(named) {
            if !(value > 0.0 && value <= 1000.0) {
                faults.push(ConfigError::Rate { field, value });
            }
        }
        for (field, value) in [
            ("bu_share", self.bu_share),
            ("suspect_share", self.suspect_share),
        ] {
            if !(value > 0.0 && value <= 1.0) {
                faults.push(ConfigError::Share { field, value });
            }
        }
        let bounds = [
            ("host_burst", u64::from(self.host_burst), 1),
            ("host_in_flight_max", u64::from(self.host_in_flight_max), 1),
            ("in_flight_max", u64::from(self.in_flight_max), 1),
            ("answer_ms_max", self.answer_ms_max, 1_000),
            ("strike_second_ms", self.strike_second_ms, 1_000),
            ("strike_third_ms", self.strike_third_ms, 1_000),
            ("grace_pace_ms", self.grace_pace_ms, 1_000),
            ("unlocked_pace_ms", self.unlocked_pace_ms, 1_000),
            ("forced_pace_ms", self.forced_pace_ms, 1_000),
            ("override_pace_ms", self.override_pace_ms, 1_000),
        ];
        for (field, value, min) in bounds {
            if value < min {
                faults.push(ConfigError::TooSmall { field, value, min });
            }
        }
        faults
    }

    /// Requests per second that `host` sustains.
    #[must_use]
    pub fn rate_of(&self, host: &str) -> f64 {
        self.host_rates_per_s
            .get(host)
            .copied()
            .unwrap_or(self.host_rate_per_s)
    }

    /// How many of `permits` one business unit may hold: `max(2, share)` (broker rule 2.6).
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "share of a u32"
    )]
    pub(crate) fn bu_permits(&self, permits: u32) -> u32 {
        ((f64::from(permits) * self.bu_share) as u32)
            .max(2)
            .min(permits)
    }
}

#[cfg(test)]
mod tests;
