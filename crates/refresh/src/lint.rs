//! Warns before an estate asks more of an auth host than it sustains.

use crate::config::Config;
use crate::input::SlotSpec;
use crate::lines::renewal_window;
use crate::policy::Mode;
use std::collections::BTreeMap;

/// Share of a host's rate above which an estate is warned (broker rule 2.6).
const WARN_SHARE: f64 = 0.7;

/// What an estate asks of one auth host.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HostLoad {
    /// Slots kept warm on it.
    pub n_warm: usize,
    /// Slots in all.
    pub n_slots: usize,
    /// Renewals per second that the warm ones need.
    pub demand_per_s: f64,
    /// Requests per second it sustains.
    pub limit_per_s: f64,
}

impl HostLoad {
    /// Demand as a share of the limit.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.demand_per_s / self.limit_per_s
    }

    /// The warning, if there is one: what, by how much, and what helps.
    #[must_use]
    pub fn warning(&self, host: &str) -> Option<String> {
        (self.share() > WARN_SHARE).then(|| {
            format!(
                "{host}: {} slots kept warm need {:.2} token requests per second, {:.0} % of the \
                 {:.2} it sustains; keep fewer warm, or share slots",
                self.n_warm,
                self.demand_per_s,
                self.share() * 100.0,
                self.limit_per_s,
            )
        })
    }
}

/// Sums up what slots ask of each host. Renewals count at the early end of their window, with the
/// default life of each slot; slots renewed before jobs or on demand add nothing steady.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "lives are far below 2^52 ms")]
pub fn host_load<'a>(
    specs: impl IntoIterator<Item = &'a SlotSpec>,
    config: &Config,
) -> BTreeMap<String, HostLoad> {
    let mut hosts = BTreeMap::new();
    for spec in specs {
        let load = hosts.entry(spec.host.clone()).or_insert_with(|| HostLoad {
            n_warm: 0,
            n_slots: 0,
            demand_per_s: 0.0,
            limit_per_s: config.rate_of(&spec.host),
        });
        load.n_slots += 1;
        if spec.policy.mode == Mode::KeepWarm {
            let (early_ms, _, _) = renewal_window(spec.default_lifetime_ms, &spec.policy);
            load.n_warm += 1;
            load.demand_per_s += 1_000.0 / early_ms.max(1) as f64;
        }
    }
    hosts
}

#[cfg(test)]
mod tests;
