//! What an incident costs so far: figures with ranges, and the assumptions they rest on.

use crate::Timestamp;
use crate::id::{AssetId, IntegrationId};
use serde::{Deserialize, Serialize};

/// Since when tokens of a cause are of no use, and in whose calls that was seen.
///
/// Harm is counted from here, not from the first evidence: until its end a token that lives serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Since when, or from when if it lies ahead.
    pub from: Timestamp,
    /// Flows that were at work when their calls were refused; for the others the next run tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen_in: Vec<IntegrationId>,
}

/// The cost of an incident as of one instant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Impact {
    /// Up to when it is counted.
    pub as_of: Timestamp,
    /// Figures, by kind, then nearest to the cause first.
    pub figures: Vec<Figure>,
    /// What the figures rest on, each once; figures name them by place.
    pub assumptions: Vec<String>,
}

/// What a figure counts. Ordered as people read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureKind {
    /// Contacts whose processing waits: time without tokens times hourly volume (R201).
    ContactsDelayed,
    /// Contacts who missed their way into a journey (R202).
    EnrolmentGap,
    /// Messages that went out, or entries that were made, from data that stood still.
    StaleSends,
    /// Hours between the last good load and now or the restoration (R203).
    FreshnessLost,
    /// Messages that wait at the caller, since its calls are refused (F6).
    CallerBacklog,
    /// Messages that wait inside Marketing Cloud (R204).
    ProviderQueue,
    /// Entries that nobody can repeat.
    LostForGood,
    /// Money that hangs on the contacts above.
    ValueAtRisk,
    /// What would have been hit as well, had it been found by a customer.
    Prevented,
}

/// What a figure is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Contacts.
    Contacts,
    /// Messages.
    Messages,
    /// Hours.
    Hours,
    /// US dollars.
    Usd,
}

/// A number that is not known exactly: `low <= best <= high`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// Hardly less.
    pub low: f64,
    /// Most likely.
    pub best: f64,
    /// Hardly more.
    pub high: f64,
}

/// What is to become of waiting messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Younger than half of the time for which it is useful.
    Useful,
    /// Late, and still useful.
    Late,
    /// Older than the time for which it is useful.
    MustNotSend,
    /// Older than 72 h: Marketing Cloud drops it at a restart (F6).
    Past72h,
}

/// A share of a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// What is to become of it.
    pub fate: Fate,
    /// How many.
    pub n: f64,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What it counts.
    pub kind: FigureKind,
    /// Of which asset; `None` for a sum over all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
    /// How much.
    #[serde(flatten)]
    pub range: Range,
    /// In what.
    pub unit: Unit,
    /// One sentence for a person.
    pub words: String,
    /// Its shares, where it is split.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Places in [`Impact::assumptions`]. Never empty for contacts, messages and money.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumes: Vec<u32>,
}

impl Range {
    /// A number that is known.
    #[must_use]
    pub fn exact(number: f64) -> Range {
        Range {
            low: number,
            best: number,
            high: number,
        }
    }

    /// Each bound times `factor`, which is not negative.
    #[must_use]
    pub fn times(self, factor: f64) -> Range {
        Range {
            low: self.low * factor,
            best: self.best * factor,
            high: self.high * factor,
        }
    }

    /// Bound by bound.
    #[must_use]
    pub fn plus(self, other: Range) -> Range {
        Range {
            low: self.low + other.low,
            best: self.best + other.best,
            high: self.high + other.high,
        }
    }
}

impl Impact {
    /// The figures of one kind.
    pub fn of_kind(&self, kind: FigureKind) -> impl Iterator<Item = &Figure> {
        self.figures.iter().filter(move |one| one.kind == kind)
    }

    /// Figures of one kind added up; `None` if there is none.
    #[must_use]
    pub fn total(&self, kind: FigureKind) -> Option<Range> {
        let ranges = self.of_kind(kind).map(|one| one.range);
        ranges.reduce(Range::plus)
    }

    /// What a figure rests on, in words.
    #[must_use]
    pub fn assumptions_of(&self, figure: &Figure) -> Vec<&str> {
        let words = |place: &u32| {
            let place = usize::try_from(*place).ok()?;
            self.assumptions.get(place).map(String::as_str)
        };
        figure.assumes.iter().filter_map(words).collect()
    }
}
