//! Figures being added up, each assumption kept once.

use super::figure;
use countersign_model::Timestamp;
use countersign_model::estate::Asset;
use countersign_model::impact::{Figure, FigureKind, Impact, Range, Unit};

#[derive(Default)]
pub(super) struct Sheet {
    figures: Vec<Figure>,
    assumptions: Vec<String>,
}

impl Sheet {
    pub(super) fn add(
        &mut self,
        kind: FigureKind,
        asset: &Asset,
        range: Range,
        words: String,
        assumed: &[&'static str],
    ) {
        self.push(figure(kind, Some(asset), range, words), assumed);
    }

    pub(super) fn push_some(&mut self, figure: Option<Figure>, assumed: &[&str]) {
        if let Some(figure) = figure {
            self.push(figure, assumed);
        }
    }

    /// Contacts, messages and money stand on assumptions, or they are not shown at all.
    pub(super) fn push(&mut self, mut figure: Figure, assumed: &[&str]) {
        assert!(
            figure.unit == Unit::Hours || !assumed.is_empty(),
            "a number about customers needs its assumptions"
        );
        figure.assumes = assumed.iter().map(|words| self.place(words)).collect();
        self.figures.push(figure);
    }

    fn place(&mut self, words: &str) -> u32 {
        let known = self.assumptions.iter().position(|known| known == words);
        let place = known.unwrap_or_else(|| {
            self.assumptions.push(words.to_owned());
            self.assumptions.len() - 1
        });
        u32::try_from(place).expect("there are a dozen assumptions")
    }

    /// One kind added up.
    pub(super) fn total(&self, kind: FigureKind) -> Option<Range> {
        let of_kind = self.figures.iter().filter(|one| one.kind == kind);
        of_kind.map(|one| one.range).reduce(Range::plus)
    }

    /// Sorted by kind; within one as they came, nearest first.
    pub(super) fn finish(mut self, as_of: Timestamp) -> Impact {
        self.figures.sort_by_key(|figure| figure.kind);
        Impact {
            as_of,
            figures: self.figures,
            assumptions: self.assumptions,
        }
    }
}

/// A number for people, not below 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count for people; not negative, and far below 2^53"
)]
pub(crate) fn whole(number: f64) -> u64 {
    number.max(0.0).round() as u64
}
