//! What was promised and how it was kept, as pages show it: uptime of the month, and the clocks of
//! incidents.

use super::words::{count, tier};
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::incident::Incident;
use countersign_model::objective::{
    Figure, HealthTime, IntegrationUptime, Month, Responses, TierUptime, tier_uptimes, uptimes,
};
use countersign_model::status::within;
use serde::Serialize;

/// Days of the shorter look back.
pub(crate) const DAYS: u16 = 30;
/// Days of the longer.
pub(crate) const DAYS_LONG: u16 = 90;

/// The month that runs, and the last 30 days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Promises {
    /// Uptime of the running month by tier.
    pub(crate) uptime: Vec<TierUptime>,
    /// How incidents were answered.
    pub(crate) response: Responses,
}

/// Every month that is kept, and the last 30 and 90 days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Objectives {
    /// Uptime by tier, newest month first.
    pub(crate) tiers: Vec<TierUptime>,
    /// Uptime of each integration.
    pub(crate) integrations: Vec<IntegrationUptime>,
    /// How incidents were answered over 30 and over 90 days.
    pub(crate) responses: Vec<Responses>,
}

/// The short form.
pub(crate) fn promises(
    estate: &Estate,
    times: &[HealthTime],
    incidents: &[Incident],
    now: Timestamp,
) -> Promises {
    let mut uptime = tier_uptimes(&uptimes(estate, times, incidents, now));
    uptime.retain(|one| one.month == Month::of(now));
    Promises {
        uptime,
        response: Responses::over(estate, incidents, DAYS, now),
    }
}

/// The whole.
pub(crate) fn objectives(
    estate: &Estate,
    times: &[HealthTime],
    incidents: &[Incident],
    now: Timestamp,
) -> Objectives {
    let integrations = uptimes(estate, times, incidents, now);
    let over = |days| Responses::over(estate, incidents, days, now);
    Objectives {
        tiers: tier_uptimes(&integrations),
        integrations,
        responses: vec![over(DAYS), over(DAYS_LONG)],
    }
}

/// One line of the panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PromiseRow {
    /// What was promised about.
    pub(crate) label: String,
    /// Style name.
    pub(crate) tone: &'static str,
    /// How it is kept.
    pub(crate) words: String,
}

/// The panel's lines: uptime of each tier, then the clocks over the estate.
pub(crate) fn rows(promises: &Promises) -> Vec<PromiseRow> {
    let mut rows: Vec<PromiseRow> = promises.uptime.iter().map(uptime_row).collect();
    if let Some(estate) = promises.response.figures.first() {
        rows.push(figure_row("Found", &estate.to_detect));
        rows.push(figure_row("Over", &estate.to_recover));
    }
    rows
}

fn uptime_row(uptime: &TierUptime) -> PromiseRow {
    let label = format!("{} this month", tier(uptime.tier));
    let unknown = match uptime.unknown_share.map(|share| (100.0 * share).round()) {
        Some(share) if share >= 1.0 => format!("; {share:.0} % of the time unknown"),
        _ => String::new(),
    };
    let promised = percent(uptime.objective);
    match uptime.uptime {
        None => PromiseRow {
            label,
            tone: "unknown",
            words: format!("unknown; {promised} is promised"),
        },
        Some(share) => PromiseRow {
            label,
            tone: match uptime.n_met == uptime.n_known {
                true => "healthy",
                false => "failing",
            },
            words: format!(
                "{} of {promised} promised, kept by {} of {}{unknown}",
                percent(share),
                uptime.n_met,
                count(uptime.n_known, "integration")
            ),
        },
    }
}

fn figure_row(label: &str, figure: &Figure) -> PromiseRow {
    let target = within(Some(figure.target_s));
    let label = label.to_owned();
    match figure.mean_s {
        None => PromiseRow {
            label,
            tone: "unknown",
            words: format!("no incident in {DAYS} days; the target is {target}"),
        },
        Some(mean) => PromiseRow {
            label,
            tone: match figure.n_within == figure.n {
                true => "healthy",
                false => "failing",
            },
            words: format!(
                "after {} on average, {} of {} within {target}",
                within(Some(mean)),
                figure.n_within,
                count(figure.n, "incident")
            ),
        },
    }
}

/// Rounded down to two digits, so that 100 % is all of it.
fn percent(share: f64) -> String {
    let hundredths = (10_000.0 * share + 1e-6).floor() / 100.0;
    let text = format!("{hundredths:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} %")
}

#[cfg(test)]
mod tests;
