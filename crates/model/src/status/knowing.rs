//! Time-to-know: how soon a dead credential would be noticed with the evidence at hand, and what would
//! buy the largest improvement.
//!
//! What is kept are bounds, so that a status changes when evidence does and not with every minute;
//! [`Knowing::at`] makes the answer for one instant.

use crate::id::AssetId;
use crate::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// An instant that has passed still counts for so long: the answer may be on its way.
const OVERDUE: SignedDuration = SignedDuration::from_secs(120);
/// A step that does not save at least this is none, seconds.
const SAVED_S_MIN: u32 = 60;

/// By what a failure would show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Our broker's next renewal.
    Renewal,
    /// The next token request of whoever holds the secret.
    Mints,
    /// Its calls, which are reported.
    Calls,
    /// Its job's signs of life.
    Pings,
    /// The age of a table it feeds.
    Table,
    /// The volume of what it feeds.
    Volume,
}

/// When a failure that begins now would show at the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// At this instant.
    At(Timestamp),
    /// So long after it begins, whenever that is, seconds.
    Within(u32),
}

impl Bound {
    /// Seconds from `now`; `None` once its instant is well past.
    #[must_use]
    pub fn seconds_at(self, now: Timestamp) -> Option<u32> {
        match self {
            Bound::Within(seconds) => Some(seconds),
            Bound::At(at) if now.duration_since(at) > OVERDUE => None,
            Bound::At(at) => {
                let left = at.duration_since(now).as_secs().max(0);
                Some(u32::try_from(left).unwrap_or(u32::MAX))
            }
        }
    }

    /// When the bound stops to hold.
    #[must_use]
    pub fn ends_at(self) -> Option<Timestamp> {
        match self {
            Bound::Within(_) => None,
            Bound::At(at) => at.checked_add(OVERDUE).ok(),
        }
    }
}

/// One channel that sees the integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sight {
    /// By what.
    pub channel: Channel,
    /// By when.
    pub bound: Bound,
}

/// Something people could do to see more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Have its calls reported.
    ReportCalls,
    /// Let the broker hold its secret and renew it ahead of time.
    Broker,
    /// Let the broker renew its token ahead of time with nobody asking.
    KeepWarm,
    /// Have its job ping when it starts and ends.
    Ping,
    /// Have the counters of a table reported.
    CountTable(AssetId),
}

impl StepKind {
    /// As an order.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            StepKind::ReportCalls => "report its calls".to_owned(),
            StepKind::Broker => "let the broker renew its token".to_owned(),
            StepKind::KeepWarm => "keep its token warm".to_owned(),
            StepKind::Ping => "let its job ping".to_owned(),
            StepKind::CountTable(id) => format!("report the counters of {id}"),
        }
    }
}

/// A step, and by when a failure would show with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What to do.
    pub kind: StepKind,
    /// By when.
    pub bound: Bound,
}

/// Everything by which a dead credential would be noticed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Knowing {
    /// Channels at hand.
    pub sights: Vec<Sight>,
    /// Channels to be had.
    pub steps: Vec<Step>,
}

/// How soon a credential that dies now would be noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeToKnow {
    /// Seconds; `None` is never.
    pub within_s: Option<u32>,
    /// By what.
    pub channel: Option<Channel>,
    /// For a person: `3 min`, `41 min`, `never`.
    pub words: String,
    /// What would buy the largest improvement.
    pub next_step: Option<NextStep>,
}

/// The step that shortens it most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextStep {
    /// What to do.
    pub kind: StepKind,
    /// Seconds with it.
    pub within_s: u32,
    /// For a person: `report its calls: 3 min instead of 65 min`.
    pub words: String,
}

impl Knowing {
    /// The answer at `now`: the soonest of its channels, and the step that would beat it by most.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> TimeToKnow {
        let seen = |sight: &Sight| Some((sight.bound.seconds_at(now)?, sight.channel));
        let best = self.sights.iter().filter_map(seen).min();
        let within_s = best.map(|(seconds, _)| seconds);
        TimeToKnow {
            within_s,
            channel: best.map(|(_, channel)| channel),
            words: within(within_s),
            next_step: self.next_step(now, within_s),
        }
    }

    fn next_step(&self, now: Timestamp, within_s: Option<u32>) -> Option<NextStep> {
        let open = |step: &'_ Step| step.bound.seconds_at(now);
        let step = self
            .steps
            .iter()
            .filter(|step| open(step).is_some())
            .min_by_key(|step| open(step))?;
        let with_it = open(step)?;
        let saves = within_s.is_none_or(|now_s| with_it + SAVED_S_MIN <= now_s);
        saves.then(|| NextStep {
            kind: step.kind.clone(),
            within_s: with_it,
            words: format!(
                "{}: {} instead of {}",
                step.kind.words(),
                within(Some(with_it)),
                within(within_s)
            ),
        })
    }

    /// The next instant after `now` at which a bound stops to hold.
    #[must_use]
    pub fn changes_at(&self, now: Timestamp) -> Option<Timestamp> {
        let steps = self.steps.iter().map(|step| step.bound);
        let bounds = self.sights.iter().map(|sight| sight.bound).chain(steps);
        bounds
            .filter_map(Bound::ends_at)
            .filter(|at| *at > now)
            .min()
    }
}

/// A span for a person, rounded up: `45 s`, `3 min`, `5 h`, `3 days`; `never` for none.
#[must_use]
pub fn within(seconds: Option<u32>) -> String {
    match seconds {
        None => "never".to_owned(),
        Some(s @ 0..60) => format!("{s} s"),
        Some(s @ 60..7_200) => format!("{} min", s.div_ceil(60)),
        Some(s @ 7_200..172_800) => format!("{} h", s.div_ceil(3_600)),
        Some(s) => format!("{} days", s.div_ceil(86_400)),
    }
}

#[cfg(test)]
mod tests;
