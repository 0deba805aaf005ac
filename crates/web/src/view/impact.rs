//! What an incident costs so far, as rows with their ranges and the assumptions beside them.

use super::place::{Moment, Place};
use countersign_incident::words::{figure_name, range};
use countersign_model::Timestamp;
use countersign_model::impact::{Fate, FigureKind, Impact};

/// The impact of one incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImpactView {
    /// Up to when it is counted.
    pub(crate) as_of: Moment,
    /// Harm so far.
    pub(crate) rows: Vec<FigureRow>,
    /// What early detection kept away.
    pub(crate) kept: Vec<FigureRow>,
    /// What the numbers rest on, in the order in which rows name them.
    pub(crate) assumptions: Vec<String>,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FigureRow {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Its sentence.
    pub(crate) words: String,
    /// Its range with its unit.
    pub(crate) range: String,
    /// Its shares, where it is split.
    pub(crate) parts: Vec<String>,
    /// Which assumptions it rests on: `1, 3`.
    pub(crate) rests_on: String,
}

/// Makes the rows.
pub(crate) fn impact_view(impact: &Impact, place: &Place, now: Timestamp) -> ImpactView {
    let row = |figure: &countersign_model::impact::Figure| FigureRow {
        name: figure_name(figure.kind),
        words: figure.words.clone(),
        range: range(figure),
        parts: figure
            .parts
            .iter()
            .map(|part| share(part.fate, part.n))
            .collect(),
        rests_on: places(&figure.assumes),
    };
    let (kept, harm): (Vec<_>, Vec<_>) = impact
        .figures
        .iter()
        .partition(|figure| figure.kind == FigureKind::Prevented);
    ImpactView {
        as_of: place.moment(impact.as_of, now),
        rows: harm.into_iter().map(row).collect(),
        kept: kept.into_iter().map(row).collect(),
        assumptions: impact.assumptions.clone(),
    }
}

fn share(fate: Fate, n: f64) -> String {
    let what = match fate {
        Fate::Useful => "still useful",
        Fate::Late => "late, may go",
        Fate::MustNotSend => "must not be sent",
        Fate::Past72h => "past 72 h",
    };
    format!("{n:.0} {what}")
}

fn places(assumes: &[u32]) -> String {
    let places: Vec<String> = assumes
        .iter()
        .map(|place| (place + 1).to_string())
        .collect();
    places.join(", ")
}

#[cfg(test)]
mod tests;
