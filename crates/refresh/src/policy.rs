//! Which tokens are renewed when, decided by how an integration runs and what its failure costs.
//!
//! Real-time flows slide, batches mint before each job and forget after it, on-demand flows are
//! kept warm unless told otherwise, a journey's calls share one slot, Marketing Cloud Connect is
//! aligned with its sync. An override needs a reason. Source: R007, R008, R036-R043, R094-R102,
//! R142-R144; design 4.4 (`keep_warm`).

use crate::lines::{job_lead_ms, renewal_window};
use countersign_model::estate::{Grant, IntegrationKind, StrategyOverride, Tier};

/// Share of life at which a token is renewed at the latest (R040).
const REFRESH_RATIO: f64 = 0.75;
/// The same for T0: half as many more mints, twenty times less loss in ten minutes (broker rule 2.1).
const REFRESH_RATIO_CRITICAL: f64 = 0.5;
/// Width of the jitter as a share of life (broker rule 2.1).
const JITTER_RATIO: f64 = 0.05;

/// How renewal is triggered. Ordered from the laxest to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// When a reader asks (R042); the token is then kept for the next ones (R043).
    OnDemand,
    /// Ahead of each planned job (R037, R095).
    BeforeJob,
    /// Ahead of its end, with nobody asking (R040, R097).
    KeepWarm,
}

/// The pattern a policy follows, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strategy {
    /// A stream of events: slides (R040, R097).
    RealTime,
    /// Runs: before each job (R037, R095).
    Batch,
    /// Calls when its users act (R042).
    OnDemand,
    /// Calls of journeys: one slot for the group (R099, R100).
    JourneyGroup,
    /// Marketing Cloud Connect: aligned with the sync (R102).
    SyncAligned,
    /// An outside product's connector.
    Connector,
    /// Reads health.
    Monitoring,
}

/// When a slot's token is renewed and dropped, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The pattern.
    pub strategy: Strategy,
    /// How much a failure costs.
    pub tier: Tier,
    /// What triggers renewal.
    pub mode: Mode,
    /// Renewed at this share of life at the latest, in `0.1..=0.9`.
    pub refresh_ratio: f64,
    /// Up to this share of life earlier, in `0.0..=0.1`.
    pub jitter_ratio: f64,
    /// The token is dropped when its job ends (R038, R096); not for T0 and T1, which may slide on.
    pub drop_after_job: bool,
    /// A renewal that would fall just after a planned start is brought forward (R102).
    pub aligned: bool,
    /// Why it differs from what kind and tier say.
    pub reason: Option<String>,
}

/// How long the tokens of a slot live, milliseconds, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// The platform, with the slot's token.
    Told(u64),
    /// Nobody yet: what is assumed until a token comes.
    Assumed(u64),
}

impl Life {
    /// The life in milliseconds.
    #[must_use]
    pub fn ms(self) -> u64 {
        match self {
            Life::Told(ms) | Life::Assumed(ms) => ms,
        }
    }
}

impl Policy {
    /// The policy of an integration of that kind and tier, with its override if it has one.
    ///
    /// Every kind is kept warm except `etl` and `reporting`, which mint before each job, as any other
    /// does with `before_job: true`; with `keep_warm: false` the rest are renewed on demand. `grant` widens nothing today but
    /// decides one thing: a refresh-token grant is never dropped after a job, because getting it
    /// back spends another refresh token.
    #[must_use]
    pub fn for_integration(
        kind: IntegrationKind,
        tier: Tier,
        grant: Grant,
        strategy: Option<&StrategyOverride>,
    ) -> Policy {
        let pattern = pattern_of(kind);
        let batch = pattern == Strategy::Batch;
        let before_job = strategy.and_then(|o| o.before_job).unwrap_or(batch);
        let warm = strategy.and_then(|o| o.keep_warm).unwrap_or(!before_job);
        let mode = match (warm, before_job) {
            (true, _) => Mode::KeepWarm,
            (false, true) => Mode::BeforeJob,
            (false, false) => Mode::OnDemand,
        };
        let default_ratio = if tier == Tier::T0 {
            REFRESH_RATIO_CRITICAL
        } else {
            REFRESH_RATIO
        };
        let ratio = strategy
            .and_then(|o| o.refresh_ratio)
            .unwrap_or(default_ratio);
        let jitter = strategy
            .and_then(|o| o.jitter_ratio)
            .unwrap_or(JITTER_RATIO);
        Policy {
            strategy: pattern,
            tier,
            mode,
            refresh_ratio: ratio.clamp(0.1, 0.9),
            jitter_ratio: jitter.clamp(0.0, 0.1),
            drop_after_job: mode == Mode::BeforeJob
                && tier > Tier::T1
                && grant != Grant::RefreshToken,
            aligned: pattern == Strategy::SyncAligned,
            reason: strategy.map(|o| o.reason.clone()),
        }
    }

    /// The policy of a slot that two integrations share: the stricter of each part (R100).
    ///
    /// Commutative and idempotent in all that decides; reasons are joined.
    #[must_use]
    pub fn merge(&self, other: &Policy) -> Policy {
        let lead = if (other.mode, self.tier) > (self.mode, other.tier) {
            other
        } else {
            self
        };
        let ratio = self.refresh_ratio.min(other.refresh_ratio);
        Policy {
            strategy: lead.strategy,
            tier: self.tier.min(other.tier),
            mode: self.mode.max(other.mode),
            refresh_ratio: ratio,
            jitter_ratio: self.jitter_ratio.max(other.jitter_ratio).min(ratio),
            drop_after_job: self.drop_after_job && other.drop_after_job,
            aligned: self.aligned || other.aligned,
            reason: join(self.reason.as_deref(), other.reason.as_deref()),
        }
    }

    /// One sentence: when it renews, why, how long an outage it survives, and whether the life of
    /// its tokens is only assumed.
    #[must_use]
    pub fn explain(&self, life: Life) -> String {
        let words = self.explain_ms(life.ms());
        match life {
            Life::Told(_) => words,
            Life::Assumed(ms) => format!(
                "{words}; assumes a life of {} s until the platform tells",
                ms / 1_000
            ),
        }
    }

    fn explain_ms(&self, lifetime_ms: u64) -> String {
        let lifetime_s = lifetime_ms / 1_000;
        let because = self.because();
        match self.mode {
            Mode::KeepWarm => format!(
                "renews at {} of {lifetime_s} s {because}; survives {} of outage",
                window(lifetime_ms, self),
                span(renewal_window(lifetime_ms, self).2),
            ),
            Mode::BeforeJob => format!(
                "mints up to {} before each job, {}, {because}",
                span(job_lead_ms(lifetime_ms)),
                if self.drop_after_job {
                    "drops the token after it"
                } else {
                    "keeps it to its end"
                },
            ),
            Mode::OnDemand => format!(
                "renews when a caller asks after {} of {lifetime_s} s {because}",
                window(lifetime_ms, self),
            ),
        }
    }

    fn because(&self) -> String {
        let article = if self.strategy == Strategy::OnDemand {
            "an"
        } else {
            "a"
        };
        let what = match self.strategy {
            Strategy::RealTime => "real-time flow",
            Strategy::Batch => "batch flow",
            Strategy::OnDemand => "on-demand flow",
            Strategy::JourneyGroup => "group of journey calls sharing one renewal",
            Strategy::SyncAligned => "CRM sync aligned with its schedule",
            Strategy::Connector => "third-party connector",
            Strategy::Monitoring => "monitoring flow",
        };
        let known = format!("because it is {article} {what} of tier {:?}", self.tier);
        match &self.reason {
            Some(reason) if !reason.is_empty() => {
                format!("{known}, overridden: {}", reason.trim_end_matches('.'))
            }
            _ => known,
        }
    }
}

fn pattern_of(kind: IntegrationKind) -> Strategy {
    match kind {
        IntegrationKind::RealTime => Strategy::RealTime,
        IntegrationKind::Etl | IntegrationKind::Reporting => Strategy::Batch,
        IntegrationKind::OnDemand => Strategy::OnDemand,
        IntegrationKind::JourneyHttp => Strategy::JourneyGroup,
        IntegrationKind::Mcc => Strategy::SyncAligned,
        IntegrationKind::ThirdParty => Strategy::Connector,
        IntegrationKind::Monitoring => Strategy::Monitoring,
    }
}

fn join(one: Option<&str>, two: Option<&str>) -> Option<String> {
    match (one, two) {
        (Some(a), Some(b)) if a != b => Some(format!("{a}; {b}")),
        (Some(a), _) => Some(a.to_owned()),
        (None, b) => b.map(str::to_owned),
    }
}

/// `70-75 %`, or `75 %` without jitter.
fn window(lifetime_ms: u64, policy: &Policy) -> String {
    let (early, late, _) = renewal_window(lifetime_ms, policy);
    let percent = |ms: u64| (ms * 200 / lifetime_ms.max(1)).div_ceil(2);
    let (from, to) = (percent(early), percent(late));
    if from == to {
        format!("{to} %")
    } else {
        format!("{from}-{to} %")
    }
}

/// `4.5 min`, or seconds below two minutes.
fn span(ms: u64) -> String {
    if ms < 120_000 {
        return format!("{} s", ms / 1_000);
    }
    let tenths = (ms + 3_000) / 6_000;
    if tenths.is_multiple_of(10) {
        format!("{} min", tenths / 10)
    } else {
        format!("{}.{} min", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests;
