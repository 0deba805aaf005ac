//! The instants that divide a scenario's time.

use crate::scenario::Scenario;
use countersign_model::{SignedDuration, Timestamp};

/// So long before the start the brokered credentials are kept in full detail.
const LIVE_LEAD: SignedDuration = SignedDuration::from_hours(2);

/// The instants a scenario's time is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Times {
    /// Where history begins.
    pub(crate) begin: Timestamp,
    /// From where credentials are kept in full detail.
    pub(crate) live_from: Timestamp,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

impl Times {
    pub(crate) fn of(scenario: &Scenario) -> Times {
        let back = |from: Timestamp, span| from.checked_sub(span).unwrap_or(Timestamp::MIN);
        let first_mint = scenario.slots.iter().map(|slot| slot.minted_at).min();
        let earliest = first_mint.map_or(scenario.start, |at| at.min(scenario.start));
        let live_from = floor(back(earliest, LIVE_LEAD));
        let warm_up = scenario.warm_up.unwrap_or(SignedDuration::ZERO);
        let end = scenario.start.checked_add(scenario.run_for);
        Times {
            begin: floor(back(scenario.start, warm_up)).min(live_from),
            live_from,
            start: scenario.start,
            end: end.unwrap_or(Timestamp::MAX),
        }
    }
}

impl Times {
    /// The last mark of five minutes before an instant, where a history may end.
    pub(crate) fn mark(at: Timestamp) -> Timestamp {
        floor(at)
    }
}

/// The last mark of five minutes.
fn floor(at: Timestamp) -> Timestamp {
    let second = at.as_second().div_euclid(300) * 300;
    Timestamp::from_second(second).unwrap_or(at)
}
