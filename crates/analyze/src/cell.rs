//! Cells: what many equal lines come to, or one line that is kept itself.

use countersign_model::id::OutcomeId;
use countersign_model::outcome::Outcome;

/// Lines of one shape that were taken together, or one line.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    /// The shape, by the numbers of the thread that read it.
    pub(crate) shape: u32,
    /// The first and the last of them, in ms since 1970.
    pub(crate) first_ms: i64,
    pub(crate) last_ms: i64,
    /// How many facts.
    pub(crate) n: u64,
    /// Line of the first one, counted from 0 in its chunk.
    pub(crate) line: u64,
    /// What a line that is kept itself says beyond its shape.
    pub(crate) own: Option<Box<Own>>,
}

/// What a line that is kept itself says beyond its shape.
#[derive(Debug, Clone, Default)]
pub(crate) struct Own {
    pub(crate) id: Option<OutcomeId>,
    pub(crate) attempt: Option<u32>,
    pub(crate) retry_of: Option<OutcomeId>,
    /// The whole outcome, for kinds that are no plain call.
    pub(crate) outcome: Option<Box<Outcome>>,
}

/// The minute of an instant in ms since 1970.
pub(crate) fn minute_of(ms: i64) -> i64 {
    ms.div_euclid(60_000)
}
